package information

import "github.com/apical-sim/apical/analysis"

// Bins count the spikes, events and bursts of populations in the bins of a grid.
// Events and bursts belong to the bin of the event's first spike, so that no bin
// has more bursts than events.
type Bins struct {
	Grid        Grid
	Populations []analysis.Population
	spikes      []Series // by population
	events      []Series // all but those that may continue a burst of before the recording
	bursts      []Series
	classified  []Series // events of which a fraction is made, see [analysis.Event.Classified]
	fractional  []Series // the bursts among them
	near        int      // the stretch of the last spike
}

// NewBins counts nothing yet.
func NewBins(g Grid, populations []analysis.Population) *Bins {
	b := &Bins{Grid: g, Populations: populations}
	for _, of := range []*[]Series{&b.spikes, &b.events, &b.bursts, &b.classified, &b.fractional} {
		for range populations {
			*of = append(*of, g.Series())
		}
	}
	return b
}

// AddSpikes counts a batch of spikes. Those outside of the grid are left out.
func (b *Bins) AddSpikes(batch analysis.Batch) {
	for i, step := range batch.Steps {
		if stretch, bin, ok := b.place(step); ok {
			b.spikes[batch.Populations[i]][stretch][bin]++
		}
	}
}

// AddEvents counts events, in any order. Those outside of the grid are left out.
func (b *Bins) AddEvents(events []analysis.Event) {
	for _, e := range events {
		stretch, bin, ok := b.place(e.Step)
		if !ok || e.Class == analysis.LeftCensored {
			continue
		}
		b.events[e.Population][stretch][bin]++
		if e.Class == analysis.Burst {
			b.bursts[e.Population][stretch][bin]++
		}
		if !e.Classified() {
			continue
		}
		b.classified[e.Population][stretch][bin]++
		if e.Class == analysis.Burst {
			b.fractional[e.Population][stretch][bin]++
		}
	}
}

// place finds the bin of a step.
func (b *Bins) place(step int64) (stretch, bin int, ok bool) {
	stretch = b.Grid.find(step, b.near)
	if stretch < 0 {
		return 0, 0, false
	}
	b.near = stretch
	return stretch, int((step - b.Grid.Stretches[stretch].From) / b.Grid.Bin), true
}

// Totals are the numbers of spikes, events and bursts of a population in the grid.
func (b *Bins) Totals(population int) (spikes, events, bursts int64) {
	return int64(b.spikes[population].sum()), int64(b.events[population].sum()), int64(b.bursts[population].sum())
}
