package dendriticgain

import (
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/experiment/curve"
	"github.com/apical-sim/apical/internal/panel"
)

// colours tell the three curves of a panel apart.
var colours = [...]panel.Colour{panel.Black, panel.Blue, panel.Vermilion}

// figure draws the panels of the paper, with the event rate below each.
func figure(runs []Metrics, png, svg io.Writer) error {
	panels := runs[0].Panels
	if len(panels) == 0 {
		panels = []Panel{{Labels: []string{""}, Curves: []int{0}}}
	}
	rows := [][]*plot.Plot{nil, nil}
	for _, x := range panels {
		title := x.Name + "  " + x.Title
		if x.Name == "" {
			title = runs[0].Curves[0].name()
		}
		rows[0] = append(rows[0], draw(runs, x, title, curve.ProbabilityAxis()))
		rows[1] = append(rows[1], draw(runs, x, "", curve.EventRateAxis(9)))
	}
	return panel.Save(rows, 8*vg.Centimeter, 6*vg.Centimeter, png, svg)
}

func draw(runs []Metrics, x Panel, title string, axis curve.Axis) *plot.Plot {
	p := axis.Panel(title)
	for k, i := range x.Curves {
		var points [][]curve.Point
		for _, r := range runs {
			points = append(points, r.Curves[i].Points)
		}
		axis.Draw(p, x.Labels[k], points, panel.Style{Colour: colours[k], Dots: true, Band: 1,
			Dashed: len(runs[0].Panels) > 0 && runs[0].Curves[i].WSomDendrite == 0})
	}
	return p
}
