package coarse

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/curvefile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Rule     string `json:"rule"`
	Feedback string `json:"feedback"`
	// Units are those of the input, the hidden layers and the output.
	Units         []int  `json:"units"`
	Data          string `json:"data"`
	TrainExamples int    `json:"train_examples"`
	TestExamples  int    `json:"test_examples"`
	// Epochs has one entry an epoch; the first is before any learning. Last is the last.
	Epochs []Epoch `json:"epochs"`
	Last   Epoch   `json:"last"`
	// Course is two examples in a row, in the middle of the first epoch.
	Course *Course `json:"course,omitempty"`
}

// Epoch is what was measured in an epoch and after it.
type Epoch struct {
	Epoch int `json:"epoch"`
	// TestErrorPct is the part of the test examples that are classified wrongly, %, and
	// SilentClasses how many classes are never an answer.
	TestErrorPct  float64 `json:"test_error_pct"`
	SilentClasses int     `json:"silent_classes"`
	// Online is nil in epoch 0, and if no example was looked at.
	Online *Online `json:"online,omitempty"`
}

// Online are means over the examples that were looked at, of rate.Online: for layers from the bottom up
// the angle to the gradient, degrees, and the root mean square of p − p̄ before the teacher
// and with it.
type Online struct {
	LayersDeg []float64 `json:"layers_deg"`
	GlobalDeg float64   `json:"global_deg"`
	Before    []float64 `json:"deviation_before"`
	During    []float64 `json:"deviation_during"`
}

func newOnline(layers int) *Online {
	return &Online{LayersDeg: make([]float64, layers), Before: make([]float64, layers), During: make([]float64, layers)}
}

func (o *Online) add(x *rate.Online) {
	for k := range o.LayersDeg {
		o.LayersDeg[k] += x.LayersDeg[k]
		o.Before[k] += x.Before[k]
		o.During[k] += x.During[k]
	}
	o.GlobalDeg += x.GlobalDeg
}

// mean divides by how many were added; nil of none.
func (o *Online) mean(n int) *Online {
	if n == 0 {
		return nil
	}
	for k := range o.LayersDeg {
		o.LayersDeg[k] /= float64(n)
		o.Before[k] /= float64(n)
		o.During[k] /= float64(n)
	}
	o.GlobalDeg /= float64(n)
	return o
}

// Course is some examples step by step.
type Course struct {
	Step    float64 `json:"step"` // model units of time
	Classes []int   `json:"classes"`
	// Taught says in which steps there is a teacher.
	Taught []bool `json:"taught"`
	// Traces are of the output unit of the first class, and of the unit in the topmost
	// hidden layer that its bursts reach by the largest weight.
	Traces []Trace `json:"traces"`
}

// Trace is a unit in every step.
type Trace struct {
	Layer     string    `json:"layer"`
	Unit      int       `json:"unit"`
	EventRate []float64 `json:"event_rate"`
	// BurstProbability, and Expected what it is compared with.
	BurstProbability []float64 `json:"burst_probability"`
	Expected         []float64 `json:"expected_burst_probability"`
	layer            int
}

// newCourse begins a course with an example of a class.
func newCourse(n *rate.Continuous, step float64, class int) *Course {
	layers := n.Layers()
	top := len(layers) - 1
	largest := 0
	for j := range layers[top-1].Units() {
		if math.Abs(layers[top].FeedbackWeight(class, j)) > math.Abs(layers[top].FeedbackWeight(class, largest)) {
			largest = j
		}
	}
	return &Course{Step: step, Traces: []Trace{
		{Layer: layerName(top, top), Unit: class, layer: top}, {Layer: layerName(top-1, top), Unit: largest, layer: top - 1}}}
}

// add keeps the state after a step.
func (c *Course) add(n *rate.Continuous, taught bool) {
	c.Taught = append(c.Taught, taught)
	for i := range c.Traces {
		t := &c.Traces[i]
		l := n.Layers()[t.layer]
		t.EventRate = append(t.EventRate, l.E[t.Unit])
		t.BurstProbability = append(t.BurstProbability, l.P[t.Unit])
		t.Expected = append(t.Expected, l.Expected(t.Unit))
	}
}

