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
func (s *Start) perturb(c Config, watch Watch) error {
	v := matrix(outputs, c.Units)
	losses := make([][]float64, c.Inputs) // by target, of all candidates: those within first
	each := make([]float64, c.Inputs)
	try := func(decoder blas64.General) error {
		s.Network.Loss(decoder, each)
		for k, l := range each {
			losses[k] = append(losses[k], l)
		}
		return watch.step()
	}
	orders := combin.Permutations(c.Modes, c.Modes)
	for _, order := range orders {
		if err := try(s.within(order)); err != nil {
			return err
		}
	}
	order := make([]int, c.Units)
	for i := range c.Outside {
		permutation(c.Seed, i, order)
		permuteColumns(v, s.Decoder, order)
		if err := try(v); err != nil {
			return err
		}
	}
	for _, l := range losses {
		s.Median = append(s.Median, median(slices.Clone(l)))
	}
	within := len(orders)
	s.Within = nearest(losses, 0, within, s.Median)
	s.Within.Order = orders[s.Within.index]
	s.Within.Decoder = s.within(s.Within.Order)
	s.Outside = nearest(losses, within, within+c.Outside, s.Median)
	permutation(c.Seed, s.Outside.index, order)
	permuteColumns(v, s.Decoder, order)
	s.Outside.Order, s.Outside.Decoder = order, v
	return nil
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
	rng.Shuffle(&stream, order)
}

// nearest is the candidate of those from first to before last that is nearest to the
// median, the first of several: its losses and its place among them.
func nearest(losses [][]float64, first, last int, median []float64) Perturbation {
	p := Perturbation{Distance: math.Inf(1), Candidates: last - first}
	for i := first; i < last; i++ {
		sum := 0.0
		for k, m := range median {
			sum += (losses[k][i] - m) * (losses[k][i] - m)
		}
		if d := math.Sqrt(sum); d < p.Distance {
			p.index, p.Distance = i-first, d
		}
	}
	for _, l := range losses {
		p.Loss = append(p.Loss, l[first+p.index])
	}
	return p
}

// median of x, which it sorts.
func median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}
