package plasticity

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/synapse"
)

// PairSTDP is spike-timing-dependent plasticity of spike pairs. With x the trace
// of a synapse's arrivals (time constant τ₊) and y that of the target's spikes
// (τ₋),
//
//	spike:   Δw = +F₊(w) x
//	arrival: Δw = −F₋(w) y
//
// so that a lone pair Δt = t_spike − t_arrival apart changes w by
// F₊ exp(−Δt/τ₊) for Δt ≥ 0 and by −F₋ exp(Δt/τ₋) for Δt < 0. All pairs count
// (traces jump by 1), or with Nearest only those with the latest spike of the
// other side (traces jump to 1). w is kept within [WeightMin, WeightMax] after
// each change.
//
// Dependence chooses the weight dependence F; see its values.
//
// In each step arrivals come first: transmitted, then depressed, then x jumps;
// so a coincident pair potentiates. An arrival over the shortest delay, one
// step, coincides with the target's spikes of the step in which it was emitted.
//
// Source: Song, Miller & Abbott 2000, doi 10.1038/78829; review of the forms:
// Morrison, Diesmann & Gerstner 2008, doi 10.1007/s00422-008-0233-1.
type PairSTDP struct {
	Potentiation float64          // A₊, ≥ 0, in the unit that Dependence says
	Depression   float64          // A₋, ≥ 0
	TauPlusMS    float64          // τ₊, ms, > 0
	TauMinusMS   float64          // τ₋, ms, > 0
	Nearest      bool             // pairs of nearest spikes instead of all pairs
	Dependence   WeightDependence // of F on w
	Exponent     float64          // μ, 0 to 1; used by SoftBound and PowerLaw
	Reference    float64          // w₀, leak conductances, > 0; used by PowerLaw
	WeightMin    float64          // leak conductances, ≥ 0
	WeightMax    float64          // leak conductances, > WeightMin; +Inf where Dependence allows it
}

// WeightDependence says how the changes depend on the weight w. m is WeightMax.
type WeightDependence uint8

// The weight dependences.
const (
	// Additive: F₊ = A₊ m, F₋ = A₋ m (Song et al. 2000).
	Additive WeightDependence = iota
	// Multiplicative: F₊ = A₊ (leak conductances), F₋ = A₋ w (van Rossum et
	// al. 2000). WeightMax may be +Inf.
	Multiplicative
	// SoftBound: F₊ = A₊ m (1−w/m)^μ, F₋ = A₋ m (w/m)^μ (Gütig et al. 2003).
	SoftBound
	// PowerLaw: F₊ = A₊ w₀ (w/w₀)^μ, F₋ = A₋ w (Morrison et al. 2007).
	// WeightMax may be +Inf.
	PowerLaw
)

// SongAbbott returns the additive rule of Song, Miller & Abbott 2000.
func SongAbbott() PairSTDP {
	return PairSTDP{
		Potentiation: 0.005, Depression: 1.05 * 0.005, TauPlusMS: 20, TauMinusMS: 20,
		Dependence: Additive, Exponent: 1, Reference: 1, WeightMin: 0, WeightMax: 0.015,
	}
}

// VanRossum returns the rule of van Rossum, Bi & Turrigiano 2000 (doi
// 10.1523/JNEUROSCI.20-23-08812.2000), without its noise: potentiation of 7 pS
// on a leak of 10 nS, depression of 0.3 %.
func VanRossum() PairSTDP {
	p := SongAbbott()
	p.Potentiation, p.Depression, p.Dependence, p.WeightMax = 7e-4, 0.003, Multiplicative, math.Inf(1)
	return p
}

// Guetig returns the rule of Gütig et al. 2003 (doi
// 10.1523/JNEUROSCI.23-09-03697.2003) between additive (μ = 0) and
// multiplicative (μ = 1).
func Guetig() PairSTDP {
	p := SongAbbott()
	p.Dependence, p.Exponent, p.WeightMax = SoftBound, 0.02, 1
	return p
}

// Morrison returns the power law of Morrison, Aertsen & Diesmann 2007 (doi
// 10.1162/neco.2007.19.6.1437), with w₀ as the unit of weight.
func Morrison() PairSTDP {
	return PairSTDP{
		Potentiation: 0.1, Depression: 0.1 * 0.11, TauPlusMS: 20, TauMinusMS: 20,
		Dependence: PowerLaw, Exponent: 0.4, Reference: 1, WeightMin: 0, WeightMax: math.Inf(1),
	}
}

// Validate implements Params.
func (p PairSTDP) Validate() error {
	var l check.List
	l.NotNegative("potentiation", p.Potentiation)
	l.NotNegative("depression", p.Depression)
	l.Positive("tau_plus_ms", p.TauPlusMS)
	l.Positive("tau_minus_ms", p.TauMinusMS)
	if p.Dependence > PowerLaw {
		l.Addf("dependence", "%d, want additive, multiplicative, soft bound or power law", p.Dependence)
	}
	l.Within("exponent", p.Exponent, 0, 1)
	l.Positive("reference", p.Reference)
	l.NotNegative("weight_min", p.WeightMin)
	moreThan(&l, "weight_max", p.WeightMax, "weight_min", p.WeightMin)
	if math.IsInf(p.WeightMax, 1) && (p.Dependence == Additive || p.Dependence == SoftBound) {
		l.Addf("weight_max", "%v, want a finite number, which the changes are in proportion to", p.WeightMax)
	}
	return l.Err()
}

