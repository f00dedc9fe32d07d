// Package mnist trains deep networks of rates on handwritten digits, by rules that steer
// plasticity with bursts and by those that people compare them with.
//
// The networks are those of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// "Burst-dependent synaptic plasticity can coordinate learning in hierarchical
// circuits", Nature Neuroscience 24:1010–1019, doi 10.1038/s41593-021-00857-x, and of
// Greedy, Zhu, Pemberton, Mellor, Costa 2022, "Single-phase deep learning in
// cortico-cortical networks", NeurIPS. Neither publishes errors as numbers; what is
// expected here was measured (docs/experiments/mnist.md).
package mnist

import (
	"context"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/rate"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "mnist",
		Title: "Deep networks of rates learn handwritten digits by bursts",
		Summary: "Networks of up to eight hidden layers learn to classify images: by burst-dependent rules, by backpropagation, " +
			"by node perturbation. Rule, feedback weights, depth, width, loss and activation are chosen independently. While a " +
			"network learns, the angle is measured between what the rule makes each layer learn and the gradient.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x; " +
			"Greedy, Zhu, Pemberton, Mellor, Costa (2022), NeurIPS",
		Params: params(),
		Tables: []experiment.Table{images.FeedbackTable(), images.RulesTable()},
		Presets: []experiment.Preset{
			calibration(),
			{Name: "quick", Doc: "one hidden layer of 100 units, 10 000 images, three epochs", Set: map[string]string{
				"depth": "1", "hidden": "100", "train_examples": "10000", "epochs": "3"}},
			{Name: "conv", Doc: "two convolutions below two layers of 500 units, the published convolutional network for MNIST", Set: map[string]string{
				"layers": "8@4/2,16@3/2,500,500", "feedback": "kolen-pollack", "weight_gain": "3.6"}},
			deepBurstprop(),
			deepBurstCCN(),
		},
		Files:      images.Files(),
		Checkpoint: images.CheckpointName,
		Headline:   images.Headline(),
		Figure:     experiment.FigureOf(images.Figure),
		Expect:     expect,
		Verify:     verifications(),
		Check:      check,
		Ready: func(v *experiment.Values) error {
			hidden, err := layers(v)
			if err != nil {
				return err
			}
			return images.Fits(v, hidden)
		},
		Run: func(ctx context.Context, r *experiment.Run) error {
			hidden, err := layers(r.Values)
			if err != nil {
				return err
			}
			return images.Learn(ctx, r, hidden)
		},
	}
}

func params() []experiment.Param {
	return slices.Concat(images.RuleParams(), []experiment.Param{
		{Key: "depth", Kind: experiment.Integer, Flag: true, Default: 3, Min: 0, Max: images.MaxDepth, Doc: "hidden layers"},
		{Key: "hidden", Kind: experiment.Integer, Flag: true, Default: 500, Min: 1, Max: 10_000, Doc: "units of each hidden layer"},
		images.LayersParam(byDepth, "hidden layers from the bottom up, such as 8@4/2,16@3/2,500,500: channels@kernel/stride+padding, or units; "+
			byDepth+": as depth and hidden say"),
	}, images.DataParams("mnist", 20), images.NetworkParams(), images.LearningParams())
}

// byDepth is the word for as many layers of as many units as depth and hidden say.
const byDepth = "depth"

// layers are the hidden layers that the values describe.
func layers(v *experiment.Values) ([]rate.Hidden, error) {
	if v.String("layers") != byDepth {
		return images.Layers(v)
	}
	return slices.Repeat([]rate.Hidden{{Units: v.Int("hidden")}}, v.Int("depth")), nil
}

func check(v *experiment.Values) error {
	if _, err := layers(v); err != nil {
		return err
	}
	changed := v.Changed()
	if slices.Contains(changed, "layers") && (slices.Contains(changed, "depth") || slices.Contains(changed, "hidden")) {
		return experiment.Inputf("layers: %s, beside depth %d and hidden %d, want one or the other",
			v.String("layers"), v.Int("depth"), v.Int("hidden"))
	}
	_, err := images.Config(v, v.String("rule"), v.String("feedback"))
	return err
}
