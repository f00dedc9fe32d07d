package detection

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/internal/panel"
)

// figure draws the metrics of one or several seeds. Lines and points are what was
// found, with a band of a standard deviation over seeds; dashed lines what is
// expected of what was planted.
func figure(runs []Metrics, png, svg io.Writer) error {
	panels := [][]*plot.Plot{
		{
			coursePanel(runs, "Cells whose firing rate responds", "event rate (Hz)",
				curve{"hits", func(c *Curves) []Point { return c.EventRateHit }, panel.Blue},
				curve{"misses", func(c *Curves) []Point { return c.EventRateMiss }, panel.Vermilion}),
			coursePanel(runs, "Cells whose burst fraction responds", "burst fraction",
				curve{"hits", func(c *Curves) []Point { return c.BurstFractionHit }, panel.Blue},
				curve{"misses", func(c *Curves) []Point { return c.BurstFractionMiss }, panel.Vermilion}),
			coursePanel(runs, "Cells of constant firing rate", "relative to baseline",
				curve{"burst fraction", func(c *Curves) []Point { return c.ConstantBurstFraction }, panel.Vermilion},
				curve{"event rate", func(c *Curves) []Point { return c.ConstantEventRate }, panel.Blue},
				curve{"firing rate", func(c *Curves) []Point { return c.ConstantFiringRate }, panel.Black}),
		},
		{cellPanel(runs), trainingPanel(runs), sharpeningPanel(runs)},
		{hitPanel(runs), decodingPanel(runs, "Stimulated or not, constant firing rate", func(d *Decoding) *Decoded { return d.ConstantRate }),
			decodingPanel(runs, "Stimulated or not, all cells", func(d *Decoding) *Decoded { return d.All })},
	}
	return panel.Save(panels, 9.5*vg.Centimeter, 6.3*vg.Centimeter, png, svg)
}

// curve is a course of the metrics, and how it looks.
type curve struct {
	label  string
	of     func(*Curves) []Point
	colour panel.Colour
}

func newPanel(title, x, y string) *plot.Plot {
	p := panel.New(title, x, y)
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.RoundTicks{}, panel.RoundTicks{}
	p.Legend.Padding = vg.Points(1.5)
	return p
}

// value is NaN where there is none.
func value(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// coursePanel draws courses in time, found and expected, from shortly before the
// stimulation on.
func coursePanel(runs []Metrics, title, label string, curves ...curve) *plot.Plot {
	p := newPanel(title, "time from the stimulation (s)", label)
	const from = -0.2
	p.Y.Min = 0
	top, end := 0.0, 0.0
	for _, c := range curves {
		var t []float64
		var found, expected [][]float64
		for i := range runs {
			var x, y []float64
			for _, q := range c.of(&runs[i].Curves) {
				if q.TimeS < from {
					continue
				}
				if len(found) == 0 {
					t = append(t, q.TimeS)
				}
				x, y = append(x, value(q.Value)), append(y, value(q.Expected))
				if !math.IsNaN(value(q.Value)) {
					top = max(top, *q.Value)
				}
				end = max(end, q.TimeS)
			}
			if x != nil {
				found, expected = append(found, x), append(expected, y)
			}
		}
		panel.Curve(p, c.label, t, found, panel.Style{Colour: c.colour, Band: 1})
		panel.Curve(p, "", t, expected, panel.Style{Colour: c.colour, Dashed: true})
	}
	planted(p)
	p.X.Min, p.X.Max, p.Y.Max = from, max(end, 0.1), max(1.35*top, 0.1)
	return p
}

// planted says what dashed lines are.
func planted(p *plot.Plot) {
	line := plotter.Line{LineStyle: draw.LineStyle{Color: panel.Black.RGBA(255), Width: vg.Points(1), Dashes: []vg.Length{vg.Points(4), vg.Points(3)}}}
	p.Legend.Add("planted", &line)
}

// cellPanel draws every cell by what it was found to do, in the colour of what was
// planted.
func cellPanel(runs []Metrics) *plot.Plot {
	p := newPanel("Cells by what was planted (×: found else)", "change of firing rate (Hz)", "change of burst fraction")
	for _, k := range []struct {
		class  class
		label  string
		colour panel.Colour
	}{{unresponsive, "nothing", panel.Grey}, {eventsOnly, "event rate", panel.Blue}, {burstsOnly, "burst fraction", panel.Vermilion}, {both, "both", panel.Purple}} {
		var points [2]plotter.XYs // found, and found to be something else
		for i := range runs {
			for _, c := range runs[i].Cells {
				if c.Planted != k.class.String() || c.BurstFraction.Value == nil || c.FiringRateHz.Value == nil {
					continue
				}
				which := 0
				if c.Found != c.Planted {
					which = 1
				}
				points[which] = append(points[which], plotter.XY{X: *c.FiringRateHz.Value, Y: *c.BurstFraction.Value})
			}
		}
		scatter(p, k.label, points[0], k.colour, draw.CircleGlyph{})
		scatter(p, "", points[1], k.colour, draw.CrossGlyph{}) // crosses are errors
	}
	p.Legend.Left = true
	p.Y.Max += 0.55 * (p.Y.Max - p.Y.Min) // room for the legend
	return p
}

func scatter(p *plot.Plot, label string, points plotter.XYs, c panel.Colour, shape draw.GlyphDrawer) {
	if len(points) > 0 {
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return // nothing finite to draw
		}
		dots.Color, dots.Shape, dots.Radius = c.RGBA(180), shape, vg.Points(2)
		p.Add(dots)
		if label != "" {
			p.Legend.Add(label, dots)
		}
	}
}

