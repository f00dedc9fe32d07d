// Package rule shows the burst-dependent rule at work in a network of two
// populations: Figure 2e–g of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// "Burst-dependent synaptic plasticity can coordinate learning in hierarchical
// circuits", Nature Neuroscience 24:1010–1019, doi 10.1038/s41593-021-00857-x.
//
// An input population projects to the somata of an output population by plastic
// synapses. The drive of the output's dendrites is raised and lowered for a
// while each: weights follow the change of the output's burst probability
// against its running average, and come back when the drive does. A current into
// the input's dendrites changes its bursts too, and leaves weights alone.
package rule

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "rule",
		Title: "Weights follow the burst probability of the postsynaptic cells",
		Summary: "An input population of two-compartment pyramidal cells projects to an output population with the " +
			"adaptive burst-dependent rule. After a burn-in without plasticity, six segments follow: the drive of the " +
			"output's dendrites is d times its usual strength, with d = 1, 1.5, 1, 0.55, 1 and 1, and in the last " +
			"segment the dendrites of the input get a current. Raising d raises the output's burst probability above " +
			"its running average, and weights grow until the average has caught up; lowering d does the reverse. The " +
			"defaults are those of Figure 2e-g of the paper.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "a fifth of the time: averages over 1 s, segments of 5 s, five times the learning rate; " +
				"without the homeostasis of silent cells, whose 30 s average would not have settled", Set: map[string]string{
				"tau_avg": "1s", "segment": "5s", "bin": "500ms", "eta": "0.0175", "rate_min": "0",
			}},
		},
		Record: experiment.Recordable{
			Populations: populationNames[:],
			Phases:      phaseNames[:],
			Default:     output,
		},
		Headline: []string{
			"phases.1.weight_end_pct", "phases.2.weight_end_pct", "phases.3.weight_end_pct",
			"phases.4.weight_end_pct", "phases.5.weight_end_pct", "phases.6.weight_end_pct",
			"phases.1.post_burst_probability_pct", "phases.2.post_burst_probability_pct", "phases.4.post_burst_probability_pct",
		},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Seeds: "1..5", Takes: "45 s on two cores"}},
		Check:  check,
		Run:    run,
	}
}

func params() []experiment.Param {
	inf := math.Inf(1)
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	return []experiment.Param{
		{Key: "neurons", Kind: experiment.Integer, Default: 1000, Min: 2, Max: 1_000_000, Doc: "pyramidal cells of each of the two populations"},
		positive("segment", "s", 25, 1e5, "how long each of the six segments lasts"),
		number("burn_in", "", 4, 0, 1000, "time before the first segment, without plasticity, in units of tau_avg; rounded up to whole bins"),
		positive("bin", "s", 2.5, 1e5, "time between two records of rates, weights and estimates"),
		number("eta", "", 3.5e-3, 0, 1, "learning rate, leak conductances"),
		positive("tau_pre", "s", 0.1, 60, "time constant of the presynaptic eligibility trace"),
		positive("tau_avg", "s", 5, 3600, "time constant of the running estimates of event and burst rate"),
		number("rate_min", "Hz", 2, 0, 100, "each event of the input strengthens synapses onto cells whose rate of all spikes over 30 s is below; 0 switches that off"),
		positive("rate_max", "Hz", 12, 1000, "event rate above which weights shrink"),
		{Key: "detector", Kind: experiment.Choice, Default: detectorReference,
			Choices: []string{detectorReference, detectorInterval, detectorIntervalPre, detectorIntervalPost},
			Doc:     "of events and bursts: that of the paper's program; by interspike interval; or by interval on one side of the synapses only. What is recorded follows the postsynaptic side"},
		positive("w0", "", 0.08, 1, "initial weight of input to output, leak conductances"),
		positive("in_degree", "", 200, 1e6, "mean number of inputs of an output cell; all of them where it exceeds neurons"),
		number("d0", "", 0.25, 0, 10, "usual weight of the dendritic drive of the output, leak conductances"),
		number("d_baseline", "", 1, 0, 100, "d in the burn-in and the segments 1, 3, 5 and 6: the drive's weight is d times d0"),
		number("d_raised", "", 1.5, 0, 100, "d in segment 2"),
		number("d_lowered", "", 0.55, 0, 100, "d in segment 4"),
		{Key: "drive_units", Kind: experiment.Integer, Default: 100, Min: 1, Max: 1_000_000, Doc: "Poisson units of the dendritic drive, which all output cells share"},
		number("drive_rate", "Hz", 1, 0, 1e4, "rate of each of these"),
		number("drive_in_degree", "", 20, 0, 1e6, "mean number of these that reach an output cell"),
		number("output_dendrite_current", "pA", 50, -1e5, 1e5, "constant current into output dendrites"),
		number("input_dendrite_current", "pA", 40, -1e5, 1e5, "current into input dendrites in segment 6; 0 before"),
		{Key: "noise_units", Kind: experiment.Integer, Default: 25000, Min: 1, Max: 1_000_000, Doc: "Poisson units of the input's excitatory noise, and of its inhibitory noise, which all input cells share"},
		number("noise_rate", "Hz", 5, 0, 1e4, "rate of each of these"),
		number("noise_in_degree_exc", "", 100, 0, 1e6, "mean number of excitatory ones that reach a soma, and that reach a dendrite"),
		number("noise_in_degree_inh", "", 30, 0, 1e6, "mean number of inhibitory ones that reach a soma, and that reach a dendrite"),
		number("w_noise_soma_exc", "", 0.17, 0, inf, "excitatory noise weight, soma, leak conductances"),
		number("w_noise_soma_inh", "", 0.26, 0, inf, "inhibitory noise weight, soma, leak conductances"),
		number("w_noise_dendrite_exc", "", 0.0425, 0, inf, "excitatory noise weight, dendrite, leak conductances"),
		number("w_noise_dendrite_inh", "", 0.065, 0, inf, "inhibitory noise weight, dendrite, leak conductances"),
		{Key: "estimate_neurons", Kind: experiment.Integer, Default: 50, Min: 1, Max: 1_000_000, Doc: "output cells, from the first on, whose running estimates make the recorded average of the burst probability"},
	}
}
