package rule

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// figure draws output, weights and input over time: means over seeds with one
// standard deviation to each side.
func figure(runs []Metrics, png, svg io.Writer) error {
	curve := func(p *plot.Plot, label string, c panel.Colour, of func(Course) []*float64) {
		values := make([][]float64, len(runs))
		for i, r := range runs {
			values[i] = numbers(of(r.Course))
		}
		panel.Curve(p, label, runs[0].Course.TimeS, values, panel.Style{Colour: c, Band: 1, Width: vg.Points(1.5)})
	}
	seeds := panel.Seeds(len(runs))
	if len(runs) > 1 {
		seeds += ", ± 1 sd"
	}
	post := newPanel("Output", "event rate (Hz)", axis{0, 7, 1}, runs)
	post.Legend.Top, post.Legend.YOffs = false, 0
	curve(post, seeds, panel.Blue, func(c Course) []*float64 { return c.PostEventRateHz })
	level(post, runs, func(m Metrics) *float64 { return m.PostBaselineHz })

	bursts := newPanel("Output", "burst probability (%)", axis{0, 40, 10}, runs)
	curve(bursts, "BP", panel.Vermilion, func(c Course) []*float64 { return c.PostBurstProbabilityPct })
	curve(bursts, "its running average", panel.Black, func(c Course) []*float64 { return c.AveragePct })

	weights := newPanel("Weights of input to output", "change (% of initial)", axis{-8, 12, 4}, runs)
	curve(weights, "", panel.Green, func(c Course) []*float64 { return c.WeightChangePct })

	ahead := newPanel("Output, BP against its running average", "difference (points)", axis{-10, 15, 5}, runs)
	curve(ahead, "", panel.Purple, func(c Course) []*float64 { return difference(c.PostBurstProbabilityPct, c.AveragePct) })

	pre := newPanel("Input", "event rate (Hz)", axis{0, 7, 1}, runs)
	pre.Legend.Top, pre.Legend.YOffs = false, 0
	curve(pre, seeds, panel.Blue, func(c Course) []*float64 { return c.PreEventRateHz })
	level(pre, runs, func(m Metrics) *float64 { return m.PreBaselineHz })

	preBursts := newPanel("Input", "burst probability (%)", axis{0, 40, 10}, runs)
	curve(preBursts, "", panel.Vermilion, func(c Course) []*float64 { return c.PreBurstProbabilityPct })

	pre.X.Label.Text, preBursts.X.Label.Text = "time (s)", "time (s)"
	rows := [][]*plot.Plot{{post, bursts}, {weights, ahead}, {pre, preBursts}}
	return panel.Save(rows, 10.5*vg.Centimeter, 5.4*vg.Centimeter, png, svg)
}

// axis is the range of an axis, and what its ticks are apart.
type axis struct{ low, high, step float64 }

// Ticks implements plot.Ticker.
func (a axis) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for v := a.low; v <= high; v += a.step {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%g", v)})
	}
	return ticks
}

// newPanel returns a panel over the run's time, in which the phases are bounded
// and named.
func newPanel(title, y string, a axis, runs []Metrics) *plot.Plot {
	p := panel.New(title, "", y)
	p.Legend.YOffs = -vg.Points(16) // below the names
	if a.low < 0 {
		panel.Level(p, "", 0, end(runs), 0)
	}
	var names plotter.XYLabels
	var bounds []plot.Tick
	for _, ph := range runs[0].Phases {
		bounds = append(bounds, plot.Tick{Value: ph.FromS, Label: fmt.Sprintf("%g", ph.FromS)})
		if line, err := plotter.NewLine(plotter.XYs{{X: ph.FromS, Y: a.low}, {X: ph.FromS, Y: a.high}}); err == nil && ph.FromS > 0 {
			line.Color, line.Width = panel.Grey.RGBA(120), vg.Points(0.5)
			p.Add(line)
		}
		name := fmt.Sprintf("d = %g", ph.D)
		if ph.InputDendritePA != 0 {
			name = fmt.Sprintf("%+g pA", ph.InputDendritePA)
		}
		names.XYs = append(names.XYs, plotter.XY{X: (ph.FromS + ph.ToS) / 2, Y: a.high})
		names.Labels = append(names.Labels, name)
	}
	if labels, err := plotter.NewLabels(names); err == nil {
		for i := range labels.TextStyle {
			labels.TextStyle[i].Font.Size = 8
			labels.TextStyle[i].XAlign, labels.TextStyle[i].YAlign = text.XCenter, text.YTop
			labels.TextStyle[i].Color = panel.Grey.RGBA(255)
		}
		p.Add(labels)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, end(runs), a.low, a.high
	p.X.Tick.Marker = plot.ConstantTicks(append(bounds, plot.Tick{Value: end(runs), Label: fmt.Sprintf("%g", end(runs))}))
	p.Y.Tick.Marker = a
	return p
}

// end is when the run ends, s.
func end(runs []Metrics) float64 { return runs[0].Phases[len(runs[0].Phases)-1].ToS }

// level draws the mean of a baseline over seeds.
func level(p *plot.Plot, runs []Metrics, of func(Metrics) *float64) {
	var values []float64
	for _, r := range runs {
		if x := of(r); x != nil {
			values = append(values, *x)
		}
	}
	if len(values) == 0 {
		return
	}
	mean, _ := panel.MeanSD(values)
	panel.Level(p, "baseline", 0, end(runs), mean)
}

// numbers turns what is not defined into NaN.
func numbers(values []*float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.NaN()
		if v != nil {
			out[i] = *v
		}
	}
	return out
}

// difference subtracts bin by bin.
func difference(a, b []*float64) []*float64 {
	out := make([]*float64, len(a))
	for i := range a {
		if a[i] != nil && b[i] != nil {
			d := *a[i] - *b[i]
			out[i] = &d
		}
	}
	return out
}
