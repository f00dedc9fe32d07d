package trials

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

// CellOptions chooses how single neurons are tested.
type CellOptions struct {
	// Baseline and Response are the bins that are compared.
	Baseline, Response Bins
	// Condition restricts the test to the trials of a condition; empty stands for
	// all.
	Condition string
	// FDR is the expected share of false ones among the neurons that are called
	// responsive, in (0, 1); 0 stands for 0.05.
	FDR float64
	// A and B are conditions that each neuron's areas below the ROC compare in the
	// response; both empty for none.
	A, B  string
	Prior Prior
	// Permutations are those of signs and of labels.
	Permutations Resampling
}

// Cell is what is known of one neuron.
type Cell struct {
	Neuron             int // within its population
	Trials             int
	Baseline, Response analysis.Counts
	FiringRate         Responsiveness // Change in Hz
	BurstFraction      Responsiveness
	// AUC has a value for each signal, NaN unless asked for or where a condition
	// has no value; AUCP are the p values.
	AUC, AUCP [signals]float64
}

// Responsiveness is the change of a signal from baseline to response.
type Responsiveness struct {
	Change float64
	P      float64 // two-sided; NaN where the signal has no value in one of both
	Q      float64 // the least false discovery rate at which it is called a response
	Class  ResponseClass
}

// ResponseClass says what a neuron does.
type ResponseClass uint8

// The classes, named as in files.
const (
	Untested ResponseClass = iota // the signal has no value
	Unresponsive
	On  // more in the response than in the baseline
	Off // less
)

// String returns the name in files.
func (c ResponseClass) String() string { return ResponseClassNames()[c] }

// ResponseClassNames are the names of all classes, in the order of their values.
func ResponseClassNames() []string { return []string{"untested", "unresponsive", "on", "off"} }