// name says which unit it is.
func (t Trace) name() string { return fmt.Sprintf("%s, unit %d", t.Layer, t.Unit) }

// layerName names layer k of a network whose output is layer top.
func layerName(k, top int) string {
	if k == top {
		return "output"
	}
	return fmt.Sprintf("hidden %d", k+1)
}

// metrics gathers what was measured.
func (t *trainer) metrics() *Metrics {
	units := append(append([]int{t.config.Input}, t.config.Hidden...), t.config.Classes)
	return &Metrics{Rule: string(t.config.Scheme), Feedback: string(t.config.Feedback), Units: units,
		Data: t.data.Name, TrainExamples: t.data.Train.Count, TestExamples: t.data.Test.Count,
		Epochs: t.history, Last: t.history[len(t.history)-1], Course: t.course}
}

// curves writes curves.arrow.
type curves struct {
	*curvefile.Writer
	layers int
}

func openCurves(r *experiment.Run, hidden int) (*curves, error) {
	codec, err := spikefile.ParseCodec(r.Codec)
	if err != nil {
		return nil, err
	}
	m := r.Meta()
	var names []string
	for k := range hidden + 1 {
		names = append(names, layerName(k, hidden))
	}
	w, err := curvefile.Create(r.Path(curvesName), spikefile.Meta{Version: m.Version, Revision: m.Revision, Seed: m.Seed, Config: m.Config, Extra: m.Extra},
		names, spikefile.Options{Codec: codec})
	return &curves{w, hidden + 1}, err
}

// add writes what was measured in an epoch.
func (c *curves) add(e Epoch) error {
	rows := []curvefile.Row{{Epoch: e.Epoch, Split: curvefile.Test, Layer: curvefile.Network, Values: curvefile.Values{curvefile.ErrorPct: e.TestErrorPct}}}
	if e.Online != nil {
		for k, deg := range e.Online.LayersDeg {
			rows = append(rows, curvefile.Row{Epoch: e.Epoch, Split: curvefile.Train, Layer: layerName(k, c.layers-1), Values: curvefile.Values{curvefile.Gradient: deg}})
		}
		rows = append(rows, curvefile.Row{Epoch: e.Epoch, Split: curvefile.Train, Layer: curvefile.Network, Values: curvefile.Values{curvefile.Gradient: e.Online.GlobalDeg}})
	}
	return c.Append(rows...)
}

// printedEpochs is how many epochs a table for people shows at most.
const printedEpochs = 13

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	var units []string
	for _, n := range m.Units {
		units = append(units, fmt.Sprint(n))
	}
	fmt.Fprintf(w, "%s in continuous time, %s feedback, %s units, %d training and %d test examples of %s\n\n",
		m.Rule, m.Feedback, strings.Join(units, "-"), m.TrainExamples, m.TestExamples, m.Data)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	top := len(m.Units) - 2
	head := "epoch\ttest error %\tsilent classes\tangle (°)\t"
	for k := range top + 1 {
		head += layerName(k, top) + " (°)\t"
	}
	fmt.Fprintln(t, head+"output p − p̄ before\twith teacher\t")
	every := (len(m.Epochs) + printedEpochs - 1) / printedEpochs
	for i, e := range m.Epochs {
		if i%every != 0 && i != len(m.Epochs)-1 {
			continue
		}
		line := fmt.Sprintf("%d\t%.2f\t%d\t", e.Epoch, e.TestErrorPct, e.SilentClasses)
		if o := e.Online; o != nil {
			line += fmt.Sprintf("%.1f\t", o.GlobalDeg)
			for _, deg := range o.LayersDeg {
				line += fmt.Sprintf("%.1f\t", deg)
			}
			line += fmt.Sprintf("%.3f\t%.3f\t", o.Before[top], o.During[top])
		} else {
			line += strings.Repeat("-\t", top+4)
		}
		fmt.Fprintln(t, line)
	}
	return t.Flush()
}
