package neuron

import (
	"math"
	"math/bits"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/vec"
)

// AdEx is the adaptive exponential integrate-and-fire neuron with conductance
// synapses, here an interneuron.
//
//	C dV/dt = −g_L (V−E_L) + g_L Δ_T e^((V−V_T)/Δ_T) − w + g_L [g_E (E_E−V) + g_I (E_I−V)] + I
//	τ_w dw/dt = a (V−E_L) − w
//
// Spike condition: V > SpikeMV outside the refractory period. Then V is reset
// and w jumps by b. V is confined to [FloorMV, CeilingMV].
//
// Numerics: forward Euler, w (kept in mV, as w/g_L) from the new V; synapses
// decay exactly, after use; current is added after the threshold test. As in
// the reference program, e^x is (1+x/256)²⁵⁶, which falls below e^x by about
// e^(−x²/512), unless TrueExponential is set; and during the refractory period
// V is held at E_L, so that the reset value counts for one step only, unless
// HoldAtReset is set.
//
// Source: Brette & Gerstner 2005, doi 10.1152/jn.00686.2005; values of PV and
// SOM cells from Payeur, Guerguiev, Zenke, Richards, Naud 2021, doi
// 10.1038/s41593-021-00857-x.
type AdEx struct {
	CapacitancePF    float64 // C, pF, > 0; PV 100, SOM 100
	LeakNS           float64 // g_L, nS, > 0; 10, 5
	RestMV           float64 // E_L, mV; −70
	ResetMV          float64 // V_reset, mV; −55, −65
	SlopeMV          float64 // Δ_T, mV, > 0; 2, 4
	ThresholdMV      float64 // V_T, mV; −48, −61.836
	SpikeMV          float64 // voltage that counts as a spike, mV, below CeilingMV; 0
	FloorMV          float64 // lowest voltage, mV; −80
	CeilingMV        float64 // highest voltage, mV, above FloorMV; 20
	AdaptationNS     float64 // a, nS; 0, 0.5
	AdaptationJumpPA float64 // b, pA per spike; 0, 10
	TauAdaptationMS  float64 // τ_w, ms, > 0; 5, 500
	RefractoryMS     float64 // T_ref, ms, ≥ 0; 1, 2
	InitialMeanMV    float64 // of V, mV; −70
	InitialSDMV      float64 // of V, mV, ≥ 0; 5 (0 starts all alike)
	Synapses         Conductances

	TrueExponential bool // e^x instead of (1+x/256)²⁵⁶
	HoldAtReset     bool // hold V at ResetMV instead of RestMV while refractory
}

// DefaultPV returns the parvalbumin interneuron of Payeur et al. 2021: fast,
// with a rheobase of 200 pA and without adaptation.
func DefaultPV() AdEx {
	p := AdEx{
		CapacitancePF: 100, LeakNS: 10, RestMV: -70, ResetMV: -55, SlopeMV: 2,
		SpikeMV: 0, FloorMV: -80, CeilingMV: 20,
		TauAdaptationMS: 5, RefractoryMS: 1, InitialMeanMV: -70, InitialSDMV: 5,
		Synapses: DefaultConductances(),
	}
	p.SetRheobase(200)
	return p
}

// DefaultSOM returns the somatostatin interneuron of Payeur et al. 2021:
// adapting, with a rheobase of 25 pA.
func DefaultSOM() AdEx {
	p := AdEx{
		CapacitancePF: 100, LeakNS: 5, RestMV: -70, ResetMV: -65, SlopeMV: 4,
		SpikeMV: 0, FloorMV: -80, CeilingMV: 20, AdaptationNS: 0.5, AdaptationJumpPA: 10,
		TauAdaptationMS: 500, RefractoryMS: 2, InitialMeanMV: -70, InitialSDMV: 5,
		Synapses: DefaultConductances(),
	}
	p.SetRheobase(25)
	return p
}

// SetRheobase sets V_T so that the smallest constant current with no resting
// state is I pA (g_L > 0, a > −g_L), whatever V_reset:
//
//	V_T = I/(g_L+a) + E_L + Δ_T − Δ_T ln(1+a/g_L)
func (p *AdEx) SetRheobase(pA float64) {
	p.ThresholdMV = pA/(p.LeakNS+p.AdaptationNS) + p.RestMV + p.SlopeMV -
		p.SlopeMV*math.Log1p(p.AdaptationNS/p.LeakNS)
}

// Validate implements Params.
func (p AdEx) Validate() error {
	var l check.List
	l.Positive("capacitance_pf", p.CapacitancePF)
	l.Positive("leak_ns", p.LeakNS)
	l.Finite("rest_mv", p.RestMV)
	l.Finite("reset_mv", p.ResetMV)
	l.Positive("slope_mv", p.SlopeMV)
	l.Finite("threshold_mv", p.ThresholdMV)
	l.Finite("floor_mv", p.FloorMV)
	l.Finite("ceiling_mv", p.CeilingMV)
	l.Finite("spike_mv", p.SpikeMV)
	if p.FloorMV >= p.CeilingMV {
		l.Addf("ceiling_mv", "%v, want more than floor_mv (%v)", p.CeilingMV, p.FloorMV)
	}
	if p.SpikeMV >= p.CeilingMV {
		l.Addf("spike_mv", "%v, want less than ceiling_mv (%v)", p.SpikeMV, p.CeilingMV)
	}
	l.Finite("adaptation_ns", p.AdaptationNS)
	l.Finite("adaptation_jump_pa", p.AdaptationJumpPA)
	l.Positive("tau_adaptation_ms", p.TauAdaptationMS)
	l.NotNegative("refractory_ms", p.RefractoryMS)
	l.Finite("initial_mean_mv", p.InitialMeanMV)
	l.NotNegative("initial_sd_mv", p.InitialSDMV)
	var s check.List
	p.Synapses.inspect(&s)
	l.Merge("synapses", s.Err())
	return l.Err()
}

