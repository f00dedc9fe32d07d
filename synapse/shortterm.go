package synapse

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
)

// ShortTerm is Tsodyks–Markram short-term plasticity: a spike transmits the
// share r = x·u of its weight, where per presynaptic neuron
//
//	at a spike:    r = x u (old values);  x ← x − u x;  u ← u + U (1−u)
//	between them:  dx/dt = (1−x)/τ_D,  du/dt = (U−u)/τ_F
//
// The relaxation is that of forward Euler with the network's time step, taken
// in closed form over the steps since the last spike. There is no
// normalisation by U.
//
// Source: Tsodyks & Markram 1997 (doi 10.1073/pnas.94.2.719) and, with
// facilitation, Markram, Wang & Tsodyks 1998 (doi 10.1073/pnas.95.9.5323);
// constants of Payeur et al. 2021. Their program calls its synapse "extended"
// and sets a separate jump f, but never uses it; Extended makes it effective.
type ShortTerm struct {
	TauRecoveryMS     float64 // τ_D, ms, > dt
	TauFacilitationMS float64 // τ_F, ms, > dt
	U                 float64 // 0 to 1
	InitialU          float64 // u of the first spike, 0 to 1; 0.01 in the reference program
	Extended          bool    // u ← u + Jump (1−u) at a spike, instead of U
	Jump              float64 // f, 0 to 1; used if Extended
}

// Depressing returns the depressing synapse of Payeur et al. 2021, which
// approximates an event detector.
func Depressing() ShortTerm {
	return ShortTerm{TauRecoveryMS: 20, TauFacilitationMS: 1000, U: 0.9, InitialU: 0.01, Jump: 0.1}
}

// Facilitating returns the facilitating synapse of Payeur et al. 2021, which
// approximates a burst detector.
func Facilitating() ShortTerm {
	return ShortTerm{TauRecoveryMS: 100, TauFacilitationMS: 100, U: 0.02, InitialU: 0.01, Jump: 0.1}
}

// Validate returns the fields that are out of range for a step of dt ms.
func (p ShortTerm) Validate(dt float64) error {
	var l check.List
	for _, tau := range []struct {
		field string
		ms    float64
	}{{"tau_recovery_ms", p.TauRecoveryMS}, {"tau_facilitation_ms", p.TauFacilitationMS}} {
		if !(tau.ms > dt) || math.IsInf(tau.ms, 0) {
			l.Addf(tau.field, "%v, want a finite number, more than a step (%v)", tau.ms, dt)
		}
	}
	l.Within("u", p.U, 0, 1)
	l.Within("initial_u", p.InitialU, 0, 1)
	l.Within("jump", p.Jump, 0, 1)
	return l.Err()
}

// Efficacy is the short-term state of the sources of one projection. Calls for
// different sources may be concurrent.
type Efficacy struct {
	x, u   []float64
	at     []int64 // step of the last spike, after which x and u are true
	rest   float64 // U
	jump   float64
	decayX float64 // ln(1−dt/τ_D), per step
	decayU float64
}

// NewEfficacy returns n rested synapses for a step of dt ms.
func NewEfficacy(p ShortTerm, n int, dt float64) *Efficacy {
	e := &Efficacy{
		x: make([]float64, n), u: make([]float64, n), at: make([]int64, n),
		rest: p.U, jump: p.U,
		decayX: math.Log1p(-dt / p.TauRecoveryMS),
		decayU: math.Log1p(-dt / p.TauFacilitationMS),
	}
	if p.Extended {
		e.jump = p.Jump
	}
	for i := range e.x {
		e.x[i], e.u[i] = 1, p.InitialU
	}
	return e
}

// Factors appends to into the share that each of the spikes of this step
// transmits, and takes note of the spikes.
func (e *Efficacy) Factors(step int64, spikes []uint32, into []float32) []float32 {
	for _, i := range spikes {
		k := float64(step - e.at[i])
		x := 1 - (1-e.x[i])*math.Exp(e.decayX*k)
		u := e.rest - (e.rest-e.u[i])*math.Exp(e.decayU*k)
		into = append(into, float32(x*u))
		e.x[i], e.u[i], e.at[i] = x-u*x, u+e.jump*(1-u), step
	}
	return into
}
