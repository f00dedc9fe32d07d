package normalization

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// network returns the description of the network of one condition.
func network(v *experiment.Values, stairs curve.Stairs, c Curve, seed uint64) sim.Network {
	n := sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: curve.Population, Size: v.Int("neurons"), Model: neuron.DefaultTwoCompartment()},
	}}
	curve.AddNoise(&n, v)
	curve.ConnectNoise(&n, v, curve.Population, neuron.SomaExc, neuron.SomaInh,
		v.Float("w_noise_soma_exc"), v.Float("w_noise_soma_inh"))
	curve.ConnectNoise(&n, v, curve.Population, neuron.DendriteExc, neuron.DendriteInh,
		v.Float("w_noise_dendrite_exc"), v.Float("w_noise_dendrite_inh"))
	if c.InhibitionWeight > 0 {
		facilitating := synapse.Facilitating()
		recurrent := spiking.Static(curve.Population, curve.Population, neuron.DendriteInh,
			synapse.FixedProbability{P: v.Float("inhibition_p")}, c.InhibitionWeight)
		recurrent.ShortTerm = &facilitating
		n.Projections = append(n.Projections, recurrent)
	}
	n.Currents = []sim.Current{
		{Name: "soma", To: curve.Population, Compartment: "soma", Waveform: sim.Constant(c.SomaCurrentPA)},
		{Name: "dendrite", To: curve.Population, Compartment: "dendrite", Waveform: stairs.Waveform()},
	}
	return n
}
