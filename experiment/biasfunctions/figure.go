package biasfunctions

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// greatestColumns is how many targets are beside each other at most, the legends among them.
const greatestColumns = 4

// figure draws, for each target, the functions that biases make at three widths, of the
// first seed, and below them error against width, mean and one standard deviation of the
// seeds.
func figure(runs []Metrics, png, svg io.Writer) error {
	columns := min(greatestColumns, len(runs[0].Order)+1) // one for legends
	var panels [][]*plot.Plot
	for names := range slices.Chunk(runs[0].Order, columns) {
		cuts, errors := make([]*plot.Plot, columns), make([]*plot.Plot, columns)
		for i, name := range names {
			cuts[i], errors[i] = runs[0].cut(name), against(runs, name)
		}
		panels = append(panels, cuts, errors)
	}
	last := len(panels) - 2
	if panels[last][columns-1] != nil {
		panels = append(panels, make([]*plot.Plot, columns), make([]*plot.Plot, columns))
		last += 2
	}
	panels[last][columns-1], panels[last+1][columns-1] = runs[0].functionsKey(), errorsKey(len(runs))
	return panel.Save(panels, 8*vg.Centimeter, 6.5*vg.Centimeter, png, svg)
}

// drawn are the widths whose functions are shown: the narrowest, one in the middle and the
// widest.
func (m *Metrics) drawn() (indices []int) {
	return slices.Compact([]int{0, len(m.Widths) / 2, len(m.Widths) - 1})
}

func functionStyles() []panel.Style {
	return []panel.Style{{Colour: panel.Sky}, {Colour: panel.Orange}, {Colour: panel.Vermilion}}
}

func targetStyle() panel.Style { return panel.Style{Colour: panel.Black, Width: 2.5, Alpha: 110} }

// cut draws a target and what biases make of it.
func (m *Metrics) cut(name string) *plot.Plot {
	r := m.Targets[name]
	x := "x"
	if r.Inputs == 2 {
		x = "x₁, with x₂ = x₁/2"
	}
	p := panel.New(name+", "+r.Formula, x, "y")
	panel.Curve(p, "", r.Cut.X, [][]float64{r.Cut.Target}, targetStyle())
	for k, i := range m.drawn() {
		panel.Curve(p, "", r.Cut.X, [][]float64{r.Cut.Biases[i]}, functionStyles()[k])
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.RoundTicks{}, panel.RoundTicks{}
	return p
}

// learnt are the curves of error, in the order of their legend.
func learnt() []struct {
	label string
	of    func(*Result) *Curve
	style panel.Style
} {
	style := func(c panel.Colour) panel.Style { return panel.Style{Colour: c, Dots: true, Band: 1} }
	return []struct {
		label string
		of    func(*Result) *Curve
		style panel.Style
	}{
		{"mask", func(r *Result) *Curve { return r.Mask }, style(panel.Blue)},
		{"biases", func(r *Result) *Curve { return r.Biases }, style(panel.Vermilion)},
		{"V (random features)", func(r *Result) *Curve { return r.RandomFeatures }, style(panel.Green)},
		{"all weights", func(r *Result) *Curve { return r.Weights }, style(panel.Black)},
	}
}

// against draws errors against width, as logarithms since they span decades.
func against(runs []Metrics, name string) *plot.Plot {
	p := panel.New("", "hidden units", "RMS error, log₁₀")
	var widths []float64
	var ticks plot.ConstantTicks
	for _, w := range runs[0].Widths {
		widths = append(widths, float64(w))
		ticks = append(ticks, plot.Tick{Value: float64(w), Label: fmt.Sprint(w)})
	}
	for _, c := range learnt() {
		values := make([][]float64, len(runs))
		for k, r := range runs {
			for _, rms := range c.of(r.Targets[name]).RMS {
				values[k] = append(values[k], math.Log10(rms))
			}
		}
		if n := len(values[0]); n > 0 { // widest_features may leave none
			panel.Curve(p, "", widths[:n], values, c.style)
		}
	}
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, ticks
	p.X.Min, p.X.Max = widths[0]/1.05, widths[len(widths)-1]*1.05
	p.Y.Tick.Marker = panel.RoundTicks{}
	return p
}

// empty is a panel for a legend, with what lies outside of it.
func empty(title string) (p *plot.Plot, outside []float64) {
	p = panel.New(title, "", "")
	p.HideAxes()
	p.Legend.Left = true
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	return p, []float64{2, 3}
}

func (m *Metrics) functionsKey() *plot.Plot {
	p, outside := empty("Above: functions, first seed")
	panel.Curve(p, "target", outside, [][]float64{outside}, targetStyle())
	for k, i := range m.drawn() {
		panel.Curve(p, fmt.Sprintf("biases of %d units", m.Widths[i]), outside, [][]float64{outside}, functionStyles()[k])
	}
	p.X.Max, p.Y.Max = 1, 1
	return p
}

func errorsKey(seeds int) *plot.Plot {
	p, outside := empty("Below: error, " + panel.Seeds(seeds) + ", learned:")
	for _, c := range learnt() {
		panel.Curve(p, c.label, outside, [][]float64{outside}, c.style)
	}
	p.X.Max, p.Y.Max = 1, 1
	return p
}
