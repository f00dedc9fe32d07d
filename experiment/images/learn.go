package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// Metrics is what training one network leaves in metrics.json.
type Metrics struct {
	Rule     string `json:"rule"`
	Feedback string `json:"feedback"`
	// Units are those of the input, the hidden layers and the output; Shapes say how
	// they lie, such as 64×14×14 for 64 planes.
	Units  []int    `json:"units"`
	Shapes []string `json:"shapes"`
	// Numbers are LearningParams as they were, whether the rule's or not.
	Numbers map[string]float64 `json:"numbers"`
	Data    DataMetrics        `json:"data"`
	// Epochs has one entry an epoch; the first is before any learning.
	Epochs []Epoch `json:"epochs"`
	// Last is the last of Epochs.
	Last Epoch `json:"last"`
}

// DataMetrics says what was learned from.
type DataMetrics struct {
	Name          string `json:"name"`
	TrainExamples int    `json:"train_examples"`
	TestExamples  int    `json:"test_examples"`
	// PixelMean and PixelSD are of pixels/255, by channel: what inputs were standardised by.
	PixelMean []float64 `json:"pixel_mean"`
	PixelSD   []float64 `json:"pixel_sd"`
}

// Learn is a seed of an experiment that trains one network with these hidden layers,
// of whose parameters are those of RuleParams, LearningParams, NetworkParams and
// DataParams.
func Learn(ctx context.Context, r *experiment.Run, hidden []rate.Hidden) error {
	t, rec, err := newTraining(r, hidden)
	if err != nil {
		return err
	}
	history, err := t.Run(ctx, rec.restore)
	if err = errors.Join(err, rec.close()); err != nil {
		return err
	}
	r.Count("epochs", int64(len(history)-1))
	shapes, err := rate.Shapes(t.Data.Shape(), hidden)
	if err != nil {
		return err
	}
	m := newMetrics(t.Network, shapes, t.Data, history)
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

// newTraining is what a run's values describe, and what keeps its files.
func newTraining(r *experiment.Run, hidden []rate.Hidden) (*Training, *recording, error) {
	c, err := Config(r.Values, r.Values.String("rule"), r.Values.String("feedback"))
	if err != nil {
		return nil, nil, err
	}
	d, err := Load(r.Values)
	if err != nil {
		return nil, nil, err
	}
	if r.Workers == 0 {
		r.Workers = workers(d, hidden)
	}
	c.Hidden, c.Seed, c.Workers = hidden, r.Seed, r.Workers
	rec, err := newRecording(r, d)
	if err != nil {
		return nil, nil, err
	}
	t := &Training{Data: d, Network: c, Epochs: r.Values.Int("epochs"), Rest: r.Values.Int("rest_epochs"), Samples: r.Values.Int("angle_batches"),
		PathExamples: r.Values.Int("path_examples"), ErrorExamples: r.Values.Int("error_examples"),
		After: rec.keep,
		Progress: func(epochs float64, note string) {
			r.Progress.Count(epochs, float64(r.Values.Int("epochs")), "epochs", note)
		}}
	return t, rec, nil
}

// workers is how many pay: a layer with few weights is multiplied faster than a
// second goroutine wakes.
func workers(d *Data, hidden []rate.Hidden) int {
	const worthSharing = 100_000 // weights of a layer
	below := d.Shape().Units()
	for _, h := range hidden {
		if h.Units == 0 || below*h.Units >= worthSharing {
			return runtime.GOMAXPROCS(0)
		}
		below = h.Units
	}
	return 1
}

func newMetrics(c rate.Config, shapes []rate.Shape, d *Data, history []Epoch) *Metrics {
	m := &Metrics{Rule: c.Rule.Name(), Feedback: string(c.Feedback), Numbers: Numbers(c), Epochs: history, Last: history[len(history)-1],
		Data: DataMetrics{Name: d.Name, TrainExamples: d.Train.Count, TestExamples: d.Test.Count}}
	for _, c := range d.Moments {
		m.Data.PixelMean, m.Data.PixelSD = append(m.Data.PixelMean, c.Mean), append(m.Data.PixelSD, c.SD)
	}
	for _, shape := range append(shapes, rate.Flat(d.Train.Classes)) {
		m.Units, m.Shapes = append(m.Units, shape.Units()), append(m.Shapes, shape.String())
	}
	return m
}

// printedEpochs is how many epochs a table for people shows at most, evenly spaced.
const printedEpochs = 12

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	layers := slices.Clone(m.Shapes)
	if !strings.Contains(layers[1], "×") { // no planes that those of the image matter to
		layers[0] = fmt.Sprint(m.Units[0])
	}
	fmt.Fprintf(w, "%s with %s feedback, %s units, %d training and %d test examples of %s\n\n",
		m.Rule, m.Feedback, strings.Join(layers, "-"), m.Data.TrainExamples, m.Data.TestExamples, m.Data.Name)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := "epoch\ttraining loss\terror %\ttest loss\terror %\t"
	for k := range m.Last.Credit.Layers {
		head += fmt.Sprintf("angle %d (°)\t", k+1)
	}
	fmt.Fprintln(t, head)
	n := len(m.Epochs)
	for i, e := range m.Epochs {
		if rows := min(n, printedEpochs); n > rows && i != n-1 && (i*(rows-1))/(n-1) == ((i-1)*(rows-1))/(n-1) && i > 0 {
			continue
		}
		line := fmt.Sprintf("%d\t-\t-\t", e.Epoch)
		if e.Train != nil {
			line = fmt.Sprintf("%d\t%.4f\t%.2f\t", e.Epoch, e.Train.Loss, e.Train.ErrorPct)
		}
		line += fmt.Sprintf("%.4f\t%.2f\t", e.Test.Loss, e.Test.ErrorPct)
		for _, l := range e.Credit.Layers {
			if l.DeltaDeg != nil {
				line += fmt.Sprintf("%.1f\t", *l.DeltaDeg)
			} else {
				line += "-\t"
			}
		}
		fmt.Fprintln(t, line)
	}
	return t.Flush()
}

// Headline are what summaries of several seeds print: errors, and the angles of each
// layer.
func Headline() []string {
	paths := []string{"last.test.error_pct", "last.train.error_pct"}
	for k := range MaxDepth {
		paths = append(paths, fmt.Sprintf("last.credit.layers.%d.delta_deg", k))
	}
	return paths
}
