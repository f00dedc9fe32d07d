package depth

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// expect are bounds of angles: of tied feedback by theory, whatever is trained; of
// random feedback those of the calibration (docs/experiments/mnist.md), for its images.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	cells, _, err := grid(v)
	if err != nil || v.Int("epochs") == 0 || v.Int("angle_batches") == 0 {
		return nil
	}
	most := func(name string, degrees float64, why string) {
		all = append(all, experiment.Expectation{Path: "networks." + name + ".greatest_delta_deg",
			Doc: name + ", greatest angle to backpropagation", Unit: "°", Reference: math.NaN(), Low: 0, High: degrees, Source: why})
	}
	calibrated := v.OnlyChanged("train_examples", "data") && v.Int("train_examples") == 10_000
	for _, c := range cells {
		rule, feedback := c.config.Rule.Name(), string(c.config.Feedback)
		tied := feedback == "tied" && c.depth > 0
		random := feedback == "random" && calibrated && (c.depth == 1 || c.depth == 2)
		switch {
		case tied && rule == "bp":
			most(c.name(), 1e-5, "the same products; acos of 1 rounded to 1 − 1e-16 is 1e-6 degrees")
		case tied && rule == "burstccn":
			most(c.name(), 0.1, "to first order what is left of events and bursts is the teacher's")
		case tied && rule == "burstprop":
			most(c.name(), 2, "dendrites in their linear range")
		case random && rule == "burstccn":
			most(c.name(), 55, "calibration: feedback aligns within three epochs")
		case random && rule == "burstprop":
			most(c.name(), 60, "calibration: feedback aligns within three epochs")
		}
	}
	if calibrated && slices.Contains(v.Words("rules"), "burstprop") && slices.Contains(v.Words("feedbacks"), "random") {
		all = append(all, experiment.Expectation{Path: "growth_deg.burstprop random", Doc: "burstprop random, angle of the deepest network less that of the shallowest",
			Unit: "°", Reference: 60 - 36, Low: 0, High: math.Inf(1), Source: "calibration: 36, 49, 60 with 1, 2, 3 hidden layers"})
	}
	return all
}

// growth is by how much the mean angle to backpropagation of the deepest network of a
// rule and a feedback exceeds that of the shallowest that has hidden layers, degrees.
func growth(networks []*Network) map[string]float64 {
	all := map[string]float64{}
	first, last := map[string]*Network{}, map[string]*Network{}
	for _, n := range networks {
		if n.MeanDeltaDeg == nil {
			continue
		}
		key := fmt.Sprintf("%s %s", n.Rule, n.Feedback)
		if f := first[key]; f == nil || n.Depth < f.Depth {
			first[key] = n
		}
		if l := last[key]; l == nil || n.Depth > l.Depth {
			last[key] = n
		}
	}
	for key, n := range last {
		if n != first[key] {
			all[key] = *n.MeanDeltaDeg - *first[key].MeanDeltaDeg
		}
	}
	return all
}
