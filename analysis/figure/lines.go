package figure

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/apical-sim/apical/internal/panel"
)

// lineColour is that of the i-th of several lines.
func lineColour(i int) panel.Colour {
	colours := [...]panel.Colour{panel.Blue, panel.Vermilion, panel.Green, panel.Purple, panel.Orange, panel.Sky, panel.Black, panel.Grey}
	return colours[i%len(colours)]
}

// lineOf is how a line in a style looks in a legend.
func lineOf(s panel.Style) draw.LineStyle {
	look := draw.LineStyle{Color: s.Colour.RGBA(255), Width: 1}
	if s.Dashed {
		look.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	return look
}

// Weights are those of a projection over time.
type Weights struct {
	Projection         string
	TimeS              []float64
	Mean, SD, Min, Max []float64
	Synapses           int64 // 0 if it is not known
}

// DrawWeights draws a panel for each projection: the mean, one standard deviation
// to each side, and the range from the least to the greatest.
func DrawWeights(projections []Weights, fromS, untilS float64, size Size, png, svg io.Writer) error {
	if err := size.Validate(); err != nil {
		return err
	}
	width, height := size.or(defaultWidth, 2)
	low, high := math.Inf(1), math.Inf(-1)
	for _, w := range projections {
		for _, t := range w.TimeS {
			low, high = math.Min(low, t), math.Max(high, t)
		}
	}
	if fromS > 0 {
		low = fromS
	}
	if untilS > 0 {
		high = untilS
	}
	if !(low < high) {
		return fmt.Errorf("weights: none at two times, want more")
	}
	var rows []*panel.Row
	for _, w := range projections {
		row := panel.NewRow(clip(w.Projection), "", "weight", height)
		if w.Synapses > 0 {
			row.Title = fmt.Sprintf("%s, %d synapses", row.Title, w.Synapses)
		}
		below, above := make([]float64, len(w.TimeS)), make([]float64, len(w.TimeS))
		for i := range w.TimeS {
			below[i], above[i] = w.Mean[i]-w.SD[i], w.Mean[i]+w.SD[i]
		}
		span := panel.Ribbon(row.Plot, w.TimeS, w.Min, w.Max, panel.Style{Colour: panel.Black, Alpha: 25})
		spread := panel.Ribbon(row.Plot, w.TimeS, below, above, panel.Style{Colour: panel.Blue, Alpha: 80})
		mean := panel.Trace(row.Plot, w.TimeS, w.Mean, panel.Style{Colour: panel.Blue, Width: 1.2})
		if len(rows) == 0 {
			row.Key("mean", mean)
			row.Key("± standard deviation", spread)
			row.Key("least to greatest", span)
		}
		bottom, most := bounds(w.Mean, w.Min, w.Max)
		row.Plot.Y.Min, row.Plot.Y.Max = bottom, most
		timeAxis(row, low, high, "")
		rows = append(rows, row)
	}
	rows[len(rows)-1].Plot.X.Label.Text = "time (s)"
	return panel.Stack(rows, width, png, svg)
}

// bounds is the range of finite values with a little room, also if they are one.
func bounds(columns ...[]float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, c := range columns {
		for _, v := range c {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	switch {
	case low > high:
		return 0, 1
	case low == high:
		room := math.Max(math.Abs(low)*0.1, 1e-9)
		return low - room, high + room
	}
	room := 0.05 * (high - low)
	return low - room, high + room
}

// Line is a named curve; NaN where it has no value.
type Line struct {
	Label string
	Y     []float64
	// Low and High bound a band around it, nil if it has none.
	Low, High []float64
	// Beside is a level that it is compared with, dashed in its colour; nil if it has
	// none.
	Beside []float64
	// Reference is a line that others are compared with: a level of chance or of
	// significance. It is black and dashed.
	Reference bool
}

// Lines is a panel of curves over one axis.
type Lines struct {
	Title    string
	YLabel   string // with its unit
	X        []float64
	Curves   []Line
	FromZero bool // the y axis begins at 0
	// BesideLabel says what the levels beside the curves are.
	BesideLabel string
	// Spans of x that are marked at the bottom, such as significant clusters.
	Spans     [][2]float64
	SpanLabel string
	// Zero draws a line at x = 0, as at the onset of a stimulus.
	Zero bool
}

// DrawLines draws panels below each other that share the axis x, named with its
// unit: coherences over frequency, contrasts over the time of a trial.
func DrawLines(panels []Lines, xLabel string, size Size, png, svg io.Writer) error {
	if err := size.Validate(); err != nil {
		return err
	}
	width, height := size.or(defaultWidth, 3.2)
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range panels {
		for _, x := range l.X {
			low, high = math.Min(low, x), math.Max(high, x)
		}
	}
	if !(low < high) {
		return fmt.Errorf("%s: fewer than two, want more", xLabel)
	}
	var rows []*panel.Row
	for _, l := range panels {
		row := l.row(height)
		row.Plot.X.Min, row.Plot.X.Max = low, high
		rows = append(rows, row)
	}
	rows[len(rows)-1].Plot.X.Label.Text = xLabel
	return panel.Stack(rows, width, png, svg)
}

func (l Lines) row(height vg.Length) *panel.Row {
	row := panel.NewRow(clip(l.Title), "", clip(l.YLabel), height)
	var values [][]float64
	styles := make([]panel.Style, len(l.Curves))
	colour := 0
	for i, c := range l.Curves { // bands first, lines above all of them
		alpha := uint8(60)
		if c.Reference {
			styles[i] = panel.Style{Colour: panel.Black, Dashed: true}
			alpha = 30 // black would hide what is compared with it
		} else {
			styles[i] = panel.Style{Colour: lineColour(colour), Width: 1.2}
			colour++
		}
		if c.Low != nil && c.High != nil {
			panel.Ribbon(row.Plot, l.X, c.Low, c.High, panel.Style{Colour: styles[i].Colour, Alpha: alpha})
			values = append(values, c.Low, c.High)
		}
	}
	for i, c := range l.Curves {
		values = append(values, c.Y, c.Beside)
		row.Key(clip(c.Label), panel.Trace(row.Plot, l.X, c.Y, styles[i]))
		if c.Beside != nil {
			panel.Trace(row.Plot, l.X, c.Beside, panel.Style{Colour: styles[i].Colour, Dashed: true, Width: 0.8})
		}
	}
	if l.BesideLabel != "" {
		row.Key(clip(l.BesideLabel), &plotter.Line{LineStyle: lineOf(panel.Style{Dashed: true})})
	}
	if l.Zero {
		panel.Upright(row.Plot, 0, panel.Style{Colour: panel.Grey})
	}
	row.Plot.Y.Min, row.Plot.Y.Max = bounds(values...)
	if l.FromZero {
		row.Plot.Y.Min, row.Plot.Y.Max = 0, top(values...)
	}
	for i, s := range l.Spans {
		bottom := row.Plot.Y.Min + 0.03*(row.Plot.Y.Max-row.Plot.Y.Min)
		bar := panel.Trace(row.Plot, s[:], []float64{bottom, bottom}, panel.Style{Colour: panel.Orange, Width: 4})
		if i == 0 && l.SpanLabel != "" {
			row.Key(clip(l.SpanLabel), bar)
		}
	}
	return row
}
