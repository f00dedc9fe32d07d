// Package xor trains a network of spiking ensembles on the exclusive or, by
// bursts alone: Figure 4 of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// "Burst-dependent synaptic plasticity can coordinate learning in hierarchical
// circuits", Nature Neuroscience 24:1010–1019, doi 10.1038/s41593-021-00857-x.
//
// Two input populations project to two hidden ones, these to the output; the
// output's bursts return to the dendrites of the hidden layer. An example is
// shown for a while (prediction); then, for its last tenth (learning), a
// current into the output's dendrites raises or lowers their burst
// probability, according to the error of each neuron's event rate, and the
// synapses are plastic.
package xor

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "xor",
		Title: "A network of bursting pyramidal cells learns exclusive or",
		Summary: "Five ensembles of pyramidal cells (two inputs, two hidden, one output) learn XOR with the adaptive " +
			"burst-dependent rule. A teaching current changes the burst probability of the output's dendrites; " +
			"its bursts reach the dendrites of the hidden ensembles and there steer the plasticity of the " +
			"input's synapses, without any backpropagation. The defaults are those of Figure 4 of the paper: " +
			"500 epochs of four examples, 8 s each. Rates in the truth tables leave out the first fifth of each example; " +
			"the cost of an epoch, known once its four examples are over, is the summed cross-entropy of the output's mean event rate.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x",
		Params:   params(),
		Presets:  presets(),
		Record: experiment.Recordable{
			Populations: populationNames[:],
			Phases:      []string{"burn_in", "test_before", "training", "first_epoch", "last_epoch", "test_after"},
			Default:     "test_before,first_epoch,last_epoch,test_after",
		},
		Headline: []string{"solved", "epoch_costs.last", "after.0.event_rate_hz.output", "after.1.event_rate_hz.output",
			"after.2.event_rate_hz.output", "after.3.event_rate_hz.output"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{
			{Seeds: "1..5", Takes: "an hour on two cores"},
			{Name: "quick", Preset: "quick", Seeds: "1..5", Takes: "8 min on two cores"},
		},
		Check: check,
		Run:   run,
	}
}

