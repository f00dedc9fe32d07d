package neuron

import (
	"math"
	"math/bits"

	"github.com/apical-sim/apical/internal/check"
)

// LIFCurrent is a leaky integrate-and-fire neuron with exponential current
// synapses, integrated exactly, and optionally with synapses that let the
// voltage jump.
//
//	τ_m dV/dt = −(V−E_L) + (τ_m/C)(i_E − i_I + I)
//	τ_E di_E/dt = −i_E,  τ_I di_I/dt = −i_I
//
// A transmitted spike adds its weight, in pA, to i_E or i_I: weights onto
// soma_inh are positive and inhibit. With DeltaSynapses, a spike onto
// soma_delta adds its weight, in mV and of either sign, to V.
//
// Spike condition: V ≥ θ outside the refractory period. Then V is reset and
// held there for RefractoryMS; jumps and injected current that arrive
// meanwhile are lost, synaptic currents go on decaying.
//
// Numerics: the exact propagators of the linear system over one step,
//
//	V ← E_L + P_V (V−E_L) + P_E i_E − P_I i_I + P_C I + jumps,  i ← i e^(−dt/τ)
//	P_V = e^(−dt/τ_m),  P_C = (τ_m/C)(1−P_V),
//	P_x = τ_x τ_m (e^(−dt/τ_m) − e^(−dt/τ_x)) / (C (τ_m−τ_x)),  (dt/C) P_V where τ_x = τ_m
//
// so that only the times of spikes are bound to the grid. I is constant over a
// step and, unlike in the other models, enters before the threshold test.
//
// Source: Rotter & Diesmann 1999, doi 10.1007/s004220050570; the same scheme
// as iaf_psc_exp and, with delta synapses alone, iaf_psc_delta of NEST. The
// jumps are those of Brunel 2000, doi 10.1023/A:1008925309027.
type LIFCurrent struct {
	CapacitancePF float64 // C, pF, > 0; 250
	TauMS         float64 // τ_m, ms, > 0; 10
	RestMV        float64 // E_L, mV; −70
	ResetMV       float64 // mV, below ThresholdMV; −70
	ThresholdMV   float64 // θ, mV; −55
	RefractoryMS  float64 // ms, ≥ 0; 2
	TauExcMS      float64 // τ_E, ms, > 0; 2
	TauInhMS      float64 // τ_I, ms, > 0; 2
	InitialMeanMV float64 // of V, mV; −70
	InitialSDMV   float64 // of V, mV, ≥ 0; 0 starts all alike
	DeltaSynapses bool    // adds the receptor soma_delta
}

// DefaultLIFCurrent returns the defaults of NEST's iaf_psc_exp.
func DefaultLIFCurrent() LIFCurrent {
	return LIFCurrent{
		CapacitancePF: 250, TauMS: 10, RestMV: -70, ResetMV: -70, ThresholdMV: -55,
		RefractoryMS: 2, TauExcMS: 2, TauInhMS: 2, InitialMeanMV: -70,
	}
}

// BrunelLIFCurrent returns the neuron of Brunel 2000: τ_m 20 ms, threshold 20
// mV above rest, reset 10 mV above rest, refractory for 2 ms, delta synapses
// (J = 0.1 mV there). Rest is 0 mV.
func BrunelLIFCurrent() LIFCurrent {
	p := DefaultLIFCurrent()
	p.TauMS, p.RestMV, p.ResetMV, p.ThresholdMV, p.InitialMeanMV = 20, 0, 10, 20, 0
	p.DeltaSynapses = true
	return p
}

// Validate implements Params.
func (p LIFCurrent) Validate() error {
	var l check.List
	l.Positive("capacitance_pf", p.CapacitancePF)
	l.Positive("tau_ms", p.TauMS)
	l.Finite("rest_mv", p.RestMV)
	l.Finite("reset_mv", p.ResetMV)
	l.Finite("threshold_mv", p.ThresholdMV)
	if p.ResetMV >= p.ThresholdMV {
		l.Addf("reset_mv", "%v, want less than threshold_mv (%v)", p.ResetMV, p.ThresholdMV)
	}
	l.NotNegative("refractory_ms", p.RefractoryMS)
	l.Positive("tau_exc_ms", p.TauExcMS)
	l.Positive("tau_inh_ms", p.TauInhMS)
	l.Finite("initial_mean_mv", p.InitialMeanMV)
	l.NotNegative("initial_sd_mv", p.InitialSDMV)
	return l.Err()
}

