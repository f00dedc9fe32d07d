package networks

import (
	"math"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The populations of Propagation.
const (
	pyr1 = "pyr1"
	pyr2 = "pyr2"
	pv   = "pv"
	som  = "som"
)

// Propagation is the network of Payeur et al. 2021, Figure 3, doi
// 10.1038/s41593-021-00857-x: two layers of 4000 pyramidal cells between which
// event rates travel up and burst rates down, with 1000 PV and 1000 SOM
// interneurons. After 1 s sines of 2 Hz drive the somata of the first and of
// 0.894 Hz the dendrites of the second.
func Propagation(seed uint64) sim.Network {
	cell := neuron.DefaultTwoCompartment()
	n := sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: pyr1, Size: 4000, Model: cell},
		{Name: pyr2, Size: 4000, Model: cell},
		{Name: pv, Size: 1000, Model: neuron.DefaultPV()},
		{Name: som, Size: 1000, Model: neuron.DefaultSOM()},
	}}
	for _, to := range []string{pyr1, pyr2} {
		noise(&n, to, neuron.SomaExc, 0.35)
		noise(&n, to, neuron.SomaInh, 0.35)
		noise(&n, to, neuron.DendriteExc, 0.05)
		noise(&n, to, neuron.DendriteInh, 0.05)
	}
	noise(&n, pv, neuron.SomaExc, 0.75)
	noise(&n, pv, neuron.SomaInh, 1.125)
	noise(&n, som, neuron.SomaExc, 0.40)
	noise(&n, som, neuron.SomaInh, 0.50)

	depressing, facilitating := synapse.Depressing(), synapse.Facilitating()
	for _, x := range []struct {
		from, to, receptor string
		weight             float64
		shortTerm          *synapse.ShortTerm
	}{
		{pyr1, pyr2, neuron.SomaExc, 0.05, &depressing},
		{pyr1, pv, neuron.SomaExc, 0.05, &depressing},
		{pv, pyr2, neuron.SomaInh, 0.07, nil},
		{pyr2, pyr1, neuron.DendriteExc, 0.37, &facilitating},
		{pyr2, som, neuron.SomaExc, 0.3, &facilitating},
		{som, pyr1, neuron.DendriteInh, 0.035, nil},
		{pyr1, pyr1, neuron.DendriteInh, 0.1, &facilitating},
		{pyr2, pyr2, neuron.DendriteInh, 0.1, &facilitating},
	} {
		n.Projections = append(n.Projections, sparse(x.from, x.to, x.receptor, x.weight, x.shortTerm))
	}

	current := func(to, compartment, name string, w sim.Waveform) {
		n.Currents = append(n.Currents, sim.Current{Name: to + "_" + compartment + name, To: to, Compartment: compartment, Waveform: w})
	}
	current(pyr1, "soma", "_sine", sim.Sine{AmplitudePA: 200, FrequencyHz: 2, FromMS: 1000})
	current(pyr1, "dendrite", "", sim.Constant(50))
	current(pyr2, "soma", "", sim.Constant(-100))
	current(pyr2, "dendrite", "", sim.Constant(100))
	current(pyr2, "dendrite", "_sine", sim.Sine{AmplitudePA: 100, FrequencyHz: 2 / math.Sqrt(5), FromMS: 1000})
	current(pv, "soma", "", sim.Constant(205))
	return n
}

// noise gives each cell a train of 500 Hz.
func noise(n *sim.Network, to, receptor string, weight float64) {
	n.Inputs = append(n.Inputs, sim.Input{Name: to + "_" + receptor, To: to, Receptor: receptor, RateHz: 500, Weight: weight})
}

// sparse connects each pair with probability 0.05.
func sparse(from, to, receptor string, weight float64, shortTerm *synapse.ShortTerm) sim.Projection {
	return sim.Projection{
		Name: from + "_" + to, From: from, To: to, Receptor: receptor, ShortTerm: shortTerm,
		Projection: synapse.Projection{
			Wiring: synapse.FixedProbability{P: 0.05}, Weight: synapse.Constant(weight), DelayMS: synapse.Constant(0.9),
		},
	}
}

// TwoCompartment is one population of 2000 pyramidal cells as in Propagation,
// with its noise at soma and dendrite and its facilitating inhibition of the
// dendrites by the population itself: what a cell costs where hardly anything
// else does.
func TwoCompartment(seed uint64) sim.Network {
	n := sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: pyr1, Size: 2000, Model: neuron.DefaultTwoCompartment()},
	}}
	noise(&n, pyr1, neuron.SomaExc, 0.35)
	noise(&n, pyr1, neuron.SomaInh, 0.35)
	noise(&n, pyr1, neuron.DendriteExc, 0.05)
	noise(&n, pyr1, neuron.DendriteInh, 0.05)
	facilitating := synapse.Facilitating()
	n.Projections = append(n.Projections, sparse(pyr1, pyr1, neuron.DendriteInh, 0.1, &facilitating))
	n.Currents = append(n.Currents, sim.Current{Name: "dendrite", To: pyr1, Compartment: "dendrite", Waveform: sim.Constant(50)})
	return n
}
