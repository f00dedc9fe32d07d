// Package panel draws the panels that the figures of experiments are made of:
// lines with bands over seeds, points with error bars, rasters; in colours that
// colour-blind readers can tell apart, and as PNG and SVG from one description.
package panel

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colour is 0xRRGGBB.
type Colour uint32

// Colours of Okabe & Ito (2008), which colour-blind readers can tell apart.
const (
	Black     Colour = 0x000000
	Grey      Colour = 0x777777
	Blue      Colour = 0x0072B2
	Vermilion Colour = 0xD55E00
	Green     Colour = 0x009E73
	Orange    Colour = 0xE69F00
	Sky       Colour = 0x56B4E9
	Purple    Colour = 0xCC79A7
)

// RGBA makes the colour transparent: 0 is invisible, 255 opaque.
func (c Colour) RGBA(alpha uint8) color.Color {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), alpha}
}

// New returns an empty panel. Axes are named with their unit, as "time (s)".
func New(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	size := font.Length(10)
	p.Title.TextStyle.Font.Size, p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size = 12, size, size
	p.Legend.TextStyle.Font.Size = 9
	p.Legend.Top, p.Legend.Padding = true, vg.Points(2) // without, rows of lower-case letters touch
	return p
}

// Style is how a curve looks.
type Style struct {
	Colour Colour
	Alpha  uint8 // of the line and its points, 0 stands for 255
	Width  vg.Length
	Dashed bool
	Dots   bool    // a point at each value
	Band   float64 // standard deviations to each side of the mean; 0 stands for none
}

func (s Style) color() color.Color {
	if s.Alpha == 0 {
		return s.Colour.RGBA(255)
	}
	return s.Colour.RGBA(s.Alpha)
}

// Curve draws the mean over seeds of values at x, with a band where there are
// several seeds and the style has one. runs holds the values of each seed; what is
// NaN in any of them is left out. It does nothing without runs.
func Curve(p *plot.Plot, label string, x []float64, runs [][]float64, s Style) {
	var mean, low, high plotter.XYs
	for i := range x {
		var values []float64
		for _, r := range runs {
			if i < len(r) && !math.IsNaN(r[i]) && !math.IsInf(r[i], 0) {
				values = append(values, r[i])
			}
		}
		if len(values) == 0 || len(values) < len(runs) {
			continue
		}
		m, sd := MeanSD(values)
		mean = append(mean, plotter.XY{X: x[i], Y: m})
		low = append(low, plotter.XY{X: x[i], Y: m - s.Band*sd})
		high = append(high, plotter.XY{X: x[i], Y: m + s.Band*sd})
	}
	if len(mean) == 0 {
		return
	}
	if s.Band > 0 && len(runs) > 1 && len(mean) > 1 {
		outline := append(plotter.XYs{}, low...)
		for i := range high {
			outline = append(outline, high[len(high)-1-i])
		}
		if band, err := plotter.NewPolygon(outline); err == nil {
			band.Color, band.LineStyle.Width = s.Colour.RGBA(50), 0
			p.Add(band)
		}
	}
	line, dots, err := plotter.NewLinePoints(mean)
	if err != nil {
		return // nothing finite to draw
	}
	line.Color, line.Width = s.color(), max(s.Width, 1)
	if s.Dashed {
		line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	dots.Color, dots.Shape, dots.Radius = s.color(), draw.CircleGlyph{}, vg.Points(2)
	p.Add(line)
	if s.Dots {
		p.Add(dots)
	}
	switch {
	case label == "":
	case s.Dots:
		p.Legend.Add(label, line, dots)
	default:
		p.Legend.Add(label, line)
	}
}

// bars are points with error bars.
type bars struct {
	plotter.XYs
	plotter.YErrors
}

// Points draws mean and s.Band standard deviations of the values of each x, as
// points with error bars.
func Points(p *plot.Plot, label string, x []float64, runs [][]float64, s Style) {
	var b bars
	for i := range x {
		var values []float64
		for _, r := range runs {
			if i < len(r) && !math.IsNaN(r[i]) {
				values = append(values, r[i])
			}
		}
		if len(values) == 0 {
			continue
		}
		m, sd := MeanSD(values)
		b.XYs = append(b.XYs, plotter.XY{X: x[i], Y: m})
		b.YErrors = append(b.YErrors, struct{ Low, High float64 }{s.Band * sd, s.Band * sd})
	}
	dots, err := plotter.NewScatter(b.XYs)
	if err != nil {
		return
	}
	dots.Color, dots.Shape, dots.Radius = s.color(), draw.CircleGlyph{}, vg.Points(2.5)
	p.Add(dots)
	if errors, err := plotter.NewYErrorBars(b); err == nil && s.Band > 0 && len(runs) > 1 {
		errors.Color = s.color()
		p.Add(errors)
	}
	if label != "" {
		p.Legend.Add(label, dots)
	}
}

// Level draws a dotted horizontal line from one x to another.
func Level(p *plot.Plot, label string, from, to, y float64) {
	line, err := plotter.NewLine(plotter.XYs{{X: from, Y: y}, {X: to, Y: y}})
	if err != nil {
		return
	}
	line.Color, line.Dashes = Black.RGBA(255), []vg.Length{vg.Points(1), vg.Points(2)}
	p.Add(line)
	if label != "" {
		p.Legend.Add(label, line)
	}
}

// Raster draws a tick for each spike: x is its time, y its row.
func Raster(p *plot.Plot, label string, spikes plotter.XYs, c Colour) {
	marks, err := plotter.NewScatter(spikes)
	if err != nil {
		return
	}
	marks.Color, marks.Shape, marks.Radius = c.RGBA(255), tick{}, vg.Points(3)
	p.Add(marks)
	p.Legend.Add(label, marks)
}

// tick is a short upright line.
type tick struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (tick) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: s.Color, Width: vg.Points(0.8)})
	var p vg.Path
	p.Move(vg.Point{X: at.X, Y: at.Y - s.Radius})
	p.Line(vg.Point{X: at.X, Y: at.Y + s.Radius})
	c.Stroke(p)
}

// MeanSD returns the mean and the sample's standard deviation, 0 for one value.
func MeanSD(values []float64) (mean, sd float64) {
	if len(values) == 1 {
		return values[0], 0
	}
	return stat.MeanStdDev(values, nil)
}

// Seeds says what a curve over so many seeds is.
func Seeds(n int) string {
	if n == 1 {
		return "one seed"
	}
	return fmt.Sprintf("mean of %d seeds", n)
}

const dpi = 150

// Save draws rows of panels, all of the same number, of width × height each, as PNG
// and SVG. A nil panel leaves its place empty.
func Save(panels [][]*plot.Plot, width, height vg.Length, png, svg io.Writer) error {
	columns := len(panels[0])
	w, h := vg.Length(columns)*width, vg.Length(len(panels))*height
	raster := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	vector := vgsvg.New(w, h)
	for _, canvas := range []vg.CanvasSizer{raster, vector} {
		gap := 3 * vg.Millimeter
		tiles := draw.Tiles{Rows: len(panels), Cols: columns, PadX: 8 * vg.Millimeter, PadY: 5 * vg.Millimeter,
			PadTop: gap, PadBottom: gap, PadLeft: gap, PadRight: gap}
		for i, row := range plot.Align(panels, tiles, draw.New(canvas)) {
			for j, c := range row {
				if panels[i][j] != nil {
					panels[i][j].Draw(c)
				}
			}
		}
	}
	if err := writePNG(raster.Image(), png); err != nil {
		return err
	}
	_, err := vector.WriteTo(svg)
	return err
}
