package dendrite

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/vec"
)

// ActiveParams holds what a dendrite with plateau potentials has beside the
// passive properties. The plateau and the back-propagating spike are currents,
// whatever the letters in the publications suggest.
type ActiveParams struct {
	Params
	PlateauPA float64 // G_d, the dendrite's share of the plateau, pA; 1200
	KickPA    float64 // ζ, current of a back-propagating spike, pA; 2600
	KickMS    float64 // length of its box, ms, ≥ 0; 2
}

// DefaultActive returns the values of Payeur et al. 2021.
func DefaultActive() ActiveParams {
	return ActiveParams{Params: Default(-38), PlateauPA: 1200, KickPA: 2600, KickMS: 2}
}

// Validate returns the fields that are out of range.
func (p ActiveParams) Validate() error {
	var l check.List
	p.inspect(&l)
	l.Finite("plateau_pa", p.PlateauPA)
	l.Finite("kick_pa", p.KickPA)
	l.NotNegative("kick_ms", p.KickMS)
	return l.Err()
}

// Active is the state of dendrites with plateau potentials. Its own Advance
// takes the place of that of Passive.
type Active struct {
	*Passive
	// Activation is S before the last step, what the plateau gave to the
	// dendrite in it and gives to the soma.
	Activation []float32

	kicks []int32 // steps that the box of the last spike still lasts
	a     activeConstants
}

// activeConstants are the coefficients of one Euler step that Passive lacks, in
// the order in which the kernel reads them.
type activeConstants struct {
	plateau   float32 // dt G_d/C_d, mV
	kick      float32 // dt ζ/C_d, mV
	half      float32 // E_d, mV
	steepness float32 // 1/D_d, 1/mV
	steps     int32   // of the box
}

// NewActive returns dendrites at rest. The parameters are valid.
func NewActive(p ActiveParams, s Surround) *Active {
	return &Active{
		Passive:    NewPassive(p.Params, s),
		Activation: make([]float32, s.Length),
		kicks:      make([]int32, s.Length),
		a: activeConstants{
			plateau:   float32(s.Dt * p.PlateauPA / p.CapacitancePF),
			kick:      float32(s.Dt * p.KickPA / p.CapacitancePF),
			half:      float32(p.HalfActivationMV),
			steepness: float32(1 / p.SlopeMV),
			steps:     int32(min(math.Round(p.KickMS/s.Dt), math.MaxInt32)),
		},
	}
}

// Kick lets the box of a back-propagating spike into dendrite i begin with the
// next step. A box that is under way starts again; boxes do not add up.
func (d *Active) Kick(i int) { d.kicks[i] = d.a.steps }

// Advance integrates the dendrites [lo, hi) by one step. driving is the voltage
// in the synapses' driving force, before the step.
func (d *Active) Advance(lo, hi int, driving []float32) {
	lo = d.advanceVector(lo, hi, driving)
	d.advancePortable(lo, hi, driving)
}

// advancePortable is the step in plain Go. Products are rounded before they are
// added, so that every processor gives the same bits.
func (d *Active) advancePortable(lo, hi int, driving []float32) {
	k, a := d.k, d.a
	v := d.V[lo:hi]
	n := len(v)
	w, s, kicks := d.W[lo:hi][:n], d.Activation[lo:hi][:n], d.kicks[lo:hi][:n]
	gE, gI, exc := d.GExc[lo:hi][:n], d.GInh[lo:hi][:n], d.Exc[lo:hi][:n]
	inject, drv := d.Inject[lo:hi][:n], driving[lo:hi][:n]
	for i := range s {
		s[i] = vec.Sigmoid(float32((v[i] - a.half) * a.steepness))
	}
	for i := range v {
		current := float32(exc[i]*(k.revExc-drv[i])) + float32(gI[i]*(k.revInh-drv[i]))
		gE[i] *= k.decayExc
		gI[i] *= k.decayInh
		next := v[i] + float32(k.leak*((k.rest-v[i])+current)) + float32(k.adaptation*w[i])
		next += float32(a.plateau * s[i])
		if kicks[i] > 0 {
			kicks[i]--
			next += a.kick
		}
		w[i] += float32(k.follow * ((next - k.rest) - w[i]))
		v[i] = next + inject[i]
	}
}
