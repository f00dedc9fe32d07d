package trials

import (
	"fmt"
	"slices"
	"sort"

	"github.com/apical-sim/apical/analysis"
)

// SumOf is [Aligned.Sum] of some neurons of a population, which need not be
// neighbours. The Aligned of the Sums is about these alone: its only population has
// the name of theirs, and they are 0, 1, … in it, in ascending order. Trials that are
// about none of them are not in it. The draws of [Sums.Cells] for a neuron follow from
// its number in it. Errors name a neuron that is not there or is
// given twice, or are [ErrNoTrials].
func (a *Aligned) SumOf(population int, neurons []int) (*Sums, error) {
	sorted := slices.Sorted(slices.Values(neurons))
	for i, n := range sorted {
		if err := a.checkNeurons(Neurons{Population: population, From: n, To: n + 1}); err != nil {
			return nil, err
		}
		if i > 0 && n == sorted[i-1] {
			return nil, fmt.Errorf("neuron %d of %q is given twice", n, a.Recording.Populations[population].Name)
		}
	}
	if len(sorted) == 0 {
		return nil, fmt.Errorf("no neurons: %w", ErrNoTrials)
	}
	some := a.restrict(population, sorted)
	return some.Sum(some.Population(0))
}

// restrict keeps what is about some neurons, given in ascending order.
func (a *Aligned) restrict(population int, neurons []int) *Aligned {
	rec := a.Recording
	rec.Populations = []analysis.Population{{Name: rec.Populations[population].Name, Size: len(neurons)}}
	some := &Aligned{Recording: rec, Design: a.Design, Skipped: a.Skipped, first: []int{0, len(neurons)}, start: []int{0}}
	lo := a.first[population]
	place := map[int32]int32{}
	for i, n := range neurons {
		place[int32(lo+n)] = int32(i)
	}
	for t, trial := range a.Trials {
		from, to := a.span(trial)
		from, to = sort.SearchInts(neurons, from-lo), sort.SearchInts(neurons, to-lo)
		if from == to {
			continue
		}
		trial.Neurons = Neurons{From: from, To: to}
		some.Trials = append(some.Trials, trial)
		for _, c := range a.cells[a.start[t]:a.start[t+1]] {
			if i, ok := place[c.neuron]; ok {
				c.neuron = i
				some.cells = append(some.cells, c)
			}
		}
		some.start = append(some.start, len(some.cells))
	}
	return some
}
