package plasticity

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/internal/check"
)

// Pairing is the burst-dependent rule for one synapse driven by two given
// trains, without neurons: for pairing protocols. On a grid of steps,
//
//	Ẽ ← Ẽ (1 − dt/τ_pre) + e_pre
//	w ← w + η (b_post − P̄ e_post) Ẽ,  P̄ = B̄/Ē
//	Ē ← Ē (1 − dt/τ_avg) + e_post/τ_avg,  B̄ likewise from b_post
//
// where e and b count the events and bursts of a step, so that an event that
// coincides with the post-synaptic one counts. w starts at 0 and is not
// bounded; P̄ is not clipped, and there is no homeostasis. Unless Adaptive, w
// changes by η (A₊ b_post + A₋ e_post) Ẽ.
//
// Source: Payeur et al. 2021, Fig. 2b–d, doi 10.1038/s41593-021-00857-x.
type Pairing struct {
	Eta              float64 // η, ≥ 0
	TauPreMS         float64 // τ_pre, ms, > dt
	TauAverageMS     float64 // τ_avg, ms, > dt
	Adaptive         bool
	Potentiation     float64 // A₊; used unless Adaptive
	Depression       float64 // A₋; used unless Adaptive
	EventRateHz      float64 // Ē at the beginning, Hz, > 0
	BurstProbability float64 // P̄ at the beginning, ≥ 0
}

// DefaultPairing returns the constants of Fig. 2b–d, with the starting estimate
// of its periodic protocol.
func DefaultPairing() Pairing {
	return Pairing{
		Eta: 0.1, TauPreMS: 50, TauAverageMS: 15_000, Adaptive: true,
		Potentiation: 1, Depression: -0.15, EventRateHz: 5, BurstProbability: 0.15,
	}
}

// Validate returns the fields that are out of range for a step of dt ms.
func (p Pairing) Validate(dt float64) error {
	var l check.List
	l.NotNegative("eta", p.Eta)
	moreThan(&l, "tau_pre_ms", p.TauPreMS, "a step", dt)
	moreThan(&l, "tau_average_ms", p.TauAverageMS, "a step", dt)
	l.Finite("potentiation", p.Potentiation)
	l.Finite("depression", p.Depression)
	l.Positive("event_rate_hz", p.EventRateHz)
	l.NotNegative("burst_probability", p.BurstProbability)
	return l.Err()
}

// Train is the events and bursts of one neuron, by step.
type Train struct {
	Steps int
	marks []mark // ascending, one a step
}

// mark is a step with events or bursts: how many of each.
type mark struct {
	step           int
	events, bursts float64
}

// NewTrain bins spike times (s) into steps of dt ms. The first spike is an event,
// and each that follows an interval longer than window (ms); the first with an
// interval of at most window after an event is a burst. Intervals are taken in the
// order given: a time before its predecessor counts as one of at most window.
// Times outside the steps are left out.
func NewTrain(times []float64, window, dt float64, steps int) Train {
	t := Train{Steps: steps}
	inBurst := false
	for i, at := range times {
		n := int(at / (dt / 1000))
		event := i == 0 || (at-times[i-1])*1000 > window
		if at < 0 || n >= steps || (!event && inBurst) {
			continue
		}
		inBurst = !event
		t.add(n, event)
	}
	return t
}

// add counts an event or a burst. Steps come in ascending order but for jitter, so
// that the place is found from the end.
func (t *Train) add(step int, event bool) {
	i := len(t.marks)
	for i > 0 && t.marks[i-1].step > step {
		i--
	}
	if i == 0 || t.marks[i-1].step < step {
		t.marks = slices.Insert(t.marks, i, mark{step: step})
		i++
	}
	if event {
		t.marks[i-1].events++
	} else {
		t.marks[i-1].bursts++
	}
}

// Count returns how many events and bursts the train has.
func (t Train) Count() (events, bursts int) {
	for _, m := range t.marks {
		events += int(m.events)
		bursts += int(m.bursts)
	}
	return events, bursts
}

// decay is a factor by step and its powers.
type decay struct {
	perStep float64
	powers  []float64 // of perStep: 0, 1, …
}

// commonGap is how many powers are kept: gaps between spikes are mostly shorter,
// in steps.
const commonGap = 4096

func newDecay(perStep float64) decay {
	d := decay{perStep, make([]float64, commonGap)}
	d.powers[0] = 1
	for i := 1; i < commonGap; i++ {
		d.powers[i] = d.powers[i-1] * perStep
	}
	return d
}

// over returns what is left after a number of steps.
func (d *decay) over(steps int) float64 {
	if steps < len(d.powers) {
		return d.powers[steps]
	}
	return math.Pow(d.perStep, float64(steps))
}

// PairedSynapse is the state of a Pairing. A copy of one is another synapse.
type PairedSynapse struct {
	Weight      float64 // w, from 0
	Eligibility float64 // Ẽ
	EventRateHz float64 // Ē
	BurstRateHz float64 // B̄

	p        Pairing
	trace    decay   // 1 − dt/τ_pre
	average  decay   // 1 − dt/τ_avg
	perEvent float64 // 1/τ_avg, Hz
}

// New returns the synapse at the start of a protocol with steps of dt ms. The
// parameters are valid.
func (p Pairing) New(dt float64) *PairedSynapse {
	return &PairedSynapse{
		EventRateHz: p.EventRateHz, BurstRateHz: p.BurstProbability * p.EventRateHz,
		p: p, trace: newDecay(1 - dt/p.TauPreMS), average: newDecay(1 - dt/p.TauAverageMS), perEvent: 1000 / p.TauAverageMS,
	}
}

// Run goes through two trains of the same number of steps. Between events and
// bursts it advances the traces in closed form: it costs nothing for silent steps.
func (s *PairedSynapse) Run(pre, post Train) {
	traced := -1  // the step at whose end Ẽ stands
	averaged := 0 // the step before which Ē and B̄ stand
	arrivals := pre.marks
	arrive := func(until int) {
		for len(arrivals) > 0 && arrivals[0].step <= until {
			s.Eligibility = float64(s.Eligibility*s.trace.over(arrivals[0].step-traced)) + arrivals[0].events
			traced, arrivals = arrivals[0].step, arrivals[1:]
		}
		s.Eligibility *= s.trace.over(until - traced)
		traced = until
	}
	for _, m := range post.marks {
		arrive(m.step)
		s.relax(m.step - averaged)
		s.change(m.events, m.bursts)
		s.relax(1)
		s.EventRateHz += float64(m.events * s.perEvent)
		s.BurstRateHz += float64(m.bursts * s.perEvent)
		averaged = m.step + 1
	}
	arrive(post.Steps - 1)
	s.relax(post.Steps - averaged)
}

// relax lets the estimates decay for a number of steps.
func (s *PairedSynapse) relax(steps int) {
	left := s.average.over(steps)
	s.EventRateHz *= left
	s.BurstRateHz *= left
}

func (s *PairedSynapse) change(events, bursts float64) {
	up, down := s.p.Potentiation, s.p.Depression
	if s.p.Adaptive {
		up, down = 1, -s.BurstRateHz/s.EventRateHz
	}
	s.Weight += float64(s.p.Eta * (float64(up*bursts) + float64(down*events)) * s.Eligibility)
}

// Rest lets a pause pass, in s: the estimates decay, no eligibility is left.
func (s *PairedSynapse) Rest(seconds float64) {
	decay := math.Exp(-seconds * 1000 / s.p.TauAverageMS)
	s.EventRateHz *= decay
	s.BurstRateHz *= decay
	s.Eligibility = 0
}
