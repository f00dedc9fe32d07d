package detection

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/internal/rng"
)

const (
	stepsPerSecond = 10_000 // steps of 0.1 ms
	lead           = 1.0    // s of baseline before each stimulation
	settle         = 0.5    // s after the last response, in which refractoriness returns to baseline
	pause          = 10.0   // s between sessions, in which nothing is recorded
)

// steps converts s to the nearest step.
func steps(seconds float64) int64 { return int64(math.Round(seconds * stepsPerSecond)) }

// What is drawn: objects of rng.Protocol.
const (
	drawTrials uint32 = iota // entity: the session
	drawCells                // entity: the cell
	drawSpikes               // entity: the cell
)

// What is presented, as in files.
const (
	stimulated = "stimulated"
	catch      = "catch"
)

// outcome is how a trial ends.
type outcome uint8

const (
	hit outcome = iota
	miss
	correctRejection
	falseAlarm
)

// String is the name in files.
func (o outcome) String() string {
	return [...]string{"hit", "miss", "correct_rejection", "false_alarm"}[o]
}

// stimulated tells trials with stimulation from catch trials.
func (o outcome) stimulated() bool { return o <= miss }

// trial is one presentation, or a catch trial in which nothing is presented.
type trial struct {
	onset      int64   // step
	session    int     // from 0
	microamps  float64 // intensity, 0 in a catch trial
	outcome    outcome
	detectable float64 // what the decision is made from: > 0 is an answer
}

// condition is what is presented.
func (t trial) condition() string {
	if t.outcome.stimulated() {
		return stimulated
	}
	return catch
}

// session is what changes with training.
type session struct {
	microamps    float64 // intensity of the stimulation
	threshold    float64 // µA at which half of the stimulations are detected
	hitRate      float64 // probability of a hit
	effect       float64 // of full effects
	burstLatency float64 // of the burst-fraction response, s
}

// course of training from the first to the last session, 0 to 1.
func progress(s, sessions int) float64 {
	if sessions == 1 {
		return 1
	}
	return float64(s) / float64(sessions-1)
}

// newSessions returns the sessions. Intensities are geometric, latencies linear.
func newSessions(v *experiment.Values) []session {
	all := make([]session, v.Int("sessions"))
	between := func(first, last string, at float64) float64 {
		return v.Float(first) + at*(v.Float(last)-v.Float(first))
	}
	geometric := func(first, last string, at float64) float64 {
		return v.Float(first) * math.Pow(v.Float(last)/v.Float(first), at)
	}
	for i := range all {
		at := progress(i, len(all))
		all[i] = session{
			microamps:    geometric("intensity_first", "intensity_last", at),
			threshold:    geometric("threshold_first", "threshold_last", at),
			effect:       v.Float("naive_effect") + at*(1-v.Float("naive_effect")),
			burstLatency: between("burst_latency_first", "burst_latency_last", at) / 1000,
		}
		all[i].hitRate = distuv.UnitNormal.CDF(v.Float("psychometric_slope") * math.Log2(all[i].microamps/all[i].threshold))
	}
	return all
}

// newTrials draws the trials of all sessions, one after the other, and returns
// them with the recorded time of each session. The animal answers if
//
//	slope · log2(intensity/threshold) + noise > 0
//
// with standard normal noise; of catch trials, if the noise exceeds what it does
// with the probability of a false alarm.
func newTrials(v *experiment.Values, sessions []session, seed uint64) (all []trial, windows []analysis.Window) {
	source := rng.NewSource(seed, rng.Protocol, drawTrials)
	criterion := distuv.UnitNormal.Quantile(1 - v.Float("false_alarm_rate"))
	at := int64(0)
	for s := range sessions {
		stream := source.Stream(uint32(s))
		from := at
		for range v.Int("trials") {
			t := trial{onset: at + steps(lead), session: s, outcome: correctRejection}
			stimulated := stream.Float64() >= v.Float("catch_fraction")
			noise := distuv.UnitNormal.Quantile(open(&stream))
			switch {
			case stimulated:
				t.microamps = sessions[s].microamps
				t.detectable = v.Float("psychometric_slope")*math.Log2(t.microamps/sessions[s].threshold) + noise
			default:
				t.detectable = noise - criterion
			}
			switch {
			case stimulated && t.detectable > 0:
				t.outcome = hit
			case stimulated:
				t.outcome = miss
			case t.detectable > 0:
				t.outcome = falseAlarm
			}
			all = append(all, t)
			at += steps(v.Float("trial_interval") + stream.Float64()*v.Float("trial_jitter"))
		}
		windows = append(windows, analysis.Window{From: from, To: at})
		at += steps(pause)
	}
	return all, windows
}

// open is uniform on the open interval from 0 to 1.
func open(s *rng.Stream) float64 {
	for {
		if u := s.Float64(); u > 0 {
			return u
		}
	}
}

// class is what a cell responds with.
type class uint8

const (
	unresponsive class = iota
	eventsOnly         // its event rate responds, and with it the firing rate
	burstsOnly         // its burst fraction responds, at a constant firing rate
	both               // event rate and burst fraction
	classes
)

// String is the name in files.
func (c class) String() string {
	return [...]string{"none", "event_rate", "burst_fraction", "both"}[c]
}

// respondsInEvents and respondsInBursts tell what is planted.
func (c class) respondsInEvents() bool { return c == eventsOnly || c == both }
func (c class) respondsInBursts() bool { return c == burstsOnly || c == both }

// with is what is left of a class if some effects are 0.
func (c class) with(v *experiment.Values) class {
	events := c.respondsInEvents() && v.Float("event_effect") != 0
	bursts := c.respondsInBursts() && (v.Float("burst_effect") != 0 || v.Float("error_effect") != 0)
	return classOf(events, bursts)
}

// classOf is the class of cells that respond so.
func classOf(events, bursts bool) class {
	switch {
	case events && bursts:
		return both
	case events:
		return eventsOnly
	case bursts:
		return burstsOnly
	}
	return unresponsive
}

// cell is one neuron.
type cell struct {
	class class
	rate  float64 // baseline event rate, per step
}

// newCells returns the cells, each class as often as its fraction says, in an
// order that is drawn, so that the number of a cell tells nothing. Their baseline
// event rates are log-uniform about that given.
func newCells(v *experiment.Values, seed uint64) []cell {
	all := make([]cell, v.Int("cells"))
	source := rng.NewSource(seed, rng.Protocol, drawCells)
	filled := 0
	sum := 0.0
	for _, k := range []class{both, eventsOnly, burstsOnly} {
		sum += v.Float("fraction_" + k.String())
		for ; filled < int(math.Round(sum*float64(len(all)))); filled++ {
			all[filled].class = k.with(v)
		}
	}
	shuffle := source.Stream(uint32(len(all)))
	rng.Shuffle(&shuffle, all)
	for i := range all {
		stream := source.Stream(uint32(i))
		exponent := stream.Float64() - 0.5
		all[i].rate = v.Float("baseline_event_rate") * math.Pow(v.Float("rate_ratio"), exponent) / stepsPerSecond
	}
	return all
}
