// Package cifar10 trains networks of rates with convolutions on photographs, by rules
// that steer plasticity with bursts and by those that people compare them with.
//
// The networks are those of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// "Burst-dependent synaptic plasticity can coordinate learning in hierarchical
// circuits", Nature Neuroscience 24:1010–1019, doi 10.1038/s41593-021-00857-x, and of
// Greedy, Zhu, Pemberton, Mellor, Costa 2022, "Single-phase deep learning in
// cortico-cortical networks", NeurIPS, on the data of Krizhevsky 2009, "Learning
// multiple layers of features from tiny images". What differs from them is in
// docs/experiments/cifar10.md.
package cifar10

import (
	"context"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
)

// The hidden layers of the published networks. The wider one is for feedback weights
// that do not learn.
const (
	published = "64@5/2,128@5/2,256@3,1024"
	wide      = "64@5/2,256@5/2,256@3,1480"
	burstCCN  = "64@5/2,128@5/2,256@3,1500"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "cifar10",
		Title: "Networks with convolutions learn photographs by bursts",
		Summary: "Three layers of convolutions below one of units that see all of them learn to classify colour photographs, by " +
			"burst-dependent rules, by backpropagation, by node perturbation. Layers, rule, feedback weights, loss and activation " +
			"are chosen independently. While a network learns, the angle is measured between what the rule makes each layer learn " +
			"and the gradient.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x; " +
			"Greedy, Zhu, Pemberton, Mellor, Costa (2022), NeurIPS",
		Params: slices.Concat(images.RuleParams(), []experiment.Param{
			images.LayersParam(published, "hidden layers from the bottom up: convolutions as channels@kernel/stride+padding, others as units"),
		}, images.DataParams("cifar10", 500), images.NetworkParams(), images.LearningParams()),
		Tables: []experiment.Table{images.FeedbackTable(), images.RulesTable()},
		Presets: []experiment.Preset{
			{Name: "learned-feedback", Doc: "burstprop whose feedback weights learn, as published", Set: burstprop(published, "kolen-pollack")},
			{Name: "fixed-feedback", Doc: "burstprop with random feedback weights, in the wider network published for it", Set: burstprop(wide, "random")},
			{Name: "backprop", Doc: "backpropagation in the network of learned-feedback", Set: map[string]string{
				"rule": "bp", "layers": published, "rate_hidden": "0.01", "rate_output": "0.01", "momentum": "0.9", "decay": "1e-6", "weight_gain": "3.6"}},
			{Name: "burstccn", Doc: "BurstCCN in its published network, without the schedule of its learning rate", Set: map[string]string{
				"rule": "burstccn", "layers": burstCCN, "epochs": "400", "rate_hidden": "0.001", "rate_output": "0.001", "momentum": "0.9", "weight_gain": "3.6"}},
			{Name: "quick", Doc: "a small network, 1000 photographs, three epochs: to see that it runs", Set: map[string]string{
				"layers": "16@5/2,32@3/2,100", "train_examples": "1000", "test_examples": "500", "epochs": "3"}},
		},
		Files:      images.Files(),
		Checkpoint: images.CheckpointName,
		Headline:   images.Headline(),
		Figure:     experiment.FigureOf(images.Figure),
		Check:      check,
		Ready: func(v *experiment.Values) error {
			hidden, err := images.Layers(v)
			if err != nil {
				return err
			}
			return images.Fits(v, hidden)
		},
		Run: func(ctx context.Context, r *experiment.Run) error {
			hidden, err := images.Layers(r.Values)
			if err != nil {
				return err
			}
			return images.Learn(ctx, r, hidden)
		},
	}
}

// burstprop has the published numbers.
func burstprop(layers, feedback string) map[string]string {
	return map[string]string{"rule": "burstprop", "layers": layers, "feedback": feedback,
		"rate_hidden": "0.01", "rate_output": "0.01", "momentum": "0.9", "decay": "1e-6",
		"weight_gain": "3.6", "feedback_sd": "1", "p0": "0.2"}
}

func check(v *experiment.Values) error {
	if _, err := images.Layers(v); err != nil {
		return err
	}
	_, err := images.Config(v, v.String("rule"), v.String("feedback"))
	return err
}
