package analysis

import (
	"fmt"
	"math"
	"slices"
)

// SweepPoint is what one population does at one threshold.
type SweepPoint struct {
	ISI int64 // the threshold in steps, inclusive

	Counts
	LeftCensored int64 // events that may have begun before the window
	// BurstSpikes are the spikes in bursts, of those that the end of a window cuts
	// the spikes within it.
	BurstSpikes int64
	// ChanceFraction is the chance level of the neurons' rates (see Mixture): 0 for
	// thresholds that are no longer than the dead time.
	ChanceFraction float64
}

// SpikesPerBurst is BurstSpikes/Bursts, NaN without bursts.
func (p SweepPoint) SpikesPerBurst() float64 { return float64(p.BurstSpikes) / float64(p.Bursts) }

// Sweep is how events and bursts depend on the threshold.
type Sweep struct {
	Recording Recording
	DeadTime  int64          // steps
	Points    [][]SweepPoint // by population, thresholds ascending
}

// Hz turns a number of events, bursts or spikes of population p into a rate per
// neuron in Hz, over all recorded time.
func (s *Sweep) Hz(p int, n int64) float64 {
	return float64(n) / (float64(s.Recording.Populations[p].Size) * s.Recording.Seconds(s.Recording.Recorded()))
}

// sweepNeuron is what is kept of a neuron. Thresholds are named by index.
type sweepNeuron struct {
	last   int64
	spikes int64
	// The last spike is an event for the thresholds below event.
	event int32
	// From this threshold on all intervals of the window are within the event
	// that its edge cut.
	censored int32
}

// sweepTally counts how many cases there are at each threshold, as differences
// from one threshold to the next.
type sweepTally struct {
	events, left, bursts, classified, classifiedBursts, within, censored []int64
}

func newSweepTally(n int) sweepTally {
	all := make([]int64, 7*(n+1))
	part := func(i int) []int64 { return all[i*(n+1) : (i+1)*(n+1) : (i+1)*(n+1)] }
	return sweepTally{part(0), part(1), part(2), part(3), part(4), part(5), part(6)}
}

// span counts one case at the thresholds from lo on, below hi.
func span(differences []int64, lo, hi int32) {
	if lo < hi {
		differences[lo]++
		differences[hi]--
	}
}

// SweepThreshold counts events and bursts at every one of the given thresholds in
// one pass over the spikes: what a [Detector] without a cap gives at each, with no
// silence asked for before bursts. The time that an interval takes does not grow
// with the number of thresholds but by a bisection, because being an event, being a
// burst, and being cut by the edge of a window each hold over a range of thresholds
// that ends at an interval:
//
//	the spike between intervals a and b is an event for ISI < a,
//	and a burst for b <= ISI < a.
//
// Thresholds are in steps, > 0, ascending and different; deadTime, >= 0, is that of
// ChanceFraction. It takes 24 bytes a neuron.
func SweepThreshold(source Source, thresholds []int64, deadTime int64) (*Sweep, error) {
	if err := checkThresholds(thresholds, deadTime); err != nil {
		return nil, err
	}
	recording := source.Recording()
	if err := recording.Validate(); err != nil {
		return nil, err
	}
	first, total := firstNeurons(recording)
	neurons := make([]sweepNeuron, total)
	for i := range neurons {
		neurons[i].last = math.MinInt64
	}
	tallies := make([]sweepTally, len(recording.Populations))
	for i := range tallies {
		tallies[i] = newSweepTally(len(thresholds))
	}
	window := 0
	var err error
	for source.Next() {
		b := source.Batch()
		for i, step := range b.Steps {
			if window, err = windowOf(recording.Windows, window, step); err != nil {
				return nil, err
			}
			p := b.Populations[i]
			neurons[first[p]+int(b.Neurons[i])].add(step, recording.Windows[window], thresholds, &tallies[p])
		}
	}
	if err := source.Err(); err != nil {
		return nil, err
	}
	s := &Sweep{Recording: recording, DeadTime: deadTime}
	for i := range tallies {
		s.Points = append(s.Points, tallies[i].points(recording, thresholds, deadTime, neurons[first[i]:][:recording.Populations[i].Size]))
	}
	return s, nil
}

func checkThresholds(thresholds []int64, deadTime int64) error {
	switch {
	case len(thresholds) == 0 || thresholds[0] < 1:
		return fmt.Errorf("thresholds: %v steps, want at least one, > 0", thresholds)
	case len(thresholds) > math.MaxInt32:
		return fmt.Errorf("thresholds: %d, want fewer", len(thresholds))
	case deadTime < 0:
		return fmt.Errorf("dead time: %d steps, want >= 0", deadTime)
	}
	for i, t := range thresholds[1:] {
		if t <= thresholds[i] {
			return fmt.Errorf("thresholds: %d steps follow %d, want them ascending", t, thresholds[i])
		}
	}
	return nil
}

// reaching returns the index of the first threshold that an interval does not
// exceed; the number of thresholds if there is none.
func reaching(thresholds []int64, interval int64) int32 {
	if interval > thresholds[len(thresholds)-1] {
		return int32(len(thresholds))
	}
	i, _ := slices.BinarySearch(thresholds, interval)
	return int32(i)
}

// add counts what a spike makes of itself and of the one before it.
func (n *sweepNeuron) add(step int64, w Window, thresholds []int64, t *sweepTally) {
	n.spikes++
	last := n.last
	n.last = step
	all := int32(len(thresholds))
	if last < w.From {
		// What preceded the window is unknown: an event only for thresholds that
		// do not reach that far.
		n.event = reaching(thresholds, step-w.From+1)
		n.censored = n.event
		span(t.left, n.event, all)
	} else {
		interval := reaching(thresholds, step-last)
		span(t.bursts, interval, n.event)
		span(t.classifiedBursts, interval, min(n.event, reaching(thresholds, w.To-last)))
		span(t.within, interval, all)
		n.censored = max(n.censored, interval)
		span(t.censored, n.censored, all)
		n.event = interval
	}
	span(t.events, 0, n.event)
	span(t.classified, 0, min(n.event, reaching(thresholds, w.To-step)))
}

// points sums the differences up.
func (t *sweepTally) points(recording Recording, thresholds []int64, deadTime int64, neurons []sweepNeuron) []SweepPoint {
	points := make([]SweepPoint, len(thresholds))
	spikes := make([]int64, len(neurons))
	var all int64
	for i := range neurons {
		spikes[i] = neurons[i].spikes
		all += spikes[i]
	}
	recorded := recording.Seconds(recording.Recorded())
	counts := Counts{Spikes: all}
	var left, chained int64
	for i, isi := range thresholds {
		counts.Events += t.events[i]
		counts.Bursts += t.bursts[i]
		counts.Classified += t.classified[i]
		counts.ClassifiedBursts += t.classifiedBursts[i]
		left += t.left[i]
		chained += t.within[i] - t.censored[i]
		points[i] = SweepPoint{ISI: isi, Counts: counts, LeftCensored: left, BurstSpikes: counts.Bursts + chained}
		points[i].Censored = left + counts.Events - counts.Classified
		chance, err := NewChance(recording, Criterion{ISI: isi}, recording.Seconds(deadTime))
		if err == nil { // else the threshold is within the dead time
			points[i].ChanceFraction, _ = chance.Mix(spikes, recorded).At(float64(all) / recorded / float64(len(spikes)))
		}
	}
	return points
}