// sessions returns x, and a value of each session of each run.
func sessions(runs []Metrics, of func(*Session) *float64) (x []float64, all [][]float64) {
	for _, s := range runs[0].Training.Sessions {
		x = append(x, float64(s.Session))
	}
	for i := range runs {
		var row []float64
		for k := range runs[i].Training.Sessions {
			row = append(row, value(of(&runs[i].Training.Sessions[k])))
		}
		all = append(all, row)
	}
	return x, all
}

// trainingPanel draws latencies over sessions.
func trainingPanel(runs []Metrics) *plot.Plot {
	p := newPanel("Responses align with training", "session", "begins after (s)")
	p.X.Tick.Marker = panel.WholeTicks{}
	add := func(label string, colour panel.Colour, found, planted func(*Session) *float64) {
		x, y := sessions(runs, planted)
		panel.Curve(p, "", x, y, panel.Style{Colour: colour, Dashed: true})
		x, y = sessions(runs, found)
		panel.Points(p, label, x, y, panel.Style{Colour: colour, Band: 1})
	}
	add("burst fraction", panel.Vermilion, func(s *Session) *float64 { return s.BurstLatencyS }, func(s *Session) *float64 { return &s.PlantedBurstS })
	add("event rate", panel.Blue, func(s *Session) *float64 { return s.EventLatencyS }, func(s *Session) *float64 { return &s.PlantedEventS })
	planted(p)
	p.Y.Min, p.Y.Max = 0, 1.25*p.Y.Max
	p.X.Min, p.X.Max = 0.5, float64(len(runs[0].Training.Sessions))+0.5
	return p
}

// sharpeningPanel draws what bursts add to the firing rate while events respond.
func sharpeningPanel(runs []Metrics) *plot.Plot {
	p := newPanel("Bursts sharpen the firing rate", "session", "spikes per event / baseline")
	p.X.Tick.Marker = panel.WholeTicks{}
	x, y := sessions(runs, func(s *Session) *float64 { return s.ExpectedSpikesPerEvent })
	panel.Curve(p, "", x, y, panel.Style{Colour: panel.Purple, Dashed: true})
	x, y = sessions(runs, func(s *Session) *float64 { return s.SpikesPerEvent })
	panel.Points(p, "", x, y, panel.Style{Colour: panel.Purple, Band: 1})
	p.X.Min, p.X.Max = 0.5, float64(len(runs[0].Training.Sessions))+0.5
	return p
}

// hitPanel draws the behaviour.
func hitPanel(runs []Metrics) *plot.Plot {
	p := newPanel("Behaviour", "session", "hits per stimulation")
	p.X.Tick.Marker = panel.WholeTicks{}
	var x []float64
	var found, expected [][]float64
	for i := range runs {
		var hits, curve []float64
		for _, b := range runs[i].Behaviour {
			if i == 0 {
				x = append(x, float64(b.Session))
			}
			hits, curve = append(hits, value(b.HitRate)), append(curve, b.ExpectedHitRate)
		}
		found, expected = append(found, hits), append(expected, curve)
	}
	panel.Curve(p, "", x, expected, panel.Style{Colour: panel.Black, Dashed: true})
	panel.Points(p, "", x, found, panel.Style{Colour: panel.Black, Band: 1})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0.5, float64(len(runs[0].Behaviour))+0.5, 0, 1
	return p
}

// decodingPanel draws how well single trials are told apart, with the range that
// permuted conditions give.
func decodingPanel(runs []Metrics, title string, of func(*Decoding) *Decoded) *plot.Plot {
	p := newPanel(title, "", "trials told right")
	names := []struct{ key, label string }{{trials.DecodeFiringRate, "FR"}, {trials.DecodeHalves, "FR, halves"},
		{trials.DecodeEventRate, "ER"}, {trials.DecodeFraction, "BF"}, {trials.DecodeBoth, "ER+BF"}}
	var x []float64
	var ticks plot.ConstantTicks
	for k, n := range names {
		x = append(x, float64(k))
		ticks = append(ticks, plot.Tick{Value: float64(k), Label: n.label})
	}
	var accuracy, low, high [][]float64
	for i := range runs {
		d := of(&runs[i].Decoding)
		if d == nil {
			continue
		}
		var a, l, h []float64
		for _, r := range d.Regressors {
			a, l, h = append(a, r.Accuracy), append(l, r.ChanceLow), append(h, r.High)
		}
		accuracy, low, high = append(accuracy, a), append(low, l), append(high, h)
	}
	p.X.Tick.Marker = ticks
	p.X.Min, p.X.Max = -0.5, float64(len(names))-0.5
	panel.Curve(p, "95 % of chance", x, low, panel.Style{Colour: panel.Grey, Dashed: true})
	panel.Curve(p, "", x, high, panel.Style{Colour: panel.Grey, Dashed: true})
	panel.Points(p, fmt.Sprintf("accuracy, %s", panel.Seeds(len(accuracy))), x, accuracy, panel.Style{Colour: panel.Black, Band: 1})
	p.Legend.Left = true
	p.Y.Max = min(1, max(p.Y.Max, 0.7)+0.1)
	return p
}
