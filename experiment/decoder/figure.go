package decoder

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// figure draws reaches of the first seed, and of all the loss against epochs, the
// unit-adding curves: mean and one standard deviation; and how well single units tell the
// target: median and quartiles, which stay below 100 %.
func figure(runs []Metrics, png, svg io.Writer) error {
	first := runs[0]
	arm := reachPanel("Arm, after learning")
	drawReaches(arm, "", first.ArmReaches, panel.Black)
	before := reachPanel("Cursor, before learning")
	drawReaches(before, "", first.BeforeReaches, panel.Grey)
	after := reachPanel("Cursor, after learning")
	for i, d := range first.Decoders {
		drawReaches(after, label(d), d.Reaches, colour(i))
	}
	panels := [][]*plot.Plot{
		{arm, before, after},
		{learningPanel(runs), addingPanel(runs), targetPanel(runs)},
	}
	return panel.Save(panels, 9*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

// colour tells intensities apart.
func colour(i int) panel.Colour {
	return [...]panel.Colour{panel.Black, panel.Blue, panel.Vermilion, panel.Green, panel.Orange, panel.Purple}[i%6]
}

func label(d *Decoder) string {
	if d.Intensity == 0 {
		return "fixed decoder"
	}
	return fmt.Sprintf("c = %g", d.Intensity)
}

// shownReachMM is how far a panel of reaches goes to each side.
const shownReachMM = 110

func reachPanel(title string) *plot.Plot {
	p := panel.New(title, "x (mm)", "y (mm)")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -shownReachMM, shownReachMM, -shownReachMM, shownReachMM
	return p
}

// drawReaches draws ways and, as dots, targets. What leaves the panel is cut off where
// it does.
func drawReaches(p *plot.Plot, label string, reaches []Reach, c panel.Colour) {
	targets := make([]Reach, 1)
	for i, r := range reaches {
		x, y := inside(r)
		look := panel.Trace(p, x, y, panel.Style{Colour: c})
		if i == 0 && label != "" {
			p.Legend.Add(label, look)
		}
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(reaches)))
		targets[0].XMM = append(targets[0].XMM, 1000*reachM*cos)
		targets[0].YMM = append(targets[0].YMM, 1000*reachM*sin)
	}
	for i, x := range targets[0].XMM {
		panel.Points(p, "", []float64{x}, [][]float64{{targets[0].YMM[i]}}, panel.Style{Colour: panel.Green})
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -shownReachMM, shownReachMM, -shownReachMM, shownReachMM
}

// inside gives a way until it first leaves the panel.
func inside(r Reach) (x, y []float64) {
	for i := range r.XMM {
		if max(math.Abs(r.XMM[i]), math.Abs(r.YMM[i])) > shownReachMM {
			return r.XMM[:i], r.YMM[:i]
		}
	}
	return r.XMM, r.YMM
}

func learningPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Learning, "+panel.Seeds(len(runs)), "epoch", "log10 loss")
	for i, d := range runs[0].Decoders {
		var x []float64
		losses := make([][]float64, len(runs))
		for k, r := range runs {
			x = x[:0]
			for _, point := range r.Decoders[i].Learning {
				x = append(x, point.Epoch)
				losses[k] = append(losses[k], point.Log10Loss)
			}
		}
		panel.Curve(p, label(d), x, losses, panel.Style{Colour: colour(i), Band: 1})
	}
	p.X.Min = 0
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.WholeTicks{}, panel.RoundTicks{}
	return p
}

func addingPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Loss with the best units alone", "number of units", "log10 loss")
	numbers := func(values [][]float64) []float64 {
		x := make([]float64, len(values[0]))
		for i := range x {
			x[i] = float64(i)
		}
		return x
	}
	adding := func(label string, which func(Metrics) *Compactness, s panel.Style) {
		values := make([][]float64, len(runs))
		for k, r := range runs {
			values[k] = which(r).AddingLog10Loss
		}
		panel.Curve(p, label, numbers(values), values, s)
	}
	adding("before learning", func(m Metrics) *Compactness { return m.Before }, panel.Style{Colour: panel.Grey, Dots: true})
	for i, d := range runs[0].Decoders {
		adding(label(d), func(m Metrics) *Compactness { return m.Decoders[i].After }, panel.Style{Colour: colour(i), Dots: true, Band: 1})
	}
	for i := range runs[0].Decoders {
		held := make([][]float64, len(runs))
		for k, r := range runs {
			held[k] = r.Decoders[i].After.HeldAddingLog10Loss
		}
		name := ""
		if i == 0 {
			name = "others held at their mean rates"
		}
		panel.Curve(p, name, numbers(held), held, panel.Style{Colour: colour(i), Dashed: true})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.WholeTicks{}, panel.RoundTicks{}
	p.Legend.Top, p.Legend.Left = false, true
	return p
}

func targetPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Target told by one unit", "unit, from the best on", "trials told right (%)")
	draw := func(which func(Metrics) *Compactness, c panel.Colour, ribbon bool) {
		n := len(which(runs[0]).TargetAccuracy)
		x, low, median, high := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			x[i] = float64(i + 1)
			percent := make([]float64, len(runs))
			for k, r := range runs {
				percent[k] = 100 * which(r).TargetAccuracy[i]
			}
			slices.Sort(percent)
			quartile := func(part float64) float64 { return stat.Quantile(part, stat.Empirical, percent, nil) }
			low[i], median[i], high[i] = quartile(0.25), quartile(0.5), quartile(0.75)
		}
		if ribbon && len(runs) > 1 {
			panel.Ribbon(p, x, low, high, panel.Style{Colour: c, Alpha: 50})
		}
		panel.Curve(p, "", x, [][]float64{median}, panel.Style{Colour: c, Dots: true})
	}
	draw(func(m Metrics) *Compactness { return m.Before }, panel.Grey, false)
	for i := range runs[0].Decoders {
		draw(func(m Metrics) *Compactness { return m.Decoders[i].After }, colour(i), true)
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.WholeTicks{}, panel.RoundTicks{}
	targets := float64(len(runs[0].ArmReaches))
	panel.Level(p, "chance", 1, max(2, float64(len(runs[0].Before.TargetAccuracy))), 100/targets)
	p.Y.Min, p.Y.Max = 0, 105
	p.Legend.Top, p.Legend.Left = false, true
	return p
}
