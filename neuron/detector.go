package neuron

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/internal/check"
)

// Detector says how events and bursts are told from a neuron's spikes. An
// event is a spike that opens a singlet or a burst; a burst is counted once,
// at its second spike; further spikes of the burst are neither.
//
// Two rules are in use, and they do not agree:
//
//   - Accumulating, the rule of the paper's reference program: a trace y,
//     y += 1 at every spike, decays with time constant Window and is never
//     reset. A spike that finds y < e⁻¹ is an event; one that finds y > e⁻¹
//     is a burst if its event has not had one yet. An isolated pair is a burst
//     up to an interval of one step below Window; after a burst the border is
//     later, because y has grown.
//   - Interval, the rule of off-line analysis: a spike is an event if the
//     interval before it is longer than Window, otherwise it belongs to the
//     burst. An interval of exactly Window belongs to the burst.
type Detector struct {
	Rule     DetectorRule
	WindowMS float64 // ms, > 0; 16 in Payeur et al. 2021
	// LagMS delays the spikes that feed the accumulating trace, but not those
	// that are classified: the reference program does so with 0.8 ms on the
	// presynaptic side, which moves the border of a pair from 16.0 to 16.8 ms.
	// ≥ 0, and 0 for the interval rule.
	LagMS float64
}

// DetectorRule selects how a Detector classifies.
type DetectorRule uint8

// The rules of detection.
const (
	Accumulating DetectorRule = iota
	Interval
)

// DefaultDetector is the reference program's detector of postsynaptic spikes,
// and of its burst rate monitor.
func DefaultDetector() Detector { return Detector{Rule: Accumulating, WindowMS: 16} }

// DefaultPresynapticDetector is the reference program's detector at the origin
// of a connection.
func DefaultPresynapticDetector() Detector {
	return Detector{Rule: Accumulating, WindowMS: 16, LagMS: 0.8}
}

// IntervalDetector is the rule of off-line analysis with a window of 16 ms.
func IntervalDetector() Detector { return Detector{Rule: Interval, WindowMS: 16} }

// String describes the detector, as in "accumulating, window 16 ms, lag 0 ms".
func (d Detector) String() string {
	rule := "accumulating"
	if d.Rule == Interval {
		rule = "interval"
	}
	return fmt.Sprintf("%s, window %g ms, lag %g ms", rule, d.WindowMS, d.LagMS)
}

// Validate returns the fields that are out of range.
func (d Detector) Validate() error {
	var l check.List
	l.Positive("window_ms", d.WindowMS)
	l.NotNegative("lag_ms", d.LagMS)
	if d.Rule > Interval {
		l.Addf("rule", "%d, want accumulating or interval", d.Rule)
	}
	if d.Rule == Interval && d.LagMS != 0 {
		l.Addf("lag_ms", "%v, want 0 for the interval rule", d.LagMS)
	}
	return l.Err()
}

// tieTolerance makes a trace that meets the border exactly count as below it:
// a pair at exactly Window is an event, as in the reference program, whatever
// the rounding of the exponential.
const tieTolerance = 1e-9

// Classifier applies a Detector to the neurons [lo, hi) of a population.
type Classifier struct {
	rule    DetectorRule
	lo      int
	window  int64
	lag     int64
	rate    float64 // 1/Window, per step
	border  float64
	trace   []float64
	at      []int64 // step at which trace was true (accumulating) or of the last spike (interval)
	inBurst []bool
	waiting []spikeAt // spikes that the trace has not taken yet, oldest first
}

type spikeAt struct {
	step   int64
	neuron uint32
}

// NewClassifier returns a classifier for neurons [lo, hi) at time step dt (ms).
func NewClassifier(d Detector, dt float64, lo, hi int) *Classifier {
	c := &Classifier{
		rule:    d.Rule,
		lo:      lo,
		window:  int64(math.Round(d.WindowMS / dt)),
		lag:     int64(math.Round(d.LagMS / dt)),
		rate:    dt / d.WindowMS,
		border:  math.Exp(-1) * (1 + tieTolerance),
		at:      make([]int64, hi-lo),
		inBurst: make([]bool, hi-lo),
	}
	if d.Rule == Accumulating {
		c.trace = make([]float64, hi-lo)
		// More wait only if neurons spike again within the lag.
		c.waiting = make([]spikeAt, 0, hi-lo)
	} else {
		for i := range c.at {
			c.at[i] = math.MinInt64 / 2
		}
	}
	return c
}

// Classify appends those of the spikes of one step (ascending, within [lo, hi))
// that are events to events and those that are bursts to bursts. Steps must
// not decrease from call to call.
func (c *Classifier) Classify(step int64, spikes, events, bursts []uint32) ([]uint32, []uint32) {
	if len(spikes) == 0 {
		return events, bursts
	}
	if c.rule == Interval {
		return c.interval(step, spikes, events, bursts)
	}
	c.feed(step)
	for _, n := range spikes {
		i := int(n) - c.lo
		y := c.trace[i] * math.Exp(-c.rate*float64(step-c.at[i]))
		if y <= c.border {
			events = append(events, n)
			c.inBurst[i] = false
		} else if !c.inBurst[i] {
			bursts = append(bursts, n)
			c.inBurst[i] = true
		}
		c.waiting = append(c.waiting, spikeAt{step, n})
	}
	return events, bursts
}

// feed adds to the traces the spikes that have reached them before step: those
// emitted at least lag+1 steps ago.
func (c *Classifier) feed(step int64) {
	taken := 0
	for _, s := range c.waiting {
		arrival := s.step + c.lag
		if arrival >= step {
			break
		}
		i := int(s.neuron) - c.lo
		c.trace[i] = c.trace[i]*math.Exp(-c.rate*float64(arrival-c.at[i])) + 1
		c.at[i] = arrival
		taken++
	}
	c.waiting = c.waiting[:copy(c.waiting, c.waiting[taken:])]
}

func (c *Classifier) interval(step int64, spikes, events, bursts []uint32) ([]uint32, []uint32) {
	for _, n := range spikes {
		i := int(n) - c.lo
		if step-c.at[i] > c.window {
			events = append(events, n)
			c.inBurst[i] = false
		} else if !c.inBurst[i] {
			bursts = append(bursts, n)
			c.inBurst[i] = true
		}
		c.at[i] = step
	}
	return events, bursts
}
