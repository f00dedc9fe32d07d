// Package coarse trains networks of ensembles in continuous time on handwritten digits,
// one example after the other: the coarse-grained model of Payeur, Guerguiev, Zenke,
// Richards, Naud 2021, "Burst-dependent synaptic plasticity can coordinate learning in
// hierarchical circuits", Nature Neuroscience 24:1010–1019, doi
// 10.1038/s41593-021-00857-x (Extended Data Figure 4), and the time-continuous network
// of Greedy, Zhu, Pemberton, Mellor, Costa 2022, "Single-phase deep learning in
// cortico-cortical networks", NeurIPS. Neither publishes errors as numbers.
package coarse

import (
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/rate"
)

// curvesName is the file of learning curves.
const curvesName = "curves.arrow"

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "coarse",
		Title: "Ensembles in continuous time learn handwritten digits, one after the other",
		Summary: "A network whose units are ensembles of neurons sees one image after the other, without being reset. Each is shown for " +
			"a while (prediction); then a teacher changes burst probabilities of the output, its bursts those of the hidden layer, and weights " +
			"follow by how far these are from what they were before. Times are in the units of the publication, in which an example " +
			"takes 5.5 by default; what matters are their quotients. Measured are test errors, how far the weights of an example " +
			"go from the gradient, and what is left of the example before when the teacher comes.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x; " +
			"Greedy, Zhu, Pemberton, Mellor, Costa (2022), NeurIPS",
		Params: params(),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "50 hidden units, 5000 images, two epochs", Set: map[string]string{
				"hidden": "50", "train_examples": "5000", "epochs": "2"}},
			{Name: "settled", Doc: "prediction lasts five time constants of the averages, so that nothing is left of the example before", Set: map[string]string{
				"prediction": "25"}},
			{Name: "cancelling", Doc: "the rule of BurstCCN, which needs no averages", Set: map[string]string{"rule": string(rate.Cancelling)}},
			{Name: "cancelling-tied", Doc: "the rule of BurstCCN, with the forward weights as feedback", Set: map[string]string{
				"rule": string(rate.Cancelling), "feedback": string(rate.Tied)}},
		},
		Files:    []string{curvesName},
		Headline: []string{"last.test_error_pct", "last.online.global_deg", "last.online.layers_deg", "last.silent_classes"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify: []experiment.Verification{
			{Name: "quick", Preset: "quick", Seeds: "1..5", Takes: "10 s on two cores"},
			{Seeds: "1..5", Takes: "10 min on two cores"},
		},
		Check: check,
		Ready: images.Ready,
		Run:   run,
	}
}

// ofRule stands for what the rule brings.
const ofRule = "rule"

func params() []experiment.Param {
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	d := rate.DefaultContinuous()
	// Angles are taken from single examples here, not from minibatches.
	data := slices.DeleteFunc(images.DataParams("mnist", 25), func(q experiment.Param) bool { return q.Key == "angle_batches" })
	for i := range data {
		data[i].Grows = false
	}
	return slices.Concat([]experiment.Param{
		{Key: "rule", Kind: experiment.Choice, Flag: true, Default: string(rate.MovingAverage), Choices: []string{string(rate.MovingAverage), string(rate.Cancelling)},
			Doc: "burst probabilities are compared with a moving average (burstprop), or feedback cancels without a teacher (burstccn)"},
		{Key: "feedback", Kind: experiment.Choice, Flag: true, Default: string(rate.Random), Choices: []string{string(rate.Random), string(rate.Tied)},
			Doc: "feedback weights: drawn once, or those of the way forward"},
		{Key: "depth", Kind: experiment.Integer, Flag: true, Default: 1, Min: 1, Max: images.MaxDepth, Doc: "hidden layers"},
		{Key: "hidden", Kind: experiment.Integer, Flag: true, Default: d.Hidden[0], Min: 1, Max: 10_000, Doc: "units of each hidden layer"},
	}, data, []experiment.Param{
		{Key: "online_examples", Kind: experiment.Integer, Default: 100, Min: 0, Max: 1e6, Doc: "training examples of each epoch, evenly spaced, that angles and deviations are taken from"},
		{Key: "activation", Kind: experiment.Choice, Default: ofRule, Choices: []string{ofRule, string(rate.Exponential), string(rate.Sigmoid)},
			Doc: "event rate of a hidden unit by its input; rule: exponential with burstprop, sigmoid with burstccn"},
		{Key: "dendritic_slope", Kind: experiment.Optional, Empty: ofRule, Min: 0, Max: 1e3, Doc: "factor of what dendrites are told; rule: 1 with burstprop, 4 with burstccn"},
		positive("weight_gain", "", d.WeightGain, 100, "standard deviation of initial weights, in units of √(2/(in + out))"),
		positive("feedback_gain", "", d.FeedbackGain, 100, "that of random feedback weights, likewise"),
		positive("step", "", d.Step, 1e3, "time step, model units of time"),
		positive("prediction", "", d.Prediction, 1e6, "how long an example is shown before the teacher comes, model units of time"),
		positive("teaching", "", d.Teaching, 1e6, "how long it is shown with its teacher, model units of time"),
		positive("tau_soma", "", d.TauSoma, 1e6, "time constant of somata, model units of time"),
		positive("tau_dendrite", "", d.TauDendrite, 1e6, "time constant of dendrites, model units of time"),
		positive("tau_avg", "", d.TauAverage, 1e6, "time constant of the moving averages, model units of time"),
		positive("tau_weight", "", d.TauWeight, 1e9, "time constant of weights, model units of time"),
		number("homeostasis", "", d.Homeostasis, 0, 1e3, "how much weights onto units above rate_max shrink (burstprop)"),
		positive("rate_max", "", d.MaxRate, 1e6, "event rate above which they do (burstprop)"),
	})
}

// config describes the network that the values ask for, but for input and classes,
// which the data set brings.
func config(v *experiment.Values) rate.ContinuousConfig {
	c := rate.DefaultContinuous()
	if rate.Scheme(v.String("rule")) == rate.Cancelling {
		c = rate.DefaultCancelling()
	}
	c.Feedback = rate.Feedback(v.String("feedback"))
	if a := v.String("activation"); a != ofRule {
		c.Activation = rate.Activation(a)
	}
	if beta, ok := v.Number("dendritic_slope"); ok {
		c.DendriticSlope = beta
	}
	c.Hidden = slices.Repeat([]int{v.Int("hidden")}, v.Int("depth"))
	c.WeightGain, c.FeedbackGain = v.Float("weight_gain"), v.Float("feedback_gain")
	c.Step, c.Prediction, c.Teaching = v.Float("step"), v.Float("prediction"), v.Float("teaching")
	c.TauSoma, c.TauDendrite, c.TauAverage, c.TauWeight = v.Float("tau_soma"), v.Float("tau_dendrite"), v.Float("tau_avg"), v.Float("tau_weight")
	c.Homeostasis, c.MaxRate = v.Float("homeostasis"), v.Float("rate_max")
	return c
}

// check refuses times that do not fit together.
func check(v *experiment.Values) error {
	c := config(v)
	if err := c.Validate(); err != nil {
		return experiment.Inputf("%v", err)
	}
	return nil
}
