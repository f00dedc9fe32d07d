package plasticity

import (
	"math"

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

// Train counts the events and bursts of one neuron by step.
type Train struct{ Events, Bursts []uint8 }

// NewTrain bins spike times (s, ascending) into steps of dt ms. The first spike
// is an event, and each that follows an interval longer than window (ms); the
// first with an interval of at most window after an event is a burst. Times
// from the end of the last step on are left out; a step counts at most 255.
func NewTrain(times []float64, window, dt float64, steps int) Train {
	t := Train{Events: make([]uint8, steps), Bursts: make([]uint8, steps)}
	inBurst := false
	for i, at := range times {
		n := int(at / (dt / 1000))
		event := i == 0 || (at-times[i-1])*1000 > window
		if n >= steps || (!event && inBurst) {
			continue
		}
		inBurst = !event
		if event {
			t.Events[n]++
		} else {
			t.Bursts[n]++
		}
	}
	return t
}

// PairedSynapse is the state of a Pairing.
type PairedSynapse struct {
	Weight      float64 // w, from 0
	Eligibility float64 // Ẽ
	EventRateHz float64 // Ē
	BurstRateHz float64 // B̄

	p            Pairing
	keep         float64 // 1 − dt/τ_pre
	keepAverages float64 // 1 − dt/τ_avg
	perEvent     float64 // 1/τ_avg, Hz
}

// New returns the synapse at the start of a protocol with steps of dt ms. The
// parameters are valid.
func (p Pairing) New(dt float64) *PairedSynapse {
	return &PairedSynapse{
		EventRateHz: p.EventRateHz, BurstRateHz: p.BurstProbability * p.EventRateHz,
		p: p, keep: 1 - dt/p.TauPreMS, keepAverages: 1 - dt/p.TauAverageMS, perEvent: 1000 / p.TauAverageMS,
	}
}

// Run goes through two trains of the same number of steps.
func (s *PairedSynapse) Run(pre, post Train) {
	n := len(pre.Events)
	preEvents, postEvents, postBursts := pre.Events, post.Events[:n], post.Bursts[:n]
	for i, e := range preEvents {
		s.Eligibility = s.Eligibility*s.keep + float64(e)
		if postEvents[i] > 0 || postBursts[i] > 0 {
			s.change(float64(postEvents[i]), float64(postBursts[i]))
		}
		s.EventRateHz = s.EventRateHz*s.keepAverages + float64(postEvents[i])*s.perEvent
		s.BurstRateHz = s.BurstRateHz*s.keepAverages + float64(postBursts[i])*s.perEvent
	}
}

func (s *PairedSynapse) change(events, bursts float64) {
	up, down := s.p.Potentiation, s.p.Depression
	if s.p.Adaptive {
		up, down = 1, -s.BurstRateHz/s.EventRateHz
	}
	s.Weight += s.p.Eta * (up*bursts + down*events) * s.Eligibility
}

// Rest lets a pause pass, in s: the estimates decay, no eligibility is left.
func (s *PairedSynapse) Rest(seconds float64) {
	decay := math.Exp(-seconds * 1000 / s.p.TauAverageMS)
	s.EventRateHz *= decay
	s.BurstRateHz *= decay
	s.Eligibility = 0
}
