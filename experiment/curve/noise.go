package curve

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The populations of the noise.
const (
	Exc = "exc"
	Inh = "inh"
)

// NoiseParams are the parameters that Noise takes.
func NoiseParams(inDegreeInh float64) []experiment.Param {
	inDegree := func(key string, value float64, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Number, Default: value, Min: 0, Max: 1e6, Doc: doc}
	}
	return []experiment.Param{
		{Key: "noise_units", Kind: experiment.Integer, Default: 25000, Min: 1, Max: 10_000_000, Doc: "excitatory Poisson units, and as many inhibitory ones, which all cells share"},
		{Key: "noise_rate", Kind: experiment.Number, Unit: "Hz", Default: 5, Min: 0, Max: 1e4, Doc: "of each unit"},
		inDegree("noise_exc_in_degree", 100, "mean number of excitatory units onto each compartment"),
		inDegree("noise_inh_in_degree", inDegreeInh, "mean number of inhibitory units onto each compartment"),
	}
}

// Check refuses stairs that do not fit, and in-degrees beyond the number of units.
func Check(v *experiment.Values) error {
	for _, key := range []string{"noise_exc_in_degree", "noise_inh_in_degree"} {
		if v.Float(key) > float64(v.Int("noise_units")) {
			return experiment.Inputf("%s: %s, want at most noise_units (%s)", key, v.Text(key), v.Text("noise_units"))
		}
	}
	_, err := Read(v)
	return err
}

// AddNoise appends the two populations of Poisson units to the network.
func AddNoise(n *sim.Network, v *experiment.Values) {
	for _, name := range []string{Exc, Inh} {
		n.Populations = append(n.Populations, sim.Population{
			Name: name, Size: v.Int("noise_units"), Model: neuron.Poisson{RateHz: v.Float("noise_rate")},
		})
	}
}

// ConnectNoise connects both populations of units to a compartment, through
// connections of its own, with weights in leak conductances.
func ConnectNoise(n *sim.Network, v *experiment.Values, to, excReceptor, inhReceptor string, excWeight, inhWeight float64) {
	for _, x := range []struct {
		from, receptor, inDegree string
		weight                   float64
	}{
		{Exc, excReceptor, "noise_exc_in_degree", excWeight},
		{Inh, inhReceptor, "noise_inh_in_degree", inhWeight},
	} {
		p := v.Float(x.inDegree) / float64(v.Int("noise_units"))
		n.Projections = append(n.Projections, spiking.Static(x.from, to, x.receptor, synapse.FixedProbability{P: p}, x.weight))
	}
}
