package trials

import (
	"errors"
	"fmt"

	"github.com/apical-sim/apical/analysis"
)

// Sums holds counts added over neurons: one Counts a trial and bin.
type Sums struct {
	*Aligned
	Neurons Neurons
	bins    int
	counts  []analysis.Counts // of trial t in bin b: t*bins + b
	// observed is how many of the neurons each trial is about, and from and to
	// which, counted over all populations.
	observed []int64
	from, to []int
}

// ErrNoTrials: there are neurons that no trial is about.
var ErrNoTrials = errors.New("no trial is about them")

// Sum adds the counts of neurons. Errors name what is no range of neurons, or are
// [ErrNoTrials].
func (a *Aligned) Sum(n Neurons) (*Sums, error) {
	if err := a.checkNeurons(n); err != nil {
		return nil, err
	}
	s := &Sums{Aligned: a, Neurons: n, bins: a.Design.Bins()}
	s.counts = make([]analysis.Counts, len(a.Trials)*s.bins)
	s.observed, s.from, s.to = make([]int64, len(a.Trials)), make([]int, len(a.Trials)), make([]int, len(a.Trials))
	lo, hi := a.first[n.Population]+n.From, a.first[n.Population]+n.To
	seen := int64(0)
	for t := range a.Trials {
		from, to := a.span(a.Trials[t])
		from, to = max(from, lo), min(to, hi)
		s.from[t], s.to[t] = from, max(from, to)
		s.observed[t] = int64(s.to[t] - s.from[t])
		seen += s.observed[t]
		row := s.counts[t*s.bins : (t+1)*s.bins]
		for _, c := range s.cellsOf(t) {
			row[c.bin].Add(c.all())
		}
	}
	if seen == 0 {
		return nil, fmt.Errorf("neurons %d to %d of %q: %w", n.From, n.To-1, a.Recording.Populations[n.Population].Name, ErrNoTrials)
	}
	return s, nil
}

// Population is all neurons of a population.
func (a *Aligned) Population(p int) Neurons {
	return Neurons{Population: p, To: a.Recording.Populations[p].Size}
}

// cellsOf returns the cells of a trial, cut to the neurons.
func (s *Sums) cellsOf(t int) []cell {
	all := s.cells[s.start[t]:s.start[t+1]]
	return all[firstOf(all, s.from[t]):firstOf(all, s.to[t])]
}

// firstOf finds the first cell of a neuron, or of one after it.
func firstOf(cells []cell, neuron int) int {
	lo, hi := 0, len(cells)
	for lo < hi {
		if mid := (lo + hi) / 2; int(cells[mid].neuron) < neuron {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// At is what was counted in a trial, by its place in Aligned.Trials, and a bin.
func (s *Sums) At(trial, bin int) analysis.Counts { return s.counts[trial*s.bins+bin] }

// Window adds the counts of a trial over the bins [from, to).
func (s *Sums) Window(trial, from, to int) analysis.Counts {
	var sum analysis.Counts
	for _, t := range s.counts[trial*s.bins+from : trial*s.bins+to] {
		sum.Add(t)
	}
	return sum
}

// seconds is the length of so many bins.
func (a *Aligned) seconds(bins int) float64 { return a.Recording.Seconds(int64(bins) * a.Design.Bin) }

// BinStart is where a bin begins, in s from the onset.
func (a *Aligned) BinStart(bin int) float64 {
	return a.Recording.Seconds(a.Design.From + int64(bin)*a.Design.Bin)
}

// Of returns the places in Trials of those of a condition that are about any of
// the neurons, in ascending order.
func (s *Sums) Of(condition string) []int {
	var found []int
	for t := range s.Trials {
		if s.Trials[t].Condition == condition && s.observed[t] > 0 {
			found = append(found, t)
		}
	}
	return found
}

// Complete reports whether all trials of a condition that are about any of the
// neurons are about all of them, as decoding wants it.
func (s *Sums) Complete(condition string) bool {
	for _, t := range s.Of(condition) {
		if s.observed[t] != int64(s.Neurons.To-s.Neurons.From) {
			return false
		}
	}
	return true
}

// Conditions are all that occur, in the order of the alphabet.
func (a *Aligned) Conditions() []string {
	var names []string
	for _, t := range a.Trials {
		names = append(names, t.Condition)
	}
	return unique(names)
}

// Bins are the bins [From, To) of a window around the onset.
type Bins struct{ From, To int }

// BinsOf returns the bins of a window around the onset, in steps, which must lie
// within that of the design and at the edges of bins.
func (d Design) BinsOf(from, to int64) (Bins, error) {
	switch {
	case from >= to:
		return Bins{}, fmt.Errorf("from %d to %d steps, want from < to", from, to)
	case from < d.From || to > d.To:
		return Bins{}, fmt.Errorf("from %d to %d steps, want it within the window, %d to %d", from, to, d.From, d.To)
	case (from-d.From)%d.Bin != 0 || (to-d.From)%d.Bin != 0:
		return Bins{}, fmt.Errorf("from %d to %d steps, want multiples of the bin, %d", from, to, d.Bin)
	}
	return Bins{int((from - d.From) / d.Bin), int((to - d.From) / d.Bin)}, nil
}

// Onset is the first bin at or after the onset; the number of bins if there is
// none.
func (d Design) Onset() int { return int(min(max(-d.From, 0)/d.Bin, int64(d.Bins()))) }

// check rejects bins that the window does not have.
func (b Bins) check(what string, bins int) error {
	if b.From < 0 || b.To <= b.From || b.To > bins {
		return fmt.Errorf("%s: bins %d to %d, want some of 0 to %d", what, b.From, b.To-1, bins-1)
	}
	return nil
}
