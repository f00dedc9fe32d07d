package depth

import (
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// figure draws errors and angles against depth: mean and one standard deviation of the
// seeds.
func figure(runs []Metrics, png, svg io.Writer) error {
	panels := [][]*plot.Plot{
		{against(runs, "Test error, "+panel.Seeds(len(runs)), "test error (%)", func(n *Network) float64 { return n.Test.ErrorPct })},
	}
	return panel.Save(panels, 12*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

// against draws a number of the networks against their depth, a line a rule and
// feedback.
func against(runs []Metrics, title, axis string, of func(*Network) float64) *plot.Plot {
	p := panel.New(title, "hidden layers", axis)
	colours := []panel.Colour{panel.Black, panel.Vermilion, panel.Blue, panel.Green, panel.Orange, panel.Sky, panel.Purple, panel.Grey}
	last := 0.0
	for i, l := range runs[0].lines() {
		values := make([][]float64, len(runs))
		for k, r := range runs {
			for _, name := range l.names {
				x := math.NaN()
				if n := r.Networks[name]; n != nil {
					x = of(n)
				}
				values[k] = append(values[k], x)
			}
		}
		last = max(last, l.depths[len(l.depths)-1])
		panel.Curve(p, l.label, l.depths, values, panel.Style{Colour: colours[i%len(colours)], Dashed: i >= len(colours), Dots: true, Band: 1})
	}
	p.X.Tick.Marker = panel.WholeTicks{}
	p.X.Max = max(p.X.Max, last+0.001)
	p.Y.Min = 0
	return p
}
