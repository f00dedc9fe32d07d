package trials

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

// Prior makes a burst fraction of few events a number: (B+Bursts)/(E+Bursts+Singlets),
// where both are >= 0. The zero value leaves B/E as it is, which a trial without
// events does not have: such trials are left out and counted.
type Prior struct{ Bursts, Singlets float64 }

func (p Prior) check() error {
	if !(p.Bursts >= 0 && p.Singlets >= 0) || math.IsInf(p.Bursts+p.Singlets, 1) {
		return fmt.Errorf("prior: %v bursts and %v singlets, want numbers >= 0", p.Bursts, p.Singlets)
	}
	return nil
}

// value is a signal of one trial, up to a factor that all trials share. NaN if it
// has none.
func (p Prior) value(signal Signal, t analysis.Counts, observed int64) float64 {
	n, d := ratio(t, signal, observed)
	if signal == BurstFraction {
		return quotient(float64(n)+p.Bursts, float64(d)+p.Bursts+p.Singlets)
	}
	return quotient(float64(n), float64(d))
}

// ROCOptions chooses how single trials are told apart.
type ROCOptions struct {
	A, B string // the conditions
	// Window is the number of bins that a trial's values are of, >= 1. The window
	// slides by a bin.
	Window       int
	Prior        Prior
	Permutations Resampling
}

// ROC tells how well one signal of single trials tells conditions apart, within
// strata: trials of different sessions are not compared, since labels are permuted
// within sessions, and the area after permutation is to be ½ on average. Slices
// have a value for each place of the window, NaN where there is none; the k-th
// window begins at bin k.
type ROC struct {
	Signal Signal
	// AUC is the area below the receiver operating characteristic: the probability
	// that a trial of A has a greater value than one of B, ties counted half, over all
	// pairs of trials of the same stratum. NaN where there is no such pair.
	AUC []float64
	// ChanceLow and ChanceHigh hold 95 % of the areas after permutation.
	ChanceLow, ChanceHigh []float64
	P                     []float64 // of |AUC − ½|, two-sided, of the window alone
	PMax                  []float64 // corrected for all windows, by the largest of each permutation
	// DroppedA and DroppedB are how many trials had no event in the window.
	DroppedA, DroppedB []int
}

