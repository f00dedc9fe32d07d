package panel

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Trace draws y over x with a gap wherever either is not finite, and a dot where a
// value has no neighbour to be joined to. It returns what stands for it in a legend,
// also if there is nothing to draw.
func Trace(p *plot.Plot, x, y []float64, s Style) plot.Thumbnailer {
	look := draw.LineStyle{Color: s.color(), Width: max(s.Width, 1)}
	if s.Dashed {
		look.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	var lonely plotter.XYs
	for from, until := range finiteRuns(x, y) {
		piece := make(plotter.XYs, 0, until-from)
		for i := from; i < until; i++ {
			piece = append(piece, plotter.XY{X: x[i], Y: y[i]})
		}
		if len(piece) == 1 {
			lonely = append(lonely, piece...)
			continue
		}
		p.Add(&plotter.Line{XYs: piece, LineStyle: look})
	}
	if len(lonely) > 0 {
		p.Add(&plotter.Scatter{XYs: lonely, GlyphStyle: draw.GlyphStyle{Color: s.color(), Shape: draw.CircleGlyph{}, Radius: vg.Points(1.5)}})
	}
	return &plotter.Line{LineStyle: look}
}

// Ribbon fills the area between low and high over x, with a gap wherever one of
// them is not finite, and a bar where a value has no neighbour. It returns what
// stands for it in a legend.
func Ribbon(p *plot.Plot, x, low, high []float64, s Style) plot.Thumbnailer {
	for from, until := range finiteRuns(x, low, high) {
		if until-from == 1 {
			bar := &plotter.Line{XYs: plotter.XYs{{X: x[from], Y: low[from]}, {X: x[from], Y: high[from]}}}
			bar.LineStyle = draw.LineStyle{Color: s.color(), Width: vg.Points(2)}
			p.Add(bar)
			continue
		}
		n := until - from
		outline := make(plotter.XYs, 2*n)
		for i := range n {
			outline[i] = plotter.XY{X: x[from+i], Y: low[from+i]}
			outline[2*n-1-i] = plotter.XY{X: x[from+i], Y: high[from+i]}
		}
		p.Add(&plotter.Polygon{XYs: []plotter.XYs{outline}, Color: s.color()})
	}
	return &plotter.Polygon{Color: s.color()}
}

// Upright draws an upright line at x from the bottom to the top of the panel, and
// leaves its ranges as they are.
func Upright(p *plot.Plot, x float64, s Style) plot.Thumbnailer {
	look := draw.LineStyle{Color: s.color(), Width: max(s.Width, 1)}
	if s.Dashed {
		look.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	p.Add(upright{x, look})
	return &plotter.Line{LineStyle: look}
}

// upright is the line of Upright.
type upright struct {
	x    float64
	look draw.LineStyle
}

// Plot implements plot.Plotter.
func (u upright) Plot(c draw.Canvas, p *plot.Plot) {
	if x := p.X.Norm(u.x); x >= 0 && x <= 1 {
		c.StrokeLine2(u.look, c.X(x), c.Min.Y, c.X(x), c.Max.Y)
	}
}

// finiteRuns yields the ranges [from, until) of indices at which all columns are
// finite. The columns have the same length.
func finiteRuns(columns ...[]float64) func(yield func(from, until int) bool) {
	finite := func(i int) bool {
		for _, c := range columns {
			if math.IsNaN(c[i]) || math.IsInf(c[i], 0) {
				return false
			}
		}
		return true
	}
	return func(yield func(from, until int) bool) {
		n := len(columns[0])
		for i := 0; i < n; i++ {
			from := i
			for i < n && finite(i) {
				i++
			}
			if i > from && !yield(from, i) {
				return
			}
		}
	}
}
