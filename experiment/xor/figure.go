package xor

import (
	"encoding/json"
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

// Colours that colour-blind readers can tell apart (Okabe & Ito 2008), RGB.
const (
	black     = 0x000000
	blue      = 0x0072B2
	vermilion = 0xD55E00
	green     = 0x009E73
)

func rgb(c uint32) color.Color { return withAlpha(c, 255) }

// withAlpha makes a colour transparent: 0 is invisible, 255 opaque.
func withAlpha(c uint32, alpha uint8) color.Color {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), alpha}
}

const (
	figureWidth  = 24 * vg.Centimeter
	figureHeight = 8 * vg.Centimeter
	figureDPI    = 150
)

// figure draws the metrics of one or more seeds.
func figure(metrics []json.RawMessage, png, svg io.Writer) error {
	runs := make([]Metrics, len(metrics))
	for i, raw := range metrics {
		if err := json.Unmarshal(raw, &runs[i]); err != nil {
			return err
		}
	}
	return drawFigure(runs, png, svg)
}

// drawFigure draws the cost of the epochs, and the event rates of output and
// hidden layer before and after learning, of one or more seeds: mean and, for
// several, two standard deviations to each side.
func drawFigure(runs []Metrics, png, svg io.Writer) error {
	panels := [][]*plot.Plot{{costPanel(runs), ratePanel("Output", []string{"output"}, runs), ratePanel("Hidden layer", []string{"hidden1", "hidden2"}, runs)}}
	raster := vgimg.NewWith(vgimg.UseWH(figureWidth, figureHeight), vgimg.UseDPI(figureDPI))
	vector := vgsvg.New(figureWidth, figureHeight)
	for _, canvas := range []vg.CanvasSizer{raster, vector} {
		tiles := draw.Tiles{Rows: 1, Cols: len(panels[0]), PadX: vg.Centimeter, PadTop: 3 * vg.Millimeter, PadBottom: 3 * vg.Millimeter, PadLeft: 3 * vg.Millimeter, PadRight: 3 * vg.Millimeter}
		for i, row := range plot.Align(panels, tiles, draw.New(canvas)) {
			for j, c := range row {
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

func newPanel(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	size := font.Length(10)
	p.Title.TextStyle.Font.Size, p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size = 12, size, size
	p.Legend.TextStyle.Font.Size = 9
	p.Legend.Top = true
	return p
}

// costPanel draws the cost against the epoch, and chance.
func costPanel(runs []Metrics) *plot.Plot {
	p := newPanel("Learning", "epoch", "cost (cross-entropy, four examples)")
	n := math.MaxInt
	for _, r := range runs {
		n = min(n, len(r.EpochCosts))
	}
	p.X.Min, p.X.Max = 0, math.Max(1, float64(n))
	p.X.Tick.Marker = wholeTicks{}
	mean, low, high := make(plotter.XYs, n), make(plotter.XYs, n), make(plotter.XYs, n)
	for e := range n {
		var costs []float64
		for _, r := range runs {
			costs = append(costs, r.EpochCosts[e])
		}
		m, sd := meanSD(costs)
		x := float64(e + 1)
		mean[e], low[e], high[e] = plotter.XY{X: x, Y: m}, plotter.XY{X: x, Y: m - 2*sd}, plotter.XY{X: x, Y: m + 2*sd}
	}
	if len(runs) > 1 && n > 1 {
		outline := append(plotter.XYs{}, low...)
		for i := range high {
			outline = append(outline, high[len(high)-1-i])
		}
		band, _ := plotter.NewPolygon(outline)
		band.Color, band.LineStyle.Width = withAlpha(blue, 60), 0
		p.Add(band)
		p.Legend.Add("± 2 sd", band)
	}
	if n > 0 {
		line, _ := plotter.NewLine(mean)
		line.Color, line.Width = rgb(blue), 1
		p.Add(line)
		p.Legend.Add(legend(len(runs)), line)
	}
	addLine(p, "chance, 4 ln 2", 4*math.Ln2)
	p.Y.Min, p.Y.Max = 0, max(3.5, p.Y.Max)
	return p
}

// wholeTicks labels at most six round whole numbers.
type wholeTicks struct{}

// Ticks implements plot.Ticker.
func (wholeTicks) Ticks(low, high float64) []plot.Tick {
	step := 1.0
	for i := 0; (high-low)/step > 6; i++ { // 1, 2, 5, 10, 20, 50, ...
		step *= []float64{2, 2.5, 2}[i%3]
	}
	var ticks []plot.Tick
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ticks
}

// ratePanel draws the event rates of some populations before (open, dashed) and
// after (filled) learning, and the line that separates 0 from 1.
func ratePanel(title string, populations []string, runs []Metrics) *plot.Plot {
	unit := "event rate (Hz)"
	if len(runs) > 1 {
		unit = fmt.Sprintf("event rate (Hz), mean ± 2 sd of %d seeds", len(runs))
	}
	p := newPanel(title, "input and its exclusive or", unit)
	p.Y.Min, p.Y.Max, p.X.Min, p.X.Max = 0, 15, -0.5, float64(len(examples))-0.5
	var ticks []plot.Tick
	for i, e := range examples {
		answer := "0"
		if e.target {
			answer = "1"
		}
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: e.name + " → " + answer})
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	colours := []uint32{vermilion, green}
	for k, name := range populations {
		shift := 0.06 * (2*float64(k) - float64(len(populations)-1))
		suffix := ""
		if len(populations) > 1 {
			suffix = " " + name
		}
		addRates(p, "before"+suffix, name, runs, shift, withAlpha(colours[k], 140), true, draw.RingGlyph{}, func(m Metrics) *TruthTable { return &m.Before })
		addRates(p, "after"+suffix, name, runs, shift, rgb(colours[k]), false, draw.CircleGlyph{}, func(m Metrics) *TruthTable { return m.After })
	}
	if title == "Output" {
		addLine(p, fmt.Sprintf("%g Hz: 0 below, 1 above", float64(lineHz)), lineHz)
	}
	return p
}

// rates are points with error bars of two standard deviations.
type rates struct {
	plotter.XYs
	plotter.YErrors
}

func addRates(p *plot.Plot, label, population string, runs []Metrics, shift float64, c color.Color, dashed bool, glyph draw.GlyphDrawer, table func(Metrics) *TruthTable) {
	var points rates
	for i := range examples {
		var hz []float64
		for _, r := range runs {
			if t := table(r); t != nil {
				hz = append(hz, t[i].EventRateHz[population])
			}
		}
		if len(hz) == 0 {
			return
		}
		m, sd := meanSD(hz)
		points.XYs = append(points.XYs, plotter.XY{X: float64(i) + shift, Y: m})
		points.YErrors = append(points.YErrors, struct{ Low, High float64 }{2 * sd, 2 * sd})
	}
	line, dots, _ := plotter.NewLinePoints(points.XYs)
	line.Color, dots.Color, dots.Shape, dots.Radius = c, c, glyph, vg.Points(2.5)
	if dashed {
		line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	p.Add(line, dots)
	if len(runs) > 1 {
		bars, _ := plotter.NewYErrorBars(points)
		bars.Color = c
		p.Add(bars)
	}
	p.Legend.Add(label, line, dots)
}

// addLine draws a dotted horizontal line over the whole panel.
func addLine(p *plot.Plot, label string, y float64) {
	line, _ := plotter.NewLine(plotter.XYs{{X: p.X.Min, Y: y}, {X: p.X.Max, Y: y}})
	line.Color, line.Dashes = rgb(black), []vg.Length{vg.Points(1), vg.Points(2)}
	p.Add(line)
	p.Legend.Add(label, line)
}

// meanSD returns the mean and the sample's standard deviation, 0 for one value.
func meanSD(values []float64) (mean, sd float64) {
	if len(values) == 1 {
		return values[0], 0
	}
	return stat.MeanStdDev(values, nil)
}

func legend(seeds int) string {
	if seeds == 1 {
		return "one seed"
	}
	return fmt.Sprintf("mean of %d seeds", seeds)
}
