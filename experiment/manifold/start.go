package manifold

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/internal/rng"
)

// Config describes a network before any learning, and its decoder.
type Config struct {
	// Units N, Inputs K (one for each target on the unit circle), and Modes M, the
	// dimensions of the manifold, K ≤ N, 2 ≤ M ≤ N.
	Units, Inputs, Modes int
	// Exponent a sets the standard deviation of recurrent weights, N⁻ᵃ: 0.55 is the lazy
	// start, with a spectral radius of about 0.8, 1 the rich one, with about 0.1.
	Exponent float64
	// Noise is the variance s² of the private noise, InputNoise that of the inputs, σ²;
	// InputScale multiplies U.
	Noise, InputNoise, InputScale float64
	// Readout is the Frobenius norm of the initial decoder.
	Readout float64
	// InitialRate and InitialSteps are those of the training before the manifold is measured.
	InitialRate  float64
	InitialSteps int
	// Outside is how many perturbations outside the manifold are drawn, of which one is taken.
	Outside int
	Seed    uint64
}

// Start is a network that has learned with its initial decoder, its manifold, and the
// decoders that it is to adapt to.
type Start struct {
	Network *Network
	// InitialLoss are the losses of the initial training, InitialChange is |W − W0| over
	// |W0| after it (Frobenius norms).
	InitialLoss   []float64
	InitialChange float64
	// Covariance is the total one, over noise and targets, N × N.
	Covariance *mat.SymDense
	// Modes are its first M principal components, M × N, in rows: the manifold's C. Map is
	// D, 2 × M: how the decoder V = D C reads them.
	Modes, Map *mat.Dense
	// Decoder is V = D C. Within is the perturbation V = D P C, Outside V = D C P.
	Decoder         blas64.General
	Within, Outside Perturbation
	// Median is the median over all candidates of the loss of each target.
	Median []float64
}

// Perturbation is a decoder whose loss of each target is as close as can be to the
// median of all candidates, so that those within and outside the manifold are as
// difficult before learning.
type Perturbation struct {
	Decoder blas64.General
	// Order is the permutation: of the rows of C within the manifold, of its columns
	// outside.
	Order []int
	// Loss is that of each target before learning, Distance that from the median (L2).
	Loss     []float64
	Distance float64
	// Candidates is how many there were.
	Candidates int

	index int // among them
}

// entities of rng.Weights, one for each array.
const (
	drawRecurrent = iota
	drawInput
	drawDecoder
)

// NewStart draws a network, trains it, and finds its manifold and its perturbations. watch
// is called at each step of training and for each perturbation.
func NewStart(c Config, watch Watch) (*Start, error) {
	network, decoder, err := c.draw()
	if err != nil {
		return nil, err
	}
	before := copied(network.W)
	s := &Start{Network: network}
	if s.InitialLoss, err = network.Learn(decoder, c.InitialRate, c.InitialSteps, nil, watch); err != nil {
		return nil, err
	}
	if len(s.InitialLoss) <= c.InitialSteps {
		return nil, fmt.Errorf("initial training: %w after %d steps; a smaller rate may help", errSingular, len(s.InitialLoss))
	}
	if err := network.refresh(); err != nil {
		return nil, fmt.Errorf("initial training: %w", err)
	}
	s.InitialChange = distance(network.W, before) / norm(before)
	s.Covariance = network.Covariance()
	if err := s.manifold(c.Modes, decoder); err != nil {
		return nil, err
	}
	return s, s.perturb(c, watch)
}

// draw makes the network and its first decoder: W ~ N(0, N⁻²ᵃ), U ~ U(−1, 1), V normal
// and scaled.
func (c Config) draw() (*Network, blas64.General, error) {
	w, drive, decoder := matrix(c.Units, c.Units), matrix(c.Units, c.Inputs), matrix(outputs, c.Units)
	source := rng.NewSource(c.Seed, rng.Weights, 0)
	normal := func(entity uint32, sd float64, to []float64) {
		stream := source.Stream(entity)
		d := distuv.Normal{Sigma: sd, Src: &stream}
		for i := range to {
			to[i] = d.Rand()
		}
	}
	normal(drawRecurrent, math.Pow(float64(c.Units), -c.Exponent), w.Data)
	normal(drawDecoder, 1, decoder.Data)
	scale := c.Readout / norm(decoder)
	for i := range decoder.Data {
		decoder.Data[i] *= scale
	}
	stream := source.Stream(drawInput)
	for i := range drive.Data {
		drive.Data[i] = c.InputScale * (2*stream.Float64() - 1)
	}
	targets := matrix(outputs, c.Inputs)
	for k := range c.Inputs {
		row(targets, 1)[k], row(targets, 0)[k] = math.Sincos(2 * math.Pi * float64(k) / float64(c.Inputs))
	}
	network, err := NewNetwork(w, drive, targets, c.Noise, c.InputNoise)
	if err != nil {
		return nil, decoder, fmt.Errorf("initial weights: %w", err)
	}
	return network, decoder, nil
}

// Covariance is the total covariance S = S_c + (1/K) Σ (m_k − m̄)(m_k − m̄)ᵀ, N × N.
func (s *Network) Covariance() *mat.SymDense {
	n, k := s.W.Rows, s.mean.Cols
	centred := mat.NewDense(n, k, nil)
	mean := s.average()
	for i := range n {
		for j, v := range row(s.mean, i) {
			centred.Set(i, j, v-mean[i])
		}
	}
	total := mat.NewSymDense(n, nil)
	total.SymOuterK(s.Noise, dense(s.a))
	var spread mat.SymDense
	spread.SymOuterK(1/float64(k), centred)
	total.AddSym(total, &spread)
	if s.InputNoise > 0 {
		spread.SymOuterK(s.InputNoise, dense(s.mean))
		total.AddSym(total, &spread)
	}
	return total
}

// average is m̄, the mean activity over targets.
func (s *Network) average() []float64 {
	mean := make([]float64, s.W.Rows)
	for i := range mean {
		for _, v := range row(s.mean, i) {
			mean[i] += v / float64(s.mean.Cols)
		}
	}
	return mean
}

// manifold finds C, and D = V R Cᵀ (C R Cᵀ)⁻¹, R = S + m̄ m̄ᵀ: the linear map by which
// modes predict the output best.
func (s *Start) manifold(modes int, decoder blas64.General) error {
	n := s.Network.W.Rows
	_, vectors, err := spectrum(s.Covariance)
	if err != nil {
		return err
	}
	s.Modes = mat.NewDense(modes, n, nil)
	for i := range modes {
		for j := range n {
			s.Modes.Set(i, j, vectors.At(j, i))
		}
	}
	second := mat.NewSymDense(n, nil)
	mean := mat.NewVecDense(n, s.Network.average())
	second.SymRankOne(s.Covariance, 1, mean)
	var rc, left, right, inverse mat.Dense
	rc.Mul(second, s.Modes.T()) // N × M
	left.Mul(dense(decoder), &rc)
	right.Mul(s.Modes, &rc)
	if err := inverse.Inverse(&right); err != nil {
		return fmt.Errorf("the covariance of the first %d modes cannot be inverted: %w", modes, err)
	}
	s.Map = new(mat.Dense)
	s.Map.Mul(&left, &inverse)
	s.Decoder = product(s.Map, s.Modes)
	return nil
}
