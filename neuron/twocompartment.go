package neuron

import (
	"math/bits"

	"github.com/apical-sim/apical/dendrite"
	"github.com/apical-sim/apical/internal/check"
)

// TwoCompartment is the layer 5 pyramidal cell of Naud & Sprekeler: a leaky
// soma with a moving threshold, and an apical dendrite whose plateau, helped by
// back-propagating spikes, turns single spikes into bursts.
//
//	C_s dV_s/dt = −(C_s/τ_s)(V_s−E_L) + G_s S + b w_s + (C_s/τ_s)[g_E (E_E−V_s) + g_I (E_I−V_s)] + I_s
//	C_d dV_d/dt = −(C_d/τ_d)(V_d−E_L) + G_d S + ζ K(t) + a w_d + (C_d/τ_d)[g_E (E_E−V) + g_I (E_I−V)] + I_d
//	S = 1/(1+exp(−(V_d−E_d)/D_d))
//	τ_ws dw_s/dt = −w_s,  τ_wd dw_d/dt = −w_d + (V_d−E_L),  τ_θ dθ/dt = −(θ−θ_0)
//
// where V is V_s, as in the reference program, or V_d if DendriticDrivingForce
// is set. K is 1 during the 2 ms after a somatic spike, beginning with the next
// step; a new spike starts it again.
//
// Spike condition: V_s > θ. Then V_s is reset to E_L, θ jumps by Δθ and w_s by
// 1. There is no absolute refractory period.
//
// Numerics: forward Euler for voltages, w_d (from the new V_d) and θ, exact
// decay for w_s and the synapses; S is that of V_d before the step; currents
// are added after the threshold test.
//
// Source: Naud & Sprekeler 2018, doi 10.1073/pnas.1720995115, with the values
// of Payeur, Guerguiev, Zenke, Richards, Naud 2021, doi 10.1038/s41593-021-00857-x.
type TwoCompartment struct {
	Soma     Soma
	Dendrite dendrite.ActiveParams
	Synapses Kinetics

	PlateauPA float64 // G_s, what the plateau gives to the soma, pA; 1300
}

// DefaultTwoCompartment returns the values of Payeur et al. 2021.
func DefaultTwoCompartment() TwoCompartment {
	return TwoCompartment{
		Soma:      DefaultSoma(),
		Dendrite:  dendrite.DefaultActive(),
		Synapses:  DefaultKinetics(),
		PlateauPA: 1300,
	}
}

// Validate implements Params.
func (p TwoCompartment) Validate() error {
	var l check.List
	l.Merge("soma", p.Soma.Validate())
	l.Merge("dendrite", p.Dendrite.Validate())
	l.Merge("synapses", p.Synapses.Validate())
	l.Finite("plateau_pa", p.PlateauPA)
	return l.Err()
}

// twoCompartment is the state; arrays are padded to whole blocks.
type twoCompartment struct {
	pyramid
	dendrite *dendrite.Active
}

// New implements Params.
func (p TwoCompartment) New(env Env) Population {
	d := dendrite.NewActive(p.Dendrite, p.Synapses.surround(p.Soma, env))
	c := &twoCompartment{
		pyramid:  newPyramid(p.Soma, p.Synapses, env, d.Passive),
		dendrite: d,
	}
	c.k.plateau = float32(env.Dt * p.PlateauPA / p.Soma.CapacitancePF)
	c.dendriteCurrent = env.Dt / p.Dendrite.CapacitancePF
	return c
}

// Advance implements Population.
func (c *twoCompartment) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	var room [several]uint64
	end := Padded(hi)
	c.clear(step, lo, end)
	for ; lo < end; lo += several * Block {
		above := room[:min(several, (end-lo)/Block)]
		c.integrate(lo, above)
		for b, mask := range above {
			start := lo + b*Block
			for mask &= existing(start, c.size); mask != 0; mask &= mask - 1 {
				i := start + bits.TrailingZeros64(mask)
				c.reset(i)
				c.dendrite.Kick(i)
				spikes = append(spikes, uint32(i))
			}
		}
	}
	return spikes
}

// integrate advances the blocks of neurons from start on by one step and tells
// which somata of each are above threshold.
func (c *twoCompartment) integrate(start int, above []uint64) {
	end := start + len(above)*Block
	c.mixNMDA(start, end)
	// The dendrite reads V_s before the step, and leaves S for the soma.
	c.dendrite.Advance(start, end, c.driving)
	c.advanceSoma(start, above, c.dendrite.Activation)
}

// State implements Population.
func (c *twoCompartment) State() []Column {
	return append(c.pyramid.State(), Column{"activation", "1", c.dendrite.Activation})
}
