package manifold

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/apical-sim/apical/experiment"
)

// Adaptation is how a network learned a perturbed decoder, and what became of its
// activity.
type Adaptation struct {
	// InitialLosses is that of each target before learning, MatchDistance how far they are
	// from the median of all candidates.
	InitialLosses []float64 `json:"initial_losses"`
	MatchDistance float64   `json:"match_distance"`
	// HalfTimeSteps is the first step at which the loss is below half of the first; null if
	// there is none.
	HalfTimeSteps *float64 `json:"half_time_steps"`
	Curve         []Point  `json:"curve"`
	// Stable: the spectral radius of W is below 1 at the end.
	Stable         bool     `json:"stable"`
	SpectralRadius *float64 `json:"spectral_radius"`
	// ChangeNorm is |dW| (Frobenius).
	ChangeNorm float64 `json:"change_norm"`
	// ManifoldOverlap is the part of the variance that lies in the manifold of before,
	// after learning over before.
	ManifoldOverlap *float64 `json:"manifold_overlap"`
	// ParticipationRatio and Dimension95 are those of the activity after learning.
	ParticipationRatio *float64 `json:"participation_ratio"`
	Dimension95        int      `json:"dimension_95"`
	// VarianceReadBefore is R = tr(C′ S C′ᵀ)/tr(C S Cᵀ) before learning, C′ the modes that the
	// perturbed decoder reads; VarianceReadGain is tr(C′ S C′ᵀ) after learning over before.
	VarianceReadBefore float64  `json:"variance_read_before"`
	VarianceReadGain   *float64 `json:"variance_read_gain"`
	// ChangeToDecoderDeg are the principal angles between the two modes in which the
	// covariance changes most, A dW S and its transpose, and the rows of the decoder, °;
	// ModesToDecoderDeg those between the first Dimension95 modes after learning and these.
	ChangeToDecoderDeg []float64 `json:"change_to_decoder_deg,omitempty"`
	ModesToDecoderDeg  []float64 `json:"modes_to_decoder_deg,omitempty"`
	// Reassociation: variance within the manifold that each of two maps reads.
	Reassociation Reassociation `json:"reassociation"`
}

// Point is the loss after so many steps.
type Point struct {
	Step int     `json:"step"`
	Loss float64 `json:"loss"`
}

// Reassociation is A_D = tr(Q C S Cᵀ Qᵀ), Q the two right singular vectors of a map from
// modes to outputs: how much variance, within the manifold, lies where it reads. Own is of
// the map D of before, Perturbed that of the perturbation within the manifold, D P.
type Reassociation struct {
	OwnBefore       float64  `json:"own_before"`
	OwnAfter        *float64 `json:"own_after"`
	PerturbedBefore float64  `json:"perturbed_before"`
	PerturbedAfter  *float64 `json:"perturbed_after"`
}

// stepsShown is how many steps of a curve are all kept, before every so many are.
const stepsShown = 100

// newCurve keeps the first losses, then some, and the last.
func newCurve(losses []float64) (points []Point) {
	every := max(1, len(losses)/stepsShown)
	for i, l := range losses {
		if i <= stepsShown || i%every == 0 || i == len(losses)-1 {
			points = append(points, Point{i, l})
		}
	}
	return points
}

// adapt lets a copy of the network learn a perturbed decoder and measures what came of
// it. modes are those that the perturbed decoder reads, in rows.
func (s *Start) adapt(p Perturbation, modes mat.Matrix, rate float64, steps int, watch Watch) (*Adaptation, error) {
	network := s.Network.Clone()
	losses, err := network.Learn(p.Decoder, rate, steps, nil, watch)
	if err != nil {
		return nil, err
	}
	a := &Adaptation{InitialLosses: p.Loss, MatchDistance: p.Distance, HalfTimeSteps: halfTime(losses), Curve: newCurve(losses),
		ChangeNorm: distance(network.W, s.Network.W)}
	own, perturbed := s.readSpaces()
	a.VarianceReadBefore = Captured(modes, s.Covariance) / Captured(s.Modes, s.Covariance)
	a.Reassociation.OwnBefore, a.Reassociation.PerturbedBefore = Captured(own, s.Covariance), Captured(perturbed, s.Covariance)
	if a.Stable, a.SpectralRadius, err = network.stable(len(losses) <= steps); err != nil || network.refresh() != nil {
		return a, err // a network without fixed point has no covariance
	}
	after := network.Covariance()
	values, vectors, err := spectrum(after)
	if err != nil {
		return nil, err
	}
	inside := func(s *mat.SymDense, c mat.Matrix) float64 { return Captured(c, s) / mat.Trace(s) }
	a.ManifoldOverlap = experiment.Finite(inside(after, s.Modes) / inside(s.Covariance, s.Modes))
	a.ParticipationRatio = experiment.Finite(ParticipationRatio(after))
	a.Dimension95 = Dimension(values)
	a.VarianceReadGain = experiment.Finite(Captured(modes, after) / Captured(modes, s.Covariance))
	a.Reassociation.OwnAfter = experiment.Finite(Captured(own, after))
	a.Reassociation.PerturbedAfter = experiment.Finite(Captured(perturbed, after))
	difference := copied(network.W)
	for i, w := range s.Network.W.Data {
		difference.Data[i] -= w
	}
	direction, err := change(s.Network.a, difference, s.Covariance)
	if err != nil {
		return nil, err
	}
	decoder := dense(p.Decoder).T()
	a.ChangeToDecoderDeg = PrincipalAngles(direction, decoder)
	n, _ := vectors.Dims()
	a.ModesToDecoderDeg = PrincipalAngles(vectors.Slice(0, n, 0, a.Dimension95), decoder)
	return a, nil
}

// readSpaces are what the decoder reads of the neurons through the modes, and what it
// does with the modes in the order of the perturbation within the manifold: Q C.
func (s *Start) readSpaces() (own, perturbed mat.Matrix) {
	through := func(d mat.Matrix) mat.Matrix {
		var qc mat.Dense
		qc.Mul(readSpace(d), s.Modes)
		return &qc
	}
	permuted := mat.DenseCopyOf(s.Map)
	rows, _ := permuted.Dims()
	for i, from := range s.Within.Order {
		for c := range rows {
			permuted.Set(c, from, s.Map.At(c, i)) // D P: its column order[i] is column i of D
		}
	}
	return through(s.Map), through(permuted)
}

// outsideModes are the modes that the perturbation outside the manifold reads: C with its
// columns permuted.
func (s *Start) outsideModes() *mat.Dense {
	modes, n := s.Modes.Dims()
	to := mat.NewDense(modes, n, nil)
	permuteColumns(to.RawMatrix(), s.Modes.RawMatrix(), s.Outside.Order)
	return to
}

// stable judges a network after learning by its spectral radius. One that lost its fixed
// point on the way is not stable.
func (s *Network) stable(lost bool) (bool, *float64, error) {
	for _, w := range s.W.Data {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return false, nil, nil
		}
	}
	radius, err := s.Radius()
	if err != nil {
		return false, nil, err
	}
	return radius < 1 && !lost, experiment.Finite(radius), nil
}

func halfTime(losses []float64) *float64 {
	t := HalfTime(losses)
	if t < 0 {
		return nil
	}
	steps := float64(t)
	return &steps
}
