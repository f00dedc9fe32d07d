// Package biasfunctions approximates continuous functions on a compact set by networks
// of which the biases alone are learned, and shows what the argument rests on that all can
// be approximated so: a bias far below 0 deletes a unit.
//
// Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie 2025, "Expressivity of
// Neural Networks with Random Weights and Learned Biases", ICLR, arXiv 2407.00957.
package biasfunctions

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/internal/matmul"
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

func check(v *experiment.Values) error {
	widths := v.Floats("widths")
	if len(widths) == 0 {
		return experiment.Inputf("widths: none, want at least one")
	}
	for i, w := range widths {
		if w != math.Trunc(w) || i > 0 && w <= widths[i-1] {
			return experiment.Inputf("widths: %g, want whole numbers that ascend", w)
		}
	}
	return nil
}

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
	if err := m.learnAll(ctx, r, s, nets, these); err != nil {
		return err
	}
	if err := m.leastSquares(ctx, r.Workers, nets, these); err != nil {
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

// learnAll trains biases, masks and whole networks, the widest first.
func (m *Metrics) learnAll(ctx context.Context, r *experiment.Run, s settings, nets map[int]frozen, these []target) error {
	var all []cell
	for width := range slices.Backward(m.Widths) {
		for t := range these {
			for _, what := range []string{learnWeights, learnBiases, learnMask} {
				all = append(all, cell{t, what, width})
			}
		}
	}
	errors := make([]Error, len(all))
	var mu sync.Mutex
	done, total := 0, 0
	for _, c := range all {
		total += m.Widths[c.width]
	}
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(r.Workers)
	for i, c := range all {
		side.Go(func(ctx context.Context) error {
			team := matmul.NewTeam(1)
			defer team.Close()
			t, units := these[c.target], m.Widths[c.width]
			n, err := learn(ctx, s, c.learn, nets[t.inputs].first(units), t, team)
			if err != nil {
				return err
			}
			test := measuredGrid(t.inputs)
			errors[i] = errorOf(n.outputs(test), t.values(test))
			res := m.Targets[t.name]
			switch {
			case c.learn == learnBiases:
				res.Cut.Biases[c.width] = n.outputs(cut(t.inputs))
			case c.learn == learnMask && c.width == len(m.Widths)-1:
				silenced, change := n.maskedByBiases(test)
				res.Masking = Masking{units, silenced, change}
			}
			mu.Lock()
			defer mu.Unlock()
			done += units
			r.Progress.Count(float64(done), float64(total), "units", fmt.Sprintf("%s, %s, %d units", t.name, c.learn, units))
			return nil
		})
	}
	if err := side.Wait(); err != nil {
		return err
	}
	of := func(target int, what string) *Curve {
		these := make([]Error, len(m.Widths))
		for i, c := range all {
			if c.target == target && c.learn == what {
				these[c.width] = errors[i]
			}
		}
		return newCurve(these)
	}
	for i, t := range these {
		res := m.Targets[t.name]
		res.Biases, res.Mask, res.Weights = of(i, learnBiases), of(i, learnMask), of(i, learnWeights)
		for k, e := range res.Biases.RMS {
			res.BiasesLessWeightsRMS = append(res.BiasesLessWeightsRMS, e-res.Weights.RMS[k])
		}
	}
	return nil
}

// leastSquares is what V alone can learn, of all targets of as many inputs at once.
func (m *Metrics) leastSquares(ctx context.Context, workers int, nets map[int]frozen, these []target) error {
	errors := make([][]Error, len(these)) // by target and width
	for i := range errors {
		errors[i] = make([]Error, len(m.Widths))
	}
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(workers)
	for k, units := range slices.Backward(m.Widths) {
		for _, inputs := range []int{2, 1} {
			var here []int
			var some []target
			for i, t := range these {
				if t.inputs == inputs {
					here, some = append(here, i), append(some, t)
				}
			}
			side.Go(func(ctx context.Context) error {
				if len(here) == 0 || ctx.Err() != nil {
					return ctx.Err()
				}
				team := matmul.NewTeam(1)
				defer team.Close()
				found, err := randomFeatures(nets[inputs].first(units), some, team)
				for i, e := range found {
					errors[here[i]][k] = e
				}
				return err
			})
		}
	}
	if err := side.Wait(); err != nil {
		return err
	}
	for i, t := range these {
		m.Targets[t.name].RandomFeatures = newCurve(errors[i])
	}
	return nil
}
