package transmission

import (
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
	"github.com/apical-sim/apical/neuron"
)

// figure draws the first receiver of the first run: to the left what transmits
// events, to the right what transmits bursts; the input above.
func figure(runs []Metrics, png, svg io.Writer) error {
	t := runs[0].Trace
	panels := [][]*plot.Plot{
		{raster(t, "event", "Input, events", panel.Blue), raster(t, "burst", "Input, bursts", panel.Vermilion)},
		{trace(t, events, "Events alone", panel.Blue), trace(t, bursts, "Bursts alone", panel.Vermilion)},
		{trace(t, depressing, beside(runs, events, depressing, "Depression"), panel.Blue),
			trace(t, facilitating, beside(runs, bursts, facilitating, "Facilitation"), panel.Vermilion)},
	}
	return panel.Save(panels, 11*vg.Centimeter, 5*vg.Centimeter, png, svg)
}

// beside is the title of a synapse's panel, with its correlation to a detector.
func beside(runs []Metrics, detector, synapse int, title string) string {
	var r []float64
	for _, m := range runs {
		if c := m.Correlation[pair(detector, synapse)]; c != nil {
			r = append(r, *c)
		}
	}
	switch len(r) {
	case 0:
		return title
	case 1:
		return fmt.Sprintf("%s, correlation to %s alone %.2f", title, kinds[detector].name, r[0])
	}
	mean, sd := panel.MeanSD(r)
	return fmt.Sprintf("%s, correlation to %s alone %.2f ± %.2f (%d seeds)", title, kinds[detector].name, mean, sd, len(r))
}

// raster draws the spikes of all cells: those that drive the receiver in colour,
// where they are what is looked for, or black; the others grey.
func raster(t Trace, signal, title string, c panel.Colour) *plot.Plot {
	p := panel.New(title, "time (s)", "cell")
	var others, drive, marked plotter.XYs
	most := 0.0
	for _, s := range t.Spikes {
		at := plotter.XY{X: s.TimeS, Y: float64(s.Neuron)}
		most = max(most, at.Y)
		switch {
		case !slices.Contains(t.Sources, s.Neuron):
			others = append(others, at)
		case s.Signal == signal:
			marked = append(marked, at)
		default:
			drive = append(drive, at)
		}
	}
	panel.Raster(p, "other cells", others, panel.Grey)
	panel.Raster(p, "onto the receiver", drive, panel.Black)
	panel.Raster(p, "its "+signal+"s", marked, c)
	p.X.Min, p.X.Max = t.span()
	p.Y.Min, p.Y.Max = -1, most+6 // room for the legend
	p.X.Tick.Marker = panel.RoundTicks{}
	p.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: most, Label: fmt.Sprintf("%g", most)}}
	return p
}

func trace(t Trace, kind int, title string, c panel.Colour) *plot.Plot {
	p := panel.New(title, "time (s)", "above rest (mV)")
	rest := neuron.DefaultLIFCond().RestMV
	var x, values []float64
	for i, mV := range t.VoltageMV[kinds[kind].name] {
		x = append(x, t.FromS+float64(i)*t.IntervalS)
		values = append(values, mV-rest)
	}
	panel.Curve(p, "", x, [][]float64{values}, panel.Style{Colour: c})
	p.X.Min, p.X.Max = t.span()
	p.Y.Min = 0
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.RoundTicks{}, panel.RoundTicks{}
	return p
}

// span is the time of the trace, s.
func (t Trace) span() (from, to float64) {
	return t.FromS, t.FromS + t.IntervalS*float64(len(t.VoltageMV[kinds[0].name]))
}
