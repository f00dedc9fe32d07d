package xorbiases

import (
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The populations with biases, in the order of the network.
var biased = [...]string{"hidden1", "hidden2", "output"}

// biasPrefix begins the name of the projection whose weights are a population's biases.
const biasPrefix = "bias_"

// initialBias is the bias that all neurons of a population begin with, leak
// conductances.
func initialBias(v *experiment.Values, population string) float64 {
	if population == "output" {
		return v.Float("w_noise_exc")
	}
	return v.Float("w_noise_hidden_exc")
}

// rule is that of the biases, with the averages and rates of the weights' rule.
func rule(v *experiment.Values) plasticity.Bias {
	r := plasticity.BiasOneToOne()
	r.Eta, r.TauAverageMS = v.Float(etaBias), v.Milliseconds("tau_avg")
	r.RateFloor, r.MinRateHz, r.MaxRateHz = v.Bool(rateFloor), v.Float("rate_min"), v.Float("rate_max")
	r.WeightMax = v.Float(biasMax)
	return r
}

// change makes the network of a variant of that of xor with values v.
func (k variant) change(v *experiment.Values, n *sim.Network) {
	for _, to := range biased {
		addBiases(v, n, to)
	}
	if cv := v.Float(weightCV); cv > 0 {
		for i, p := range n.Projections {
			if mean, equal := p.Weight.Fixed(); equal && p.Rule != nil && !isBias(p) {
				n.Projections[i].Weight = synapse.LogNormal(mean, cv*mean)
			}
		}
	}
	if k.signed {
		sign(v, n)
	}
}

func isBias(p sim.Projection) bool { return p.From == biasPrefix+p.To }

// addBiases puts a population of Poisson sources, one a neuron, in the place of the
// private excitatory input to the somata of a population.
func addBiases(v *experiment.Values, n *sim.Network, to string) {
	i := slices.IndexFunc(n.Inputs, func(in sim.Input) bool { return in.To == to && in.Receptor == neuron.SomaExc })
	source := biasPrefix + to
	n.Populations = append(n.Populations, sim.Population{Name: source, Size: v.Int("neurons"), Model: neuron.Poisson{RateHz: n.Inputs[i].RateHz}})
	n.Projections = append(n.Projections, sim.Projection{
		Name: source, From: source, To: to, Receptor: neuron.SomaExc, Transmit: sim.Spikes,
		Projection: synapse.Projection{Wiring: synapse.OneToOne{}, Weight: synapse.Constant(initialBias(v, to))},
		Rule:       rule(v),
	})
	n.Inputs = slices.Delete(n.Inputs, i, i+1)
}

// sign moves hidden2's excitation of the output to hidden1, and hidden1's inhibition
// to hidden2: weights double and vanish.
func sign(v *experiment.Values, n *sim.Network) {
	exc, inh := v.Float("w_hidden_output"), v.Float("w_hidden_output_inh")
	cv := v.Float(weightCV)
	for i := range n.Projections {
		p := &n.Projections[i]
		switch p.Name {
		case "hidden1_output":
			p.Weight = synapse.Constant(2 * exc)
			if cv > 0 {
				p.Weight = synapse.LogNormal(2*exc, 2*cv*exc)
			}
		case "hidden2_output", "hidden1_output_inh":
			p.Weight = synapse.Constant(0)
		case "hidden2_output_inh":
			p.Weight = synapse.Constant(2 * inh)
		}
	}
}