func params() []experiment.Param {
	inf := math.Inf(1)
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	return []experiment.Param{
		{Key: "neurons", Kind: experiment.Integer, Default: 500, Min: 2, Max: 1_000_000, Doc: "neurons of each of the five populations"},
		{Key: "examples", Kind: experiment.Integer, Default: 2000, Min: 0, Max: 1e9, Doc: "examples of the training, four to an epoch; 0 only tests, and the rest of four has no cost"},
		positive("example_duration", "s", 8, 3600, "how long each example is shown"),
		{Key: "learning_fraction", Kind: experiment.Number, Default: 0.1, Min: 0, OpenMin: true, Max: 1, OpenMax: true, Doc: "last part of an example, in which the teacher acts and synapses are plastic"},
		positive("tau_avg", "s", 2, 3600, "time constant of the running estimates of event and burst rate"),
		positive("tau_pre", "s", 0.1, 60, "time constant of the presynaptic eligibility trace"),
		{Key: "order", Kind: experiment.Choice, Default: "fixed", Choices: []string{"fixed", "random"}, Doc: "of the examples: 00 10 01 11 in every epoch, or a new permutation for each"},
		{Key: "feedback", Kind: experiment.Choice, Default: "opposed", Choices: []string{"opposed", "symmetric"}, Doc: "of the output's bursts to hidden1 and hidden2: of opposite sign, or alike (then the w_feedback2 keys and hidden2_dendrite_current have no effect)"},
		number("input_high", "pA", 150, -1e5, 1e5, "current into the somata of an input population whose bit is 1"),
		number("input_low", "pA", -350, -1e5, 1e5, "current into the somata of an input population whose bit is 0"),
		number("eta_input_hidden", "", 8e-3, 0, 1, "learning rate of input to hidden; 0 switches hidden plasticity off"),
		number("eta_hidden_output", "", 4e-3, 0, 1, "learning rate of hidden to output"),
		number("w_input_hidden", "", 0.234, 0, 1, "initial excitatory weight, leak conductances"),
		number("w_input_hidden_inh", "", 0.25, 0, 10, "fixed inhibitory weight, leak conductances"),
		number("w_hidden_output", "", 0.234, 0, 1, "initial excitatory weight, leak conductances"),
		number("w_hidden_output_inh", "", 0.25, 0, 10, "fixed inhibitory weight, leak conductances"),
		number("w_feedback_exc", "", 0.26, 0, 10, "excitatory feedback weight to hidden1 dendrites, leak conductances"),
		number("w_feedback_inh", "", 0.06, 0, 10, "inhibitory feedback weight to hidden1 dendrites, leak conductances"),
		number("w_feedback2_exc", "", 0.026, 0, 10, "excitatory feedback weight to hidden2 dendrites, leak conductances"),
		number("w_feedback2_inh", "", 0.27, 0, 10, "inhibitory feedback weight to hidden2 dendrites, leak conductances"),
		positive("in_degree", "", 100, 1e6, "mean number of sources of each projection; connected densely where it exceeds neurons"),
		number("hidden2_dendrite_current", "pA", 500, -1e5, 1e5, "constant current into hidden2 dendrites (opposed feedback)"),
		number("output_dendrite_current", "pA", 400, -1e5, 1e5, "constant current into output dendrites"),
		number("teacher_current", "pA", 1000, 0, 1e5, "largest teaching current"),
		number("teacher_tolerance", "Hz", 1, 0, 100, "distance from rate_min or rate_max within which an output is right"),
		number("rate_min", "Hz", 2, 0, 100, "event rate that stands for 0; below it weights grow"),
		positive("rate_max", "Hz", 10, 1000, "event rate that stands for 1; above it weights shrink"),
		number("noise_rate_input", "Hz", 500, 0, 1e4, "of each Poisson train onto input somata"),
		number("noise_rate_hidden", "Hz", 150, 0, 1e4, "of each Poisson train onto hidden and output somata"),
		number("noise_rate_dendrite", "Hz", 500, 0, 1e4, "of each Poisson train onto dendrites"),
		number("w_noise_exc", "", 0.35, 0, inf, "excitatory noise weight, input and output somata, leak conductances"),
		number("w_noise_inh", "", 0.35, 0, inf, "inhibitory noise weight, input and output somata, leak conductances"),
		number("w_noise_hidden_exc", "", 0.385, 0, inf, "excitatory noise weight, hidden somata, leak conductances"),
		number("w_noise_hidden_inh", "", 0.49, 0, inf, "inhibitory noise weight, hidden somata, leak conductances"),
		number("w_noise_dendrite", "", 0.05, 0, inf, "noise weight, all dendrites, both signs, leak conductances"),
		{Key: "state_neurons", Kind: experiment.Integer, Default: 0, Min: 0, Max: 1_000_000, Doc: "how many neurons of each population have their voltages and threshold kept in states.arrow"},
		positive("state_interval", "ms", 1, 1e6, "time between two samples of these"),
		number("burn_in", "", 3, 0, 1000, "time before the first test, in units of tau_avg"),
	}
}

func presets() []experiment.Preset {
	return []experiment.Preset{
		{Name: "quick", Doc: "learns in about two minutes: examples of 2 s with a learning part of 0.5 s, averages over 0.5 s, doubled learning rates, 250 epochs", Set: map[string]string{
			"examples": "1000", "example_duration": "2s", "learning_fraction": "0.25", "tau_avg": "0.5s",
			"eta_input_hidden": "0.016", "eta_hidden_output": "0.008",
		}},
		{Name: "short-examples", Doc: "examples of 4 s (supplement on time scales)", Set: map[string]string{
			"example_duration": "4s",
		}},
		{Name: "short-average", Doc: "averages over 0.5 s (supplement on time scales)", Set: map[string]string{
			"tau_avg": "0.5s",
		}},
		{Name: "symmetric", Doc: "equal feedback to both hidden populations (supplement)", Set: map[string]string{
			"feedback": "symmetric", "eta_input_hidden": "0.004", "eta_hidden_output": "0.002",
		}},
		{Name: "random-order", Doc: "a new permutation of the examples for each epoch (supplement)", Set: map[string]string{
			"order": "random",
		}},
		{Name: "no-hidden-plasticity", Doc: "control: only hidden to output learns (supplement)", Set: map[string]string{
			"eta_input_hidden": "0",
		}},
	}
}
