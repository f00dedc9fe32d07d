package figure

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/apical-sim/apical/internal/panel"
)

// Intervals are the intervals between the spikes of each neuron of a population.
type Intervals struct {
	Population string
	// EdgesS are the edges of the bins, in s, ascending and above 0; one more than
	// Density, the share of intervals per decade in each.
	EdgesS, Density []float64
	// Count is how many intervals there are.
	Count int64
	// Thresholds are thresholds that the data suggest, at most four are drawn; the
	// first are drawn first.
	Thresholds []Threshold
}

// Threshold is a longest interval within a burst, and who says so.
type Threshold struct {
	Label   string
	Seconds float64
}

// DrawIntervals draws a histogram on a logarithmic axis for each population, with
// the threshold in use, in s.
func DrawIntervals(populations []Intervals, thresholdS float64, size Size, png, svg io.Writer) error {
	if err := size.Validate(); err != nil {
		return err
	}
	width, height := size.or(defaultWidth, 3)
	low, high := math.Inf(1), math.Inf(-1)
	for _, h := range populations {
		for i, d := range h.Density {
			if d > 0 {
				low, high = math.Min(low, h.EdgesS[i]), math.Max(high, h.EdgesS[i+1])
			}
		}
	}
	if low >= high {
		return fmt.Errorf("intervals: none, want a neuron with two spikes")
	}
	low, high = math.Min(low, thresholdS/2), math.Max(high, thresholdS*2)
	var rows []*panel.Row
	for _, h := range populations {
		rows = append(rows, h.row(low, high, thresholdS, panel.NewRow("", "", "density (1/decade)", height)))
	}
	rows[len(rows)-1].Plot.X.Label.Text = "interval between spikes (ms)"
	return panel.Stack(rows, width, png, svg)
}

func (h Intervals) row(low, high, thresholdS float64, row *panel.Row) *panel.Row {
	row.Title = fmt.Sprintf("%s, %d intervals", clip(h.Population), h.Count)
	row.Plot.X.Scale, row.Plot.X.Tick.Marker = plot.LogScale{}, decades{}
	bars := plotter.XYs{}
	for i, d := range h.Density {
		bars = append(bars, plotter.XY{X: 1e3 * h.EdgesS[i], Y: d}, plotter.XY{X: 1e3 * h.EdgesS[i+1], Y: d})
	}
	if n := len(bars); n > 0 {
		outline := append(append(plotter.XYs{{X: bars[0].X}}, bars...), plotter.XY{X: bars[n-1].X})
		row.Plot.Add(&plotter.Polygon{XYs: []plotter.XYs{outline}, Color: panel.Sky.RGBA(160)})
	}
	for i, t := range h.Thresholds[:min(4, len(h.Thresholds))] {
		if t.Seconds > 0 && !math.IsInf(t.Seconds, 0) {
			colour := [...]panel.Colour{panel.Vermilion, panel.Purple, panel.Green, panel.Orange}[i]
			row.Key(fmt.Sprintf("%s %.3g ms", clip(t.Label), 1e3*t.Seconds), panel.Upright(row.Plot, 1e3*t.Seconds, panel.Style{Colour: colour, Dashed: true}))
		}
	}
	row.Key(fmt.Sprintf("threshold %.3g ms", 1e3*thresholdS), panel.Upright(row.Plot, 1e3*thresholdS, panel.Style{Colour: panel.Black}))
	row.Plot.X.Min, row.Plot.X.Max = 1e3*low, 1e3*high
	row.Plot.Y.Min, row.Plot.Y.Max = 0, top(h.Density)
	return row
}

// decades labels the powers of ten of a logarithmic axis, and 2 and 5 times them
// where there is room.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(low, high float64) []plot.Tick {
	wide := math.Log10(high/low) > 3
	var ticks []plot.Tick
	for k := math.Floor(math.Log10(low)); ; k++ {
		for m := 1.0; m < 10; m++ {
			v := m * math.Pow(10, k)
			switch {
			case v > high*(1+1e-9):
				return ticks
			case v < low*(1-1e-9):
			case m == 1, !wide && (m == 2 || m == 5):
				ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', max(0, -int(k)), 64)})
			default:
				ticks = append(ticks, plot.Tick{Value: v})
			}
		}
	}
}

// Sweep is how event rate and burst fraction of a population depend on the
// threshold; NaN where there is no value.
type Sweep struct {
	Population string
	ThresholdS []float64 // ascending
	EventHz    []float64
	Fraction   []float64
	Chance     []float64 // nil if it is not known
}

// DrawSweep draws two panels: event rate, and burst fraction with its chance level,
// both over the threshold, with a line for each population and one at the threshold
// in use, in s.
func DrawSweep(populations []Sweep, thresholdS float64, size Size, png, svg io.Writer) error {
	if err := size.Validate(); err != nil {
		return err
	}
	width, height := size.or(defaultWidth, 3)
	rate := panel.NewRow("", "", "event rate (Hz)", height)
	fraction := panel.NewRow("", "longest interval of a burst (ms)", "burst fraction", height)
	var rates, fractions [][]float64
	low, high := math.Inf(1), math.Inf(-1)
	for i, s := range populations {
		ms := make([]float64, len(s.ThresholdS))
		for j, t := range s.ThresholdS {
			ms[j] = 1e3 * t
			low, high = math.Min(low, ms[j]), math.Max(high, ms[j])
		}
		style := panel.Style{Colour: lineColour(i), Width: 1.2}
		rate.Key(clip(s.Population), panel.Trace(rate.Plot, ms, s.EventHz, style))
		panel.Trace(fraction.Plot, ms, s.Fraction, style)
		if s.Chance != nil {
			style.Dashed = true
			panel.Trace(fraction.Plot, ms, s.Chance, style)
		}
		rates, fractions = append(rates, s.EventHz), append(fractions, s.Fraction, s.Chance)
	}
	if low >= high {
		return fmt.Errorf("sweep: fewer than two thresholds, want more")
	}
	look := panel.Style{Colour: panel.Black}
	fraction.Key("measured", &plotter.Line{LineStyle: lineOf(look)})
	look.Dashed = true
	fraction.Key("chance level", &plotter.Line{LineStyle: lineOf(look)})
	for _, row := range []*panel.Row{rate, fraction} {
		mark := panel.Upright(row.Plot, 1e3*thresholdS, panel.Style{Colour: panel.Grey})
		if row == fraction {
			row.Key(fmt.Sprintf("threshold %.3g ms", 1e3*thresholdS), mark)
		}
		row.Plot.X.Min, row.Plot.X.Max, row.Plot.Y.Min = low, high, 0
	}
	rate.Plot.Y.Max, fraction.Plot.Y.Max = top(rates...), math.Min(1, top(fractions...))
	return panel.Stack([]*panel.Row{rate, fraction}, width, png, svg)
}
