package depth

import (
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/panel"
	"github.com/apical-sim/apical/rate"
)

// figure draws errors, angles (means over hidden layers) and linearity against depth:
// mean and one standard deviation of the seeds.
func figure(runs []Metrics, png, svg io.Writer) error {
	angle := func(title string, of func(*Network) *float64) *plot.Plot {
		p := against(runs, title, "angle (°)", of)
		images.AngleAxis(p)
		panel.Level(p, "", p.X.Min, p.X.Max, 90)
		return p
	}
	errors := against(runs, "Test error, "+panel.Seeds(len(runs)), "test error (%)", func(n *Network) *float64 { return &n.Test.ErrorPct })
	errors.Y.Min = 0
	nonlinear := against(runs, "Linearity of feedback to the lowest layer", "part that is not linear, log10 (1 − R²)", func(n *Network) *float64 {
		if len(n.Linearity) == 0 || n.Linearity[0] == nil || *n.Linearity[0] >= 1 {
			return nil
		}
		part := math.Log10(1 - *n.Linearity[0]**n.Linearity[0])
		return &part
	})
	panels := [][]*plot.Plot{
		{errors, angle("Signals against backpropagation", func(n *Network) *float64 { return n.MeanDeltaDeg }), key(runs[0].lines())},
		{angle("Feedback against forward weights", func(n *Network) *float64 { return n.MeanSymmetryDeg }), nonlinear, nil},
	}
	return panel.Save(panels, 12*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

// against draws a number of the networks against their depth, a line a rule and
// feedback; of gives nil where there is none.
func against(runs []Metrics, title, axis string, of func(*Network) *float64) *plot.Plot {
	p := panel.New(title, "hidden layers", axis)
	last := 0.0
	for _, l := range runs[0].lines() {
		values := make([][]float64, len(runs))
		for k, r := range runs {
			for _, name := range l.names {
				x := math.NaN()
				if n := r.Networks[name]; n != nil && of(n) != nil {
					x = *of(n)
				}
				values[k] = append(values[k], x)
			}
		}
		last = max(last, l.depths[len(l.depths)-1])
		panel.Curve(p, "", l.depths, values, l.style())
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.WholeTicks{}, panel.RoundTicks{}
	p.X.Max = max(p.X.Max, last+0.001)
	return p
}

// style has a colour for the rule, and dashes and dots for the feedback.
func (l line) style() panel.Style {
	colours := map[string]panel.Colour{"bp": panel.Black, "burstprop": panel.Vermilion, "burstccn": panel.Blue, "node-perturbation": panel.Green}
	s := panel.Style{Colour: colours[l.rule], Band: 1}
	switch rate.Feedback(l.feedback) {
	case rate.Tied:
	case rate.Random:
		s.Dashed, s.Dots = true, true
	case rate.KolenPollack:
		s.Dots = true
	default:
		s.Dashed = true
	}
	return s
}

// key says what the lines of all panels are, in a panel of its own: so many names
// would cover the data.
func key(lines []line) *plot.Plot {
	p := panel.New("", "", "")
	p.HideAxes()
	p.Legend.Left = true
	outside := []float64{2, 3} // of what the panel shows
	for _, l := range lines {
		panel.Curve(p, l.label, outside, [][]float64{{2, 3}}, l.style())
	}
	panel.Level(p, "chance", 2, 3, 2)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	return p
}
