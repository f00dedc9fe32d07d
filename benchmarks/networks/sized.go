package networks

import (
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// What a cell of Sized gets.
const (
	sizedTrains     = 100
	sizedTrainHz    = 17.5
	sizedTrainMV    = 0.5 // a spike
	sizedInhibition = 2.0 // of all its synapses together, mV
)

// Sized is the network by which growth is measured: its rate, 8.7 Hz, depends
// neither on the number of cells nor, to a few percent, on that of their
// synapses. Its cells are those of Brunel 2000. Each is driven by 100 trains of
// 17.5 Hz and 0.5 mV a spike, which keep its mean voltage below the threshold,
// and inhibited after 1.5 ms by inDegree cells drawn at random, perhaps by itself
// too. These have 2 mV between them, 2/inDegree each: little, so that it is the
// drive that sets the rate. A synapse costs what it would with more weight.
func Sized(seed uint64, cells, inDegree int) sim.Network {
	n := sim.Network{
		Seed:        seed,
		Populations: []sim.Population{{Name: inhibitory, Size: cells, Model: neuron.BrunelLIFCurrent()}},
		Inputs: []sim.Input{{
			Name: "drive", To: inhibitory, Receptor: neuron.SomaDelta,
			RateHz: sizedTrainHz, Trains: sizedTrains, Weight: sizedTrainMV,
		}},
	}
	each := -sizedInhibition / float64(inDegree)
	fan(&n, inhibitory, neuron.SomaDelta, synapse.FixedInDegree{K: inDegree, Autapses: true}, each, 1.5)
	return n
}
