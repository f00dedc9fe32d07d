package normalization

import (
	"fmt"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/experiment/curve"
	"github.com/apical-sim/apical/internal/panel"
)

// colours tell the somatic currents apart.
var colours = [...]panel.Colour{panel.Black, panel.Blue, panel.Vermilion}

// figure draws burst probability, event rate and burst rate against dendritic
// current for each somatic current: a row without inhibition, as in the paper,
// and one with it.
func figure(runs []Metrics, png, svg io.Writer) error {
	n := len(runs[0].Curves)
	rows := [][2]int{{0, n}}
	if runs[0].Spread != nil {
		rows = [][2]int{{n / 2, n}, {0, n / 2}}
	}
	var panels [][]*plot.Plot
	for _, row := range rows {
		var across []*plot.Plot
		for _, axis := range []curve.Axis{curve.ProbabilityAxis(), curve.EventRateAxis(10), curve.BurstRateAxis(5)} {
			across = append(across, drawPanel(runs, row[0], row[1], axis))
		}
		panels = append(panels, across)
	}
	return panel.Save(panels, 8*vg.Centimeter, 6*vg.Centimeter, png, svg)
}

// drawPanel draws the conditions [from, to).
func drawPanel(runs []Metrics, from, to int, axis curve.Axis) *plot.Plot {
	title := "Without inhibition"
	if w := runs[0].Curves[from].InhibitionWeight; w > 0 {
		title = fmt.Sprintf("Inhibition %g", w)
	}
	p := axis.Panel(title)
	for k := from; k < to; k++ {
		var points [][]curve.Point
		for _, r := range runs {
			points = append(points, r.Curves[k].Points)
		}
		axis.Draw(p, fmt.Sprintf("soma %g pA", runs[0].Curves[k].SomaCurrentPA), points,
			panel.Style{Colour: colours[k-from], Dots: true, Band: 1})
	}
	return p
}
