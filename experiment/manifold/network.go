package manifold

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// outputs is the number of output units: targets lie in a plane.
const outputs = 2

// refreshEvery is after how many steps of learning the inverse, which is updated in
// closed form from step to step, is computed anew: rounding grows from step to step, and
// quickly where the network is close to instability.
const refreshEvery = 50

// errSingular says that I − W has no inverse: the network has no fixed point.
var errSingular = errors.New("no fixed point: I − W is singular")

// Network is a linear network at its fixed point, with noise,
//
//	v = A (U (x + ζ) + ξ)    A = (I − W)⁻¹    ζ ~ N(0, σ² I)    ξ ~ N(0, s² I)    u = V v
//
// of N units with K one-hot inputs x_k and 2 outputs, and a target t_k for each input.
// Its mean activity is m_k = A U x_k, the columns of m = A U, and the covariance for one
// input S_c = A (σ² U Uᵀ + s² I) Aᵀ = σ² m mᵀ + s² A Aᵀ.
// Only W learns, by the exact gradient of
//
//	L = ½ tr(V S_c Vᵀ) + 1/(2K) Σ_k |V m_k − t_k|²
//	∂L/∂W = Aᵀ Vᵀ [V S_c + (1/K) Σ_k (V m_k − t_k) m_kᵀ]
//
// With P = V A, X = A Pᵀ, E_k = (V m_k − t_k)/K + σ² V m_k the gradient is Pᵀ Q,
// Q = s² Xᵀ + E mᵀ: of rank 2. A step of gradient descent with rate η therefore changes
// the inverse by
//
//	A ← A − η X (I + η Q X)⁻¹ Q A
//
// (Sherman, Morrison and Woodbury), which costs N² instead of N³ operations and is as
// exact.
type Network struct {
	// W is N × N, row by row, w_ij from j to i.
	W blas64.General
	// Drive is U, N × K; Targets t_k, 2 × K. Noise is s² ≥ 0, InputNoise σ² ≥ 0.
	Drive, Targets    blas64.General
	Noise, InputNoise float64

	a, mean     blas64.General // A, and m as N × K
	p, x, q, qa blas64.General // P, Xᵀ, Q, Q A: 2 × N
	u, e, qm    blas64.General // V m, E, Q m: 2 × K

	residual, inverse mat.Dense // I − W and its inverse, for refresh
}

// NewNetwork makes a network of W and Drive, which it keeps.
func NewNetwork(w, drive, targets blas64.General, noise, inputNoise float64) (*Network, error) {
	n, k := w.Rows, drive.Cols
	s := &Network{W: w, Drive: drive, Targets: targets, Noise: noise, InputNoise: inputNoise,
		a: matrix(n, n), mean: matrix(n, k), p: matrix(outputs, n), x: matrix(outputs, n), q: matrix(outputs, n),
		qa: matrix(outputs, n), u: matrix(outputs, k), e: matrix(outputs, k), qm: matrix(outputs, k)}
	return s, s.refresh()
}

// Clone returns a copy that shares only what does not learn.
func (s *Network) Clone() *Network {
	return &Network{W: copied(s.W), Drive: s.Drive, Targets: s.Targets, Noise: s.Noise, InputNoise: s.InputNoise,
		a: copied(s.a), mean: copied(s.mean), p: copied(s.p), x: copied(s.x), q: copied(s.q), qa: copied(s.qa),
		u: copied(s.u), e: copied(s.e), qm: copied(s.qm)}
}

// refresh computes A and m anew.
func (s *Network) refresh() error {
	n := s.W.Rows
	s.residual.Reset()
	s.residual.ReuseAs(n, n)
	for i := range n {
		for j, w := range row(s.W, i) {
			s.residual.Set(i, j, -w)
		}
		s.residual.Set(i, i, 1-s.W.Data[i*s.W.Stride+i])
	}
	// An inverse that is merely ill conditioned comes with an error too, and is as good as
	// there is one.
	err := s.inverse.Inverse(&s.residual)
	var condition mat.Condition
	if err != nil && (!errors.As(err, &condition) || math.IsInf(float64(condition), 1)) {
		return errSingular
	}
	copy(s.a.Data, s.inverse.RawMatrix().Data)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, s.a, s.Drive, 0, s.mean)
	return nil
}

// Loss is L with the decoder V, 2 × N, and what each target has of it:
// L_k = ½ tr(V S_c Vᵀ) + ½ |V m_k − t_k|², of which L is the mean.
func (s *Network) Loss(v blas64.General, each []float64) float64 {
	s.project(v)
	noise := s.noiseLoss()
	sum := 0.0
	for k := range each {
		each[k] = noise
		for c := range outputs {
			e := row(s.u, c)[k] - row(s.Targets, c)[k]
			each[k] += e * e / 2
		}
		sum += each[k]
	}
	return sum / float64(len(each))
}

