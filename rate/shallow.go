package rate

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/vec"
	"gonum.org/v1/gonum/blas"
)

// Shallow is a network of one hidden layer of rectified units, any part of which may be
// learned: the network of Williams et al. 2025 ("Expressivity of neural networks with
// random weights and learned biases", ICLR, arXiv 2407.00957). Of an example x
//
//	z = W x      h = max(0, z + b)      y = V (g ⊙ h)
//
// with gates g, the mask of a subnetwork, that are 1 unless they are given. With
// d = ∂L/∂y and e = [h > 0] ⊙ Vᵀ d, summed over the examples of a batch,
//
//	∂L/∂b = Σ g ⊙ e      ∂L/∂g = Σ h ⊙ e      ∂L/∂V = Σ d (g ⊙ h)ᵀ      ∂L/∂W = Σ (g ⊙ e) xᵀ
//
// It is told drives z and not examples: where W is frozen these are the same whenever an
// example is shown, and may be kept.
//
// A batch has one row an example. Nothing is allocated after NewShallow, and the bits do
// not depend on the number of workers.
type Shallow struct {
	// V is outputs × units, B the biases, and Gates is nil where all units take part. B and
	// Gates have one number a unit. Only what LearnBiases, LearnMask and LearnAll return
	// changes them.
	V        Matrix
	B, Gates []float64

	team   *matmul.Team
	hidden Matrix // z, then h
	gated  Matrix // g ⊙ h; the same as hidden without Gates
	output Matrix
	back   Matrix // e
}

// NewShallow returns a network with the readout v, no gates and biases of zero, and room
// for batches of so many rows, at least 1. The team stays the caller's.
func NewShallow(team *matmul.Team, v Matrix, rows int) *Shallow {
	if v.Rows < 1 || v.Cols < 1 || rows < 1 {
		panic(fmt.Sprintf("rate: a shallow network of %d units and %d outputs for %d rows, want at least 1 of each", v.Cols, v.Rows, rows))
	}
	return &Shallow{V: v, B: make([]float64, v.Cols), team: team,
		hidden: newMatrix(rows, v.Cols), output: newMatrix(rows, v.Rows), back: newMatrix(rows, v.Cols)}
}

// Drive returns rows × units to be filled with the drives z of a batch, before Forward.
func (s *Shallow) Drive(rows int) Matrix {
	capacity := s.hidden.Data[:cap(s.hidden.Data)]
	s.hidden = first(Matrix{Data: capacity, Stride: s.V.Cols, Cols: s.V.Cols}, rows)
	return s.hidden
}

// Forward returns the outputs y of the batch that was filled in, rows × outputs. They are
// the caller's to change until the next call.
func (s *Shallow) Forward() Matrix {
	b := s.B[:s.V.Cols]
	for i := range s.hidden.Rows {
		h := s.Row(i)[:len(b)]
		for j, bias := range b {
			// Without a branch, which nobody could foresee; NaN stays NaN.
			h[j] = max(0, h[j]+bias)
		}
	}
	s.gated = s.hidden
	if s.Gates != nil {
		// e is not needed before Backward.
		s.gated = first(Matrix{Data: s.back.Data[:cap(s.back.Data)], Stride: s.V.Cols, Cols: s.V.Cols}, s.hidden.Rows)
		for i := range s.hidden.Rows {
			r, h, g := s.gated.Data[i*s.gated.Stride:][:len(b)], s.Row(i)[:len(b)], s.Gates[:len(b)]
			for j := range r {
				r[j] = g[j] * h[j]
			}
		}
	}
	y := first(Matrix{Data: s.output.Data[:cap(s.output.Data)], Stride: s.V.Rows, Cols: s.V.Rows}, s.hidden.Rows)
	s.team.Mul(blas.NoTrans, blas.Trans, s.gated, s.V, 0, y)
	return y
}

// Row returns the activities h of all units for an example of the batch, without gates.
func (s *Shallow) Row(i int) []float64 { return s.hidden.Data[i*s.hidden.Stride:][:s.hidden.Cols] }

// ReadoutGradient sets dst, outputs × units, to ∂L/∂V where d = ∂L/∂y; it is to be asked
// before Backward.
func (s *Shallow) ReadoutGradient(d, dst Matrix) {
	s.team.Mul(blas.Trans, blas.NoTrans, d, s.gated, 0, dst)
}

// Backward takes d = ∂L/∂y of the batch, after which the gradients below can be asked.
func (s *Shallow) Backward(d Matrix) {
	s.back = first(Matrix{Data: s.back.Data[:cap(s.back.Data)], Stride: s.V.Cols, Cols: s.V.Cols}, s.hidden.Rows)
	s.team.Mul(blas.NoTrans, blas.NoTrans, d, s.V, 0, s.back)
	for i := range s.back.Rows {
		h := s.Row(i)
		e := s.back.Data[i*s.back.Stride:][:len(h)]
		for j, active := range h {
			bits := int64(math.Float64bits(active)) // of what is above 0, of 0, or of NaN
			e[j] = math.Float64frombits(math.Float64bits(e[j]) & uint64((bits|-bits)>>63))
		}
	}
}

// BiasGradient sets dst to ∂L/∂b.
func (s *Shallow) BiasGradient(dst []float64) {
	clear(dst)
	for i := range s.back.Rows {
		e := s.back.Data[i*s.back.Stride:][:len(dst)]
		for j := range dst {
			dst[j] += e[j]
		}
	}
	for j := range s.Gates {
		dst[j] *= s.Gates[j]
	}
}

// GateGradient sets dst to ∂L/∂g.
func (s *Shallow) GateGradient(dst []float64) {
	clear(dst)
	for i := range s.back.Rows {
		e, h := s.back.Data[i*s.back.Stride:][:len(dst)], s.Row(i)[:len(dst)]
		for j := range dst {
			dst[j] += float64(h[j] * e[j])
		}
	}
}

// WeightGradient sets dst, units × inputs, to ∂L/∂W where the batch was driven by x.
func (s *Shallow) WeightGradient(x, dst Matrix) {
	s.team.Mul(blas.Trans, blas.NoTrans, s.back, x, 0, dst)
	for j, g := range s.Gates {
		row := dst.Data[j*dst.Stride:][:dst.Cols]
		for i := range row {
			row[i] *= g
		}
	}
}

// Gates sets the gates that scores stand for: 1 where σ(s) > ½, which is s > 0, else 0.
func Gates(scores, gates []float64) {
	for i, s := range scores {
		gates[i] = 0
		if s > 0 {
			gates[i] = 1
		}
	}
}

// ScoreGradient turns ∂L/∂g in place into what scores are moved by, ∂L/∂g σ(s)(1 − σ(s)):
// the gradient that there would be if gates were σ(s), the straight-through estimator of
// Bengio, Léonard, Courville 2013 (arXiv 1308.3432). room has one number a score.
func ScoreGradient(scores, gradient, room []float64) {
	vec.Sigmoid64(room, scores)
	for i, p := range room[:len(gradient)] {
		gradient[i] *= p * (1 - p)
	}
}
