package main

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	figureWidth  = 24 * vg.Centimeter
	figureHeight = 19 * vg.Centimeter
	figureDPI    = 150
)

// Colours that colour-blind readers can tell apart (Okabe & Ito 2008).
func colours() []color.Color {
	return []color.Color{
		color.NRGBA{0x00, 0x72, 0xB2, 255}, // blue
		color.NRGBA{0xD5, 0x5E, 0x00, 255}, // vermilion
		color.NRGBA{0x00, 0x9E, 0x73, 255}, // green
	}
}

// draw draws times against cells and against synapses, the cost of the smallest
// parts, and memory, all on logarithmic axes.
func (m measurements) draw(png, svg io.Writer) error {
	panels := [][]*plot.Plot{{m.times(byCells(), "cells"), m.times(bySynapses(), "synapses")}, {m.parts(), m.memory()}}
	raster := vgimg.NewWith(vgimg.UseWH(figureWidth, figureHeight), vgimg.UseDPI(figureDPI))
	vector := vgsvg.New(figureWidth, figureHeight)
	for _, canvas := range []vg.CanvasSizer{raster, vector} {
		whole := draw.New(canvas)
		title := panels[0][0].Title.TextStyle
		title.XAlign, title.YAlign, title.Font.Size = draw.XCenter, draw.YTop, 11
		whole.FillText(title, vg.Point{X: figureWidth / 2, Y: figureHeight - 3*vg.Millimeter}, m.machine)
		tiles := draw.Tiles{
			Rows: len(panels), Cols: len(panels[0]), PadX: vg.Centimeter, PadY: 7 * vg.Millimeter,
			PadTop: 11 * vg.Millimeter, PadBottom: 3 * vg.Millimeter, PadLeft: 3 * vg.Millimeter, PadRight: 5 * vg.Millimeter,
		}
		for i, line := range plot.Align(panels, tiles, whole) {
			for j, c := range line {
				panels[i][j].Draw(c)
			}
		}
	}
	if _, err := (vgimg.PngCanvas{Canvas: raster}).WriteTo(png); err != nil {
		return err
	}
	_, err := vector.WriteTo(svg)
	return err
}

// panel is a plot of decimal logarithms, with axes that say what they are the
// logarithms of. (With plot.LogScale there is no room for a legend: the label of
// an axis is taken to lie at the mean of its ends.)
type panel struct{ *plot.Plot }

func newPanel(title, x, y string) panel {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font.Size, p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size = 12, 10, 10
	p.Title.Padding = 2 * vg.Millimeter
	p.Legend.TextStyle.Font.Size = 9
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.Padding, p.Legend.XOffs, p.Legend.YOffs = vg.Millimeter, 2*vg.Millimeter, -vg.Millimeter
	p.X.Tick.Marker, p.Y.Tick.Marker = decades{}, decades{}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{225}, color.Gray{225}
	p.Add(grid)
	return panel{p}
}

