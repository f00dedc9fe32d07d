// Package depth asks how error and credit change with the number of hidden layers: it
// trains a grid of networks, rule by feedback by depth, on the same images.
//
// Payeur, Guerguiev, Zenke, Richards, Naud 2021 (doi 10.1038/s41593-021-00857-x) and
// Greedy, Zhu, Pemberton, Mellor, Costa 2022 (NeurIPS) show such curves for their rules.
package depth

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/rate"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "depth",
		Title: "Error and credit against the number of hidden layers",
		Summary: "A grid of networks, rule by feedback by number of hidden layers, learns the same images, each with what its rule " +
			"brings (the table below). Test errors, the angle between learning and gradient, that between forward and feedback " +
			"weights, and how linearly bursts follow the teacher are shown against depth. Combinations that a rule does not " +
			"have are left out.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x; " +
			"Greedy, Zhu, Pemberton, Mellor, Costa (2022), NeurIPS",
		Params: slices.Concat([]experiment.Param{
			{Key: "rules", Kind: experiment.Words, Default: []string{"bp", "burstprop", "burstccn"}, Choices: images.RuleNames(), Doc: "learning rules"},
			{Key: "feedbacks", Kind: experiment.Words, Default: []string{"tied", "random", "kolen-pollack"}, Choices: images.FeedbackNames(), Doc: "through which weights layers are told what those above do"},
			{Key: "depths", Kind: experiment.List, Default: []float64{0, 1, 2, 3}, Min: 0, Max: images.MaxDepth, Doc: "numbers of hidden layers"},
			{Key: "hidden", Kind: experiment.Integer, Flag: true, Default: 100, Min: 1, Max: 10_000, Doc: "units of each hidden layer"},
			{Key: "perturbations", Kind: experiment.Integer, Default: 1000, Min: 0, Max: 1e6, Doc: "of the output's burst probabilities, by which the linearity of the feedback is measured after the last epoch, with each of ten test examples; 0 does not measure, and less than 300 does not suffice"},
			experiment.NumberAboveZero("perturbation_size", "", 0.1, 0.3, "standard deviation of these perturbations, as a part of the burst probability"),
		}, fixed(images.DataParams("mnist", 3)), images.NetworkParams()),
		Tables: []experiment.Table{images.FeedbackTable(), images.RulesTable()},
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "10 000 images", Set: map[string]string{"train_examples": "10000"}},
		},
		Headline: []string{"growth_deg"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify:   []experiment.Verification{{Preset: "quick", Seeds: "1..5", Takes: "4 min on two cores"}},
		Check: func(v *experiment.Values) error {
			_, _, err := grid(v)
			if k := v.Int("perturbations"); err == nil && k > 0 && k < leastPerturbations {
				err = experiment.Inputf("perturbations: %d, want 0, or %d or more: each class takes one, and a correlation wants more of them", k, leastPerturbations)
			}
			return err
		},
		Ready: images.Ready,
		Run:   run,
	}
}

// fixed takes away that a run may be continued for more epochs: this one keeps no
// checkpoint.
func fixed(params []experiment.Param) []experiment.Param {
	for i := range params {
		params[i].Grows = false
	}
	return params
}

// cell is a network of the grid.
type cell struct {
	config rate.Config
	depth  int
}

func (c cell) name() string {
	return fmt.Sprintf("%s %s %d", c.config.Rule.Name(), c.config.Feedback, c.depth)
}

// grid lists the networks that are to be trained, and the combinations of rule and
// feedback that there are not.
func grid(v *experiment.Values) (cells []cell, leftOut []string, err error) {
	depths := v.Floats("depths")
	for i, d := range depths {
		if d != math.Trunc(d) || slices.Contains(depths[:i], d) {
			return nil, nil, experiment.Inputf("depths: %g, want different whole numbers", d)
		}
	}
	for _, rule := range v.Words("rules") {
		for _, feedback := range v.Words("feedbacks") {
			if !images.Has(rule, feedback) {
				leftOut = append(leftOut, rule+" "+feedback)
				continue
			}
			c, err := images.Config(v, rule, feedback)
			if err != nil {
				return nil, nil, err
			}
			for _, d := range depths {
				one := c
				one.Hidden = slices.Repeat([]rate.Hidden{{Units: v.Int("hidden")}}, int(d))
				cells = append(cells, cell{one, int(d)})
			}
		}
	}
	if len(cells) == 0 {
		return nil, nil, experiment.Inputf("feedbacks: none of the rules has any of them; 'apical describe depth' says which has which")
	}
	return cells, leftOut, nil
}

// run trains the networks of the grid side by side, each by one worker.
func run(ctx context.Context, r *experiment.Run) error {
	cells, leftOut, err := grid(r.Values)
	if err != nil {
		return err
	}
	data, err := images.Load(r.Values)
	if err != nil {
		return err
	}
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	progress := progress{run: r, done: make([]float64, len(cells)), total: float64(len(cells) * r.Values.Int("epochs"))}
	networks := make([]*Network, len(cells))
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(r.Workers)
	for i, c := range cells {
		side.Go(func(ctx context.Context) error {
			c.config.Seed, c.config.Workers = r.Seed, 1
			t := images.Training{Data: data, Network: c.config, Epochs: r.Values.Int("epochs"), Samples: r.Values.Int("angle_batches"),
				PathExamples: r.Values.Int("path_examples"), ErrorExamples: r.Values.Int("error_examples"),
				Rest:     r.Values.Int("rest_epochs"),
				Progress: func(epochs float64, note string) { progress.set(i, epochs, c.name()+", "+note) }}
			var linearity []float64
			t.After = func(n *rate.Network, history []images.Epoch) error {
				if k := r.Values.Int("perturbations"); len(history) > t.Epochs && k > 0 && bursts(c.config.Rule) {
					linearity = n.FeedbackCorrelation(data.FirstTests(linearityExamples), k, r.Values.Float("perturbation_size"))
				}
				return nil
			}
			history, err := t.Run(ctx, nil)
			if err == nil {
				networks[i] = newNetwork(c, history, linearity)
			}
			return err
		})
	}
	if err := side.Wait(); err != nil {
		return err
	}
	m := newMetrics(networks, leftOut)
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

// leastPerturbations is above what a fit of the most classes that there can be needs.
const leastPerturbations = 300

// linearityExamples is how many test examples perturbations are fed back with.
const linearityExamples = 10

// bursts tells whether a rule feeds back bursts, of which linearity can be asked.
func bursts(rule rate.Rule) bool {
	switch rule.(type) {
	case rate.Burstprop, rate.BurstCCN:
		return true
	}
	return false
}

// progress adds up what the networks have done.
type progress struct {
	run   *experiment.Run
	total float64

	mu   sync.Mutex
	done []float64
}

func (p *progress) set(i int, epochs float64, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[i] = epochs
	sum := 0.0
	for _, d := range p.done {
		sum += d
	}
	p.run.Progress.Count(sum, p.total, "epochs", note)
}
