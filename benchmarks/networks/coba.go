package networks

import (
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// COBA is the network of Vogels & Abbott 2005, doi
// 10.1523/JNEUROSCI.3508-05.2005: 3200 excitatory and 800 inhibitory cells with
// conductance synapses, each pair connected with probability 2 %.
//
// Weights are those of the paper and of the benchmark of Auryn, 4 nS and 51 nS on
// a leak of 10 nS, that is 0.4 and 5.1, with a steady 200 pA into each cell; the
// delay is that of Auryn, 0.8 ms. Benchmark 1 of Brette et al. 2007, doi
// 10.1007/s10827-007-0038-6, has 6 and 67 nS, no current and no delay, and must
// be set going. Auryn's rates are 17.24 and 17.29 Hz, its CV of intervals 1.73.
func COBA(seed uint64) sim.Network {
	cell := neuron.VogelsAbbottLIFCond()
	cell.InitialSDMV = 5 // so that the cells do not start in step
	n := balanced(seed, 3200, 800, cell)
	for _, to := range n.Populations {
		n.Currents = append(n.Currents, sim.Current{
			Name: to.Name, To: to.Name, Compartment: "soma", Waveform: sim.Constant(200),
		})
	}
	fan(&n, excitatory, neuron.SomaExc, synapse.FixedProbability{P: 0.02}, 0.4, 0.9)
	fan(&n, inhibitory, neuron.SomaInh, synapse.FixedProbability{P: 0.02}, 5.1, 0.9)
	return n
}
