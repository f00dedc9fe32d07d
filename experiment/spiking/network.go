package spiking

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// AxonalMS is what the reference program of Payeur et al. 2021 calls a delay of
// 0.8 ms: it passes a spike of step n on in step n+8, and the target first feels it
// in step n+9.
const AxonalMS = 0.9

// Static is a projection with one weight, leak conductances, and the axonal
// delay, named after its ends and the receptor.
func Static(from, to, receptor string, wiring synapse.Wiring, weight float64) sim.Projection {
	return sim.Projection{
		Name: from + "_" + to + "_" + receptor, From: from, To: to, Receptor: receptor,
		Projection: synapse.Projection{Wiring: wiring, Weight: synapse.Constant(weight), DelayMS: synapse.Constant(AxonalMS)},
	}
}

// InDegree connects each target to so many sources of a population in the mean,
// and to all of them where it has no more.
func InDegree(mean float64, sources int) synapse.Wiring {
	return synapse.FixedProbability{P: min(1, mean/float64(sources))}
}

// Noise gives each neuron of a population a Poisson train of its own onto a
// receptor, with a weight in leak conductances.
func Noise(to, receptor string, rateHz, weight float64) sim.Input {
	return sim.Input{Name: to + "_" + receptor, To: to, Receptor: receptor, RateHz: rateHz, Weight: weight}
}

// AdaptiveRule is the rule of Payeur et al. 2021 with the learning rate of the
// parameter eta, and what it takes from tau_pre and tau_avg (s), rate_min and
// rate_max (Hz).
func AdaptiveRule(v *experiment.Values, eta string) plasticity.BurstDependent {
	rule := plasticity.AdaptiveEventBurst()
	rule.Eta = v.Float(eta)
	rule.TauPreMS, rule.TauAverageMS = v.Milliseconds("tau_pre"), v.Milliseconds("tau_avg")
	rule.MinRateHz, rule.MaxRateHz = v.Float("rate_min"), v.Float("rate_max")
	return rule
}
