package panel

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Spread draws means at x with a band of s.Band standard deviations that are given,
// such as those over realisations, where Curve takes them from its runs.
func Spread(p *plot.Plot, label string, x, mean, sd []float64, s Style) {
	if s.Band > 0 && len(x) > 1 {
		outline := make(plotter.XYs, 2*len(x))
		for i := range x {
			outline[i] = plotter.XY{X: x[i], Y: mean[i] - s.Band*sd[i]}
			outline[len(outline)-1-i] = plotter.XY{X: x[i], Y: mean[i] + s.Band*sd[i]}
		}
		if band, err := plotter.NewPolygon(outline); err == nil {
			band.Color, band.LineStyle.Width = s.Colour.RGBA(50), 0
			p.Add(band)
		}
	}
	s.Band = 0
	Curve(p, label, x, [][]float64{mean}, s)
}
