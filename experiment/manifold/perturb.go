package manifold

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/combin"

	"github.com/apical-sim/apical/internal/rng"
)

// perturb lists all permutations of the modes and draws those of the units, and takes of
// each family the one whose loss of each target is nearest to the median of all.
func (s *Start) perturb(c Config) {
	v := matrix(outputs, c.Units)
	losses := make([][]float64, c.Inputs) // by target, of all candidates
	try := func(decoder blas64.General) []float64 {
		each := make([]float64, c.Inputs)
		s.Network.Loss(decoder, each)
		for k, l := range each {
			losses[k] = append(losses[k], l)
		}
		return each
	}
	var within, outside [][]float64
	orders := combin.Permutations(c.Modes, c.Modes)
	for _, order := range orders {
		within = append(within, try(s.within(order)))
	}
	order := make([]int, c.Units)
	for i := range c.Outside {
		permutation(c.Seed, i, order)
		permuteColumns(v, s.Decoder, order)
		outside = append(outside, try(v))
	}
	for _, l := range losses {
		s.Median = append(s.Median, median(l))
	}
	i, d := nearest(within, s.Median)
	s.Within = Perturbation{Decoder: s.within(orders[i]), Order: orders[i], Loss: within[i], Distance: d, Candidates: len(within)}
	i, d = nearest(outside, s.Median)
	permutation(c.Seed, i, order)
	permuteColumns(v, s.Decoder, order)
	s.Outside = Perturbation{Decoder: v, Order: order, Loss: outside[i], Distance: d, Candidates: len(outside)}
}

// within is D P C: row i of P C is row order[i] of C.
func (s *Start) within(order []int) blas64.General {
	modes, n := s.Modes.Dims()
	permuted := mat.NewDense(modes, n, nil)
	for i, from := range order {
		permuted.SetRow(i, s.Modes.RawRowView(from))
	}
	return product(s.Map, permuted)
}

// permuteColumns sets column j of to to column order[j] of from.
func permuteColumns(to, from blas64.General, order []int) {
	for i := range from.Rows {
		r, f := row(to, i), row(from, i)
		for j, k := range order {
			r[j] = f[k]
		}
	}
}

// permutation draws the i-th permutation of a seed, each as likely (Fisher and Yates).
func permutation(seed uint64, i int, order []int) {
	stream := rng.NewSource(seed, rng.Perturbation, 0).Stream(uint32(i))
	for j := range order {
		order[j] = j
	}
	for j := len(order) - 1; j > 0; j-- {
		k := stream.Below(uint32(j + 1))
		order[j], order[k] = order[k], order[j]
	}
}

// nearest is the index of the candidate that is nearest to the median, the first of
// several, and its distance.
func nearest(candidates [][]float64, median []float64) (best int, least float64) {
	least = math.Inf(1)
	for i, each := range candidates {
		sum := 0.0
		for k, l := range each {
			sum += (l - median[k]) * (l - median[k])
		}
		if d := math.Sqrt(sum); d < least {
			best, least = i, d
		}
	}
	return best, least
}

// median of x, which it sorts.
func median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}
