// Package bias trains the biases of networks whose weights are random and stay so, on
// images: how accuracy grows with width, beside networks of which a mask or everything is
// trained; and several tasks on one pair of weight matrices, by swapping bias vectors.
//
// Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie 2025, "Expressivity of
// Neural Networks with Random Weights and Learned Biases", ICLR, arXiv 2407.00957.
package bias

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/rate"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "bias",
		Title: "Networks with random weights learn images by their biases alone",
		Summary: "One hidden layer of rectified units, y = V max(0, Wx + b), with W and V drawn once and frozen. Trained are the " +
			"biases b, or, to compare, a mask of the units, or everything, for a range of widths. Then several tasks are learned " +
			"on one W and V, each with a bias vector of its own, and vectors are swapped between tasks; units are clustered by " +
			"how much their activity varies in each task. Since W is frozen, Wx is computed once and kept, in 4 bytes a unit and " +
			"image: 64 MB for 10 000 images and 1600 units, as long as a seed learns the curves.",
		Citation: "Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie (2025), ICLR, arXiv 2407.00957",
		Params: slices.Concat(images.ExampleParams("mnist", 20, 8000, 2000), []experiment.Param{
			{Key: "pixels", Kind: experiment.Choice, Default: pixelsStandardised, Choices: []string{pixelsStandardised, pixelsUnit}, Doc: "what networks are shown: (pixel/255 - mean)/sd over all training pixels, or pixel/255 with unit"},
			{Key: "widths", Kind: experiment.List, Default: []float64{50, 100, 200, 400, 800, 1600}, Min: 1, Max: 100_000, Doc: "numbers of hidden units, ascending"},
			{Key: "widest_weights", Kind: experiment.Integer, Default: 1600, Min: 0, Max: 100_000, Doc: "everything is trained, to compare, up to this number of hidden units: it takes hundreds of times as long as biases; 0 for none"},
			experiment.NumberAboveZero("weight_bound", "", 0.1, 100, "W and V are drawn uniformly between this and its negative"),
			experiment.NumberAboveZero("rate", "", 0.01, 10, "Adam's step size, of biases and of scores of masks"),
			experiment.NumberAboveZero("rate_weights", "", 0.001, 10, "Adam's step size where everything is trained"),
			experiment.NumberAboveZero("score_bound", "", 0.1, 100, "scores of masks, whose sign says whether a unit takes part, begin uniform between this and its negative"),
			{Key: "batch", Kind: experiment.Integer, Default: 50, Min: 1, Max: 1e4, Doc: "examples of a minibatch"},
			{Key: "tasks", Kind: experiment.Words, Default: taskNames(), Choices: taskNames(), Doc: "tasks that are made of the data set, each learned by a bias vector of its own"},
			{Key: "more_data", Kind: experiment.Text, Default: noMoreData, Doc: "other data sets that are tasks as well, with images of the same shape: names or directories, separated by commas; or none"},
			{Key: "task_width", Kind: experiment.Integer, Default: 800, Min: 0, Max: 100_000, Doc: "hidden units of the network of the tasks; 0 leaves tasks out"},
			{Key: "clusters", Kind: experiment.Integer, Default: 0, Min: 0, Max: greatestK, Doc: "of units by task variance, 2 or more; 0 takes the number from 2 to 16 with the greatest silhouette"},
			experiment.NumberAboveZero("memory_gb", "", 4, 1e6, "what a seed may take for Wx that is kept, weights and moments of Adam, in 10⁹ bytes; a run that needs more is refused"),
		}),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "biases and masks alone: no network is trained as a whole", Set: map[string]string{"widest_weights": "0"}},
			{Name: "full", Doc: "all images, biases and masks up to 3200 units; seven times as many images as by default, and 1 GB", Set: map[string]string{
				"train_examples": "0", "test_examples": "0", "widths": "50,100,200,400,800,1600,3200"}},
		},
		Headline: []string{"biases.accuracy_pct", "mask.accuracy_pct", "all_weights.accuracy_pct", "frozen.unchanged", "tasks.least_margin_pct"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify:   []experiment.Verification{{Seeds: "1..5", Takes: "3 min on two cores"}},
		Check:    check,
		Ready: func(v *experiment.Values) error {
			data, err := images.Load(v)
			if err != nil {
				return err
			}
			if err := fits(v, data); err != nil {
				return err
			}
			for _, name := range moreData(v) {
				if err := images.ReadyAs("more_data", name); err != nil {
					return err
				}
			}
			return nil
		},
		Run: run,
	}
}

