package detection

import (
	"math"
	"sort"

	"github.com/apical-sim/apical/internal/rng"
)

// drive is what a cell's event process follows in one kind of trial.
type drive struct {
	probability []float64 // of a burst, from the stimulation on
	// survival[k] is the logarithm of the probability that no event happens in the
	// first k steps after the stimulation, for a cell that could have had one.
	survival []float64
}

// newDrive prepares hazards for sampling.
func newDrive(probability, hazards []float64) drive {
	d := drive{probability: probability, survival: make([]float64, len(hazards)+1)}
	for k, h := range hazards {
		d.survival[k+1] = d.survival[k] + math.Log1p(-h)
	}
	return d
}

// warmUp is how long a cell runs before the recording, in steps: it forgets that
// it began without a past.
const warmUp = 2 * stepsPerSecond

// sampler draws the spikes of one cell: events by a hazard that varies with time
// where the cell is not refractory, each a burst with a probability that does;
// of a burst the intervals, until it ends.
type sampler struct {
	firing      *firing
	stream      rng.Stream
	hazard      float64 // outside trials, per step
	probability float64 // of a burst, outside trials
}

// spikes appends the steps of all spikes before the end of the recording. drives
// gives the drive of each trial, nil where nothing happens.
func (s *sampler) spikes(trials []trial, drives func(trial) *drive, length int64, onto []int64) []int64 {
	at := int64(-warmUp) // the first step at which there may be an event
	base := math.Log1p(-s.hazard)
	next := 0 // trial
	for at < length {
		// The next event is where the logarithm of survival has fallen by this.
		left := math.Log(open(&s.stream))
		probability := s.probability
		for {
			for next < len(trials) && ended(trials[next], drives(trials[next]), at) {
				next++
			}
			if next < len(trials) && at >= trials[next].onset { // within a trial
				d := drives(trials[next])
				from := int(at - trials[next].onset)
				wanted := d.survival[from] + left
				// The event lies in the first step k at whose end survival is at most wanted.
				k := from + sort.Search(len(d.probability)-from, func(i int) bool { return d.survival[from+i+1] <= wanted })
				at = trials[next].onset + int64(k)
				if k < len(d.probability) {
					probability = d.probability[k]
					break
				}
				left = wanted - d.survival[k]
				continue
			}
			until := length
			if next < len(trials) {
				until = trials[next].onset
			}
			free := math.Inf(1) // steps without an event
			if base < 0 {
				free = math.Ceil(left/base) - 1
			}
			if free < float64(until-at) {
				at += int64(max(free, 0))
				break
			}
			left -= base * float64(until-at)
			if at = until; at >= length {
				return onto
			}
		}
		last := at
		onto = s.keep(last, length, onto)
		if s.stream.Float64() < probability {
			for again := true; again; again = s.stream.Float64() < s.firing.goesOn {
				last += s.firing.intervals.draw(&s.stream)
				onto = s.keep(last, length, onto)
			}
		}
		at = last + int64(s.firing.silence)
	}
	return onto
}

// keep appends a spike that lies in the recording.
func (s *sampler) keep(at, length int64, onto []int64) []int64 {
	if at >= 0 && at < length {
		onto = append(onto, at)
	}
	return onto
}

// ended tells that a trial no longer matters at a step: nothing happens in it, or
// it is over.
func ended(t trial, d *drive, at int64) bool {
	return d == nil || at >= t.onset+int64(len(d.probability))
}
