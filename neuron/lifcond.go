package neuron

import (
	"math"
	"math/bits"

	"github.com/apical-sim/apical/internal/check"
)

// LIFCond is a leaky integrate-and-fire neuron with conductance synapses, and
// optionally a threshold that is raised after a spike, an absolute refractory
// period, and a slow (NMDA) part of the excitation.
//
//	τ_m dV/dt = −(V−E_L) + [(1−A_N) g_E + A_N g_N](E_E−V) + g_I (E_I−V) + I/g_L
//	τ_N dg_N/dt = g_E − g_N,  τ_θ dϑ/dt = −ϑ,  g_L = C/τ_m
//
// Spike condition: V > θ_0 + ϑ outside the refractory period. Then V is reset
// and ϑ is set (not added) to its offset. While refractory V is held at the
// reset. V is confined to [FloorMV, CeilingMV].
//
// Numerics: forward Euler for V, which uses the conductances before they
// change; then g_N relaxes by its exact factor, g_E and g_I decay exactly; ϑ
// decays exactly before the test. Current is added after the test.
//
// Source: the receiver of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// supplementary figure 11, doi 10.1038/s41593-021-00857-x; the benchmark of
// Vogels & Abbott 2005, doi 10.1523/JNEUROSCI.3508-05.2005, as in Brette et al.
// 2007, doi 10.1007/s10827-007-0038-6.
type LIFCond struct {
	CapacitancePF     float64 // C, pF, > 0; 200
	TauMS             float64 // τ_m, ms, > 0; 20
	RestMV            float64 // E_L, mV; −70
	ResetMV           float64 // mV, below ThresholdMV; −70
	ThresholdMV       float64 // θ_0, mV; −50
	ThresholdOffsetMV float64 // ϑ after a spike, mV, ≥ 0; 100
	TauThresholdMS    float64 // τ_θ, ms, > 0; 5
	RefractoryMS      float64 // ms, ≥ 0; 0
	FloorMV           float64 // lowest voltage, mV; −80
	CeilingMV         float64 // highest voltage, mV, above FloorMV; 0
	InitialMeanMV     float64 // of V, mV; −70
	InitialSDMV       float64 // of V, mV, ≥ 0; 0 starts all alike
	Synapses          Conductances
	NMDAFraction      float64 // A_N, 0 to 1; 0.5
	TauNMDAMS         float64 // τ_N, ms, > 0; 100
}

// DefaultLIFCond returns the receiver of Payeur et al. 2021. C, which matters
// for injected current only, is not given there: 200 pF is that of the
// Vogels-Abbott benchmark.
func DefaultLIFCond() LIFCond {
	return LIFCond{
		CapacitancePF: 200, TauMS: 20, RestMV: -70, ResetMV: -70,
		ThresholdMV: -50, ThresholdOffsetMV: 100, TauThresholdMS: 5,
		FloorMV: -80, CeilingMV: 0, InitialMeanMV: -70,
		Synapses: DefaultConductances(), NMDAFraction: 0.5, TauNMDAMS: 100,
	}
}

// VogelsAbbottLIFCond returns the neuron of the COBA benchmark: leak 10 nS, so
// that its 6 and 67 nS are weights of 0.6 and 6.7.
func VogelsAbbottLIFCond() LIFCond {
	return LIFCond{
		CapacitancePF: 200, TauMS: 20, RestMV: -60, ResetMV: -60,
		ThresholdMV: -50, TauThresholdMS: 5, RefractoryMS: 5,
		FloorMV: -80, CeilingMV: 0, InitialMeanMV: -60,
		Synapses: DefaultConductances(), TauNMDAMS: 100,
	}
}

// Validate implements Params.
func (p LIFCond) Validate() error {
	var l check.List
	l.Positive("capacitance_pf", p.CapacitancePF)
	l.Positive("tau_ms", p.TauMS)
	l.Finite("rest_mv", p.RestMV)
	l.Finite("reset_mv", p.ResetMV)
	l.Finite("threshold_mv", p.ThresholdMV)
	if p.ResetMV >= p.ThresholdMV {
		l.Addf("reset_mv", "%v, want less than threshold_mv (%v)", p.ResetMV, p.ThresholdMV)
	}
	l.NotNegative("threshold_offset_mv", p.ThresholdOffsetMV)
	l.Positive("tau_threshold_ms", p.TauThresholdMS)
	l.NotNegative("refractory_ms", p.RefractoryMS)
	l.Finite("floor_mv", p.FloorMV)
	l.Finite("ceiling_mv", p.CeilingMV)
	if p.FloorMV >= p.CeilingMV {
		l.Addf("ceiling_mv", "%v, want more than floor_mv (%v)", p.CeilingMV, p.FloorMV)
	}
	l.Finite("initial_mean_mv", p.InitialMeanMV)
	l.NotNegative("initial_sd_mv", p.InitialSDMV)
	var s check.List
	p.Synapses.inspect(&s)
	l.Merge("synapses", s.Err())
	l.Within("nmda_fraction", p.NMDAFraction, 0, 1)
	l.Positive("tau_nmda_ms", p.TauNMDAMS)
	return l.Err()
}

