package networks

import (
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The synapses of Brunel 2000, doi 10.1023/A:1008925309027.
const (
	brunelJ = 0.1 // mV
	brunelG = 5   // inhibition over excitation
)

// Brunel12500 is the network of Brunel 2000 at full size in the state of its
// Figure 8C (g = 5, external drive of twice the threshold rate): 10 000
// excitatory and 2500 inhibitory cells with voltage jumps of 0.1 and −0.5 mV,
// 1000 and 250 sources each, delay 1.5 ms. The drive is 1000 trains of 20 Hz a
// cell. The paper finds 37.7 Hz in simulation.
func Brunel12500(seed uint64) sim.Network {
	n := balanced(seed, 10_000, 2_500, neuron.BrunelLIFCurrent())
	drive(&n)
	fan(&n, excitatory, neuron.SomaDelta, synapse.FixedInDegree{K: 1000}, brunelJ, 1.5)
	fan(&n, inhibitory, neuron.SomaDelta, synapse.FixedInDegree{K: 250}, -brunelG*brunelJ, 1.5)
	return n
}

// drive gives each cell the 20 kHz of 1000 outer cells.
func drive(n *sim.Network) {
	for _, to := range n.Populations {
		n.Inputs = append(n.Inputs, sim.Input{
			Name: to.Name, To: to.Name, Receptor: neuron.SomaDelta, RateHz: 20, Trains: 1000, Weight: brunelJ,
		})
	}
}

// Brunel10000 is the network of Auryn's example: the cells and synapses of
// Brunel12500, 8000 and 2000 of them, each pair connected with probability 0.1,
// delay 0.8 ms, the same drive. In Auryn the first 50 cells of either kind fire
// at 46.5 and 41.8 Hz.
func Brunel10000(seed uint64) sim.Network {
	n := balanced(seed, 8_000, 2_000, neuron.BrunelLIFCurrent())
	drive(&n)
	fan(&n, excitatory, neuron.SomaDelta, synapse.FixedProbability{P: 0.1}, brunelJ, 0.9)
	fan(&n, inhibitory, neuron.SomaDelta, synapse.FixedProbability{P: 0.1}, -brunelG*brunelJ, 0.9)
	return n
}

// BrunelPlastic is Brunel10000 with spike-timing-dependent plasticity between
// excitatory cells: all pairs count, changes depend on the weight, which lies
// between 0 and 0.3 mV (Gütig et al. 2003 with μ = 1; in Auryn's example λ =
// 0.01 and α = 2.02, which leaves the mean weight near where it starts). The
// projection is to be switched on by SetPlastic.
func BrunelPlastic(seed uint64) sim.Network {
	n := Brunel10000(seed)
	rule := plasticity.Guetig()
	rule.Exponent, rule.WeightMax = 1, 3*brunelJ
	rule.Potentiation, rule.Depression = 0.01, 0.01*2.02
	n.Projections[0].Rule = rule
	return n
}
