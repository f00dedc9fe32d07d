package neuron

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
)

// Conductances holds the synapses that point neurons and pyramidal cells share:
// a transmitted spike opens a conductance at once, which then decays. Total
// conductances below τ/dt leak conductances (τ of the membrane; 160 for the
// pyramidal soma, 70 for its dendrite) are legal: above, the Euler step of the
// voltage overshoots its target.
type Conductances struct {
	TauExcMS float64 // AMPA decay, ms, > 0; 5
	TauInhMS float64 // GABA decay, ms, > 0; 10
	RevExcMV float64 // E_E, mV; 0
	RevInhMV float64 // E_I, mV; −80
}

// DefaultConductances returns the values of Payeur et al. 2021.
func DefaultConductances() Conductances {
	return Conductances{TauExcMS: 5, TauInhMS: 10, RevExcMV: 0, RevInhMV: -80}
}

func (p Conductances) inspect(l *check.List) {
	l.Positive("tau_exc_ms", p.TauExcMS)
	l.Positive("tau_inh_ms", p.TauInhMS)
	l.Finite("rev_exc_mv", p.RevExcMV)
	l.Finite("rev_inh_mv", p.RevInhMV)
}

// decay returns exp(−dt/τ) of a variable that decays with τ.
func decay(dt, tau float64) float32 { return float32(math.Exp(-dt / tau)) }
