package plasticity

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/synapse"
)

// Bias makes the weights of a noise source trainable biases: the burst-dependent
// rule without eligibility. A target's events and bursts change all its
// incoming weights alike,
//
//	event:   Δb = η (−P̄ + h)
//	burst:   Δb = η (1 + h)
//	arrival: Δb = η max(0, E_min − E)     (RateFloor)
//
// with the estimates P̄ = B̄/Ē and E = Ē/τ_avg of the adaptive rule, both as
// they are before the event, P̄ = 1 where no event has been seen, P̄ ≤ 1 if
// Clipped, and h = −(E−E_max)/E while E exceeds E_max. b is kept within
// [WeightMin, WeightMax] after each change. In each step arrivals come first:
// transmitted, then changed.
//
// Which form it is depends on the wiring too: one bias a neuron over one-to-one
// connections (BiasOneToOne), or many over random ones (BiasSparse).
//
// Source: the program of Payeur et al. 2021, doi 10.1038/s41593-021-00857-x,
// which holds its biases constant in all published runs.
type Bias struct {
	Eta          float64 // η, learning rate, leak conductances, ≥ 0
	TauAverageMS float64 // τ_avg, ms, > 0
	Clipped      bool    // P̄ is at most 1
	RateFloor    bool    // arrivals strengthen where the target has few events
	MinRateHz    float64 // E_min, Hz, ≥ 0; used if RateFloor
	MaxRateHz    float64 // E_max, Hz, > MinRateHz; +Inf for no upper bound
	WeightMin    float64 // leak conductances
	WeightMax    float64 // leak conductances, > WeightMin
}

// BiasOneToOne returns the form with one weight a target.
func BiasOneToOne() Bias {
	return Bias{
		Eta: 1e-4, TauAverageMS: 5000, Clipped: true, RateFloor: true,
		MinRateHz: 2, MaxRateHz: 12, WeightMin: 0, WeightMax: 1,
	}
}

// BiasSparse returns the form for random connections, without the term of
// arrivals and without an upper bound of P̄.
func BiasSparse() Bias {
	p := BiasOneToOne()
	p.Clipped, p.RateFloor = false, false
	return p
}

// Validate implements Params.
func (p Bias) Validate() error {
	var l check.List
	l.NotNegative("eta", p.Eta)
	l.Positive("tau_average_ms", p.TauAverageMS)
	l.NotNegative("min_rate_hz", p.MinRateHz)
	moreThan(&l, "max_rate_hz", p.MaxRateHz, "min_rate_hz", p.MinRateHz)
	weightRange(&l, p.WeightMin, p.WeightMax)
	return l.Err()
}

// New implements Params.
func (p Bias) New(block *synapse.Block, env Env) Rule {
	r := &bias{
		p:        p,
		weights:  newWeights(block, p.WeightMin, p.WeightMax),
		onto:     env.Onto,
		averages: newAverages(block.Hi-block.Lo, p.TauAverageMS, env.Dt),
		most:     math.Inf(1),
	}
	if p.Clipped {
		r.most = 1
	}
	return r
}

type bias struct {
	p Bias
	weights
	averages
	onto    []float32
	most    float64 // of P̄
	plastic bool
}

// Step implements Rule.
func (r *bias) Step(step int64, in Input) {
	r.averages.to(step)
	for _, a := range in.Arrivals {
		r.block.Deliver(a.Group, a.Sources, a.Factor, r.onto)
		if r.plastic && r.p.RateFloor {
			for _, s := range a.Sources {
				r.arrive(s, a.Group)
			}
		}
	}
	for _, t := range in.Events {
		i := int(t) - r.block.Lo
		if r.plastic {
			r.shift(t, -min(r.most, r.burstProbability(i))+r.excess(i, r.p.MaxRateHz))
		}
		r.events.jump(i)
	}
	for _, t := range in.Bursts {
		i := int(t) - r.block.Lo
		r.bursts.jump(i)
		if r.plastic {
			r.shift(t, 1+r.excess(i, r.p.MaxRateHz))
		}
	}
}

// arrive strengthens the synapses of a source onto targets with few events.
func (r *bias) arrive(source uint32, group int) {
	r.lift(source, group, r.events, r.toHz, r.p.MinRateHz, r.p.Eta)
}

// shift changes all weights onto a target by η·amount.
func (r *bias) shift(target uint32, amount float64) {
	change := float32(r.p.Eta * amount)
	_, slots := r.block.Incoming(target)
	weights := r.block.Weights()
	for _, slot := range slots {
		weights[slot] = r.within(weights[slot] + change)
	}
}

// SetPlastic implements Rule.
func (r *bias) SetPlastic(on bool) { r.plastic = on }

// State implements Rule.
func (r *bias) State() []Column { return r.columns(r.block.Lo) }