// adex is the state; arrays are padded to whole blocks.
type adex struct {
	point
	w       []float32 // mV
	left    []int32   // steps of refractoriness to go
	k       adexConstants
	trueExp bool
}

// adexConstants are the coefficients of one Euler step, in the order in which
// the kernel reads them.
type adexConstants struct {
	rest, slope          float32 // mV
	follow, step         float32 // dt/τ_w, dt/τ_m
	threshold, steepness float32 // mV, 1/Δ_T
	revExc, revInh       float32 // mV
	decayExc, decayInh   float32
	floor, ceiling       float32 // mV
	spike, hold, reset   float32 // mV
	jump                 float32 // b/g_L, mV
	coupling             float32 // a/g_L
	refractory           int32   // steps
}

// New implements Params.
func (p AdEx) New(env Env) Population {
	n := Padded(env.Size)
	hold := p.RestMV
	if p.HoldAtReset {
		hold = p.ResetMV
	}
	a := &adex{
		point: newPoint(env, initialVoltages(p.RestMV, p.InitialMeanMV, p.InitialSDMV, env),
			"leak", env.Dt/p.CapacitancePF),
		w:    make([]float32, n),
		left: make([]int32, n),
		k: adexConstants{
			step: float32(env.Dt * p.LeakNS / p.CapacitancePF),
			rest: float32(p.RestMV), reset: float32(p.ResetMV), hold: float32(hold),
			slope: float32(p.SlopeMV), steepness: float32(1 / p.SlopeMV),
			threshold: float32(p.ThresholdMV), spike: float32(p.SpikeMV),
			floor: float32(p.FloorMV), ceiling: float32(p.CeilingMV),
			follow:   float32(env.Dt / p.TauAdaptationMS),
			coupling: float32(p.AdaptationNS / p.LeakNS),
			jump:     float32(p.AdaptationJumpPA / p.LeakNS),
			revExc:   float32(p.Synapses.RevExcMV), revInh: float32(p.Synapses.RevInhMV),
			decayExc:   decay(env.Dt, p.Synapses.TauExcMS),
			decayInh:   decay(env.Dt, p.Synapses.TauInhMS),
			refractory: env.countdown(p.RefractoryMS),
		},
		trueExp: p.TrueExponential,
	}
	a.fading = append(a.fading, a.w)
	return a
}

// power256 is (1+x/256)²⁵⁶ above its zero at −256, and 0 below.
func power256(x float32) float32 {
	y := max(0, 1+float32(x*(1.0/256)))
	y *= y
	y *= y
	y *= y
	y *= y
	y *= y
	y *= y
	y *= y
	return y * y
}

// Advance implements Population.
func (a *adex) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	var room [several]uint64
	end := Padded(hi)
	a.clear(step, lo, end)
	for ; lo < end; lo += several * Block {
		spiked := room[:min(several, (end-lo)/Block)]
		a.advanceBlocks(lo, spiked)
		for b, mask := range spiked {
			start := lo + b*Block
			for mask &= existing(start, a.size); mask != 0; mask &= mask - 1 {
				spikes = append(spikes, uint32(start+bits.TrailingZeros64(mask)))
			}
		}
	}
	return spikes
}

// advanceBlocks integrates the blocks of neurons from start on by one step and
// tells which neurons of each spiked.
func (a *adex) advanceBlocks(start int, spiked []uint64) {
	if a.advanceBlocksVector(start, spiked) {
		return
	}
	for b := range spiked {
		spiked[b] = a.advanceBlockPortable(start + b*Block)
	}
}

// advanceBlockPortable is the step of a block in plain Go. A spike changes w before w
// follows V, and is therefore carried out in the loop.
func (a *adex) advanceBlockPortable(start int) (mask uint64) {
	k := a.k
	v, w, left := a.v[start:][:Block], a.w[start:][:Block], a.left[start:][:Block]
	gE, gI, inject := a.gExc[start:][:Block], a.gInh[start:][:Block], a.inject[start:][:Block]
	for i := range v {
		x := float32((v[i] - k.threshold) * k.steepness)
		var spiking float32
		if a.trueExp {
			spiking = vec.Exp(x)
		} else {
			spiking = power256(x)
		}
		current := (k.rest - v[i]) + float32(k.slope*spiking) +
			float32(gE[i]*(k.revExc-v[i])) + float32(gI[i]*(k.revInh-v[i])) - w[i]
		next := v[i] + float32(k.step*current)
		if next < k.floor {
			next = k.floor
		}
		if next > k.ceiling {
			next = k.ceiling
		}
		if left[i] > 0 {
			left[i]--
			next = k.hold
		} else if next > k.spike {
			mask |= 1 << i
			left[i] = k.refractory
			next = k.reset
			w[i] += k.jump
		}
		w[i] += float32(k.follow * (float32(k.coupling*(next-k.rest)) - w[i]))
		gE[i] *= k.decayExc
		gI[i] *= k.decayInh
		v[i] = next + inject[i]
	}
	return mask
}

// State implements Population.
func (a *adex) State() []Column { return append(a.point.State(), Column{"w", "mV", a.w}) }
