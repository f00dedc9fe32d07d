package information

import "github.com/apical-sim/apical/analysis"

// Counts are the spikes, events and bursts of populations in the bins of a grid.
// Events and bursts are counted in the bin of the event's first spike, so that no
// bin has more bursts than events.
type Counts struct {
	Grid        Grid
	Populations []analysis.Population
	spikes      []Series // by population
	events      []Series // all but those that may continue a burst of before the recording
	known       []Series // singlets and bursts: those whose class is known
	bursts      []Series
	near        int // where a spike was found
}

// NewCounts counts nothing yet.
func NewCounts(g Grid, populations []analysis.Population) *Counts {
	c := &Counts{Grid: g, Populations: populations}
	for range populations {
		c.spikes = append(c.spikes, g.Series())
		c.events = append(c.events, g.Series())
		c.known = append(c.known, g.Series())
		c.bursts = append(c.bursts, g.Series())
	}
	return c
}

// AddSpikes counts a batch of spikes. Those outside of the grid are left out.
func (c *Counts) AddSpikes(b analysis.Batch) {
	for i, step := range b.Steps {
		if stretch, bin, ok := c.place(step); ok {
			c.spikes[b.Populations[i]][stretch][bin]++
		}
	}
}

// AddEvents counts events, in any order. Those outside of the grid are left out.
func (c *Counts) AddEvents(events []analysis.Event) {
	for _, e := range events {
		stretch, bin, ok := c.place(e.Step)
		if !ok || e.Class == analysis.LeftCensored {
			continue
		}
		c.events[e.Population][stretch][bin]++
		if e.Class == analysis.RightCensored {
			continue
		}
		c.known[e.Population][stretch][bin]++
		if e.Class == analysis.Burst {
			c.bursts[e.Population][stretch][bin]++
		}
	}
}

// place finds the bin of a step.
func (c *Counts) place(step int64) (stretch, bin int, ok bool) {
	stretch = c.Grid.find(step, c.near)
	if stretch < 0 {
		return 0, 0, false
	}
	c.near = stretch
	return stretch, int((step - c.Grid.Stretches[stretch].From) / c.Grid.Bin), true
}

// Totals are the numbers of spikes, events and bursts of a population in the grid.
func (c *Counts) Totals(population int) (spikes, events, bursts int64) {
	return c.spikes[population].total(), c.events[population].total(), c.bursts[population].total()
}

func (s Series) total() int64 {
	sum := 0.0
	for _, stretch := range s {
		for _, v := range stretch {
			sum += v
		}
	}
	return int64(sum)
}
