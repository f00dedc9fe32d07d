package biasfunctions

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// What is learned of a network.
const (
	learnBiases  = "biases"
	learnMask    = "mask"
	learnWeights = "weights" // and biases: all there is
)

// Objects of rng.Weights, beside those of the weights, by number of inputs.
const (
	drawBiases = 16
	drawScores = 24
)

// oftenSteps is after how many steps progress is told.
const oftenSteps = 64

// settings are how networks learn.
type settings struct {
	seed                    uint64
	steps, batch            int
	rateBiases, rateWeights float64 // of Adam in the first step; they fall linearly to 0
	scoreBound              float64
}

// frozen is what the networks of as many inputs begin with: weights and biases, of which a
// narrow one has the first.
type frozen struct {
	rate.ShallowWeights
	biases []float64
}

func (f frozen) first(units int) frozen {
	return frozen{f.ShallowWeights.First(units), f.biases[:units]}
}

// network is one that learns, or has learned.
type network struct {
	*rate.Shallow
	w    rate.Matrix
	team *matmul.Team
}

// outputs are y at points.
func (n *network) outputs(x rate.Matrix) []float64 {
	const rows = 256
	all := make([]float64, 0, x.Rows)
	for from := 0; from < x.Rows; from += rows {
		part := x
		part.Rows = min(rows, x.Rows-from)
		part.Data = x.Data[from*x.Stride:][:part.Rows*x.Stride]
		n.team.Mul(blas.NoTrans, blas.Trans, part, n.w, 0, n.Drive(part.Rows))
		all = append(all, n.Forward().Data...)
	}
	return all
}

// learn trains a network on points that are drawn anew in each step, uniform on the
// domain: it descends the mean squared error over all of it, and there is no training set
// to learn by heart. All networks of a seed and a number of inputs see the same points. done
// is told now and then what part of the steps is behind.
func learn(ctx context.Context, s settings, what string, f frozen, t target, team *matmul.Team, done func(part float64)) (*network, error) {
	n := &network{w: f.W, team: team}
	v := f.V
	if what == learnWeights {
		own := f.Clone()
		n.w, v = own.W, own.V
	}
	n.Shallow = rate.NewShallow(team, v, max(s.batch, 256))
	copy(n.B, f.biases)
	update := n.updates(s, what, t.inputs)

	x, d := matrix(s.batch, t.inputs), matrix(s.batch, 1)
	stream := rng.NewSource(s.seed, rng.Protocol, uint32(t.inputs)).Stream(0)
	for step := range s.steps {
		if step%oftenSteps == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			done(float64(step) / float64(s.steps))
		}
		for i := range x.Data {
			x.Data[i] = float64(2*stream.Float64()) - 1
		}
		team.Mul(blas.NoTrans, blas.Trans, x, n.w, 0, n.Drive(s.batch))
		for i, y := range n.Forward().Data {
			d.Data[i] = (y - t.at(x.Data[i*x.Stride:][:x.Cols])) / float64(s.batch)
		}
		update(x, d, 1-float64(step)/float64(s.steps))
	}
	return n, nil
}

// updates returns what learns from a batch, with a part of the rate.
func (n *network) updates(s settings, what string, inputs int) func(x, d rate.Matrix, part float64) {
	var update func(d rate.Matrix, part float64)
	switch what {
	case learnWeights:
		return n.LearnAll(s.rateWeights, n.w)
	case learnBiases:
		update = n.LearnBiases(s.rateBiases)
	default:
		update = n.LearnMask(s.rateBiases, rate.DrawUnits(s.seed, drawScores+uint32(inputs), len(n.B), s.scoreBound))
	}
	return func(_, d rate.Matrix, part float64) { update(d, part) }
}

// maskedByBiases replaces the gates of a network that has learned a mask by biases: each
// unit whose gate is 0 gets -(1 + Σ|w|), so that its input is below 0 wherever |x| ≤ 1. It
// returns how many units that are, and the greatest change of the output at points.
func (n *network) maskedByBiases(x rate.Matrix) (silenced int, change float64) {
	before := n.outputs(x)
	for j, g := range n.Gates {
		if g == 0 {
			silenced++
			n.B[j] = -1
			for _, w := range n.w.Data[j*n.w.Stride:][:n.w.Cols] {
				n.B[j] -= math.Abs(w)
			}
		}
	}
	n.Gates = nil
	for i, y := range n.outputs(x) {
		change = max(change, math.Abs(y-before[i]))
	}
	return silenced, change
}

// leastRatio is the part of the greatest singular value below which others are left out of
// least squares: rounding makes noise of them.
const leastRatio = 1e-12

// randomFeatures returns, for each target, the error of V learned alone: by least squares,
// of least norm where that leaves a choice, over a grid of points. Units that are silent on
// all of it, as rank 0 says, leave the function 0.
func randomFeatures(f frozen, these []target, team *matmul.Team) ([]Error, error) {
	inputs := f.W.Cols
	points, test := fittedGrid(inputs, f.W.Rows), measuredGrid(inputs)
	n := &network{Shallow: rate.NewShallow(team, f.V, 256), w: f.W, team: team}
	copy(n.B, f.biases)
	var factors mat.SVD
	if !factors.Factorize(n.activities(points), mat.SVDThin) {
		return nil, fmt.Errorf("bias-functions: no singular values of %d random features", f.W.Rows)
	}
	rank := factors.Rank(leastRatio)
	at := n.activities(test)
	var all []Error
	for _, t := range these {
		y := mat.NewVecDense(test.Rows, nil)
		if rank > 0 {
			var v mat.VecDense
			factors.SolveVecTo(&v, mat.NewVecDense(points.Rows, t.values(points)), rank)
			y.MulVec(at, &v)
		}
		all = append(all, errorOf(y.RawVector().Data, t.values(test)))
	}
	return all, nil
}

// activities has a row of h for each point.
func (n *network) activities(x rate.Matrix) *mat.Dense {
	h := mat.NewDense(x.Rows, n.w.Rows, nil)
	one := x
	one.Rows = 1
	for i := range x.Rows {
		one.Data = x.Data[i*x.Stride:][:x.Cols]
		n.team.Mul(blas.NoTrans, blas.Trans, one, n.w, 0, n.Drive(1))
		n.Forward()
		h.SetRow(i, n.Row(0))
	}
	return h
}
