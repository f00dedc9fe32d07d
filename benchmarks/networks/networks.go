// Package networks holds the networks that simulators of spiking neurons are
// compared by, each with its source, so that benchmarks, tests and side-by-side
// runs take the very same ones. Each function returns a description; seed is the
// network's.
//
// In the reference program (Auryn) a spike that travels d steps is felt in the
// step after its arrival; here that is a delay of d+1 steps.
package networks

import (
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// All returns the networks by name.
func All() map[string]func(seed uint64) sim.Network {
	return map[string]func(seed uint64) sim.Network{
		"coba":            COBA,
		"brunel_12500":    Brunel12500,
		"brunel_10000":    Brunel10000,
		"brunel_plastic":  BrunelPlastic,
		"propagation":     Propagation,
		"two_compartment": TwoCompartment,
	}
}

// The populations of networks of two kinds of cells.
const (
	excitatory = "excitatory"
	inhibitory = "inhibitory"
)

// balanced returns two populations of one model, without connections.
func balanced(seed uint64, excitatoryCells, inhibitoryCells int, cell neuron.Params) sim.Network {
	return sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: excitatory, Size: excitatoryCells, Model: cell},
		{Name: inhibitory, Size: inhibitoryCells, Model: cell},
	}}
}

// fan connects one population to all, with a common weight and delay.
func fan(n *sim.Network, from, receptor string, w synapse.Wiring, weight, delayMS float64) {
	for _, to := range n.Populations {
		n.Projections = append(n.Projections, sim.Projection{
			Name: from + "_" + to.Name, From: from, To: to.Name, Receptor: receptor,
			Projection: synapse.Projection{
				Wiring: w, Weight: synapse.Constant(weight), DelayMS: synapse.Constant(delayMS),
			},
		})
	}
}
