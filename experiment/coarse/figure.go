package coarse

import (
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// The size of a panel.
const (
	width  = 10 * vg.Centimeter
	height = 7 * vg.Centimeter
)

// figure draws test errors, online angles and deviations by epoch, and, after Extended
// Data Figure 4 of Payeur et al. 2021, two examples in a row.
func figure(runs []Metrics, png, svg io.Writer) error {
	rows := [][]*plot.Plot{
		{errorPanel(runs), anglePanel(runs), deviationPanel(runs)},
	}
	if c := runs[0].Course; c != nil {
		rows = append(rows, []*plot.Plot{ratePanel(c), burstPanel(c, 0), burstPanel(c, 1)})
	}
	return panel.Save(rows, width, height, png, svg)
}

// perEpoch gives the epochs, and of each seed a number that an epoch has; NaN is none.
func perEpoch(runs []Metrics, of func(e *Epoch) float64) (x []float64, y [][]float64) {
	for i := range runs[0].Epochs {
		x = append(x, float64(runs[0].Epochs[i].Epoch))
	}
	for _, m := range runs {
		var values []float64
		for i := range m.Epochs {
			values = append(values, of(&m.Epochs[i]))
		}
		y = append(y, values)
	}
	return x, y
}

// online is a number that an epoch's Online has.
func online(of func(o *Online) float64) func(e *Epoch) float64 {
	return func(e *Epoch) float64 {
		if e.Online == nil {
			return math.NaN()
		}
		return of(e.Online)
	}
}

func epochPanel(title, axis string, runs []Metrics) *plot.Plot {
	p := panel.New(title, "epoch", axis)
	p.X.Tick.Marker = panel.WholeTicks{}
	p.X.Min, p.X.Max = 0, float64(max(1, len(runs[0].Epochs)-1))
	return p
}

func errorPanel(runs []Metrics) *plot.Plot {
	p := epochPanel("Test error", "error (%)", runs)
	x, y := perEpoch(runs, func(e *Epoch) float64 { return e.TestErrorPct })
	panel.Curve(p, panel.Seeds(len(runs)), x, y, panel.Style{Colour: panel.Vermilion, Dots: len(x) < 30, Band: 2})
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 100, panel.RoundTicks{}
	return p
}

func anglePanel(runs []Metrics) *plot.Plot {
	p := epochPanel("Change of weights by an example", "angle to the gradient (°)", runs)
	top := len(runs[0].Units) - 2
	for k := range top + 1 {
		x, y := perEpoch(runs, online(func(o *Online) float64 { return o.LayersDeg[k] }))
		panel.Curve(p, layerName(k, top), x, y, panel.Style{Colour: colour(k, top), Dots: len(x) < 30, Band: 2})
	}
	x, y := perEpoch(runs, online(func(o *Online) float64 { return o.GlobalDeg }))
	panel.Curve(p, "all weights", x, y, panel.Style{Colour: panel.Black, Dots: len(x) < 30, Band: 2})
	panel.Level(p, "chance", p.X.Min, p.X.Max, 90)
	p.Y.Min, p.Y.Max = 0, 140 // room for the legend
	return p
}

// colour of layer k: hidden layers take turns, the output has its own.
func colour(k, top int) panel.Colour {
	if k == top {
		return panel.Vermilion
	}
	return [...]panel.Colour{panel.Blue, panel.Green, panel.Orange, panel.Sky, panel.Purple, panel.Grey}[k%6]
}

func deviationPanel(runs []Metrics) *plot.Plot {
	p := epochPanel("p − p̄ (dashed: before the teacher)", "root mean square (%)", runs)
	top := len(runs[0].Units) - 2
	least, most := math.Inf(1), 0.0
	for k := range top + 1 {
		for _, before := range []bool{false, true} {
			x, y := perEpoch(runs, online(func(o *Online) float64 {
				v := o.During[k]
				if before {
					v = o.Before[k]
				}
				if !(v > 1e-12) {
					return math.NaN() // no place on a logarithmic axis
				}
				least, most = min(least, 100*v), max(most, 100*v)
				return 100 * v
			}))
			label := layerName(k, top)
			if before {
				label = ""
			}
			panel.Curve(p, label, x, y, panel.Style{Colour: colour(k, top), Dashed: before, Dots: len(x) < 30})
		}
	}
	if most > 0 {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, panel.LogTicks{}
		p.Y.Min, p.Y.Max = least/2, most*8
	}
	return p
}

// steps are the times of a course.
func steps(c *Course) (x []float64) {
	for i := range c.Taught {
		x = append(x, float64(i+1)*c.Step)
	}
	return x
}

// shade marks where there is a teacher.
func shade(p *plot.Plot, c *Course, low, high float64) {
	x := steps(c)
	bottom, top := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		bottom[i], top[i] = math.NaN(), math.NaN()
		if c.Taught[i] {
			bottom[i], top[i] = low, high
		}
	}
	p.Legend.Add("teacher", panel.Ribbon(p, x, bottom, top, panel.Style{Colour: panel.Grey, Alpha: 70}))
	p.Y.Min, p.Y.Max = low, high
}

func coursePanel(title, axis string) *plot.Plot {
	return panel.New(title, "time (model units), two examples", axis)
}

func ratePanel(c *Course) *plot.Plot {
	p := coursePanel("Event rates, epoch 1", "event rate")
	most := 0.0
	for _, t := range c.Traces {
		for _, e := range t.EventRate {
			most = max(most, e)
		}
	}
	shade(p, c, 0, 1.4*most)
	for i, t := range c.Traces {
		panel.Curve(p, t.name(), steps(c), [][]float64{t.EventRate}, panel.Style{Colour: [...]panel.Colour{panel.Vermilion, panel.Blue}[i]})
	}
	return p
}

func burstPanel(c *Course, k int) *plot.Plot {
	t := c.Traces[k]
	p := coursePanel("Bursts of "+t.name(), "burst probability (%)")
	percent := func(values []float64) (y []float64) {
		for _, v := range values {
			y = append(y, 100*v)
		}
		return y
	}
	now, expected := percent(t.BurstProbability), percent(t.Expected)
	low, high := math.Inf(1), math.Inf(-1)
	for i := range now {
		low, high = min(low, now[i], expected[i]), max(high, now[i], expected[i])
	}
	span := max(high-low, 0.01)
	shade(p, c, low-0.1*span, high+0.5*span)
	panel.Curve(p, "p", steps(c), [][]float64{now}, panel.Style{Colour: [...]panel.Colour{panel.Vermilion, panel.Blue}[k]})
	panel.Curve(p, "p̄", steps(c), [][]float64{expected}, panel.Style{Colour: panel.Black, Dashed: true})
	return p
}
