package report

import (
	"bytes"

	"github.com/apical-sim/apical/analysis/figure"
)

// Weights is the section about the weights of projections over time.
func Weights(projections []figure.Weights) (Section, error) {
	s := Section{ID: "weights", Title: "Weights over time", Tables: []Table{{
		Columns: []Column{{"projection", false}, {"synapses", true}, {"mean at first", true}, {"mean at last", true}, {"standard deviation at last", true}},
		Note:    "Weights are conductances in units of the leak conductance.",
	}}}
	many := false
	for _, w := range projections {
		last := len(w.TimeS) - 1
		if last < 0 {
			continue
		}
		many = many || last > 0
		s.Tables[0].Rows = append(s.Tables[0].Rows, []Cell{{Text: w.Projection}, {Text: number(float64(w.Synapses))},
			{Text: number(w.Mean[0])}, {Text: number(w.Mean[last])}, {Text: number(w.SD[last])}})
	}
	if !many {
		return s, nil
	}
	var svg bytes.Buffer
	if err := figure.DrawWeights(projections, 0, 0, figure.Size{}, nil, &svg); err != nil {
		return s, err
	}
	s.Figures = []Figure{{SVG: svg.Bytes(), Alt: "Mean, standard deviation and range of the weights of each projection over time.",
		Caption: "Mean, one standard deviation to each side, and the range from the least to the greatest weight."}}
	return s, nil
}
