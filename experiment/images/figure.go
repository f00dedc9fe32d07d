package images

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// layerColours are those of hidden layers from the bottom up, in turn.
func layerColour(i int) panel.Colour {
	return []panel.Colour{panel.Vermilion, panel.Blue, panel.Green, panel.Orange, panel.Sky, panel.Purple, panel.Grey, panel.Black}[i%8]
}

// Figure draws runs of Learn: errors, loss, and the angles of hidden layers by epoch.
func Figure(runs []Metrics, png, svg io.Writer) error {
	var histories [][]Epoch
	for _, m := range runs {
		histories = append(histories, m.Epochs)
	}
	panels := [][]*plot.Plot{
		{ErrorPanel("Errors, "+panel.Seeds(len(runs)), histories), LossPanel("Loss", histories)},
	}
	if depth := len(runs[0].Units) - 2; depth > 0 {
		angle := func(title string, of func(LayerCredit) *float64) *plot.Plot {
			return AnglePanel(title, histories, depth, of)
		}
		panels = append(panels,
			[]*plot.Plot{angle("Signal against backpropagation", func(l LayerCredit) *float64 { return l.DeltaDeg }),
				angle("Change of weights against the gradient", func(l LayerCredit) *float64 { return l.GradientDeg })},
			[]*plot.Plot{angle("Signal against feedback alignment", func(l LayerCredit) *float64 { return l.DeltaFADeg }),
				angle("Feedback against forward weights", func(l LayerCredit) *float64 { return l.SymmetryDeg })})
	}
	return panel.Save(panels, 12*vg.Centimeter, 8*vg.Centimeter, png, svg)
}

// ErrorPanel draws errors of training and test by epoch, one history a seed, with a
// logarithmic axis.
func ErrorPanel(title string, histories [][]Epoch) *plot.Plot {
	p := scorePanel(title, "error (%)", histories, func(s Score) float64 { return s.ErrorPct })
	p.Y.Max = 100
	return p
}

// LossPanel draws losses by epoch likewise.
func LossPanel(title string, histories [][]Epoch) *plot.Plot {
	return scorePanel(title, "loss of an example", histories, func(s Score) float64 { return s.Loss })
}

func scorePanel(title, axis string, histories [][]Epoch, of func(Score) float64) *plot.Plot {
	p := panel.New(title, "epoch", axis)
	least, most := math.Inf(1), 0.0
	series := func(score func(Epoch) *Score) [][]float64 {
		return perEpoch(histories, func(e Epoch) float64 {
			s := score(e)
			if s == nil || !(of(*s) > 0) { // no place on a logarithmic axis
				return math.NaN()
			}
			least, most = min(least, of(*s)), max(most, of(*s))
			return of(*s)
		})
	}
	x := epochs(histories)
	training := series(func(e Epoch) *Score { return e.Train })
	testing := series(func(e Epoch) *Score { return &e.Test })
	panel.Curve(p, "training, while it learns", x, training, panel.Style{Colour: panel.Blue, Dots: len(x) < 30})
	panel.Curve(p, "test, after the epoch", x, testing, panel.Style{Colour: panel.Vermilion, Dots: len(x) < 30})
	if most > 0 {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, panel.LogTicks{}
		p.Y.Min, p.Y.Max = least/1.2, most*1.2
	}
	setEpochs(p, x)
	return p
}

// AnglePanel draws an angle of each hidden layer by epoch, and says that 90° is chance.
// of gives nil where there is none.
func AnglePanel(title string, histories [][]Epoch, layers int, of func(LayerCredit) *float64) *plot.Plot {
	p := panel.New(title, "epoch", "angle (°)")
	x := epochs(histories)
	for k := range layers {
		angles := perEpoch(histories, func(e Epoch) float64 {
			if k < len(e.Credit.Layers) {
				if a := of(e.Credit.Layers[k]); a != nil {
					return *a
				}
			}
			return math.NaN()
		})
		panel.Curve(p, fmt.Sprintf("hidden %d", k+1), x, angles, panel.Style{Colour: layerColour(k), Dots: len(x) < 30, Band: 1})
	}
	if len(x) > 0 {
		panel.Level(p, "chance", 0, max(1, x[len(x)-1]), 90)
	}
	AngleAxis(p)
	setEpochs(p, x)
	return p
}

// AngleAxis gives a panel the axis that all angles have, with room for a legend.
func AngleAxis(p *plot.Plot) {
	p.Y.Min, p.Y.Max = 0, 130
	p.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 30, Label: "30"}, {Value: 60, Label: "60"}, {Value: 90, Label: "90"}, {Value: 120, Label: "120"}}
}

func setEpochs(p *plot.Plot, x []float64) {
	p.X.Tick.Marker = panel.RoundTicks{}
	if n := len(x); n > 0 {
		p.X.Min, p.X.Max = 0, max(1, x[n-1])
	}
}

func epochs(histories [][]Epoch) (x []float64) {
	for _, e := range histories[0] {
		x = append(x, float64(e.Epoch))
	}
	return x
}

func perEpoch(histories [][]Epoch, of func(Epoch) float64) [][]float64 {
	runs := make([][]float64, len(histories))
	for i, h := range histories {
		for _, e := range h {
			runs[i] = append(runs[i], of(e))
		}
	}
	return runs
}