// ROC compares the trials of two conditions by each signal.
func (s *Sums) ROC(ctx context.Context, opt ROCOptions) ([]ROC, error) {
	if opt.Window < 1 || opt.Window > s.bins {
		return nil, fmt.Errorf("window: %d bins, want 1 to %d", opt.Window, s.bins)
	}
	if err := opt.Prior.check(); err != nil {
		return nil, err
	}
	l, err := s.labels(opt.A, opt.B, opt.Permutations)
	if err != nil {
		return nil, err
	}
	places := s.bins - opt.Window + 1
	all := make([]ROC, signals)
	for k := range all {
		all[k] = ROC{Signal: Signal(k), AUC: undefined(places), ChanceLow: undefined(places), ChanceHigh: undefined(places),
			P: undefined(places), PMax: undefined(places), DroppedA: make([]int, places), DroppedB: make([]int, places)}
	}
	drawn := make([]float64, signals*places*(len(l.rows)-1)) // |AUC − ½| by signal, place and labelling
	err = opt.Permutations.each(ctx, signals*places, func() func(int) {
		values, r := make([]float64, len(l.trials)), newRanker(l)
		return func(i int) {
			to, at := &all[i/places], i%places
			for k, t := range l.trials {
				values[k] = opt.Prior.value(to.Signal, s.Window(t, at, at+opt.Window), s.observed[t])
			}
			c := r.compare(values)
			to.AUC[at], to.ChanceLow[at], to.ChanceHigh[at], to.P[at] = c.auc, c.low, c.high, c.p
			to.DroppedA[at], to.DroppedB[at] = c.droppedA, c.droppedB
			for k, area := range r.areas[1:] {
				drawn[i*(len(l.rows)-1)+k] = math.Abs(area - 0.5)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for k := range all {
		n := len(l.rows) - 1
		all[k].correct(drawn[k*places*n:(k+1)*places*n], n)
	}
	return all, nil
}

// correct fills in PMax. drawn holds n labellings for each place.
func (r *ROC) correct(drawn []float64, n int) {
	largest := make([]float64, n)
	for at := range r.AUC {
		for i, x := range drawn[at*n : (at+1)*n] {
			if x > largest[i] { // NaN, of a place without values, is not
				largest[i] = x
			}
		}
	}
	for at, auc := range r.AUC {
		if !math.IsNaN(auc) {
			r.PMax[at] = pValue(math.Abs(auc-0.5), func(i int) float64 { return largest[i] }, n)
		}
	}
}

// ranker compares the values of trials by rank within strata, over all labellings.
type ranker struct {
	l     *labelling
	order []int
	// rank is twice the mean rank of each trial in its stratum, a whole number; 0 for
	// a trial without a value. has is 1 for those that have one.
	rank, has []int32
	// valued and inA are how many trials of each stratum have a value, and how many
	// of those are of A in a labelling.
	valued, inA []int64
	// a holds the trials of A in each labelling: to ask every trial is to branch on
	// what cannot be predicted, which takes 13 times as long.
	a     [][]int32
	areas []float64 // by labelling
	// sorted is memory to sort them in: which labelling an area is of matters.
	sorted []float64
}

func newRanker(l *labelling) *ranker {
	return &ranker{l: l, a: l.members(), rank: make([]int32, len(l.trials)), has: make([]int32, len(l.trials)), areas: make([]float64, len(l.rows)), valued: make([]int64, l.strata), inA: make([]int64, l.strata)}
}

// rankTest is the area below the curve with what chance gives.
type rankTest struct {
	auc, low, high, p  float64
	droppedA, droppedB int
}

// compare tests values, in the order of the labelling's trials; those that are
// NaN are left out.
func (r *ranker) compare(values []float64) rankTest {
	r.order = r.order[:0]
	clear(r.valued)
	for i, v := range values {
		r.rank[i], r.has[i] = 0, 0
		if !math.IsNaN(v) {
			r.order = append(r.order, i)
			r.has[i] = 1
			r.valued[r.l.stratum[i]]++
		}
	}
	slices.SortFunc(r.order, func(i, j int) int {
		switch a, b := r.l.stratum[i], r.l.stratum[j]; {
		case a != b:
			return a - b
		case values[i] < values[j]:
			return -1
		case values[i] > values[j]:
			return 1
		}
		return i - j
	})
	first := 0 // of the stratum
	for from := 0; from < len(r.order); {
		stratum := r.l.stratum[r.order[from]]
		if from > 0 && r.l.stratum[r.order[from-1]] != stratum {
			first = from
		}
		to := from
		for to < len(r.order) && r.l.stratum[r.order[to]] == stratum && values[r.order[to]] == values[r.order[from]] {
			to++
		}
		for _, i := range r.order[from:to] {
			r.rank[i] = int32(from + 1 + to - 2*first) // twice the mean of the ranks that tie
		}
		from = to
	}
	c := rankTest{auc: math.NaN(), low: math.NaN(), high: math.NaN(), p: math.NaN()}
	for i, inA := range r.l.rows[0] {
		switch {
		case r.has[i] == 1:
		case inA:
			c.droppedA++
		default:
			c.droppedB++
		}
	}
	for k := range r.areas {
		r.areas[k] = r.area(r.a[k])
	}
	c.auc = r.areas[0]
	if math.IsNaN(c.auc) {
		return c
	}
	// A labelling that leaves a condition without values says nothing.
	drawn := r.areas[1:]
	for i := range drawn {
		if math.IsNaN(drawn[i]) {
			drawn[i] = 0.5
		}
	}
	c.p = pValue(math.Abs(c.auc-0.5), func(i int) float64 { return math.Abs(drawn[i] - 0.5) }, len(drawn))
	if len(drawn) > 0 {
		r.sorted = append(r.sorted[:0], drawn...)
		c.low, c.high = middle(r.sorted, 0.95)
	}
	return c
}

// area is Mann and Whitney's U over the number of pairs, of the trials of A, both
// added over strata.
func (r *ranker) area(inA []int32) float64 {
	clear(r.inA)
	var sum int64
	for _, i := range inA {
		sum += int64(r.rank[i])
		r.inA[r.l.stratum[i]] += int64(r.has[i])
	}
	var pairs int64
	for s, a := range r.inA {
		sum -= a * (a + 1)
		pairs += a * (r.valued[s] - a)
	}
	return quotient(float64(sum), 2*float64(pairs))
}
