package rule

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The populations, and what the protocol changes or reads.
const (
	input    = "input"
	output   = "output"
	noiseExc = "noise_exc"
	noiseInh = "noise_inh"
	drive    = "drive"

	plastic       = "input_output"   // the plastic projection
	driving       = "drive_output"   // the projection of the dendritic drive
	inputDendrite = "input_dendrite" // the current of the last segment
)

// The populations, in the order of the network.
var populationNames = [...]string{input, output, noiseExc, noiseInh, drive}

// Indices into populationNames, which rates come with.
const inputIndex, outputIndex = 0, 1

// The values of the parameter "detector".
const (
	detectorReference    = "reference"
	detectorInterval     = "interval"
	detectorIntervalPre  = "interval_pre"
	detectorIntervalPost = "interval_post"
)

// Network returns the description of the network for the given values, as it is
// in the burn-in.
func Network(v *experiment.Values, seed uint64) sim.Network {
	pre, post := neuron.DefaultPresynapticDetector(), neuron.DefaultDetector()
	switch v.String("detector") {
	case detectorInterval:
		pre, post = neuron.IntervalDetector(), neuron.IntervalDetector()
	case detectorIntervalPre:
		pre = neuron.IntervalDetector()
	case detectorIntervalPost:
		post = neuron.IntervalDetector()
	}
	// The reference program spreads the initial voltages of the input alone.
	cell := neuron.DefaultTwoCompartment()
	alike := cell
	alike.Soma.InitialSDMV = 0
	noise := neuron.Poisson{RateHz: v.Float("noise_rate")}
	net := sim.Network{
		Seed: seed,
		Populations: []sim.Population{
			{Name: input, Size: v.Int("neurons"), Model: cell, Detector: post},
			{Name: output, Size: v.Int("neurons"), Model: alike, Detector: post},
			{Name: noiseExc, Size: v.Int("noise_units"), Model: noise, Detector: post},
			{Name: noiseInh, Size: v.Int("noise_units"), Model: noise, Detector: post},
			{Name: drive, Size: v.Int("drive_units"), Model: neuron.Poisson{RateHz: v.Float("drive_rate")}, Detector: post},
		},
		Currents: []sim.Current{
			{Name: inputDendrite, To: input, Compartment: "dendrite", Waveform: sim.Constant(0)},
			{Name: "output_dendrite", To: output, Compartment: "dendrite", Waveform: sim.Constant(v.Float("output_dendrite_current"))},
		},
	}
	// static connects sources of which each target gets some, in the mean.
	static := func(name, from, to, receptor string, sources int, inDegree, weight float64) {
		p := spiking.Static(from, to, receptor, synapse.FixedProbability{P: inDegree / float64(sources)}, weight)
		p.Name = name
		net.Projections = append(net.Projections, p)
	}
	// The same units reach soma and dendrite, by connections drawn independently.
	units, exc, inh := v.Int("noise_units"), v.Float("noise_in_degree_exc"), v.Float("noise_in_degree_inh")
	static("noise_soma_exc", noiseExc, input, neuron.SomaExc, units, exc, v.Float("w_noise_soma_exc"))
	static("noise_soma_inh", noiseInh, input, neuron.SomaInh, units, inh, v.Float("w_noise_soma_inh"))
	static("noise_dendrite_exc", noiseExc, input, neuron.DendriteExc, units, exc, v.Float("w_noise_dendrite_exc"))
	static("noise_dendrite_inh", noiseInh, input, neuron.DendriteInh, units, inh, v.Float("w_noise_dendrite_inh"))
	static(driving, drive, output, neuron.DendriteExc, v.Int("drive_units"), v.Float("drive_in_degree"), v.Float("d_baseline")*v.Float("d0"))

	// Events are felt in the next step: this projection has no axonal delay.
	net.Projections = append(net.Projections, sim.Projection{
		Name: plastic, From: input, To: output, Receptor: neuron.SomaExc, Transmit: sim.Events,
		Projection: synapse.Projection{
			Wiring: spiking.InDegree(v.Float("in_degree"), v.Int("neurons")),
			Weight: synapse.Constant(v.Float("w0")),
		},
		Rule: spiking.AdaptiveRule(v, "eta"), PreDetector: pre, PostDetector: post,
	})
	return net
}
