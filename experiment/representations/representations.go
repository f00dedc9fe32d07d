// Package representations asks how far a teaching signal carried by bursts travels:
// through two hidden layers of spiking ensembles. It measures how bursts of each
// layer answer to a current into the output's dendrites, trains on nested
// exclusive or, and compares the weight changes of every layer with the gradient
// of a network of rates that has the ensembles' measured transfer functions.
//
// Neurons, rule and teacher are those of the network that learns exclusive or with
// one hidden layer: Figure 4 of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// "Burst-dependent synaptic plasticity can coordinate learning in hierarchical
// circuits", Nature Neuroscience 24:1010–1019, doi 10.1038/s41593-021-00857-x. No
// publication gives numbers for a second layer of spikes.
package representations

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "representations",
		Title: "Bursts carry credit through two hidden layers of spiking ensembles",
		Summary: "Inputs a and b project to hidden layer 1, this and input c to hidden layer 2, that to the output, which " +
			"learns (a xor b) xor c by the adaptive burst-dependent rule. Bursts of the output reach the dendrites of " +
			"layer 2, and bursts of layer 2 those of layer 1; the two ensembles of a layer get feedback of opposite sign. " +
			"First the burst probability of every ensemble is measured under currents into the output's dendrites. While " +
			"it learns, the angle is taken between the weight changes of each layer and the descent of the cost " +
			"in the matching rate network, by backpropagation and by feedback alignment. In these 40 epochs the task is not learned, nor does " +
			"the rate network learn it with steps as long.",
		Citation: "neurons and rule: Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, " +
			"doi 10.1038/s41593-021-00857-x; two hidden layers of spikes: not published",
		Params:  params(),
		Presets: presets(),
		Record: experiment.Recordable{
			Populations: []string{"input1", "input2", "input3", "hidden1_1", "hidden1_2", "hidden2_1", "hidden2_2", output},
			Phases:      []string{"burn_in", "feedback", "test_before", "training", "last_epoch", "test_after"},
			Default:     "test_before,test_after",
		},
		Headline: []string{"right_before", "right_after", "epoch_costs.0", "epoch_costs.last", "feedback.range_pct", "mean_angles"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify:   verifications(),
		Check:    check,
		Run:      run,
	}
}

func presets() []experiment.Preset {
	return []experiment.Preset{
		{Name: "quick", Doc: "two epochs instead of forty", Set: map[string]string{"examples": "16", "block": "1"}},
		{Name: "equal", Doc: "starts with equal weights, unrelated to the signs of the feedback", Set: map[string]string{"alignment": "0"}},
		{Name: "cut", Doc: "control: no feedback from hidden layer 2 to hidden layer 1", Set: map[string]string{"feedback_hidden1": "0"}},
		{Name: "untaught", Doc: "control: no teacher", Set: map[string]string{"teacher_current": "0"}},
		{Name: "frozen", Doc: "control: the synapses onto hidden layer 1 do not learn", Set: map[string]string{"eta_hidden1": "0"}},
	}
}