// lifCurrent is the state; arrays are padded to whole blocks. gExc and gInh of
// point are i_E and i_I here.
type lifCurrent struct {
	point
	jumps []float32 // mV, of this step; nil without delta synapses
	left  []int32   // steps of refractoriness to go
	k     lifCurrentConstants
}

// lifCurrentConstants are the propagators of one step, in the order in which the
// kernels read them; they do without the last.
type lifCurrentConstants struct {
	rest               float32 // mV
	membrane           float32 // P_V
	exc, inh           float32 // P_E, P_I, mV/pA
	decayExc, decayInh float32
	threshold, reset   float32 // mV
	refractory         int32   // steps
}

// synapticPropagator is the voltage in mV, a step later, of a synaptic current
// of 1 pA. The quotient of the two small differences is written so that it
// keeps its accuracy where the time constants are close or equal.
func synapticPropagator(dt, tauMembrane, tauSynapse, capacitance float64) float64 {
	// e^(−dt/τ_m) − e^(−dt/τ_x) = e^(−dt/τ_m)(1 − e^(−y)), y = dt (τ_m−τ_x)/(τ_m τ_x).
	y := dt * (tauMembrane - tauSynapse) / (tauMembrane * tauSynapse)
	quotient := 1.0
	if y != 0 {
		quotient = -math.Expm1(-y) / y
	}
	return dt / capacitance * math.Exp(-dt/tauMembrane) * quotient
}

// New implements Params.
func (p LIFCurrent) New(env Env) Population {
	n := Padded(env.Size)
	perPicoampere := -math.Expm1(-env.Dt/p.TauMS) * p.TauMS / p.CapacitancePF
	c := &lifCurrent{
		point: newPoint(env, initialVoltages(p.RestMV, p.InitialMeanMV, p.InitialSDMV, env),
			"pA", perPicoampere),
		left: make([]int32, n),
		k: lifCurrentConstants{
			membrane: decay(env.Dt, p.TauMS),
			exc:      float32(synapticPropagator(env.Dt, p.TauMS, p.TauExcMS, p.CapacitancePF)),
			inh:      float32(synapticPropagator(env.Dt, p.TauMS, p.TauInhMS, p.CapacitancePF)),
			decayExc: decay(env.Dt, p.TauExcMS),
			decayInh: decay(env.Dt, p.TauInhMS),
			rest:     float32(p.RestMV), reset: float32(p.ResetMV), threshold: float32(p.ThresholdMV),
			refractory: env.countdown(p.RefractoryMS),
		},
	}
	if p.DeltaSynapses {
		c.jumps = make([]float32, n)
	}
	return c
}

// Advance implements Population.
func (c *lifCurrent) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
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
				c.v[i] = c.k.reset
				c.left[i] = c.k.refractory
				spikes = append(spikes, uint32(i))
			}
		}
	}
	return spikes
}

// advanceBlocks integrates the blocks of neurons from start on by one step and
// tells which neurons of each have reached the threshold.
func (c *lifCurrent) advanceBlocks(start int, above []uint64) {
	if c.advanceBlocksVector(start, above) {
		return
	}
	for b := range above {
		above[b] = c.advanceBlockPortable(start + b*Block)
	}
}

// advanceBlockPortable is the step of a block in plain Go.
func (c *lifCurrent) advanceBlockPortable(start int) (mask uint64) {
	k := c.k
	v, left, inject := c.v[start:][:Block], c.left[start:][:Block], c.inject[start:][:Block]
	iE, iI := c.gExc[start:][:Block], c.gInh[start:][:Block]
	var jumps []float32
	if c.jumps != nil {
		jumps = c.jumps[start:][:Block]
	}
	for i := range v {
		next := k.rest + float32(k.membrane*(v[i]-k.rest)) +
			float32(k.exc*iE[i]) - float32(k.inh*iI[i]) + inject[i]
		iE[i] *= k.decayExc
		iI[i] *= k.decayInh
		if jumps != nil {
			next += jumps[i]
			jumps[i] = 0
		}
		if left[i] > 0 {
			left[i]--
			next = k.reset
		} else if next >= k.threshold {
			mask |= 1 << i
		}
		v[i] = next
	}
	return mask
}

// Receptors implements Population.
func (c *lifCurrent) Receptors() []Receptor {
	receptors := c.point.Receptors()
	if c.jumps != nil {
		receptors = append(receptors, Receptor{SomaDelta, "mV", c.jumps})
	}
	return receptors
}
