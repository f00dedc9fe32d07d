package xor

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The populations, in the order of the network.
var populationNames = [...]string{"input1", "input2", "hidden1", "hidden2", "output"}

// The plastic projections, in the order of the network.
var plasticNames = [...]string{
	"input1_hidden1", "input1_hidden2", "input2_hidden1", "input2_hidden2",
	"hidden1_output", "hidden2_output",
}

// The currents that the protocol changes.
const (
	currentInput1 = "input1"
	currentInput2 = "input2"
	teacher       = "teacher"
)

// readout is the projection whose estimate of the output's event rates makes
// the cost and the teacher.
const readout = "hidden1_output"

// Network returns the description of the network for the given values.
func Network(v *experiment.Values, seed uint64) sim.Network {
	b := builder{v: v, net: sim.Network{Seed: seed}}
	for _, name := range populationNames {
		b.net.Populations = append(b.net.Populations, sim.Population{
			Name: name, Size: v.Int("neurons"), Model: neuron.DefaultBurstPoisson(),
		})
	}
	b.noise()
	for _, from := range []string{"input1", "input2"} {
		for _, to := range []string{"hidden1", "hidden2"} {
			b.feedforward(from, to, "input_hidden")
		}
	}
	for _, from := range []string{"hidden1", "hidden2"} {
		b.feedforward(from, "output", "hidden_output")
	}
	b.feedback()
	b.currents()
	return b.net
}

type builder struct {
	v   *experiment.Values
	net sim.Network
}

// noise gives each compartment of each neuron two Poisson trains of its own.
func (b *builder) noise() {
	v := b.v
	for _, name := range populationNames {
		rate, exc, inh := v.Float("noise_rate_input"), v.Float("w_noise_exc"), v.Float("w_noise_inh")
		switch name {
		case "hidden1", "hidden2":
			rate, exc, inh = v.Float("noise_rate_hidden"), v.Float("w_noise_hidden_exc"), v.Float("w_noise_hidden_inh")
		case "output":
			rate = v.Float("noise_rate_hidden")
		}
		dendrite, w := v.Float("noise_rate_dendrite"), v.Float("w_noise_dendrite")
		b.net.Inputs = append(b.net.Inputs,
			spiking.Noise(name, neuron.SomaExc, rate, exc), spiking.Noise(name, neuron.SomaInh, rate, inh),
			spiking.Noise(name, neuron.DendriteExc, dendrite, w), spiking.Noise(name, neuron.DendriteInh, dendrite, w),
		)
	}
}

// wiring connects sparsely, with the same mean in-degree for every size.
func (b *builder) wiring() synapse.Wiring {
	return spiking.InDegree(b.v.Float("in_degree"), b.v.Int("neurons"))
}

// feedforward makes a plastic excitatory and a fixed inhibitory projection that
// both carry events.
func (b *builder) feedforward(from, to, layer string) {
	b.net.Projections = append(b.net.Projections,
		sim.Projection{
			Name: from + "_" + to, From: from, To: to, Receptor: neuron.SomaExc, Transmit: sim.Events,
			Projection: synapse.Projection{Wiring: b.wiring(), Weight: synapse.Constant(b.v.Float("w_" + layer))},
			Rule:       spiking.AdaptiveRule(b.v, "eta_"+layer),
		},
		sim.Projection{
			Name: from + "_" + to + "_inh", From: from, To: to, Receptor: neuron.SomaInh, Transmit: sim.Events,
			Projection: synapse.Projection{Wiring: b.wiring(), Weight: synapse.Constant(b.v.Float("w_" + layer + "_inh"))},
		},
	)
}

// feedback carries the output's bursts to the dendrites of the hidden layer:
// net excitation to hidden1 and, unless feedback is symmetric, net inhibition
// to hidden2.
func (b *builder) feedback() {
	exc := map[string]float64{"hidden1": b.v.Float("w_feedback_exc"), "hidden2": b.v.Float("w_feedback2_exc")}
	inh := map[string]float64{"hidden1": b.v.Float("w_feedback_inh"), "hidden2": b.v.Float("w_feedback2_inh")}
	if b.symmetric() {
		exc["hidden2"], inh["hidden2"] = exc["hidden1"], inh["hidden1"]
	}
	for _, to := range []string{"hidden1", "hidden2"} {
		b.net.Projections = append(b.net.Projections,
			sim.Projection{
				Name: "output_" + to + "_exc", From: "output", To: to, Receptor: neuron.DendriteExc, Transmit: sim.Bursts,
				Projection: synapse.Projection{Wiring: b.wiring(), Weight: synapse.Constant(exc[to])},
			},
			sim.Projection{
				Name: "output_" + to + "_inh", From: "output", To: to, Receptor: neuron.DendriteInh, Transmit: sim.Bursts,
				Projection: synapse.Projection{Wiring: b.wiring(), Weight: synapse.Constant(inh[to])},
			},
		)
	}
}

func (b *builder) symmetric() bool { return b.v.String("feedback") == "symmetric" }

func (b *builder) currents() {
	hidden2 := b.v.Float("hidden2_dendrite_current")
	if b.symmetric() {
		hidden2 = 0
	}
	n := b.v.Int("neurons")
	b.net.Currents = []sim.Current{
		{Name: currentInput1, To: "input1", Compartment: "soma", Waveform: sim.Constant(0)},
		{Name: currentInput2, To: "input2", Compartment: "soma", Waveform: sim.Constant(0)},
		{Name: "hidden2_dendrite", To: "hidden2", Compartment: "dendrite", Waveform: sim.Constant(hidden2)},
		{Name: "output_dendrite", To: "output", Compartment: "dendrite", Waveform: sim.Constant(b.v.Float("output_dendrite_current"))},
		{Name: teacher, To: "output", Compartment: "dendrite", Waveform: make(sim.Each, n)},
	}
}