// New implements Params.
func (p PairSTDP) New(block *synapse.Block, env Env) Rule {
	return &pairSTDP{
		p:       p,
		weights: newWeights(block, p.WeightMin, p.WeightMax),
		onto:    env.Onto,
		pre:     newTraces(block.Rows(), p.TauPlusMS, env.Dt, 0),
		post:    newTraces(block.Hi-block.Lo, p.TauMinusMS, env.Dt, 0),
	}
}

type pairSTDP struct {
	p PairSTDP
	weights
	onto    []float32
	plastic bool

	pre  *traces // x, by row
	post *traces // y, by target
}

// Step implements Rule.
func (r *pairSTDP) Step(step int64, in Input) {
	r.pre.to(step)
	r.post.to(step)
	for _, a := range in.Arrivals {
		r.block.Deliver(a.Group, a.Sources, a.Factor, r.onto)
		for _, s := range a.Sources {
			if r.plastic {
				r.depress(s, a.Group)
			}
			r.pre.mark(r.block.RowOf(s, a.Group), r.p.Nearest)
		}
	}
	for _, t := range in.Spikes {
		if r.plastic {
			r.potentiate(t)
		}
		r.post.mark(int(t)-r.block.Lo, r.p.Nearest)
	}
}

// potentiate changes all synapses onto a target by F₊ x.
func (r *pairSTDP) potentiate(target uint32) {
	scale, x := r.p.Potentiation*r.pre.factor(), r.pre.scaled
	switch r.p.Dependence {
	case Additive:
		r.addIncoming(target, scale*r.p.WeightMax, x)
		return
	case Multiplicative:
		r.addIncoming(target, scale, x)
		return
	}
	rows, slots := r.block.Incoming(target)
	slots = slots[:len(rows)]
	weights, low, high := r.block.Weights(), r.min, r.max
	most, exponent, reference := r.p.WeightMax, r.p.Exponent, r.p.Reference
	switch {
	case r.p.Dependence == SoftBound && exponent == 1:
		var near [stretch]float32
		for len(rows) > 0 {
			n := min(len(rows), stretch)
			fetch(&near, weights, slots[:n])
			for k, row := range rows[:n] {
				if x[row] == 0 {
					continue // its source has been silent
				}
				w := float64(near[k%stretch])
				w += scale * x[row] * most * max(0, 1-w/most)
				weights[slots[k]] = min(max(float32(w), low), high)
			}
			rows, slots = rows[n:], slots[n:]
		}
	case r.p.Dependence == SoftBound:
		for k, row := range rows {
			if x[row] == 0 {
				continue
			}
			v := &weights[slots[k]]
			w := float64(*v)
			w += scale * x[row] * most * math.Pow(max(0, 1-w/most), exponent)
			*v = min(max(float32(w), low), high)
		}
	default: // PowerLaw
		for k, row := range rows {
			if x[row] == 0 {
				continue
			}
			v := &weights[slots[k]]
			w := float64(*v)
			w += scale * x[row] * reference * math.Pow(max(0, w/reference), exponent)
			*v = min(max(float32(w), low), high)
		}
	}
}

// depress changes the synapses of a source by −F₋ y.
func (r *pairSTDP) depress(source uint32, group int) {
	scale, y := r.p.Depression*r.post.factor(), r.post.scaled
	if r.p.Dependence == Additive {
		r.addOutgoing(source, group, -scale*r.p.WeightMax, y)
		return
	}
	from, to := r.block.Row(source, group)
	targets := r.block.Targets()[from:to]
	weights := r.block.Weights()[from:to][:len(targets)]
	lo, low, high := r.block.Lo, r.min, r.max
	most, exponent := r.p.WeightMax, r.p.Exponent
	switch {
	case r.p.Dependence == SoftBound && exponent == 1:
		for k, t := range targets {
			w, y := float64(weights[k]), y[int(t)-lo]
			w -= scale * y * most * max(0, w/most)
			weights[k] = min(max(float32(w), low), high)
		}
	case r.p.Dependence == SoftBound:
		for k, t := range targets {
			w, y := float64(weights[k]), y[int(t)-lo]
			w -= scale * y * most * math.Pow(max(0, w/most), exponent)
			weights[k] = min(max(float32(w), low), high)
		}
	default: // in proportion to the weight
		for k, t := range targets {
			w, y := float64(weights[k]), y[int(t)-lo]
			w -= scale * y * w
			weights[k] = min(max(float32(w), low), high)
		}
	}
}

// SetPlastic implements Rule.
func (r *pairSTDP) SetPlastic(on bool) { r.plastic = on }

// State implements Rule.
func (r *pairSTDP) State() []Column {
	return []Column{
		sourceColumn("pre_trace", len(r.block.Delays), r.pre),
		targetColumn("post_trace", r.block.Lo, r.post),
	}
}
