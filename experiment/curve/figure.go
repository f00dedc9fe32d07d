package curve

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"

	"github.com/apical-sim/apical/internal/panel"
)

// Axis is what is drawn against the dendritic current.
type Axis struct {
	name  string
	ticks []float64 // from the least to the largest
	of    func(Point) float64
	top   bool // where there is room for the legend
}

// ProbabilityAxis is the burst probability.
func ProbabilityAxis() Axis {
	return Axis{name: "burst probability (%)", ticks: []float64{0, 25, 50, 75, 100}, of: BurstProbability}
}

// EventRateAxis is the event rate, up to a whole number of Hz.
func EventRateAxis(most int) Axis {
	return Axis{name: "event rate (Hz)", ticks: every(2, most), of: func(p Point) float64 { return p.EventRateHz }, top: true}
}

// BurstRateAxis is the burst rate, up to a whole number of Hz.
func BurstRateAxis(most int) Axis {
	return Axis{name: "burst rate (Hz)", ticks: every(1, most), of: func(p Point) float64 { return p.BurstRateHz }}
}

func every(step, most int) (ticks []float64) {
	for v := 0; v <= most; v += step {
		ticks = append(ticks, float64(v))
	}
	return ticks
}

// Panel returns an empty panel with this axis.
func (a Axis) Panel(title string) *plot.Plot {
	p := panel.New(title, "dendritic current (pA)", a.name)
	var marks plot.ConstantTicks
	for _, v := range a.ticks {
		marks = append(marks, plot.Tick{Value: v, Label: fmt.Sprintf("%g", v)})
	}
	p.Y.Tick.Marker = marks
	p.Y.Min, p.Y.Max = 0, a.ticks[len(a.ticks)-1]
	p.X.Tick.Marker = panel.RoundTicks{}
	p.Legend.Top = a.top
	return p
}

// Draw adds a curve, of one or several seeds.
func (a Axis) Draw(p *plot.Plot, label string, seeds [][]Point, s panel.Style) {
	var x []float64
	for _, q := range seeds[0] {
		x = append(x, q.DendriticCurrentPA)
	}
	runs := make([][]float64, len(seeds))
	for i, points := range seeds {
		for _, q := range points {
			runs[i] = append(runs[i], a.of(q))
		}
	}
	panel.Curve(p, label, x, runs, s)
}

// BurstProbability is that of a point, %, NaN without events.
func BurstProbability(p Point) float64 {
	if p.BurstProbabilityPct == nil {
		return math.NaN()
	}
	return *p.BurstProbabilityPct
}
