package plasticity

import (
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/synapse"
)

// BurstDependent is the burst-dependent rule. With Ẽ the eligibility trace of
// the synapse (a jump of 1 for each arrival, decaying with τ_pre), the target's
// events depress and its bursts potentiate:
//
//	event:   Δw = η (A₋ + h) Ẽ
//	burst:   Δw = η (A₊ + h) Ẽ
//	arrival: Δw = η max(0, ν_min − ν)
//
// w is kept within [WeightMin, WeightMax] after each change. ν is the rate of
// all spikes of the target over 30 s, started at 0.1 Hz.
//
// Adaptive sets A₋ = −min(1, P̄), where P̄ = B̄/Ē is the burst
// probability as estimated before this event: traces of the target's bursts and
// events with time constant τ_avg, started at 0, and P̄ = 1 where no event has
// been seen. Without homeostasis it follows
//
//	dw/dt = η [B(t) − P̄(t) E(t)] Ẽ(t)
//
// h keeps the target from running away: h = −(E−ν_max)/E while E = Ē/τ_avg
// exceeds ν_max (Adaptive), or −(ν−ν_max) in Hz while ν exceeds it. It enters
// the burst term too.
//
// In each step arrivals come first: their weights are transmitted, then changed,
// then Ẽ jumps; so an arrival that coincides with an event or burst counts in
// full. P̄, E and ν are those before the step's own events and spikes; B̄ counts
// a burst before its weights change, which matters to no formula above.
// Rounding: traces are float64, weights float32.
//
// What arrives is what the projection transmits: events in the rule of the
// paper (AdaptiveEventBurst) and its forerunner EventBurst, all spikes in Burst.
//
// Source: Payeur et al. 2021, Eqs. 1–3 and Methods, doi
// 10.1038/s41593-021-00857-x; constants of their program.
type BurstDependent struct {
	Eta          float64 // η, learning rate, leak conductances, ≥ 0
	TauPreMS     float64 // τ_pre, ms, > 0
	TauAverageMS float64 // τ_avg, ms, > 0
	Adaptive     bool
	Potentiation float64 // A₊; 1
	Depression   float64 // A₋, −0.15; used unless Adaptive
	MinRateHz    float64 // ν_min, Hz, ≥ 0
	MaxRateHz    float64 // ν_max, Hz, > MinRateHz; +Inf for no upper bound
	WeightMin    float64 // leak conductances
	WeightMax    float64 // leak conductances, > WeightMin
}

// AdaptiveEventBurst returns the paper's rule with the program's defaults
// (learning rate and time constants of Fig. 2e–g).
func AdaptiveEventBurst() BurstDependent {
	return BurstDependent{
		Eta: 3.5e-3, TauPreMS: 100, TauAverageMS: 5000, Adaptive: true,
		Potentiation: 1, Depression: -0.15,
		MinRateHz: 2, MaxRateHz: 12, WeightMin: 0, WeightMax: 1,
	}
}

// EventBurst returns the forerunner with fixed A₋. Its projection transmits
// events.
func EventBurst() BurstDependent {
	p := AdaptiveEventBurst()
	p.Adaptive, p.TauPreMS, p.MinRateHz, p.MaxRateHz = false, 20, 0.1, 20
	return p
}

// Burst returns the oldest form. Its constants are those of EventBurst; its
// projection transmits all spikes, in the program after 0.8 ms.
func Burst() BurstDependent { return EventBurst() }

// Validate implements Params.
func (p BurstDependent) Validate() error {
	var l check.List
	l.NotNegative("eta", p.Eta)
	l.Positive("tau_pre_ms", p.TauPreMS)
	l.Positive("tau_average_ms", p.TauAverageMS)
	l.Finite("potentiation", p.Potentiation)
	l.Finite("depression", p.Depression)
	l.NotNegative("min_rate_hz", p.MinRateHz)
	moreThan(&l, "max_rate_hz", p.MaxRateHz, "min_rate_hz", p.MinRateHz)
	weightRange(&l, p.WeightMin, p.WeightMax)
	return l.Err()
}

// The slow rate estimate of the homeostatic terms.
const (
	tauRateMS     = 30_000
	initialRateHz = 0.1
)

// New implements Params.
func (p BurstDependent) New(block *synapse.Block, env Env) Rule {
	n := block.Hi - block.Lo
	return &burstDependent{
		p:        p,
		weights:  newWeights(block, p.WeightMin, p.WeightMax),
		onto:     env.Onto,
		pre:      newTraces(block.Rows(), p.TauPreMS, env.Dt, 0),
		averages: newAverages(n, p.TauAverageMS, env.Dt),
		spikes:   newTraces(n, tauRateMS, env.Dt, initialRateHz*tauRateMS/1000),
	}
}

type burstDependent struct {
	p BurstDependent
	weights
	onto    []float32
	plastic bool

	pre *traces // Ẽ, by row
	averages
	spikes *traces // 30 s · ν, by target
}

// Step implements Rule.
func (r *burstDependent) Step(step int64, in Input) {
	r.pre.to(step)
	r.averages.to(step)
	r.spikes.to(step)
	for _, a := range in.Arrivals {
		r.block.Deliver(a.Group, a.Sources, a.Factor, r.onto)
		for _, s := range a.Sources {
			if r.plastic {
				r.arrive(s, a.Group)
			}
			r.pre.jump(r.block.RowOf(s, a.Group))
		}
	}
	for _, t := range in.Events {
		i := int(t) - r.block.Lo
		if r.plastic {
			r.update(t, r.depression(i)+r.homeostasis(i))
		}
		r.events.jump(i)
	}
	for _, t := range in.Bursts {
		i := int(t) - r.block.Lo
		r.bursts.jump(i)
		if r.plastic {
			r.update(t, r.p.Potentiation+r.homeostasis(i))
		}
	}
	for _, t := range in.Spikes {
		r.spikes.jump(int(t) - r.block.Lo)
	}
}

// arrive strengthens the synapses of a source onto targets that hardly fire.
func (r *burstDependent) arrive(source uint32, group int) {
	r.lift(source, group, r.spikes, 1000.0/tauRateMS, r.p.MinRateHz, r.p.Eta)
}

// update changes all synapses onto a target by η·amount·Ẽ.
func (r *burstDependent) update(target uint32, amount float64) {
	r.addIncoming(target, r.p.Eta*amount*r.pre.factor(), r.pre.scaled)
}

// depression is A₋ of target i.
func (r *burstDependent) depression(i int) float64 {
	if !r.p.Adaptive {
		return r.p.Depression
	}
	return -min(1, r.burstProbability(i))
}

// homeostasis is h of target i.
func (r *burstDependent) homeostasis(i int) float64 {
	if r.p.Adaptive {
		return r.excess(i, r.p.MaxRateHz)
	}
	return -max(0, r.spikes.at(i)*(1000.0/tauRateMS)-r.p.MaxRateHz)
}

// SetPlastic implements Rule.
func (r *burstDependent) SetPlastic(on bool) { r.plastic = on }

// State implements Rule.
func (r *burstDependent) State() []Column {
	lo := r.block.Lo
	columns := append([]Column{sourceColumn("eligibility", len(r.block.Delays), r.pre)}, r.columns(lo)...)
	return append(columns, Column{Name: "slow_rate", Unit: "Hz", Post: true, At: func(step int64, i int) float64 {
		return r.spikes.later(step, i-lo) * (1000.0 / tauRateMS)
	}})
}
