package propagation

import (
	"fmt"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
	"github.com/apical-sim/apical/sim"
)

// The axes of the figure in the publication: burst probability, %, and event
// rate, Hz.
const (
	maxBP = 65
	maxER = 13
)

// The size of a panel.
const (
	panelWidth  = 11 * vg.Centimeter
	panelHeight = 6 * vg.Centimeter
)

// figure draws the metrics of one or more seeds.
func figure(runs []Metrics, png, svg io.Writer) error {
	panels := [][]*plot.Plot{
		{rasterPanel("pyr2, upper ensemble", pyr2, runs[0].Raster), rasterPanel("pyr1, lower ensemble", pyr1, runs[0].Raster)},
		{
			signalPanel("Down: bursts of pyr2", runs, bp2, "pyr2", dendritePA, "current into pyr2 dendrites"),
			signalPanel("Up: events of pyr2", runs, er2, "pyr2", er1, "event rate of pyr1"),
		},
		{
			signalPanel("Down: bursts of pyr1", runs, bp1, "pyr1", br2, "burst rate of pyr2"),
			signalPanel("Up: events of pyr1", runs, er1, "pyr1", somaPA, "current into pyr1 somata"),
		},
	}
	return panel.Save(panels, panelWidth, panelHeight, png, svg)
}

// every labels the multiples of a step.
func every(step, top float64) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for v := 0.0; v <= top; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprint(v)})
	}
	return ticks
}

// rasterPanel draws the spikes of the first neurons of one seed.
func rasterPanel(title, population string, r Raster) *plot.Plot {
	p := panel.New(title, "time (s)", "neuron")
	p.X.Min, p.X.Max = r.FromS, r.ToS
	const legendRows = 9 // free above the neurons
	p.Y.Min, p.Y.Max = -1, float64(r.Neurons+legendRows)
	p.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "1"}, {Value: float64(r.Neurons - 1), Label: fmt.Sprint(r.Neurons)}}
	marks := r.Populations[population]
	panel.Raster(p, "event (first spike)", points(marks.Events), panel.Blue)
	panel.Raster(p, "burst (further spikes)", points(marks.Bursts), panel.Orange)
	return p
}

// points reads what Raster.Record wrote.
func points(marks string) plotter.XYs {
	var out plotter.XYs
	for _, mark := range strings.Fields(marks) {
		var step, neuron int64
		if _, err := fmt.Sscanf(mark, "%d:%d", &step, &neuron); err == nil {
			out = append(out, plotter.XY{X: float64(step) * sim.DefaultDtMS / 1000, Y: float64(neuron)})
		}
	}
	return out
}

// signalPanel draws a signal during stimulation, and what drives it, brought to
// the signal's range.
func signalPanel(title string, runs []Metrics, signal, of, driver, driverName string) *plot.Plot {
	label, top, colour, ticks := "event rate (Hz)", float64(maxER), panel.Blue, every(2, maxER)
	if strings.HasPrefix(signal, "bp") {
		label, top, colour, ticks = "burst probability (%)", maxBP, panel.Orange, every(20, maxBP)
	}
	p := panel.New(title, "time (s)", label)
	p.Y.Tick.Marker = ticks
	x, y := stimulation(runs, signal)
	_, drive := stimulation(runs, driver)
	name := fmt.Sprintf("%s, %s", of, panel.Seeds(len(runs)))
	if len(runs) > 1 {
		name += " ± 2 sd"
	}
	panel.Curve(p, name, x, y, panel.Style{Colour: colour, Width: 1.5, Band: 2})
	panel.Curve(p, driverName+", rescaled", x, [][]float64{panel.Rescale(panel.Mean(drive), panel.Mean(y))}, panel.Style{Colour: panel.Black, Dashed: true})
	p.X.Min, p.X.Max = runs[0].Stimulation.FromS, runs[0].Stimulation.ToS
	p.Y.Min, p.Y.Max = 0, math.Max(top, p.Y.Max)
	return p
}

// stimulation returns the times of the bins of the stimulation, and a signal of
// each run; NaN where it has no value.
func stimulation(runs []Metrics, signal string) (x []float64, y [][]float64) {
	times := runs[0].Course[timeS]
	for k, r := range runs {
		var one []float64
		for i, v := range r.Course[signal] {
			if i >= len(times) || *times[i] < r.Stimulation.FromS {
				continue
			}
			if k == 0 {
				x = append(x, *times[i])
			}
			if v == nil {
				one = append(one, math.NaN())
			} else {
				one = append(one, *v)
			}
		}
		y = append(y, one)
	}
	return x, y
}
