// Package dendrite is the apical compartment of the pyramidal cells: its
// voltage, adaptation and synapses, the plateau that its activation gives to
// the soma, and the kick that a back-propagating spike gives to it.
//
// The continuous form, with V the somatic voltage (reference program) or the
// dendrite's own (textbook), and the last three terms only in Active:
//
//	C_d dV_d/dt = −(C_d/τ_d)(V_d−E_L) + a w_d + (C_d/τ_d)[g_E (E_E−V) + g_I (E_I−V)] + I_d
//	              + G_d S + ζ K(t),  S = 1/(1+exp(−(V_d−E_d)/D_d))
//	τ_wd dw_d/dt = −w_d + (V_d−E_L)
//
// Source: Payeur, Guerguiev, Zenke, Richards, Naud 2021, Methods, doi
// 10.1038/s41593-021-00857-x; Naud & Sprekeler 2018, doi 10.1073/pnas.1720995115.
package dendrite

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
)

// Params holds what passive and active dendrites share.
type Params struct {
	TauMS            float64 // τ_d, ms, > 0; 7
	CapacitancePF    float64 // C_d, pF, > 0; 170
	AdaptationNS     float64 // a, nS; −13
	TauAdaptationMS  float64 // τ_wd, ms, > 0; 30
	HalfActivationMV float64 // E_d, mV; −57 (BurstPoisson), −38 (two compartments)
	SlopeMV          float64 // D_d, mV, > 0; 6
}

// Default returns the values of Payeur et al. 2021 for the given half
// activation in mV.
func Default(halfActivation float64) Params {
	return Params{
		TauMS: 7, CapacitancePF: 170, AdaptationNS: -13, TauAdaptationMS: 30,
		HalfActivationMV: halfActivation, SlopeMV: 6,
	}
}

// Validate returns the fields that are out of range.
func (p Params) Validate() error {
	var l check.List
	p.inspect(&l)
	return l.Err()
}

func (p Params) inspect(l *check.List) {
	l.Positive("tau_ms", p.TauMS)
	l.Positive("capacitance_pf", p.CapacitancePF)
	l.Finite("adaptation_ns", p.AdaptationNS)
	l.Positive("tau_adaptation_ms", p.TauAdaptationMS)
	l.Finite("half_activation_mv", p.HalfActivationMV)
	l.Positive("slope_mv", p.SlopeMV)
}

// Activation is S, the share of the plateau at a dendritic voltage in mV: the
// burst probability of the BurstPoisson cell.
func (p Params) Activation(v float64) float64 {
	return 1 / (1 + math.Exp(-(v-p.HalfActivationMV)/p.SlopeMV))
}

// Surround is what the compartment is told about the cell: its rest, its
// synapses and the time step.
type Surround struct {
	RestMV              float64 // E_L, mV
	RevExcMV, RevInhMV  float64 // mV
	TauExcMS, TauInhMS  float64 // ms
	InitialAdaptationMV float64 // w_d at the start, mV; 0.1 in the reference program
	Dt                  float64 // ms
	Length              int     // of the arrays, padded to whole blocks
}

// Passive is the state of the dendrites of a population, as a structure of
// arrays.
type Passive struct {
	V      []float32 // V_d, mV
	W      []float32 // w_d, mV
	GExc   []float32 // excitatory conductance, leak conductances
	GInh   []float32 // inhibitory conductance, leak conductances
	Inject []float32 // added to V at the end of a step, mV
	// Exc is the conductance that drives the excitatory current: GExc itself,
	// or a mixture with a slow component that the cell computes beforehand.
	Exc []float32

	k passiveConstants
}

// passiveConstants are the coefficients of one Euler step, in the order in which
// kernels read them.
type passiveConstants struct {
	leak               float32 // dt/τ_d
	adaptation         float32 // dt a/C_d
	follow             float32 // dt/τ_wd
	rest               float32 // mV
	revExc, revInh     float32 // mV
	decayExc, decayInh float32 // exp(−dt/τ)
}

// NewPassive returns dendrites at rest. The parameters are valid.
func NewPassive(p Params, s Surround) *Passive {
	d := &Passive{
		V:      make([]float32, s.Length),
		W:      make([]float32, s.Length),
		GExc:   make([]float32, s.Length),
		GInh:   make([]float32, s.Length),
		Inject: make([]float32, s.Length),
		k: passiveConstants{
			leak:       float32(s.Dt / p.TauMS),
			adaptation: float32(s.Dt * p.AdaptationNS / p.CapacitancePF),
			follow:     float32(s.Dt / p.TauAdaptationMS),
			rest:       float32(s.RestMV),
			revExc:     float32(s.RevExcMV),
			revInh:     float32(s.RevInhMV),
			decayExc:   float32(math.Exp(-s.Dt / s.TauExcMS)),
			decayInh:   float32(math.Exp(-s.Dt / s.TauInhMS)),
		},
	}
	d.Exc = d.GExc
	for i := range d.V {
		d.V[i] = d.k.rest
		d.W[i] = float32(s.InitialAdaptationMV)
	}
	return d
}

// Advance integrates the dendrites [lo, hi) by one step. driving is the voltage
// in the synapses' driving force, before the step.
func (d *Passive) Advance(lo, hi int, driving []float32) {
	lo = d.advanceVector(lo, hi, driving)
	d.advancePortable(lo, hi, driving)
}

// advancePortable is the step in plain Go. Products are rounded before they are
// added, so that every processor gives the same bits.
func (d *Passive) advancePortable(lo, hi int, driving []float32) {
	k := d.k
	v, w := d.V[lo:hi], d.W[lo:hi]
	n := len(v)
	w = w[:n]
	gE, gI, exc := d.GExc[lo:hi][:n], d.GInh[lo:hi][:n], d.Exc[lo:hi][:n]
	inject, drv := d.Inject[lo:hi][:n], driving[lo:hi][:n]
	for i := range v {
		current := float32(exc[i]*(k.revExc-drv[i])) + float32(gI[i]*(k.revInh-drv[i]))
		gE[i] *= k.decayExc
		gI[i] *= k.decayInh
		next := v[i] + float32(k.leak*((k.rest-v[i])+current)) + float32(k.adaptation*w[i])
		w[i] += float32(k.follow * ((next - k.rest) - w[i]))
		v[i] = next + inject[i]
	}
}
