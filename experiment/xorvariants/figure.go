package xorvariants

import (
	"io"

	"gonum.org/v1/plot"

	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/internal/panel"
)

// colours of the variants' costs.
var colours = [...]panel.Colour{panel.Blue, panel.Vermilion, panel.Green, panel.Purple}

// figure draws the costs of all variants, and the output of each before and after
// learning, of one or more seeds. A comparison of one variant shows how its
// feedback arrives as well.
func (c comparison) figure(metrics []Metrics, png, svg io.Writer) error {
	runs := map[string][]xor.Metrics{}
	for _, m := range metrics {
		for key, v := range m.Variants {
			runs[key] = append(runs[key], *v)
		}
	}
	costs := xor.CostPanel("Learning, " + panel.Seeds(len(metrics)))
	panels := []*plot.Plot{costs}
	for i, k := range c.variants {
		xor.AddCost(costs, k.label, runs[k.key], panel.Style{Colour: colours[i], Band: 2})
		panels = append(panels, xor.OutputPanel("Output: "+k.label, runs[k.key]))
	}
	xor.AddChance(costs)
	if len(c.variants) == 1 {
		one := runs[c.variants[0].key]
		panels = append(panels, xor.FeedbackPanel("hidden1", 1, one), xor.FeedbackPanel("hidden2", 1, one))
	}
	return panel.Save(rows(panels), xor.PanelWidth, xor.PanelHeight, png, svg)
}

// rows arranges panels in two rows; the last place may stay empty.
func rows(panels []*plot.Plot) [][]*plot.Plot {
	if len(panels)%2 == 1 {
		panels = append(panels, nil)
	}
	half := len(panels) / 2
	return [][]*plot.Plot{panels[:half], panels[half:]}
}
