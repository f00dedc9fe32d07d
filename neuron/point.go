package neuron

import "github.com/apical-sim/apical/internal/vec"

// point is what the models without a dendrite have alike: a voltage, two
// synaptic inputs and one compartment.
type point struct {
	size    int
	v       []float32 // mV
	gExc    []float32 // in the receptors' unit
	gInh    []float32
	inject  []float32 // mV per step
	unit    string    // of the receptors
	current float64   // mV that 1 pA adds in a step
	fading
}

func newPoint(env Env, v []float32, unit string, perPicoampere float64) point {
	n := Padded(env.Size)
	p := point{
		size: env.Size, v: v,
		gExc: make([]float32, n), gInh: make([]float32, n), inject: make([]float32, n),
		unit: unit, current: perPicoampere,
	}
	p.fading = fading{p.v, p.gExc, p.gInh}
	return p
}

// several is how many blocks a model advances at a time: few enough for their
// state to stay in the first cache until the spikes are seen to.
const several = 16

// fading lists the variables of a population that come close to 0 where nothing
// happens, and would end as denormal numbers, which many processors are slow
// with.
type fading [][]float32

// clearEvery is how often tiny values of a fading variable are looked for, in
// steps: each of them comes by before a time constant of 8 steps or more has
// brought it from vec.Tiny to a denormal number.
const clearEvery = 128

// clear sets tiny values of the neurons [lo, hi), whole blocks, to 0 in every
// step that is a multiple of clearEvery.
func (f fading) clear(step int64, lo, hi int) {
	if step%clearEvery != 0 {
		return
	}
	for _, x := range f {
		vec.ClearTiny(x[lo:hi])
	}
}

// existing marks the neurons of the block from start on that are not padding.
func existing(start, size int) uint64 { return ^uint64(0) >> max(0, start+Block-size) }

// Size implements Population.
func (p *point) Size() int { return p.size }

// Receptors implements Population.
func (p *point) Receptors() []Receptor {
	return []Receptor{{SomaExc, p.unit, p.gExc}, {SomaInh, p.unit, p.gInh}}
}

// Compartments implements Population.
func (p *point) Compartments() []Compartment {
	return []Compartment{{"soma", p.current, p.inject}}
}

// State implements Population.
func (p *point) State() []Column {
	unit := p.unit
	if unit == "leak" {
		unit = "1"
	}
	names := [2]string{"g_soma_exc", "g_soma_inh"}
	if unit == "pA" {
		names = [2]string{"i_soma_exc", "i_soma_inh"}
	}
	return []Column{{"v_soma", "mV", p.v}, {names[0], unit, p.gExc}, {names[1], unit, p.gInh}}
}