// project computes P and V m.
func (s *Network) project(v blas64.General) {
	for c := range outputs {
		blas64.Gemv(blas.Trans, 1, s.a, vector(v, c), 0, vector(s.p, c))
		blas64.Gemv(blas.Trans, 1, s.mean, vector(v, c), 0, vector(s.u, c))
	}
}

// noiseLoss is ½ tr(V S_c Vᵀ) = ½ (s² |P|² + σ² |V m|²).
func (s *Network) noiseLoss() (sum float64) {
	for c := range outputs {
		sum += float64(s.Noise * blas64.Dot(vector(s.p, c), vector(s.p, c)))
		sum += float64(s.InputNoise * blas64.Dot(vector(s.u, c), vector(s.u, c)))
	}
	return sum / 2
}

// Gradient sets g, N × N, to ∂L/∂W with the decoder V, 2 × N.
func (s *Network) Gradient(v, g blas64.General) {
	s.project(v)
	s.factor()
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, s.p, s.q, 0, g)
}

// factor computes X, E and Q.
func (s *Network) factor() {
	for c := range outputs {
		x, q, e, t := vector(s.x, c), vector(s.q, c), row(s.e, c), row(s.Targets, c)
		for k, u := range row(s.u, c) {
			e[k] = (u-t[k])/float64(len(e)) + float64(s.InputNoise*u)
		}
		blas64.Gemv(blas.NoTrans, 1, s.a, vector(s.p, c), 0, x)
		copy(q.Data, x.Data)
		blas64.Gemv(blas.NoTrans, 1, s.mean, vector(s.e, c), s.Noise, q)
	}
}

// step learns once, with rate η. It fails where the network loses its fixed point.
func (s *Network) step(v blas64.General, rate float64) error {
	s.project(v)
	s.factor()
	// f = (I + η Q X)⁻¹
	var f [outputs][outputs]float64
	for i := range outputs {
		for j := range outputs {
			f[i][j] = rate * blas64.Dot(vector(s.q, i), vector(s.x, j))
		}
		f[i][i]++
	}
	det := float64(f[0][0]*f[1][1]) - float64(f[0][1]*f[1][0])
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return errSingular
	}
	f = [outputs][outputs]float64{{f[1][1] / det, -f[0][1] / det}, {-f[1][0] / det, f[0][0] / det}}
	for c := range outputs {
		blas64.Gemv(blas.Trans, 1, s.a, vector(s.q, c), 0, vector(s.qa, c))
		blas64.Gemv(blas.Trans, 1, s.mean, vector(s.q, c), 0, vector(s.qm, c))
	}
	for c := range outputs {
		blas64.Ger(-rate, vector(s.p, c), vector(s.q, c), s.W)
		for d := range outputs {
			blas64.Ger(-rate*f[c][d], vector(s.x, c), vector(s.qa, d), s.a)
			blas64.Ger(-rate*f[c][d], vector(s.x, c), vector(s.qm, d), s.mean)
		}
	}
	return nil
}

// Watch is called at each step; its error ends what is watched, and is returned as it is.
// nil watches nothing.
type Watch func() error

func (w Watch) step() error {
	if w == nil {
		return nil
	}
	return w()
}

// Learn descends by so many steps, and gives the loss before each and after the last.
// It ends early where the network loses its fixed point or the loss is no number any
// more, with the losses until then, or where until, if not nil, says of a loss that it
// is low enough.
func (s *Network) Learn(v blas64.General, rate float64, steps int, until func(loss float64) bool, watch Watch) ([]float64, error) {
	each := make([]float64, s.Drive.Cols)
	var losses []float64
	for t := range steps + 1 {
		loss := s.Loss(v, each)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			break
		}
		losses = append(losses, loss)
		if err := watch.step(); err != nil {
			return nil, err
		}
		if t == steps || until != nil && until(loss) || s.step(v, rate) != nil {
			break
		}
		if (t+1)%refreshEvery == 0 && s.refresh() != nil {
			break
		}
	}
	return losses, nil
}

func matrix(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

func copied(m blas64.General) blas64.General {
	c := matrix(m.Rows, m.Cols)
	copy(c.Data, m.Data)
	return c
}

func row(m blas64.General, i int) []float64 { return m.Data[i*m.Stride:][:m.Cols] }

func vector(m blas64.General, i int) blas64.Vector {
	return blas64.Vector{N: m.Cols, Inc: 1, Data: row(m, i)}
}