func params() []experiment.Param {
	inf := math.Inf(1)
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	return []experiment.Param{
		{Key: "neurons", Kind: experiment.Integer, Default: 200, Min: 2, Max: 1_000_000, Doc: "neurons of each population"},
		{Key: "examples", Kind: experiment.Integer, Default: 320, Min: 0, Max: 1e9, Doc: "examples of the training; 0 only tests"},
		positive("example_duration", "s", 1, 3600, "how long each example is shown"),
		{Key: "learning_fraction", Kind: experiment.Number, Default: 0.25, Min: 0, OpenMin: true, Max: 1, OpenMax: true, Doc: "last part of an example, in which the teacher acts and synapses are plastic"},
		positive("tau_avg", "s", 0.25, 3600, "time constant of the running estimates of event and burst rate"),
		positive("tau_pre", "s", 0.1, 60, "time constant of the presynaptic eligibility trace"),
		number("eta_hidden1", "", 8e-3, 0, 1, "learning rate of the synapses onto hidden layer 1; 0 freezes them"),
		number("eta_hidden2", "", 8e-3, 0, 1, "learning rate of the synapses onto hidden layer 2; 0 freezes them"),
		number("eta_output", "", 4e-3, 0, 1, "learning rate of the synapses onto the output; 0 freezes them"),
		number("w_hidden1", "", 0.234, 0, 1, "initial excitatory weight onto hidden layer 1, leak conductances"),
		number("w_hidden1_inh", "", 0.25, 0, 10, "fixed inhibitory weight onto hidden layer 1, leak conductances"),
		number("w_hidden2", "", 0.234, 0, 1, "initial excitatory weight onto hidden layer 2, leak conductances"),
		number("w_hidden2_inh", "", 0.25, 0, 10, "fixed inhibitory weight onto hidden layer 2, leak conductances"),
		number("w_output", "", 0.234, 0, 1, "initial excitatory weight onto the output, leak conductances"),
		number("w_output_inh", "", 0.25, 0, 10, "fixed inhibitory weight onto the output, leak conductances"),
		{Key: "alignment", Kind: experiment.Number, Default: 0.3, Min: -1, Max: 1, Doc: "part by which an initial weight is above the rest where bursts return with positive sign, and below where with negative; 0 starts equal"},
		positive("in_degree", "", 200, 1e6, "mean number of excitatory, and of inhibitory, sources of a soma, shared by the ensembles that project to it"),
		positive("feedback_in_degree", "", 100, 1e6, "mean number of sources of each feedback projection"),
		number("w_feedback_exc", "", 0.26, 0, 10, "excitatory weight of feedback of positive sign, leak conductances"),
		number("w_feedback_inh", "", 0.06, 0, 10, "inhibitory weight of feedback of positive sign, leak conductances"),
		number("w_opposed_exc", "", 0.026, 0, 10, "excitatory weight of feedback of negative sign, leak conductances"),
		number("w_opposed_inh", "", 0.27, 0, 10, "inhibitory weight of feedback of negative sign, leak conductances"),
		number("feedback_hidden1", "", 2, 0, 100, "factor of the feedback weights onto hidden layer 1; 0 cuts it"),
		number("feedback_hidden2", "", 1.5, 0, 100, "factor of the feedback weights onto hidden layer 2; 0 cuts it"),
		number("dendrite_hidden1", "pA", 300, -1e5, 1e5, "constant current into the dendrites of hidden1_1"),
		number("dendrite_hidden1_2", "pA", 300, -1e5, 1e5, "constant current into the dendrites of hidden1_2"),
		number("dendrite_hidden2", "pA", 0, -1e5, 1e5, "constant current into the dendrites of hidden2_1"),
		number("dendrite_hidden2_2", "pA", 600, -1e5, 1e5, "constant current into the dendrites of hidden2_2"),
		number("dendrite_output", "pA", 400, -1e5, 1e5, "constant current into the dendrites of the output"),
		number("input_high", "pA", 150, -1e5, 1e5, "current into the somata of an input population whose bit is 1"),
		number("input_low", "pA", -350, -1e5, 1e5, "current into the somata of an input population whose bit is 0"),
		number("teacher_current", "pA", 1000, 0, 1e5, "largest teaching current; 0 does not teach"),
		positive("probe_current", "pA", 1000, 1e5, "largest current into the output's dendrites by which the feedback is measured"),
		number("teacher_tolerance", "Hz", 1, 0, 100, "distance from rate_min or rate_max within which an output is right"),
		number("rate_min", "Hz", 2, 0, 100, "event rate that stands for 0; below it weights grow"),
		positive("rate_max", "Hz", 10, 1000, "event rate that stands for 1; above it weights shrink"),
		number("noise_rate_input", "Hz", 500, 0, 1e4, "of each Poisson train onto input somata"),
		number("noise_rate_hidden", "Hz", 150, 0, 1e4, "of each Poisson train onto hidden and output somata"),
		number("noise_rate_dendrite", "Hz", 500, 0, 1e4, "of each Poisson train onto dendrites"),
		number("w_noise_exc", "", 0.35, 0, inf, "excitatory noise weight, somata but those of hidden layer 1, leak conductances"),
		number("w_noise_inh", "", 0.35, 0, inf, "inhibitory noise weight, somata but those of hidden layer 1, leak conductances"),
		number("w_noise_hidden1_exc", "", 0.385, 0, inf, "excitatory noise weight, somata of hidden layer 1, leak conductances"),
		number("w_noise_hidden1_inh", "", 0.49, 0, inf, "inhibitory noise weight, somata of hidden layer 1, leak conductances"),
		number("w_noise_dendrite", "", 0.05, 0, inf, "noise weight, all dendrites, both signs, leak conductances"),
		{Key: "block", Kind: experiment.Integer, Default: 8, Min: 1, Max: 1e6, Doc: "epochs over which weight changes are summed before their angle is taken"},
		{Key: "starts", Kind: experiment.Integer, Default: 40, Min: 1, Max: 1e6, Doc: "random starts of the search for the rate network's least cost"},
		{Key: "horizon", Kind: experiment.Integer, Default: 2000, Min: 1, Max: 1e6, Doc: "epochs for which the rate network is trained"},
		positive("calibration", "s", 1, 100, "how long each example is measured, at each of seven sets of weights, to fit the transfer functions"),
		number("burn_in", "", 6, 0, 1000, "time before the first test, in units of tau_avg"),
	}
}
