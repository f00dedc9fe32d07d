package trials

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/rng"
)

// DecodeOptions chooses how conditions are read from single trials.
type DecodeOptions struct {
	A, B string // the conditions
	// Response are the bins that are decoded from, cut into Parts of about equal
	// length, each of which gives regressors of its own; 0 stands for 1.
	Response Bins
	Parts    int
	// Folds of the cross-validation, >= 2; 0 stands for 5. Each condition needs that
	// many trials.
	Folds int
	// L2 is the penalty of the regression, λ in λ/2 |w|² + Σ log loss over the trials
	// that are learned from, > 0, for regressors of unit variance; 0 stands for 1.
	L2           float64
	Permutations Resampling
}

// Decoding says how well a condition can be told from some regressors.
type Decoding struct {
	Regressors string // their name; see [Decode]
	Count      int    // of regressors
	Accuracy   float64
	LogLoss    float64 // mean over trials, nats
	// Chance is after permutation of the conditions: means, and the range that
	// holds 95 % of the accuracies.
	ChanceAccuracy, ChanceLow, ChanceHigh, ChanceLogLoss float64
	P, PLogLoss                                          float64 // one-sided: better than chance
}

// The names of regressors, in the order in which Decode gives them.
const (
	DecodeFiringRate = "firing_rate"
	DecodeHalves     = "firing_rate_halves"
	DecodeEventRate  = "event_rate"
	DecodeFraction   = "burst_fraction"
	DecodeBoth       = "event_rate+burst_fraction"
)

// Decode reads conditions A and B from the trials by logistic regression, with
// cross-validation in folds that keep the share of the conditions. groups are the
// sums of the groups of neurons that regressors are of, one of each kind for each
// group and part of the response; they are of one Aligned, and every trial of A
// and B is about all of their neurons. Trials whose responses share time are an
// error: the spikes of one fold would be in another.
//
//	firing_rate                what one gets without demultiplexing
//	firing_rate_halves         the same spikes shared out at random to two regressors:
//	                           as many as event rate and burst fraction
//	event_rate
//	burst_fraction             (B+f)/(E+1), f the mean over all trials of both conditions
//	event_rate+burst_fraction
func Decode(ctx context.Context, groups []*Sums, opt DecodeOptions) ([]Decoding, error) {
	opt.Parts, opt.Folds = max(opt.Parts, 1), max(opt.Folds, 0)
	if opt.Folds == 0 {
		opt.Folds = 5
	}
	if opt.L2 == 0 {
		opt.L2 = 1
	}
	if len(groups) == 0 {
		return nil, errors.New("groups: none, want at least one")
	}
	s := groups[0]
	if err := opt.Response.check("response", s.bins); err != nil {
		return nil, err
	}
	switch n := opt.Response.To - opt.Response.From; {
	case opt.Parts > n:
		return nil, fmt.Errorf("parts: %d, want at most the %d bins of the response", opt.Parts, n)
	case opt.Folds < 2:
		return nil, fmt.Errorf("folds: %d, want at least 2", opt.Folds)
	case !(opt.L2 > 0):
		return nil, fmt.Errorf("penalty: %v, want > 0", opt.L2)
	}
	l, err := s.labels(opt.A, opt.B, opt.Permutations)
	if err != nil {
		return nil, err
	}
	if least := min(l.size(), len(l.trials)-l.size()); least < opt.Folds {
		return nil, fmt.Errorf("folds: %d, want at most the %d trials of the rarer condition", opt.Folds, least)
	}
	for _, g := range groups {
		if g.Aligned != s.Aligned {
			return nil, errors.New("groups: are of different alignments, want one")
		}
		for _, t := range l.trials {
			if g.observed[t] != int64(g.Neurons.To-g.Neurons.From) {
				return nil, fmt.Errorf("trial at %v s: is not about all neurons, want that of trials to decode from", s.Recording.Seconds(s.Trials[t].Onset))
			}
		}
	}
	for _, g := range groups {
		if n := g.Overlapping(opt.Response, opt.A, opt.B); n > 0 {
			return nil, fmt.Errorf("response: those of %d trials overlap, want them apart: what is learned from must not be what is told", n)
		}
	}
	sets := regressors(groups, l, opt)
	rows := len(l.rows)
	accuracy, loss := make([]float64, len(sets)*rows), make([]float64, len(sets)*rows)
	source := opt.Permutations.source(drawFolds)
	failed := make([]error, len(sets)*rows)
	err = opt.Permutations.each(ctx, rows, func() func(int) {
		fold := make([]int, len(l.trials))
		return func(i int) {
			stream := source.Stream(uint32(i))
			drawFold(&stream, l.rows[i], opt.Folds, fold)
			for k := range sets {
				at := k*rows + i
				accuracy[at], loss[at], failed[at] = crossValidate(sets[k].x, sets[k].count, l.rows[i], fold, opt)
			}
		}
	})
	if err = errors.Join(err, first(failed)); err != nil {
		return nil, err
	}
	var all []Decoding
	for k, set := range sets {
		a, b := accuracy[k*rows:(k+1)*rows], loss[k*rows:(k+1)*rows]
		d := Decoding{Regressors: set.name, Count: set.count, Accuracy: a[0], LogLoss: b[0],
			ChanceAccuracy: mean(a[1:]), ChanceLogLoss: mean(b[1:]), ChanceLow: math.NaN(), ChanceHigh: math.NaN()}
		d.P = pValue(a[0], func(i int) float64 { return a[i+1] }, rows-1)
		d.PLogLoss = pValue(1/b[0], func(i int) float64 { return 1 / b[i+1] }, rows-1)
		if rows > 1 {
			d.ChanceLow, d.ChanceHigh = middle(a[1:], 0.95)
		}
		all = append(all, d)
	}
	return all, nil
}