func check(v *experiment.Values) error {
	if err := v.Ascending("widths"); err != nil {
		return err
	}
	if v.Int("clusters") == 1 {
		return experiment.Inputf("clusters: 1, want 2 to %d, or 0", greatestK)
	}
	if slices.Contains(moreData(v), "") {
		return experiment.Inputf("more_data: %q has an empty name, want names separated by commas", v.String("more_data"))
	}
	return nil
}

// cell is a network of the curves.
type cell struct {
	learn string
	width int
}

// cells lists the networks of the curves by what is learned, and by width.
func cells(v *experiment.Values) (all []cell) {
	for _, learn := range []string{learnBiases, learnMask, learnWeights} {
		for _, w := range v.Floats("widths") {
			if learn != learnWeights || int(w) <= v.Int("widest_weights") {
				all = append(all, cell{learn, int(w)})
			}
		}
	}
	return all
}

// run trains the networks of one seed side by side, each by one worker.
func run(ctx context.Context, r *experiment.Run) error {
	v := r.Values
	data, err := images.Load(v)
	if err != nil {
		return err
	}
	if err := shownAs(v, data); err != nil {
		return err
	}
	var tasks []task
	taskWidth := v.Int("task_width")
	if taskWidth > 0 {
		if tasks, err = readTasks(v, data, r.Seed); err != nil {
			return err
		}
	}
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	all := cells(v)
	s := newSettings(v, r.Seed)
	widest := all[0].width
	for _, c := range all {
		widest = max(widest, c.width)
	}
	bound := v.Float("weight_bound")
	drawn := rate.DrawShallow(r.Seed, 0, max(widest, taskWidth), data.Shape().Units(), data.Train.Classes, bound, bound)
	before := drawn.Hash()
	p := newProgress(r, all, len(tasks), taskWidth, data.Shape().Units(), s.epochs)

	histories, err := learnCurves(ctx, s, drawn.First(widest), all, data, r.Workers, p)
	if err != nil {
		return err
	}
	m := newMetrics(v, data, all, histories)
	if len(tasks) > 0 {
		learned, err := learnTasks(ctx, s, drawn.First(taskWidth), tasks, r.Workers, p, len(all))
		if err != nil {
			return err
		}
		m.Tasks = newTasks(learned, taskWidth, v.Int("clusters"), r.Seed)
	}
	after := drawn.Hash()
	m.Frozen = Frozen{before, after, before == after}
	r.Count("epochs", int64((len(all)+len(tasks))*s.epochs))
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

// learnCurves trains the networks of the curves, those that take longest first.
func learnCurves(ctx context.Context, s settings, n rate.ShallowWeights, all []cell, data *images.Data, workers int, p *progress) ([]History, error) {
	together := matmul.NewTeam(workers)
	train, test, err := keepBoth(ctx, together, n.W, data, func(part float64) {
		p.keeping(p.shared(), part, fmt.Sprintf("%d units", n.W.Rows))
	})
	together.Close()
	if err != nil {
		return nil, err
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.cost(b), p.cost(a)) })
	histories := make([]History, len(all))
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(workers)
	for _, i := range order {
		c := all[i]
		side.Go(func(ctx context.Context) (err error) {
			team := matmul.NewTeam(1)
			defer team.Close()
			var t *trainer
			if c.learn == learnWeights {
				t = newFullTrainer(s, team, n.First(c.width), data)
			} else {
				t = newTrainer(s, c.learn, team, n.First(c.width), train, test)
			}
			histories[i], err = t.run(ctx, func(epochs float64) { p.learned(i, epochs, fmt.Sprintf("%s, %d units", c.learn, c.width)) })
			return err
		})
	}
	return histories, side.Wait()
}

func newMetrics(v *experiment.Values, data *images.Data, all []cell, histories []History) *Metrics {
	m := &Metrics{Data: DataMetrics{Name: data.Name, TrainExamples: data.Train.Count, TestExamples: data.Test.Count,
		Inputs: data.Shape().Units(), Classes: data.Train.Classes}}
	for _, w := range v.Floats("widths") {
		m.Widths = append(m.Widths, int(w))
	}
	of := func(learn string) *Curve {
		var these []History
		for i, c := range all {
			if c.learn == learn {
				these = append(these, histories[i])
			}
		}
		return newCurve(these)
	}
	m.Biases, m.Mask, m.Weights = of(learnBiases), of(learnMask), of(learnWeights)
	m.WeightsLessBiasesPct, m.MaskLessBiasesPct = m.lessBiases(m.Weights), m.lessBiases(m.Mask)
	return m
}
