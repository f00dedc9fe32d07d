package xor

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// The size of a panel.
const (
	PanelWidth  = 9 * vg.Centimeter
	PanelHeight = 7 * vg.Centimeter
)

// The axes of the figure, Hz and %, with room for a legend.
const (
	topHz      = 15
	topPercent = 130
)

// figure draws, after Figure 4 of the publication, the cost of the epochs, the
// test before and after learning, and a window of the training: mean and, of
// several seeds, two standard deviations to each side.
func figure(runs []Metrics, png, svg io.Writer) error {
	return panel.Save([][]*plot.Plot{
		{learningPanel(runs), inputPanel(runs), OutputPanel("Output, before and after", runs), hiddenPanel(runs)},
		{teacherPanel(runs), outputWindowPanel(runs), FeedbackPanel("hidden1", 1, runs), FeedbackPanel("hidden2", -1, runs)},
	}, PanelWidth, PanelHeight, png, svg)
}

// learningPanel draws the cost against the epoch, and chance.
func learningPanel(runs []Metrics) *plot.Plot {
	p := CostPanel("Learning")
	AddCost(p, panel.Seeds(len(runs)), runs, panel.Style{Colour: panel.Blue, Band: 2})
	AddChance(p)
	return p
}

// CostPanel returns an empty panel for AddCost and then AddChance.
func CostPanel(title string) *plot.Plot {
	p := panel.New(title, "epoch", "cost of four examples (nats)")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 3.5
	p.X.Tick.Marker = panel.WholeTicks{}
	p.Legend.Top, p.Legend.Left = false, true // costs begin near the top and fall
	p.Legend.XOffs = vg.Points(6)
	return p
}

// AddCost draws the cost of the epochs that all seeds have.
func AddCost(p *plot.Plot, label string, runs []Metrics, style panel.Style) {
	n := math.MaxInt
	var costs [][]float64
	for _, r := range runs {
		n = min(n, len(r.EpochCosts))
		costs = append(costs, r.EpochCosts)
	}
	epochs := make([]float64, n)
	for i := range epochs {
		epochs[i] = float64(i + 1)
	}
	p.X.Max = max(p.X.Max, float64(n))
	panel.Curve(p, label, epochs, costs, style)
	p.Y.Max = max(p.Y.Max, 3.5)
}

// AddChance draws the cost of guessing.
func AddChance(p *plot.Plot) {
	panel.Level(p, "chance, 4 ln 2", p.X.Min, p.X.Max, 4*math.Ln2)
}

// coursePanel returns an empty panel of four examples, named below where they are
// shown.
func coursePanel(title, unit string, top float64, runs []Metrics, course func(Metrics) *Course) *plot.Plot {
	p := panel.New(title, "input and its exclusive or", unit)
	p.Y.Min, p.Y.Max, p.X.Min, p.X.Max = 0, top, 0, 1
	c := course(runs[0])
	if c == nil || len(c.Inputs) == 0 {
		p.X.Tick.Marker = plot.ConstantTicks{}
		return p
	}
	example := c.BinS * BinsPerExample
	p.X.Label.Text += fmt.Sprintf(", %g s each", example)
	p.X.Max = example * float64(len(c.Inputs))
	var ticks plot.ConstantTicks
	for i, input := range c.Inputs {
		ticks = append(ticks, plot.Tick{Value: float64(i) * example},
			plot.Tick{Value: (float64(i) + 0.5) * example, Label: answer(input)})
	}
	p.X.Tick.Marker = append(ticks, plot.Tick{Value: p.X.Max})
	return p
}

// answer writes an input with its exclusive or.
func answer(input string) string {
	for _, e := range examples {
		if e.name == input && e.target {
			return input + " → 1"
		}
	}
	return input + " → 0"
}

// add draws a signal of a course.
func add(p *plot.Plot, label string, runs []Metrics, course func(Metrics) *Course, f signal, s panel.Style) {
	x, y := series(runs, course, f)
	s.Band = 2
	panel.Curve(p, label, x, y, s)
}

// inputPanel draws the event rates of the inputs in the test before learning.
func inputPanel(runs []Metrics) *plot.Plot {
	p := coursePanel("Inputs in the test", "event rate (Hz)", topHz, runs, before)
	add(p, "input1", runs, before, eventRate("input1"), panel.Style{Colour: panel.Purple})
	add(p, "input2", runs, before, eventRate("input2"), panel.Style{Colour: panel.Sky})
	return p
}

// OutputPanel draws the event rate of the output in the tests before (dashed) and
// after learning, and the line that separates 0 from 1.
func OutputPanel(title string, runs []Metrics) *plot.Plot {
	p := coursePanel(title, "event rate (Hz)", topHz, runs, before)
	add(p, "before", runs, before, eventRate("output"), panel.Style{Colour: panel.Vermilion, Dashed: true})
	add(p, "after", runs, after, eventRate("output"), panel.Style{Colour: panel.Vermilion})
	panel.Level(p, fmt.Sprintf("%g Hz: 0 below, 1 above", float64(LineHz)), p.X.Min, p.X.Max, LineHz)
	return p
}

// hiddenPanel draws the event rates of the hidden layer in both tests.
func hiddenPanel(runs []Metrics) *plot.Plot {
	p := coursePanel("Hidden layer, before and after", "event rate (Hz)", topHz, runs, before)
	for i, name := range []string{"hidden1", "hidden2"} {
		colour := []panel.Colour{panel.Green, panel.Orange}[i]
		add(p, name+" before", runs, before, eventRate(name), panel.Style{Colour: colour, Dashed: true})
		add(p, name+" after", runs, after, eventRate(name), panel.Style{Colour: colour})
	}
	return p
}
