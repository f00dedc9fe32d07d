package representations

import (
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// figure draws the feedback path, the angles and the cost of one or more seeds:
// mean and one standard deviation to each side.
func figure(runs []Metrics, png, svg io.Writer) error {
	panels := [][]*plot.Plot{
		{feedbackPanel(runs), costPanel(runs)},
		{anglePanel("Angle to backpropagation", runs, func(a LayerAngles) float64 { return a.WeightsDeg }),
			anglePanel("Angle to feedback alignment", runs, func(a LayerAngles) float64 { return a.WeightsAlignedDeg })},
	}
	return panel.Save(panels, 12*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

func column(runs []Metrics, f func(Metrics) []float64) (columns [][]float64) {
	for _, r := range runs {
		columns = append(columns, f(r))
	}
	return columns
}

func feedbackPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Feedback through two layers, "+panel.Seeds(len(runs)), "current into output dendrites (pA)", "burst probability (%)")
	colours := []panel.Colour{panel.Vermilion, panel.Orange, panel.Blue, panel.Sky, panel.Black}
	for k, name := range []string{"hidden1_1", "hidden1_2", "hidden2_1", "hidden2_2", output} {
		if len(runs[0].Feedback.BurstProbabilityPct[name]) == 0 {
			continue
		}
		panel.Curve(p, name, runs[0].Feedback.CurrentPA, column(runs, func(m Metrics) []float64 { return m.Feedback.BurstProbabilityPct[name] }),
			panel.Style{Colour: colours[k], Dots: true, Band: 1})
	}
	p.Y.Min, p.Y.Max = 0, 100
	p.Legend.Left = true
	return p
}

// layerColours are those of layerNames.
var layerColours = [layerCount]panel.Colour{panel.Vermilion, panel.Blue, panel.Green}

func anglePanel(title string, runs []Metrics, of func(LayerAngles) float64) *plot.Plot {
	p := panel.New(title, "epoch", "angle of weight change (°)")
	var epochs []float64
	for _, a := range runs[0].Angles {
		epochs = append(epochs, float64(a.Epoch))
	}
	for k, layer := range layerNames {
		panel.Curve(p, "onto "+layer, epochs, column(runs, func(m Metrics) (y []float64) {
			for _, a := range m.Angles {
				y = append(y, of(a.Layers[layer]))
			}
			return y
		}), panel.Style{Colour: layerColours[k], Dots: true, Band: 1})
	}
	if n := len(epochs); n > 0 {
		panel.Level(p, "hidden1: 5 % of random directions are below", 0, epochs[n-1], runs[0].ChanceDeg[layerNames[0]].Weights)
		p.X.Min, p.X.Max = 0, epochs[n-1]
	}
	p.Y.Min, p.Y.Max = 0, 160
	return p
}

func costPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Cost", "epoch", "cross-entropy of an epoch")
	n := len(runs[0].EpochCosts)
	var epochs []float64
	for i := range n {
		epochs = append(epochs, float64(i+1))
	}
	panel.Curve(p, "spiking", epochs, column(runs, func(m Metrics) []float64 { return m.EpochCosts }), panel.Style{Colour: panel.Black, Band: 1})
	panel.Curve(p, "rates, backpropagation", epochs, column(runs, func(m Metrics) []float64 { return m.Yardstick.Backpropagation }), panel.Style{Colour: panel.Vermilion, Band: 1})
	panel.Curve(p, "rates, feedback alignment", epochs, column(runs, func(m Metrics) []float64 { return m.Yardstick.Alignment }), panel.Style{Colour: panel.Blue, Dashed: true, Band: 1})
	if n > 0 {
		panel.Level(p, "chance", 0, float64(n), runs[0].ChanceCost)
		p.X.Min, p.X.Max = 0, float64(n)
	}
	p.Y.Min = runs[0].ChanceCost / 2
	p.Y.Max = max(p.Y.Max, 1.8*runs[0].ChanceCost) // leaves room for the legend
	return p
}