// add draws one value of rows against their size; two workers are dashed.
func (p panel) add(label string, rows []row, size func(row) float64, value func(row) float64, colour int, dashed bool, glyph draw.GlyphDrawer) {
	var points plotter.XYs
	for _, r := range rows {
		if v := value(r); v > 0 {
			points = append(points, plotter.XY{X: math.Log10(size(r)), Y: math.Log10(v)})
		}
	}
	if len(points) == 0 {
		return
	}
	line, dots, _ := plotter.NewLinePoints(points)
	c := colours()[colour]
	line.Color, line.Width, dots.Color, dots.Shape, dots.Radius = c, vg.Points(1.2), c, glyph, vg.Points(2.5)
	if dashed {
		line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	p.Add(line, dots)
	p.Legend.Add(label, line, dots)
}

// settle widens the axes to whole decades, with room for the legend above.
func (p panel) settle(above float64) *plot.Plot {
	whole := func(a *plot.Axis, above float64) {
		a.Min, a.Max = math.Floor(a.Min+1e-9), math.Ceil(a.Max-1e-9)+above
	}
	whole(&p.X, 0)
	whole(&p.Y, above)
	return p.Plot
}

// proportional draws a dotted line of slope 1 through a point.
func (p panel) proportional(rows []row, size, value func(row) float64) {
	if len(rows) == 0 {
		return
	}
	last := rows[len(rows)-1]
	x, y, from := math.Log10(size(last)), math.Log10(value(last)), math.Log10(size(rows[0]))
	line, _ := plotter.NewLine(plotter.XYs{{X: from, Y: y + from - x}, {X: x, Y: y}})
	line.Color, line.Dashes = color.Gray{110}, []vg.Length{vg.Points(1), vg.Points(2)}
	p.Add(line)
	p.Legend.Add("proportional", line)
}

func of(unit string) func(row) float64 { return func(r row) float64 { return r.values[unit] } }

func perModelSecond(r row) float64 { return 1 / r.values[speed] }

// times draws how long a model second takes, and building.
func (m measurements) times(s series, x string) *plot.Plot {
	p := newPanel("Time, "+s.name, x, "s by the clock")
	for i, workers := range m.workers() {
		rows := m.points(s, workers)
		p.add("one model second, "+people(workers), rows, s.size, perModelSecond, 0, i > 0, draw.CircleGlyph{})
	}
	for i, workers := range m.workers() {
		rows := m.points(s, workers)
		p.add("building, "+people(workers), rows, s.size, of(building), 1, i > 0, draw.BoxGlyph{})
	}
	p.proportional(m.points(s, m.workers()[0]), s.size, of(building))
	return p.settle(2)
}

// parts draws what an update and an event cost one worker, in both series.
func (m measurements) parts() *plot.Plot {
	p := newPanel("Cost of the parts, "+people(m.workers()[0]), "synapses", "ns by the clock, all else included")
	one := m.workers()[0]
	synapses := bySynapses().size
	cells, many := m.points(byCells(), one), m.points(bySynapses(), one)
	p.add("a cell's step, "+byCells().name, cells, synapses, of(update), 0, false, draw.CircleGlyph{})
	p.add("a cell's step, "+bySynapses().name, many, synapses, of(update), 0, true, draw.RingGlyph{})
	p.add("an event, "+byCells().name, cells, synapses, of(event), 1, false, draw.BoxGlyph{})
	p.add("an event, "+bySynapses().name, many, synapses, of(event), 1, true, draw.SquareGlyph{})
	return p.settle(1)
}

// memory draws the heap while building and after, of one worker.
func (m measurements) memory() *plot.Plot {
	p := newPanel("Memory, "+people(m.workers()[0]), "synapses", "bytes of heap")
	one := m.workers()[0]
	synapses := bySynapses().size
	most := func(r row) float64 { return 1e6 * r.values[peak] }
	kept := func(r row) float64 { return r.values[held] * float64(r.synapses()) }
	for i, s := range []series{byCells(), bySynapses()} {
		rows := m.points(s, one)
		p.add("most while building, "+s.name, rows, synapses, most, 1, i > 0, draw.BoxGlyph{})
		p.add("built, "+s.name, rows, synapses, kept, 2, i > 0, draw.CircleGlyph{})
	}
	p.proportional(m.points(bySynapses(), one), synapses, kept)
	return p.settle(1)
}

func people(workers int) string {
	if workers == 1 {
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", workers)
}

// decades marks 1, 2, ... 9 times each power of ten, and labels the powers.
type decades struct{}

// Ticks implements plot.Ticker; low and high are logarithms.
func (decades) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for e := int(math.Floor(low)); e <= int(math.Ceil(high)); e++ {
		for k := 1; k < 10; k++ {
			v := float64(e) + math.Log10(float64(k))
			if v < low-1e-9 || v > high+1e-9 {
				continue
			}
			label := ""
			if k == 1 {
				label = power(e)
			}
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
	}
	return ticks
}

// power writes 10^e as people read it: 0.001, 100, 10 k, 1 M.
func power(e int) string {
	if e < 4 {
		return strconv.FormatFloat(math.Pow(10, float64(e)), 'f', max(0, -e), 64)
	}
	prefixes := []string{"", "k", "M", "G", "T"}
	third := min(e/3, len(prefixes)-1)
	return fmt.Sprintf("%.0f %s", math.Pow(10, float64(e-3*third)), prefixes[third])
}
