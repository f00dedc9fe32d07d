// Package biasfunctions approximates continuous functions on a compact set by networks
// of which the biases alone are learned, and shows what the argument rests on that all can
// be approximated so: a bias far below 0 deletes a unit.
//
// Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie 2025, "Expressivity of
// Neural Networks with Random Weights and Learned Biases", ICLR, arXiv 2407.00957.
package biasfunctions

import (
	"context"
	"runtime"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "bias-functions",
		Title: "Networks with random weights approximate functions by their biases alone",
		Summary: "One hidden layer of rectified units, y = V max(0, Wx + b), with W and V drawn once and frozen, learns functions on " +
			"[-1, 1] and on its square by its biases. The error is shown against width, beside networks of which a mask of the " +
			"units, everything, or V alone is learned. A mask that was learned is replaced by biases far below 0, which leaves " +
			"the function as it was.",
		Citation: "Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie (2025), ICLR, arXiv 2407.00957",
		Params: []experiment.Param{
			{Key: "targets", Kind: experiment.Words, Default: targetNames(), Choices: targetNames(), Doc: "functions that are approximated (the table below)"},
			{Key: "widths", Kind: experiment.List, Default: []float64{25, 50, 100, 200, 400, 800}, Min: 1, Max: 10_000, Doc: "numbers of hidden units, ascending"},
			{Key: "widest_features", Kind: experiment.Integer, Default: 800, Min: 0, Max: 800, Doc: "V alone is learned, by least squares, up to this number of hidden units: it cannot be interrupted, and takes seconds for 800 and 8 times as long for twice as many; 0 for none"},
			{Key: "steps", Kind: experiment.Integer, Default: 8000, Min: 1, Max: 1e7, Doc: "steps of learning, each from points that are drawn anew"},
			{Key: "batch", Kind: experiment.Integer, Default: 64, Min: 1, Max: 1e4, Doc: "points of a step"},
			experiment.NumberAboveZero("bound_w", "", 1, 100, "W is drawn uniformly between this and its negative"),
			experiment.NumberAboveZero("bound_v", "", 1, 100, "V likewise, whatever the width: the kinks of a network are as strong as |w v|, so that few units cannot bend enough with weak ones, nor finely enough with strong ones"),
			experiment.NumberWithin("bound_b", "", 1, 0, 100, "biases begin uniform between this and its negative: kinks lie at -b/w"),
			experiment.NumberAboveZero("rate", "", 0.01, 10, "Adam's first step size, of biases and of scores of masks; it falls linearly to 0"),
			experiment.NumberAboveZero("rate_weights", "", 0.01, 10, "likewise where everything is trained"),
			experiment.NumberAboveZero("score_bound", "", 0.1, 100, "scores of masks, whose sign says whether a unit takes part, begin uniform between this and its negative"),
		},
		Tables: []experiment.Table{targetTable()},
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "a function of one and one of two variables, up to 400 units, in seconds", Set: map[string]string{
				"targets": "sine,wave", "widths": "25,50,100,200,400"}},
		},
		Headline: []string{"frozen.unchanged"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify:   []experiment.Verification{{Seeds: "1..5", Takes: "3 min on two cores"}},
		Check:    check,
		Run:      run,
	}
}

func targetTable() experiment.Table {
	t := experiment.Table{Title: "Functions", Columns: []string{"name", "function", "domain"}}
	for _, f := range targets() {
		domain := "[-1, 1]"
		if f.inputs == 2 {
			domain = "[-1, 1]²"
		}
		t.Rows = append(t.Rows, []string{f.name, f.formula, domain})
	}
	return t
}

func check(v *experiment.Values) error { return v.Ascending("widths") }

// cell is a network to be trained.
type cell struct {
	target int
	learn  string
	width  int // index
}

// run trains the networks of one seed side by side, each by one worker.
func run(ctx context.Context, r *experiment.Run) error {
	v := r.Values
	these := chosen(v.Words("targets"))
	var widths []int
	for _, w := range v.Floats("widths") {
		widths = append(widths, int(w))
	}
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	widestFeatures := v.Int("widest_features")
	s := settings{seed: r.Seed, steps: v.Int("steps"), batch: v.Int("batch"), rateBiases: v.Float("rate"),
		rateWeights: v.Float("rate_weights"), scoreBound: v.Float("score_bound")}
	nets := map[int]frozen{}
	for _, inputs := range []int{1, 2} {
		widest := widths[len(widths)-1]
		nets[inputs] = frozen{rate.DrawShallow(r.Seed, uint32(inputs), widest, inputs, 1, v.Float("bound_w"), v.Float("bound_v")),
			rate.DrawUnits(r.Seed, drawBiases+uint32(inputs), widest, v.Float("bound_b"))}
	}
	m := &Metrics{Widths: widths, Targets: map[string]*Result{}}
	hashes := func() []string { return []string{nets[1].Hash(), nets[2].Hash()} }
	m.Frozen.Before = hashes()
	for _, t := range these {
		m.Order = append(m.Order, t.name)
		m.Targets[t.name] = newResult(t, len(widths))
	}
	p := newProgress(r, s, widths, widestFeatures, these)
	if err := m.learnAll(ctx, r.Workers, s, nets, these, p); err != nil {
		return err
	}
	if err := m.leastSquares(ctx, r.Workers, widestFeatures, nets, these, p); err != nil {
		return err
	}
	m.Frozen.After = hashes()
	m.Frozen.Unchanged = slices.Equal(m.Frozen.Before, m.Frozen.After)
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

func newResult(t target, widths int) *Result {
	line, test := cut(t.inputs), measuredGrid(t.inputs)
	res := &Result{Inputs: t.inputs, Formula: t.formula, RMS: errorOf(make([]float64, test.Rows), t.values(test)).RMS,
		Cut: Cut{Target: t.values(line), Biases: make([][]float64, widths)}}
	for i := range line.Rows {
		res.Cut.X = append(res.Cut.X, line.Data[i*line.Stride])
	}
	return res
}
