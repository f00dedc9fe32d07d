package dendriticgain

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The interneurons.
const (
	pv  = "pv"
	som = "som"
)

// network returns the description of the network of one condition.
func network(v *experiment.Values, stairs curve.Stairs, c Condition, seed uint64) sim.Network {
	cell := neuron.DefaultTwoCompartment()
	cell.Dendrite.PlateauPA = c.DendriticPlateauPA
	cell.Soma.InitialSDMV = 0 // all cells start at rest, as in the reference program
	n := sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: curve.Population, Size: v.Int("neurons"), Model: cell},
		{Name: pv, Size: v.Int("interneurons"), Model: neuron.DefaultPV()},
		{Name: som, Size: v.Int("interneurons"), Model: neuron.DefaultSOM()},
	}}
	curve.AddNoise(&n, v)
	noise := func(to, exc, inh, compartment string) {
		curve.ConnectNoise(&n, v, to, exc, inh, v.Float("w_noise_"+compartment+"_exc"), v.Float("w_noise_"+compartment+"_inh"))
	}
	noise(curve.Population, neuron.SomaExc, neuron.SomaInh, "pyr")
	noise(curve.Population, neuron.DendriteExc, neuron.DendriteInh, "pyr")
	noise(pv, neuron.SomaExc, neuron.SomaInh, pv)
	noise(som, neuron.SomaExc, neuron.SomaInh, som)
	connect(&n, v, c)
	n.Currents = []sim.Current{
		{Name: "pyr_soma", To: curve.Population, Compartment: "soma", Waveform: sim.Constant(v.Float("soma_current"))},
		{Name: "pyr_dendrite", To: curve.Population, Compartment: "dendrite", Waveform: stairs.Waveform()},
		{Name: pv, To: pv, Compartment: "soma", Waveform: sim.Constant(v.Float("pv_current"))},
		{Name: som, To: som, Compartment: "soma", Waveform: sim.Constant(v.Float("som_current") - c.VIPCurrentPA)},
	}
	return n
}

// connect makes the loop: events of the pyramidal cells drive PV, their bursts
// SOM; PV inhibits SOM, and SOM the dendrites. PV leaves the pyramidal cells alone.
func connect(n *sim.Network, v *experiment.Values, c Condition) {
	sparse := synapse.FixedProbability{P: v.Float("pyr_p")}
	depressing, facilitating := synapse.Depressing(), synapse.Facilitating()
	facilitating.U = c.FacilitationU
	add := func(p sim.Projection, shortTerm *synapse.ShortTerm) {
		p.ShortTerm = shortTerm
		n.Projections = append(n.Projections, p)
	}
	add(spiking.Static(curve.Population, pv, neuron.SomaExc, sparse, v.Float("w_pyr_pv")), &depressing)
	add(spiking.Static(curve.Population, som, neuron.SomaExc, sparse, v.Float("w_pyr_som")), &facilitating)
	add(spiking.Static(pv, som, neuron.SomaInh, synapse.AllToAll{}, v.Float("w_pv_som")), nil)
	if c.WSomDendrite > 0 {
		add(spiking.Static(som, curve.Population, neuron.DendriteInh, synapse.AllToAll{}, c.WSomDendrite), nil)
	}
}
