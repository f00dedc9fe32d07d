package detection

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

const (
	riseS = 0.01 // s that responses take to rise, as half a cosine
	fallS = 0.05 // s that they take to fall
)

// pulse is a response of height 1 that begins a latency after the stimulation: it
// rises as half a cosine, stays, and falls as half a cosine.
type pulse struct{ latency, rise, stay, fall float64 } // s

// at is the response at a time in s since the stimulation.
func (p pulse) at(t float64) float64 {
	t -= p.latency
	switch {
	case t <= 0 || t >= p.end()-p.latency:
		return 0
	case t < p.rise:
		return (1 - math.Cos(math.Pi*t/p.rise)) / 2
	case t <= p.rise+p.stay:
		return 1
	default:
		return (1 + math.Cos(math.Pi*(t-p.rise-p.stay)/p.fall)) / 2
	}
}

// end is when the response is over, s.
func (p pulse) end() float64 { return p.latency + p.rise + p.stay + p.fall }

// responses are those of the trials of one session and outcome.
type responses struct {
	events, bursts, errors         pulse
	gain                           float64 // event rate at the height of its response, as a multiple of the baseline, minus 1
	burstStep, errorStep, baseline float64 // burst fraction: added by its responses, and before
}

// newResponses returns the responses of a session's hits or misses.
func newResponses(v *experiment.Values, s session, o outcome) responses {
	ms := func(key string) float64 { return v.Float(key) / 1000 }
	r := responses{
		events:    pulse{ms("event_latency"), riseS, ms("event_duration"), fallS},
		bursts:    pulse{s.burstLatency, riseS, ms("burst_duration"), fallS},
		errors:    pulse{ms("error_latency"), riseS, ms("error_duration"), fallS},
		gain:      s.effect * v.Float("event_effect"),
		burstStep: s.effect * v.Float("burst_effect"),
		baseline:  v.Float("baseline_burst_fraction"),
	}
	if o == miss {
		r.gain *= v.Float("miss_event_ratio")
		r.burstStep *= v.Float("miss_burst_ratio")
		r.errorStep = v.Float("error_effect")
	}
	return r
}

// end is when all responses are over, s.
func (r responses) end() float64 { return max(r.events.end(), r.bursts.end(), r.errors.end()) }

// length is the number of steps until they are over and forgotten.
func (r responses) length() int { return int(steps(r.end() + settle)) }

// course returns what a cell of a class does on average.
func (r responses) course(f *firing, k class) course {
	n := r.length()
	probability, events := make([]float64, n), make([]float64, n)
	for i := range n {
		t := float64(i) / stepsPerSecond
		probability[i], events[i] = r.baseline, 1
		if k.respondsInBursts() {
			probability[i] += r.burstStep*r.bursts.at(t) + r.errorStep*r.errors.at(t)
		}
		if k.respondsInEvents() {
			events[i] += r.gain * r.events.at(t)
		}
	}
	if k == burstsOnly {
		events = nil // as the firing rate, which is constant, lets them be
	}
	return newCourse(f, probability, events)
}
