package rate

import (
	"math"

	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// FeedbackCorrelation measures how linear the path is by which the output tells hidden
// layers, one value from 0 to 1 for each of these: the correlation, over random
// perturbations of the output's burst probabilities, of the change of a layer's burst
// probabilities with the changes at the output. (Payeur et al. 2021 show such
// correlations over 1000 perturbations in Extended Data Fig. 7.) A linear path carries
// an error of any direction and size alike; where dendrites saturate, a part of what
// arrives is no longer told from others.
//
// For each example of x, perturbations p_t = p (1 + ξ_k) of the output units k, with ξ
// normal of mean 0 and standard deviation sd, are fed back with everything else as it
// is. The change Δ_j = p_t − p of each hidden unit j (without burst probabilities: its
// signal d) is fitted by c_j + Σ_k a_jk ξ_k, least squares over the perturbations. The
// result is the coefficient of multiple correlation,
//
//	R² = 1 − Σ (Δ_j − fit)² / Σ (Δ_j − mean of Δ_j)²
//
// over perturbations, units of the layer and examples. Nothing that is linear has less
// than 1; noise alone would have √(classes/perturbations). NaN: nothing changes. With sd
// below ⅓ few p_t are negative.
//
// Perturbations are drawn from the network's seed: all measurements have the same. A
// rule without feedback gives nil. It panics as [Network.Forward] does, or unless there
// are examples, more perturbations than classes and 1, and sd > 0.
func (n *Network) FeedbackCorrelation(x Matrix, perturbations int, sd float64) []float64 {
	classes := n.config.Classes
	if x.Rows == 0 || perturbations < classes+2 || !(sd > 0) {
		panic("rate: a correlation needs examples, more perturbations than classes and 1, and sd > 0")
	}
	if n.config.Feedback == None {
		return nil
	}
	fits := make([]fit, len(n.layers)-1)
	for k := range fits {
		fits[k] = newFit(classes+1, n.layers[k].Unit().E.Cols, n.config.Batch)
	}
	xi := newMatrix(n.config.Batch, classes+1)
	copies := newMatrix(n.config.Batch, x.Cols)
	for example := range x.Rows {
		stream := rng.NewSource(n.config.Seed, rng.Perturbation, 0).Stream(uint32(example))
		normal := distuv.Normal{Sigma: sd, Src: &stream}
		for i := range copies.Rows {
			copy(row(copies, i), row(x, example))
		}
		for done := 0; done < perturbations; {
			rows := min(n.config.Batch, perturbations-done)
			e, part := n.Forward(first(copies, rows)), first(xi, rows)
			for i := range rows {
				to, delta := row(part, i), row(n.delta, i)
				to[classes] = 1 // by which c is multiplied
				for k, rate := range row(e, i) {
					to[k] = normal.Rand()
					delta[k] = rate * to[k] // rules make p (1 + δ/e) of it
				}
			}
			n.feedBack(nil)
			for k := range fits {
				fits[k].add(n, part, n.layers[k].Unit())
			}
			done += rows
		}
		for k := range fits {
			fits[k].finish()
		}
	}
	r := make([]float64, len(fits))
	for k := range r {
		r[k] = math.Sqrt(max(0, 1-fits[k].residual/fits[k].total))
	}
	return r
}

// fit is a linear regression of the changes of a layer's units, from sums over
// perturbations.
type fit struct {
	n      int
	change Matrix // of the units, perturbations × units
	// inputs are Σ ξ ξᵀ, products Σ ξ Δᵀ, squares Σ Δ², the constant being the last ξ.
	inputs, products Matrix
	squares          []float64
	// residual and total are the sums of squares of examples that are finished.
	residual, total float64
}

func newFit(inputs, units, batch int) fit {
	return fit{change: newMatrix(batch, units), inputs: newMatrix(inputs, inputs),
		products: newMatrix(inputs, units), squares: make([]float64, units)}
}

func (f *fit) add(n *Network, xi Matrix, u *Units) {
	change := first(f.change, xi.Rows)
	for i := range xi.Rows {
		to := row(change, i)
		copy(to, row(u.D, i))
		if u.P.Data != nil {
			p := row(u.P, i)
			for j, with := range row(u.PT, i) {
				to[j] = with - p[j]
			}
		}
		for j, v := range to {
			f.squares[j] += float64(v * v)
		}
	}
	n.team.Mul(blas.Trans, blas.NoTrans, xi, xi, 1, f.inputs)
	n.team.Mul(blas.Trans, blas.NoTrans, xi, change, 1, f.products)
	f.n += xi.Rows
}

// finish solves for the example that was added, and begins another.
func (f *fit) finish() {
	var (
		solver   mat.Cholesky
		solution mat.Dense
		products = mat.NewDense(f.products.Rows, f.products.Cols, f.products.Data)
	)
	// Perturbations are more than inputs and independent, so the sums are definite.
	if !solver.Factorize(mat.NewSymDense(f.inputs.Rows, f.inputs.Data)) {
		panic("rate: perturbations are not independent")
	}
	if err := solver.SolveTo(&solution, products); err != nil {
		panic(err)
	}
	sums := row(f.products, f.products.Rows-1)
	for j, squares := range f.squares {
		explained := 0.0
		for k := range f.products.Rows {
			explained += float64(solution.At(k, j) * f.products.Data[k*f.products.Stride+j])
		}
		f.residual += max(0, squares-explained)
		f.total += max(0, squares-float64(sums[j]*sums[j])/float64(f.n))
	}
	f.n = 0
	clear(f.inputs.Data)
	clear(f.products.Data)
	clear(f.squares)
}
