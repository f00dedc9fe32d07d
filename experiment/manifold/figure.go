package manifold

import (
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

var (
	withinStyle  = panel.Style{Colour: panel.Blue, Band: 1}
	outsideStyle = panel.Style{Colour: panel.Vermilion, Band: 1}
)

// figure draws losses from both starts, half times and overlaps of each seed, and the
// sweep of learning rates.
func figure(runs []Metrics, png, svg io.Writer) error {
	lazy := func(m Metrics) *Comparison { return m.Lazy }
	rich := func(m Metrics) *Comparison { return m.Rich }
	radius, unstable := sweepPanels(runs)
	panels := [][]*plot.Plot{
		{losses(runs, "Lazy start, "+panel.Seeds(len(runs)), lazy), losses(runs, "Rich start, "+panel.Seeds(len(runs)), rich), halves(runs)},
		{overlaps(runs), radius, unstable},
	}
	return panel.Save(panels, 10*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

// FigureOfLazy draws what there is of the lazy start alone.
func FigureOfLazy(runs []Metrics, png, svg io.Writer) error {
	radius, unstable := sweepPanels(runs)
	panels := [][]*plot.Plot{{losses(runs, "Learning, "+panel.Seeds(len(runs)), func(m Metrics) *Comparison { return m.Lazy }), radius, unstable}}
	return panel.Save(panels, 10*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

// losses draws the loss of both perturbations, over the first, against steps.
func losses(runs []Metrics, title string, of func(Metrics) *Comparison) *plot.Plot {
	p := panel.New(title, "step", "loss / first")
	logarithmic(&p.X)
	logarithmic(&p.Y)
	last, least := 2.0, 0.5
	draw := func(label string, of func(Metrics) *Adaptation, style panel.Style) {
		var x []float64
		var y [][]float64
		for _, m := range runs {
			var values []float64
			x = nil
			for _, point := range of(m).Curve[1:] {
				x = append(x, float64(point.Step))
				value := point.Loss / of(m).Curve[0].Loss
				values = append(values, value)
				least, last = min(least, value), max(last, float64(point.Step))
			}
			y = append(y, values)
		}
		style.Band = 0 // of a logarithm the band would be another
		panel.Curve(p, label, x, y, style)
	}
	draw("within", func(m Metrics) *Adaptation { return of(m).Within }, withinStyle)
	draw("outside", func(m Metrics) *Adaptation { return of(m).Outside }, outsideStyle)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 1, last, least, 2
	panel.Level(p, "half", 1, last, 0.5)
	return p
}

// halves draws the half times of each seed.
func halves(runs []Metrics) *plot.Plot {
	p := panel.New("Steps to half the loss", "within the manifold", "outside")
	logarithmic(&p.X)
	logarithmic(&p.Y)
	low, high := 10.0, 1000.0
	draw := func(label string, colour panel.Colour, of func(Metrics) *Comparison) {
		for i, m := range runs {
			within, outside := of(m).Within.HalfTimeSteps, of(m).Outside.HalfTimeSteps
			if within == nil || outside == nil {
				continue
			}
			low, high = min(low, *within, *outside), max(high, *within, *outside)
			if i > 0 {
				label = ""
			}
			panel.Points(p, label, []float64{*within}, [][]float64{{*outside}}, panel.Style{Colour: colour})
		}
	}
	draw("lazy start", panel.Purple, func(m Metrics) *Comparison { return m.Lazy })
	draw("rich start", panel.Green, func(m Metrics) *Comparison { return m.Rich })
	panel.Curve(p, "as long", []float64{low, high}, [][]float64{{low, high}}, panel.Style{Colour: panel.Grey, Dashed: true})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, low, high
	p.Legend.Top, p.Legend.Left = true, true
	return p
}

// overlaps draws the overlap with the manifold of before against the participation ratio
// after learning, of each seed.
func overlaps(runs []Metrics) *plot.Plot {
	p := panel.New("Activity after learning", "participation ratio", "overlap with the manifold of before")
	draw := func(label string, colour panel.Colour, of func(Metrics) *Adaptation) {
		for i, m := range runs {
			a := of(m)
			if a.ManifoldOverlap == nil || a.ParticipationRatio == nil {
				continue
			}
			if i > 0 {
				label = ""
			}
			panel.Points(p, label, []float64{*a.ParticipationRatio}, [][]float64{{*a.ManifoldOverlap}}, panel.Style{Colour: colour})
		}
	}
	draw("lazy, within", panel.Blue, func(m Metrics) *Adaptation { return m.Lazy.Within })
	draw("lazy, outside", panel.Vermilion, func(m Metrics) *Adaptation { return m.Lazy.Outside })
	draw("rich, within", panel.Sky, func(m Metrics) *Adaptation { return m.Rich.Within })
	draw("rich, outside", panel.Orange, func(m Metrics) *Adaptation { return m.Rich.Outside })
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.RoundTicks{}, panel.RoundTicks{}
	p.X.Min, p.Y.Min, p.Y.Max = 1, min(p.Y.Min, 0.7), max(p.Y.Max, 1.02)
	p.Legend.Top = false
	return p
}

// sweepPanels draw the spectral radius of each seed, and the part of the seeds that end
// unstable, against the learning rate.
func sweepPanels(runs []Metrics) (radius, unstable *plot.Plot) {
	radius = panel.New("Spectral radius after learning", "rate", "radius")
	unstable = panel.New("Networks that end unstable", "rate", "part of the seeds")
	logarithmic(&radius.X)
	logarithmic(&radius.Y)
	logarithmic(&unstable.X)
	if len(runs[0].Sweep) == 0 {
		return radius, unstable
	}
	low, high, highest := math.Inf(1), 0.0, 2.0
	for i, kind := range []struct {
		label string
		style panel.Style
		of    func(Rate) Trained
	}{
		{"within", panel.Style{Colour: panel.Blue, Dots: true}, func(r Rate) Trained { return r.Within }},
		{"outside", panel.Style{Colour: panel.Vermilion, Dots: true}, func(r Rate) Trained { return r.Outside }},
		{"outside, in stages until low", panel.Style{Colour: panel.Green, Dots: true, Dashed: true}, func(r Rate) Trained { return r.Incremental }},
		{"outside, in whole stages", panel.Style{Colour: panel.Green, Dots: true}, func(r Rate) Trained { return r.Staged }},
	} {
		var x, part []float64
		for k, r := range runs[0].Sweep {
			low, high = min(low, r.Rate), max(high, r.Rate)
			x, part = append(x, r.Rate), append(part, 0)
			for n, m := range runs {
				t := kind.of(m.Sweep[k])
				if !t.Stable {
					part[k] += 1 / float64(len(runs))
				}
				if i > 1 || t.SpectralRadius == nil || *t.SpectralRadius <= 0 {
					continue
				}
				highest = max(highest, *t.SpectralRadius)
				label := kind.label
				if k > 0 || n > 0 {
					label = ""
				}
				panel.Points(radius, label, []float64{r.Rate * math.Pow(1.08, float64(2*i-1))}, [][]float64{{*t.SpectralRadius}}, kind.style)
			}
		}
		panel.Curve(unstable, kind.label, x, [][]float64{part}, kind.style)
	}
	panel.Level(radius, "border of stability", low/1.2, high*1.2, 1)
	radius.X.Min, radius.X.Max, radius.Y.Min, radius.Y.Max = low/1.2, high*1.2, 0.5, highest*1.5
	unstable.X.Min, unstable.X.Max, unstable.Y.Min, unstable.Y.Max = low/1.2, high*1.2, 0, 1.6
	radius.Legend.Left, unstable.Legend.Left = true, true
	unstable.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.5, Label: "0.5"}, {Value: 1, Label: "1"}}
	return radius, unstable
}

// logarithmic makes an axis so. Keep its label short: room is reserved for it as if it stood
// at the arithmetic middle, which is near the end.
func logarithmic(a *plot.Axis) {
	a.Scale, a.Tick.Marker = plot.LogScale{}, panel.LogTicks{}
}
