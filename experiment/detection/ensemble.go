package detection

import "github.com/apical-sim/apical/experiment"

// firing is what makes the spikes of all cells alike, with times in steps.
type firing struct {
	intervals intervals // within a burst
	goesOn    float64   // c: probability that a burst of n >= 2 spikes has another, [0, 1)
	silence   int       // R: least interval between the last spike of an event and the next event
	threshold int       // of the analysis: the longest interval that it takes for one within a burst
}

// extra is the mean number of spikes of a burst beyond its first: 1/(1−c).
func (f *firing) extra() float64 { return 1 / (1 - f.goesOn) }

// course is what a cell does on average around the beginning of a trial, step by
// step, as multiples of the event rate that it has before. All of it is exact: the
// mean over infinitely many trials of the process that [sampler] draws.
//
//	later[k] = Σ_n f_n (events[k−n] probability[k−n] + c later[k−n])
//
// are the spikes of bursts beyond their first, where f_n is the probability of an
// interval of n steps. Bursts may hold intervals beyond the threshold of the
// analysis, which takes the spike after it for a new event. seenEvents and
// seenBursts are what it sees, each at the first spike of the event; where no
// interval is that long they are events and events × probability.
type course struct {
	events, probability, later []float64
	seenEvents, seenBursts     []float64
}

// spikes is the firing rate at a step.
func (c *course) spikes(k int) float64 { return c.events[k] + c.later[k] }

// newCourse returns the course over the steps of the burst probabilities given,
// before which they were what they are first. events gives the event rates; nil
// asks for those that keep the firing rate constant: the events that remain when
// the spikes of bursts begun before are taken away. These are never fewer than none:
// with F the firing rate, what begins or goes on is events·probability + c·later <=
// events + later = F, and later is a mean of that.
func newCourse(f *firing, probability, events []float64) course {
	n := len(probability)
	c := course{probability: probability, events: make([]float64, n), later: make([]float64, n),
		seenEvents: make([]float64, n), seenBursts: make([]float64, n)}
	before := probability[0]         // bursts for each step, long before
	rest := before * f.extra()       // later spikes, long before
	begun := make([]float64, n)      // bursts at each step, and bursts that go on
	longest := f.intervals.last()    // of intervals
	starts := before + f.goesOn*rest // begun, long before
	short := f.intervals.within(f.threshold)
	for k := range n {
		c.later[k] = f.intervals.delayed(begun, k, starts, 0, longest)
		if events == nil {
			c.events[k] = 1 + rest - c.later[k]
		} else {
			c.events[k] = events[k]
		}
		bursts := c.events[k] * probability[k]
		begun[k] = bursts + f.goesOn*c.later[k]
		split := f.intervals.delayed(begun, k, starts, f.threshold+1, longest)
		c.seenEvents[k] = c.events[k] + split
		c.seenBursts[k] = short * (bursts + f.goesOn*split)
	}
	return c
}

// hazards returns for each step the probability of an event in a cell that may
// have one, if its event rate before is that given, in events a step. With A_k
// the probability that a cell may have an event in step k,
//
//	hazard_k = events_k / A_k
//	A_k+1 = A_k − events_k + [events (1 − probability)]_k+1−R + (1−c) later_k+1−R
//
// since an event takes the cell away until R steps after its last spike. So the
// event rate is what the course says in spite of refractoriness.
func (c *course) hazards(f *firing, rate float64, hazards []float64) ([]float64, error) {
	hazards = hazards[:0]
	single0 := rate * (1 - c.probability[0])
	ends0 := rate * c.probability[0] // every burst ends once
	free := f.free(rate, c.probability[0])
	for k, e := range c.events {
		h := rate * e / free
		if !(free > 0) || h > 1 {
			return nil, experiment.Inputf("baseline_event_rate: an event rate of %.3g Hz leaves no time between events, want less", rate*e*stepsPerSecond)
		}
		hazards = append(hazards, h)
		back := single0 + ends0
		if j := k + 1 - f.silence; j >= 0 {
			back = rate * (c.events[j]*(1-c.probability[j]) + (1-f.goesOn)*c.later[j])
		}
		free += back - rate*e
	}
	return hazards, nil
}

// free is the probability that a cell with a constant event rate, per step, and
// burst probability may have an event: one minus the rate times the mean number
// of steps that an event takes away.
func (f *firing) free(rate, probability float64) float64 {
	return 1 - rate*(float64(f.silence-1)+probability*f.extra()*f.intervals.mean)
}