// first returns the first error that is not nil.
func first(all []error) error {
	i := slices.IndexFunc(all, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	return all[i]
}

// mean is NaN of nothing.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return quotient(sum, float64(len(x)))
}

// regressorSet is a matrix of trials by regressors, row after row.
type regressorSet struct {
	name  string
	count int
	x     []float64
}

// regressors makes all sets.
func regressors(groups []*Sums, l *labelling, opt DecodeOptions) []regressorSet {
	sets := []regressorSet{{name: DecodeFiringRate}, {name: DecodeHalves}, {name: DecodeEventRate}, {name: DecodeFraction}, {name: DecodeBoth}}
	add := func(set int, values ...float64) { sets[set].x = append(sets[set].x, values...) }
	part := func(k int) int { return opt.Response.From + k*(opt.Response.To-opt.Response.From)/opt.Parts }
	fractions := make([]float64, len(groups))
	for i, g := range groups {
		var sum analysis.Counts
		for _, t := range l.trials {
			sum.Add(g.Window(t, opt.Response.From, opt.Response.To))
		}
		if sum.Classified > 0 {
			fractions[i] = BurstFraction.Value(sum, 0)
		}
	}
	source := opt.Permutations.source(drawHalves)
	for _, t := range l.trials {
		stream := source.Stream(uint32(t))
		for i, g := range groups {
			for k := range opt.Parts {
				c := g.Window(t, part(k), part(k+1))
				f := (float64(c.ClassifiedBursts) + fractions[i]) / float64(c.Classified+1)
				half := heads(&stream, c.Spikes)
				add(0, float64(c.Spikes))
				add(1, float64(half), float64(c.Spikes-half))
				add(2, float64(c.Events))
				add(3, f)
				add(4, float64(c.Events), f)
			}
		}
	}
	for k := range sets {
		sets[k].count = len(sets[k].x) / len(l.trials)
	}
	return sets
}

// heads is the number of heads among n coins.
func heads(stream *rng.Stream, n int64) int64 {
	sum := 0
	for ; n > 0; n -= 64 {
		word := stream.Uint64()
		if n < 64 {
			word &= 1<<n - 1
		}
		sum += bits.OnesCount64(word)
	}
	return int64(sum)
}

// drawFold deals the trials of each condition out to folds.
func drawFold(stream *rng.Stream, inA []bool, folds int, fold []int) {
	dealt := 0
	for _, condition := range []bool{true, false} {
		var of []int
		for i, a := range inA {
			if a == condition {
				of = append(of, i)
			}
		}
		for k := len(of) - 1; k > 0; k-- {
			j := stream.Below(uint32(k + 1))
			of[k], of[j] = of[j], of[k]
		}
		for _, i := range of {
			fold[i] = dealt % folds
			dealt++
		}
	}
}