// lifCond is the state; arrays are padded to whole blocks.
type lifCond struct {
	point
	offset []float32 // ϑ, mV
	gNMDA  []float32 // nil where A_N is 0
	left   []int32   // steps of refractoriness to go
	k      lifCondConstants
}

// lifCondConstants are the coefficients of one step, in the order in which the
// kernels read them; they do without the last two.
type lifCondConstants struct {
	rest               float32 // mV
	leak               float32 // dt/τ_m
	revExc, revInh     float32 // mV
	decayExc, decayInh float32
	decayOffset        float32 // exp(−dt/τ_θ)
	floor, ceiling     float32 // mV
	threshold, reset   float32 // mV
	ampa, slow, follow float32 // A_A, A_N, 1−exp(−dt/τ_N)
	jump               float32 // ϑ after a spike, mV
	refractory         int32   // steps
}

// New implements Params.
func (p LIFCond) New(env Env) Population {
	n := Padded(env.Size)
	c := &lifCond{
		point: newPoint(env, initialVoltages(p.RestMV, p.InitialMeanMV, p.InitialSDMV, env),
			"leak", env.Dt/p.CapacitancePF),
		offset: make([]float32, n),
		left:   make([]int32, n),
		k: lifCondConstants{
			leak: float32(env.Dt / p.TauMS),
			rest: float32(p.RestMV), reset: float32(p.ResetMV), threshold: float32(p.ThresholdMV),
			jump: float32(p.ThresholdOffsetMV), floor: float32(p.FloorMV), ceiling: float32(p.CeilingMV),
			revExc: float32(p.Synapses.RevExcMV), revInh: float32(p.Synapses.RevInhMV),
			decayExc:    decay(env.Dt, p.Synapses.TauExcMS),
			decayInh:    decay(env.Dt, p.Synapses.TauInhMS),
			decayOffset: decay(env.Dt, p.TauThresholdMS),
			ampa:        float32(1 - p.NMDAFraction), slow: float32(p.NMDAFraction),
			follow:     float32(-math.Expm1(-env.Dt / p.TauNMDAMS)),
			refractory: env.countdown(p.RefractoryMS),
		},
	}
	c.fading = append(c.fading, c.offset)
	if p.NMDAFraction > 0 {
		c.gNMDA = make([]float32, n)
		c.fading = append(c.fading, c.gNMDA)
	}
	return c
}

// Advance implements Population.
func (c *lifCond) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	var room [several]uint64
	end := Padded(hi)
	c.clear(step, lo, end)
	for ; lo < end; lo += several * Block {
		above := room[:min(several, (end-lo)/Block)]
		c.advanceBlocks(lo, above)
		for b, mask := range above {
			start := lo + b*Block
			for mask &= existing(start, c.size); mask != 0; mask &= mask - 1 {
				i := start + bits.TrailingZeros64(mask)
				c.v[i] = c.k.reset + c.inject[i]
				c.offset[i] = c.k.jump
				c.left[i] = c.k.refractory
				spikes = append(spikes, uint32(i))
			}
		}
	}
	return spikes
}

// advanceBlocks integrates the blocks of neurons from start on by one step and
// tells which neurons of each are above threshold.
func (c *lifCond) advanceBlocks(start int, above []uint64) {
	if c.advanceBlocksVector(start, above) {
		return
	}
	for b := range above {
		above[b] = c.advanceBlockPortable(start + b*Block)
	}
}

// advanceBlockPortable is the step of a block in plain Go.
func (c *lifCond) advanceBlockPortable(start int) (mask uint64) {
	k := c.k
	v, offset, left := c.v[start:][:Block], c.offset[start:][:Block], c.left[start:][:Block]
	gE, gI, inject := c.gExc[start:][:Block], c.gInh[start:][:Block], c.inject[start:][:Block]
	var slow []float32
	if c.gNMDA != nil {
		slow = c.gNMDA[start:][:Block]
	}
	for i := range v {
		exc := gE[i]
		if slow != nil {
			exc = float32(k.ampa*gE[i]) + float32(k.slow*slow[i])
			slow[i] -= float32(k.follow * slow[i])
			slow[i] += float32(k.follow * gE[i])
		}
		current := float32(exc*(k.revExc-v[i])) + float32(gI[i]*(k.revInh-v[i]))
		gE[i] *= k.decayExc
		gI[i] *= k.decayInh
		next := v[i] + float32(k.leak*((k.rest-v[i])+current))
		if next < k.floor {
			next = k.floor
		}
		if next > k.ceiling {
			next = k.ceiling
		}
		offset[i] *= k.decayOffset
		if left[i] > 0 {
			left[i]--
			next = k.reset
		} else if next > k.threshold+offset[i] {
			mask |= 1 << i
		}
		v[i] = next + inject[i]
	}
	return mask
}

// State implements Population.
func (c *lifCond) State() []Column {
	columns := append(c.point.State(), Column{"threshold_offset", "mV", c.offset})
	if c.gNMDA != nil {
		columns = append(columns, Column{"g_soma_nmda", "1", c.gNMDA})
	}
	return columns
}
