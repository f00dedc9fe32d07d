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
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/panel"
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
		},
		Files:      images.Files(),
		Checkpoint: images.CheckpointName,
		Headline:   images.Headline(),
		Figure:     experiment.FigureOf(figure),
		Expect:     expect,
		Verify:     verifications(),
		Check:      check,
		Ready:      images.Ready,
		Run: func(ctx context.Context, r *experiment.Run) error {
			return images.Learn(ctx, r, layers(r.Values.Int("depth"), r.Values.Int("hidden")))
		},
	}
}

func params() []experiment.Param {
	return slices.Concat(images.RuleParams(), []experiment.Param{
		{Key: "depth", Kind: experiment.Integer, Flag: true, Default: 3, Min: 0, Max: images.MaxDepth, Doc: "hidden layers"},
		{Key: "hidden", Kind: experiment.Integer, Flag: true, Default: 500, Min: 1, Max: 10_000, Doc: "units of each hidden layer"},
	}, images.DataParams("mnist", 20), images.NetworkParams(), images.LearningParams())
}

// layers are so many hidden layers of so many units.
func layers(depth, units int) []rate.Hidden {
	return slices.Repeat([]rate.Hidden{{Units: units}}, depth)
}

func check(v *experiment.Values) error {
	_, err := images.Config(v, v.String("rule"), v.String("feedback"))
	return err
}

func figure(runs []images.Metrics, png, svg io.Writer) error {
	var histories [][]images.Epoch
	for _, m := range runs {
		histories = append(histories, m.Epochs)
	}
	panels := [][]*plot.Plot{
		{images.ErrorPanel("Errors, "+panel.Seeds(len(runs)), histories), images.LossPanel("Loss", histories)},
	}
	if depth := len(runs[0].Units) - 2; depth > 0 {
		angle := func(title string, of func(images.LayerCredit) *float64) *plot.Plot {
			return images.AnglePanel(title, histories, depth, of)
		}
		panels = append(panels,
			[]*plot.Plot{angle("Signal against backpropagation", func(l images.LayerCredit) *float64 { return l.DeltaDeg }),
				angle("Change of weights against the gradient", func(l images.LayerCredit) *float64 { return l.GradientDeg })},
			[]*plot.Plot{angle("Signal against feedback alignment", func(l images.LayerCredit) *float64 { return l.DeltaFADeg }),
				angle("Feedback against forward weights", func(l images.LayerCredit) *float64 { return l.SymmetryDeg })})
	}
	return panel.Save(panels, 12*vg.Centimeter, 8*vg.Centimeter, png, svg)
}