// Cells tests the neurons one by one, over the trials that are about each.
//
// The firing rate's test joins the baseline and the response of each trial to a
// circle, cuts it into blocks as long as the greatest common divisor of both
// lengths, turns each trial's circle by some blocks, at random or in all ways, and
// compares the sum of the changes from what then is the baseline to what then is
// the response. It is exact where nothing responds and the blocks of a trial are
// exchangeable: for spikes or bursts at any rate that differs from trial to trial
// but not within one. Windows of one length have two blocks, and turning flips the
// sign of the change. With windows of different lengths that alone would not do:
// the change of few spikes is then skewed, and its sign is not exchangeable. A rate
// that drifts slowly within trials is taken for a response a little too often. The
// burst fraction's is Fisher's exact test of bursts and singlets in both windows,
// which is the permutation of classes among a neuron's events: it depends on the
// number of events but not on whether that changes, where exchanging windows
// would take a change of event rate for one of the burst fraction. It takes
// events for independent. Q values are those of Benjamini & Hochberg (1995, doi
// 10.1111/j.2517-6161.1995.tb02031.x), for each signal over all neurons tested.
func (s *Sums) Cells(ctx context.Context, opt CellOptions) ([]Cell, error) {
	if opt.FDR == 0 {
		opt.FDR = 0.05
	}
	if !(opt.FDR > 0 && opt.FDR < 1) {
		return nil, fmt.Errorf("false discovery rate: %v, want a number between 0 and 1", opt.FDR)
	}
	if opt.Permutations.Draws < 1 {
		return nil, fmt.Errorf("permutations: %d, want at least one", opt.Permutations.Draws)
	}
	for what, b := range map[string]Bins{"baseline": opt.Baseline, "response": opt.Response} {
		if err := b.check(what, s.bins); err != nil {
			return nil, err
		}
	}
	if err := opt.Prior.check(); err != nil {
		return nil, err
	}
	var of []int
	for t := range s.Trials {
		if s.observed[t] > 0 && (opt.Condition == "" || s.Trials[t].Condition == opt.Condition) {
			of = append(of, t)
		}
	}
	if len(of) == 0 {
		return nil, fmt.Errorf("condition %q: has no trials, want one of %q", opt.Condition, s.Conditions())
	}
	var l *labelling
	if opt.A != "" || opt.B != "" {
		var err error
		if l, err = s.labels(opt.A, opt.B, opt.Permutations); err != nil {
			return nil, err
		}
	}
	cells := make([]Cell, s.Neurons.To-s.Neurons.From)
	err := opt.Permutations.each(ctx, len(cells), func() func(int) {
		circle := newCircle(opt)
		var values []float64
		var r *ranker
		if l != nil {
			values, r = make([]float64, len(l.trials)), newRanker(l)
		}
		return func(i int) {
			c := &cells[i]
			c.Neuron = s.Neurons.From + i
			s.respond(c, of, opt, circle)
			for signal := range Signal(signals) {
				c.AUC[signal], c.AUCP[signal] = math.NaN(), math.NaN()
				if l == nil {
					continue
				}
				for k, t := range l.trials {
					values[k] = math.NaN()
					if s.about(t, c.Neuron) {
						values[k] = opt.Prior.value(signal, s.cellWindow(t, c.Neuron, opt.Response), 1)
					}
				}
				test := r.compare(values)
				c.AUC[signal], c.AUCP[signal] = test.auc, test.p
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, signal := range []func(*Cell) *Responsiveness{
		func(c *Cell) *Responsiveness { return &c.FiringRate },
		func(c *Cell) *Responsiveness { return &c.BurstFraction },
	} {
		classify(cells, signal, opt.FDR)
	}
	return cells, nil
}

// about reports whether a trial is about a neuron of the population.
func (s *Sums) about(trial, neuron int) bool {
	n := s.first[s.Neurons.Population] + neuron
	return n >= s.from[trial] && n < s.to[trial]
}

// cellWindow adds the counts of a neuron in some bins of a trial.
func (s *Sums) cellWindow(trial, neuron int, bins Bins) analysis.Counts {
	var sum analysis.Counts
	all := s.cells[s.start[trial]:s.start[trial+1]]
	n := s.first[s.Neurons.Population] + neuron
	for _, c := range all[firstOf(all, n):] {
		if int(c.neuron) != n {
			break
		}
		if int(c.bin) >= bins.From && int(c.bin) < bins.To {
			sum.Add(c.all())
		}
	}
	return sum
}

// fisher is the two-sided p value of b1 bursts in e1 events against b2 in e2: the
// probability of all tables with the same margins that are at most as likely.
func fisher(b1, e1, b2, e2 int64) float64 {
	bursts, events := b1+b2, e1+e2
	least, most := max(0, bursts-e2), min(bursts, e1)
	logP := func(k int64) float64 {
		return logChoose(e1, k) + logChoose(e2, bursts-k) - logChoose(events, bursts)
	}
	limit := logP(b1) + 1e-7 // tables as likely as the observed one, to rounding
	p := 0.0
	for k := least; k <= most; k++ {
		if l := logP(k); l <= limit {
			p += math.Exp(l)
		}
	}
	return min(p, 1)
}

// logChoose is the logarithm of a binomial coefficient.
func logChoose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// classify fills in q values and classes of a signal.
func classify(cells []Cell, signal func(*Cell) *Responsiveness, fdr float64) {
	var tested []*Responsiveness
	for i := range cells {
		r := signal(&cells[i])
		r.Q = math.NaN()
		if !math.IsNaN(r.P) {
			tested = append(tested, r)
		}
	}
	slices.SortStableFunc(tested, func(a, b *Responsiveness) int {
		switch {
		case a.P < b.P:
			return -1
		case a.P > b.P:
			return 1
		}
		return 0
	})
	least := 1.0
	for i := len(tested) - 1; i >= 0; i-- {
		r := tested[i]
		least = min(least, r.P*float64(len(tested))/float64(i+1))
		r.Q, r.Class = least, Unresponsive
		switch {
		case r.Q <= fdr && r.Change > 0:
			r.Class = On
		case r.Q <= fdr && r.Change < 0:
			r.Class = Off
		}
	}
}

// CrossTable counts neurons by the classes of firing rate and burst fraction:
// table[rate][fraction].
func CrossTable(cells []Cell) (table [4][4]int) {
	for i := range cells {
		table[cells[i].FiringRate.Class][cells[i].BurstFraction.Class]++
	}
	return table
}
