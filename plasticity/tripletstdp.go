package plasticity

import (
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/synapse"
)

// TripletSTDP is spike-timing-dependent plasticity of spike triplets. A synapse
// has two traces of its arrivals, r₁ (time constant τ₊) and r₂ (τ_x), and its
// target two of its spikes, o₁ (τ₋) and o₂ (τ_y):
//
//	arrival: Δw = −m o₁ (A₂₋ + A₃₋ r₂)
//	spike:   Δw = +m r₁ (A₂₊ + A₃₊ o₂)
//
// with r₂ and o₂ as they are before the spike itself is counted. All spikes
// count (traces jump by 1), or with Nearest only the latest (traces jump to 1).
// m, Scale, is the weight that the amplitudes are in proportion to. w is kept
// within [WeightMin, WeightMax] after each change. With A₃₊ = A₃₋ = 0 this is
// the additive pair rule.
//
// In each step arrivals come first, as in PairSTDP: transmitted, then depressed,
// then r₁ and r₂ jump; so a coincident pair potentiates.
//
// Source: Pfister & Gerstner 2006, Eqs. 3 and 4, doi
// 10.1523/JNEUROSCI.1425-06.2006; constants of their Tables 3 (visual cortex)
// and 4 (hippocampal culture).
type TripletSTDP struct {
	PairPotentiation    float64 // A₂₊, ≥ 0
	TripletPotentiation float64 // A₃₊, ≥ 0
	PairDepression      float64 // A₂₋, ≥ 0
	TripletDepression   float64 // A₃₋, ≥ 0
	TauPlusMS           float64 // τ₊, ms, > 0
	TauXMS              float64 // τ_x, ms, > 0; used if A₃₋ > 0
	TauMinusMS          float64 // τ₋, ms, > 0
	TauYMS              float64 // τ_y, ms, > 0; used if A₃₊ > 0
	Nearest             bool    // the nearest spikes instead of all
	Scale               float64 // m, leak conductances, > 0
	WeightMin           float64 // leak conductances
	WeightMax           float64 // leak conductances, > WeightMin
}

// triplet has what all data sets share: the time constants of pairs, of Bi &
// Poo 2001.
func triplet(nearest bool, a2plus, a3plus, a2minus, a3minus, tauX, tauY float64) TripletSTDP {
	return TripletSTDP{
		PairPotentiation: a2plus, TripletPotentiation: a3plus,
		PairDepression: a2minus, TripletDepression: a3minus,
		TauPlusMS: 16.8, TauXMS: tauX, TauMinusMS: 33.7, TauYMS: tauY,
		Nearest: nearest, Scale: 1, WeightMin: 0, WeightMax: 1,
	}
}

// VisualCortex returns the full rule as fitted to the data of Sjöström et al.
// 2001, of all spikes or of nearest ones.
func VisualCortex(nearest bool) TripletSTDP {
	if nearest {
		return triplet(true, 8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714, 40)
	}
	return triplet(false, 5e-10, 6.2e-3, 7e-3, 2.3e-4, 101, 125)
}

// VisualCortexMinimal returns the rule fitted to the same data with A₂₊ and A₃₋
// left out.
func VisualCortexMinimal(nearest bool) TripletSTDP {
	if nearest {
		return triplet(true, 0, 5e-2, 8e-3, 0, unusedTauMS, 40)
	}
	return triplet(false, 0, 6.5e-3, 7.1e-3, 0, unusedTauMS, 114)
}

// Hippocampus returns the full rule as fitted to the data of Wang et al. 2005,
// of all spikes or of nearest ones.
func Hippocampus(nearest bool) TripletSTDP {
	if nearest {
		return triplet(true, 4.6e-3, 9.1e-3, 3e-3, 7.5e-9, 575, 47)
	}
	return triplet(false, 6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946, 27)
}

// HippocampusMinimal returns the rule fitted to the same data with A₃₋ left out.
func HippocampusMinimal(nearest bool) TripletSTDP {
	if nearest {
		return triplet(true, 4.6e-3, 9.1e-3, 3e-3, 0, unusedTauMS, 48)
	}
	return triplet(false, 5.3e-3, 8e-3, 3.5e-3, 0, unusedTauMS, 40)
}

// unusedTauMS stands where a time constant belongs to an amplitude of 0.
const unusedTauMS = 100

// Validate implements Params.
func (p TripletSTDP) Validate() error {
	var l check.List
	l.NotNegative("pair_potentiation", p.PairPotentiation)
	l.NotNegative("triplet_potentiation", p.TripletPotentiation)
	l.NotNegative("pair_depression", p.PairDepression)
	l.NotNegative("triplet_depression", p.TripletDepression)
	l.Positive("tau_plus_ms", p.TauPlusMS)
	l.Positive("tau_x_ms", p.TauXMS)
	l.Positive("tau_minus_ms", p.TauMinusMS)
	l.Positive("tau_y_ms", p.TauYMS)
	l.Positive("scale", p.Scale)
	weightRange(&l, p.WeightMin, p.WeightMax)
	return l.Err()
}

// New implements Params.
func (p TripletSTDP) New(block *synapse.Block, env Env) Rule {
	rows, targets := block.Rows(), block.Hi-block.Lo
	return &tripletSTDP{
		p:       p,
		weights: newWeights(block, p.WeightMin, p.WeightMax),
		onto:    env.Onto,
		r1:      newTraces(rows, p.TauPlusMS, env.Dt, 0),
		r2:      newTraces(rows, p.TauXMS, env.Dt, 0),
		o1:      newTraces(targets, p.TauMinusMS, env.Dt, 0),
		o2:      newTraces(targets, p.TauYMS, env.Dt, 0),
	}
}

type tripletSTDP struct {
	p TripletSTDP
	weights
	onto    []float32
	plastic bool

	r1, r2 *traces // by row
	o1, o2 *traces // by target
}

// Step implements Rule. Both amplitudes are those of one synapse's row or of
// one target, so that the loops over synapses are those of the pair rule.
func (r *tripletSTDP) Step(step int64, in Input) {
	r.r1.to(step)
	r.r2.to(step)
	r.o1.to(step)
	r.o2.to(step)
	for _, a := range in.Arrivals {
		r.block.Deliver(a.Group, a.Sources, a.Factor, r.onto)
		for _, s := range a.Sources {
			row := r.block.RowOf(s, a.Group)
			if r.plastic {
				amount := r.p.PairDepression + r.p.TripletDepression*r.r2.at(row)
				r.addOutgoing(s, a.Group, -r.p.Scale*amount*r.o1.factor(), r.o1.scaled)
			}
			r.r1.mark(row, r.p.Nearest)
			r.r2.mark(row, r.p.Nearest)
		}
	}
	for _, t := range in.Spikes {
		i := int(t) - r.block.Lo
		if r.plastic {
			amount := r.p.PairPotentiation + r.p.TripletPotentiation*r.o2.at(i)
			r.addIncoming(t, r.p.Scale*amount*r.r1.factor(), r.r1.scaled)
		}
		r.o1.mark(i, r.p.Nearest)
		r.o2.mark(i, r.p.Nearest)
	}
}

// SetPlastic implements Rule.
func (r *tripletSTDP) SetPlastic(on bool) { r.plastic = on }

// State implements Rule.
func (r *tripletSTDP) State() []Column {
	groups, lo := len(r.block.Delays), r.block.Lo
	return []Column{
		sourceColumn("pre_fast_trace", groups, r.r1),
		sourceColumn("pre_slow_trace", groups, r.r2),
		targetColumn("post_fast_trace", lo, r.o1),
		targetColumn("post_slow_trace", lo, r.o2),
	}
}
