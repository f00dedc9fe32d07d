package biasrecurrent

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/apical-sim/apical/internal/panel"
)

// figure draws, of the first seed and each task, outputs and eigenvalues before, midway
// and after, of the network whose biases learn where there is one; below, of all seeds
// and networks, the loss and the leading eigenvalue while they learn.
func figure(runs []Metrics, png, svg io.Writer) error {
	var panels [][]*plot.Plot
	m := runs[0]
	var seen []string
	for _, name := range m.Order {
		n := m.Networks[name]
		if slices.Contains(seen, n.Task) {
			continue
		}
		seen = append(seen, n.Task)
		if b := m.Networks[n.Task+" "+learnsBias]; b != nil {
			n = b
		}
		var outputs, eigenvalues []*plot.Plot
		for _, s := range n.stages() {
			outputs = append(outputs, drawOutput(n, s.name, s.Stage))
			eigenvalues = append(eigenvalues, drawEigenvalues(n, s.name, s.Stage))
		}
		panels = append(panels, outputs, eigenvalues)
	}
	return panel.Save(append(panels, curves(runs)), 10*vg.Centimeter, 7.5*vg.Centimeter, png, svg)
}

// outputColours tell the outputs of a network apart.
var outputColours = [...]panel.Colour{panel.Blue, panel.Vermilion}

// drawOutput draws output and target against time; nil without a stage.
func drawOutput(n *Network, name string, s *Stage) *plot.Plot {
	if s == nil {
		return nil
	}
	k := len(n.targetNames())
	p := panel.New(fmt.Sprintf("%s, %s learned: %s (%d updates)", n.Task, n.Learns, name, s.Updates), "time (steps)", "output")
	for i, variable := range n.targetNames() {
		var x, y, want []float64
		for t := 0; t < len(s.Output)/k; t++ {
			x, y, want = append(x, float64(t+1)), append(y, shownOutput(s.Output[t*k+i])), append(want, n.Target[t*k+i])
		}
		p.Legend.Add("target "+variable, panel.Trace(p, x, want, panel.Style{Colour: panel.Grey, Alpha: 130, Width: vg.Points(3), Dashed: i > 0}))
		p.Legend.Add(variable, panel.Trace(p, x, y, panel.Style{Colour: outputColours[i]}))
	}
	p.Legend.Add("free from here", panel.Upright(p, float64(n.LearnedSteps), panel.Style{Colour: panel.Black, Dashed: true}))
	p.Legend.Left = true
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.WholeTicks{}, panel.RoundTicks{}
	p.Y.Min, p.Y.Max = min(p.Y.Min, -1.25), max(p.Y.Max, 2.6) // room for the legend
	return p
}

// shownOutput leaves out what a network that runs away ends with: targets are 1 at most.
func shownOutput(x *float64) float64 {
	if x == nil || math.Abs(*x) > 10 {
		return math.NaN()
	}
	return *x
}

// drawEigenvalues draws those of the mean Jacobian and of that at the fixed point in
// the complex plane.
func drawEigenvalues(n *Network, name string, s *Stage) *plot.Plot {
	if s == nil {
		return nil
	}
	p := panel.New(fmt.Sprintf("%s, eigenvalues %s", n.Task, name), "real part", "imaginary part")
	var circle plotter.XYs
	for i := range 201 {
		angle := 2 * math.Pi * float64(i) / 200
		circle = append(circle, plotter.XY{X: math.Cos(angle), Y: math.Sin(angle)})
	}
	if line, err := plotter.NewLine(circle); err == nil {
		p.Add(line)
		p.Legend.Add("unit circle", line)
	}
	scatter(p, "fixed point", s.FixedPoint, panel.Vermilion, draw.RingGlyph{})
	scatter(p, "mean Jacobian", s.Orbit, panel.Blue, draw.CircleGlyph{})
	angle := 2 * math.Pi / n.TargetPeriodSteps
	scatter(p, "target", &Spectrum{Real: []float64{math.Cos(angle)}, Imaginary: []float64{math.Sin(angle)}}, panel.Black, draw.CrossGlyph{})
	// The panel is wider than high, and so circles are round.
	p.Y.Max = max(p.Y.Max, -p.Y.Min, 1.15)
	p.Y.Min, p.X.Min, p.X.Max = -p.Y.Max, -p.Y.Max, 1.86*p.Y.Max
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.RoundTicks{}, panel.RoundTicks{}
	return p
}

// scatter draws eigenvalues, and their conjugates.
func scatter(p *plot.Plot, label string, s *Spectrum, c panel.Colour, shape draw.GlyphDrawer) {
	if s == nil {
		return
	}
	var all plotter.XYs
	for i, x := range s.Real {
		all = append(all, plotter.XY{X: x, Y: s.Imaginary[i]}, plotter.XY{X: x, Y: -s.Imaginary[i]})
	}
	if dots, err := plotter.NewScatter(all); err == nil {
		dots.Color, dots.Shape, dots.Radius = c.RGBA(255), shape, vg.Points(2)
		p.Add(dots)
		p.Legend.Add(label, dots)
	}
}

// curves draws loss, and modulus and period of the leading eigenvalue, against updates.
func curves(runs []Metrics) []*plot.Plot {
	seeds := panel.Seeds(len(runs))
	loss := against(runs, "Loss, "+seeds, "loss (log10)", true, func(_ *Network, p Point) float64 { return math.Log10(p.Loss) })
	modulus := against(runs, "Leading eigenvalue of the mean Jacobian", "modulus", false, func(_ *Network, p Point) float64 { return orNaN(p.Modulus) })
	panel.Level(modulus, "", modulus.X.Min, modulus.X.Max, 1)
	period := against(runs, "Its period over that of the target", "period / target's", false, func(n *Network, p Point) float64 {
		return orNaN(p.PeriodSteps) / n.TargetPeriodSteps
	})
	panel.Level(period, "", period.X.Min, period.X.Max, 1)
	period.Y.Min, period.Y.Max = 0, 2 // of slower modes that lead in between, some are outside
	loss.Legend.Top, loss.Legend.Left = false, true
	return []*plot.Plot{loss, modulus, period}
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// against draws what of says of each point of the curves: with a legend mean and one
// standard deviation of the seeds, and without each seed.
func against(runs []Metrics, title, axis string, legend bool, of func(*Network, Point) float64) *plot.Plot {
	p := panel.New(title, "updates + 1", axis)
	// Where there is nothing to draw the axes stand all the same.
	curve := runs[0].Networks[runs[0].Order[0]].Curve
	p.X.Min, p.X.Max = 1, float64(curve[len(curve)-1].Updates+1)
	colours := [...]panel.Colour{panel.Blue, panel.Sky, panel.Vermilion, panel.Orange}
	for k, name := range runs[0].Order {
		var x []float64
		var values [][]float64
		for _, r := range runs {
			n := r.Networks[name]
			x = x[:0]
			var y []float64
			for _, point := range n.Curve {
				x, y = append(x, float64(point.Updates+1)), append(y, of(n, point))
			}
			values = append(values, y)
		}
		style := panel.Style{Colour: colours[k%len(colours)], Band: 1}
		if legend {
			panel.Curve(p, name, x, values, style)
			continue
		}
		for _, y := range values {
			panel.Trace(p, x, y, style)
		}
	}
	if p.Y.Min > p.Y.Max {
		p.Y.Min, p.Y.Max = 0, 1
	}
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, panel.LogTicks{}
	p.Y.Tick.Marker = panel.RoundTicks{}
	return p
}
