package representations

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// edge is a connection of the architecture, from one ensemble to another.
type edge struct{ from, to string }

func (e edge) name() string { return e.from + "_" + e.to }

// path is a way that bursts take back, and the sign with which they act on the
// dendrites at its end.
type path struct {
	edge
	positive bool
}

// example is one line of a truth table.
type example struct {
	name   string
	bits   []bool
	target bool
}

// architecture is what the task needs: ensembles, layer by layer, and the
// connections between them.
type architecture struct {
	inputs, hidden1, hidden2 []string
	// layers holds the plastic connections onto hidden layer 1, hidden layer 2
	// and the output.
	layers [layerCount][]edge
	// feedback holds the paths of bursts onto hidden layers 1 and 2.
	feedback [layerCount - 1][]path
	examples []example
}

// layerCount is the number of plastic layers; their names are layerNames.
const layerCount = 3

var layerNames = [layerCount]string{"hidden1", "hidden2", "output"}

const output = "output"

func (a *architecture) populations() []string {
	all := append([]string{}, a.inputs...)
	all = append(all, a.hidden1...)
	all = append(all, a.hidden2...)
	return append(all, output)
}

// targets are the ensembles that the edges of a layer end in.
func (a *architecture) targets(l int) []string {
	return [layerCount][]string{a.hidden1, a.hidden2, {output}}[l]
}

// layout returns the architecture for (a xor b) xor c: layer 1 sees a and b alone,
// layer 2 sees layer 1 and c.
func layout() *architecture {
	a := &architecture{
		inputs:  []string{"input1", "input2", "input3"},
		hidden1: []string{"hidden1_1", "hidden1_2"},
		hidden2: []string{"hidden2_1", "hidden2_2"},
	}
	connect := func(l int, from ...string) {
		for _, from := range from {
			for _, to := range a.targets(l) {
				a.layers[l] = append(a.layers[l], edge{from, to})
			}
		}
	}
	connect(0, "input1", "input2")
	connect(1, "hidden1_1", "hidden1_2", "input3")
	connect(2, "hidden2_1", "hidden2_2")
	for k, from := range a.hidden2 {
		a.feedback[1] = append(a.feedback[1], path{edge{output, from}, k == 0})
		// What reaches an ensemble of layer 1 from the two of layer 2 must not
		// cancel: these carry the output's error with opposite signs.
		for j, to := range a.hidden1 {
			a.feedback[0] = append(a.feedback[0], path{edge{from, to}, k == j})
		}
	}
	for i := range 1 << len(a.inputs) {
		e := example{bits: make([]bool, len(a.inputs))}
		for k := range e.bits {
			e.bits[k] = i>>k&1 == 1
			e.target = e.target != e.bits[k]
			e.name += map[bool]string{false: "0", true: "1"}[e.bits[k]]
		}
		a.examples = append(a.examples, e)
	}
	return a
}

// The current that the teacher changes; those of the inputs have their names.
const teacher = "teacher"

// Network returns the description of the network for the given values.
func Network(v *experiment.Values, seed uint64) sim.Network {
	b := builder{v: v, a: layout(), net: sim.Network{Seed: seed}}
	for _, name := range b.a.populations() {
		b.net.Populations = append(b.net.Populations, sim.Population{
			Name: name, Size: v.Int("neurons"), Model: neuron.DefaultBurstPoisson(),
		})
	}
	b.noise()
	for k, layer := range b.a.layers {
		b.feedforward(layer, k)
	}
	for k, paths := range b.a.feedback {
		b.feedback(paths, layerNames[k])
	}
	b.currents()
	return b.net
}

type builder struct {
	v   *experiment.Values
	a   *architecture
	net sim.Network
}

// noise gives each compartment of each neuron two Poisson trains of its own.
func (b *builder) noise() {
	v := b.v
	dendrite, w := v.Float("noise_rate_dendrite"), v.Float("w_noise_dendrite")
	add := func(names []string, rate, exc, inh float64) {
		for _, name := range names {
			b.net.Inputs = append(b.net.Inputs,
				spiking.Noise(name, neuron.SomaExc, rate, exc), spiking.Noise(name, neuron.SomaInh, rate, inh),
				spiking.Noise(name, neuron.DendriteExc, dendrite, w), spiking.Noise(name, neuron.DendriteInh, dendrite, w),
			)
		}
	}
	exc, inh := v.Float("w_noise_exc"), v.Float("w_noise_inh")
	add(b.a.inputs, v.Float("noise_rate_input"), exc, inh)
	add(b.a.hidden1, v.Float("noise_rate_hidden"), v.Float("w_noise_hidden1_exc"), v.Float("w_noise_hidden1_inh"))
	add(b.a.hidden2, v.Float("noise_rate_hidden"), exc, inh)
	add([]string{output}, v.Float("noise_rate_hidden"), exc, inh)
}

