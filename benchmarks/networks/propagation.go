package networks

import (
	"github.com/apical-sim/apical/experiment/propagation"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// Propagation is the network of Payeur et al. 2021, Figure 3, doi
// 10.1038/s41593-021-00857-x, as experiment/propagation describes it: two layers of
// 4000 pyramidal cells between which event rates travel up and bursts down, with
// 1000 PV and 1000 SOM interneurons. After 1 s sines of 2 Hz drive the somata of the
// first and of 0.894 Hz the dendrites of the second.
func Propagation(seed uint64) sim.Network {
	return propagation.Network(propagation.Experiment().Defaults(), seed)
}

// pyr1 is the population of TwoCompartment.
const pyr1 = "pyr1"

// TwoCompartment is one population of 2000 pyramidal cells as in Propagation,
// with its noise at soma and dendrite and its facilitating inhibition of the
// dendrites by the population itself: what a cell costs where hardly anything
// else does.
func TwoCompartment(seed uint64) sim.Network {
	n := sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: pyr1, Size: 2000, Model: neuron.DefaultTwoCompartment()},
	}}
	for _, noise := range []struct {
		receptor string
		weight   float64
	}{{neuron.SomaExc, 0.35}, {neuron.SomaInh, 0.35}, {neuron.DendriteExc, 0.05}, {neuron.DendriteInh, 0.05}} {
		n.Inputs = append(n.Inputs, spiking.Noise(pyr1, noise.receptor, 500, noise.weight))
	}
	facilitating := synapse.Facilitating()
	p := spiking.Static(pyr1, pyr1, neuron.DendriteInh, synapse.FixedProbability{P: 0.05}, 0.1)
	p.Name, p.ShortTerm = pyr1+"_"+pyr1, &facilitating
	n.Projections = append(n.Projections, p)
	n.Currents = append(n.Currents, sim.Current{Name: "dendrite", To: pyr1, Compartment: "dendrite", Waveform: sim.Constant(50)})
	return n
}