// wiring connects sparsely with a mean in-degree.
func (b *builder) wiring(inDegree float64) synapse.Wiring {
	return spiking.InDegree(inDegree, b.v.Int("neurons"))
}

// initialWeight is that of an edge onto a layer: that of its layer, raised or
// lowered with the sign of the feedback that returns along the edge, if any.
func initialWeight(v *experiment.Values, a *architecture, l int, e edge) float64 {
	w := v.Float("w_" + layerNames[l])
	if l == 0 {
		return w
	}
	for _, p := range a.feedback[l-1] {
		if p.from == e.to && p.to == e.from {
			if p.positive {
				return w * (1 + v.Float("alignment"))
			}
			return w * (1 - v.Float("alignment"))
		}
	}
	return w
}

// sources counts the ensembles that a layer's edges bring to one target.
func sources(layer []edge, to string) (n int) {
	for _, e := range layer {
		if e.to == to {
			n++
		}
	}
	return n
}

// feedforward makes a plastic excitatory and a fixed inhibitory projection of
// each edge of a layer; both carry events. The sources share the in-degree.
func (b *builder) feedforward(layer []edge, l int) {
	v, name := b.v, layerNames[l]
	for _, e := range layer {
		wiring := b.wiring(v.Float("in_degree") / float64(sources(layer, e.to)))
		b.net.Projections = append(b.net.Projections,
			sim.Projection{
				Name: e.name(), From: e.from, To: e.to, Receptor: neuron.SomaExc, Transmit: sim.Events,
				Projection: synapse.Projection{Wiring: wiring, Weight: synapse.Constant(initialWeight(v, b.a, l, e))},
				Rule:       spiking.AdaptiveRule(v, "eta_"+name),
			},
			sim.Projection{
				Name: e.name() + "_inh", From: e.from, To: e.to, Receptor: neuron.SomaInh, Transmit: sim.Events,
				Projection: synapse.Projection{Wiring: wiring, Weight: synapse.Constant(v.Float("w_" + name + "_inh"))},
			},
		)
	}
}

// feedback carries bursts to dendrites of the layer below by an excitatory and
// an inhibitory projection, of which one outweighs the other.
func (b *builder) feedback(paths []path, name string) {
	v := b.v
	wiring := b.wiring(v.Float("feedback_in_degree"))
	scale := v.Float("feedback_" + name)
	for _, p := range paths {
		exc, inh := v.Float("w_feedback_exc"), v.Float("w_feedback_inh")
		if !p.positive {
			exc, inh = v.Float("w_opposed_exc"), v.Float("w_opposed_inh")
		}
		for _, half := range []struct {
			suffix, receptor string
			weight           float64
		}{{"_exc", neuron.DendriteExc, exc}, {"_inh", neuron.DendriteInh, inh}} {
			b.net.Projections = append(b.net.Projections, sim.Projection{
				Name: p.name() + half.suffix, From: p.from, To: p.to, Receptor: half.receptor, Transmit: sim.Bursts,
				Projection: synapse.Projection{Wiring: wiring, Weight: synapse.Constant(scale * half.weight)},
			})
		}
	}
}

// currents makes those that the protocol changes, and those that keep dendrites
// in the steep part of their burst probability.
func (b *builder) currents() {
	for _, name := range b.a.inputs {
		b.net.Currents = append(b.net.Currents, sim.Current{Name: name, To: name, Compartment: "soma", Waveform: sim.Constant(0)})
	}
	for k, names := range [][]string{b.a.hidden1, b.a.hidden2, {output}} {
		for i, name := range names {
			key := "dendrite_" + layerNames[k]
			if i == 1 {
				key += "_2"
			}
			b.net.Currents = append(b.net.Currents, sim.Current{
				Name: name + "_dendrite", To: name, Compartment: "dendrite", Waveform: sim.Constant(b.v.Float(key)),
			})
		}
	}
	b.net.Currents = append(b.net.Currents, sim.Current{
		Name: teacher, To: output, Compartment: "dendrite", Waveform: make(sim.Each, b.v.Int("neurons")),
	})
}
