package representations

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// No publication gives numbers for two hidden layers of spikes. What is expected is
// what the construction implies: signs of the paths, with half of what was found as the
// least size, and angles that random directions rarely reach.

// variable are the values that may differ from the defaults: those of the presets
// that keep the network, and what only makes a run longer or shorter.
var variable = []string{"examples", "block", "starts", "horizon", "alignment", "teacher_current",
	"feedback_hidden1", "feedback_hidden2", "eta_hidden1"}

// expect lists what holds of nested exclusive or with whole or cut feedback.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged(variable...) {
		return nil
	}
	whole := v.Float("feedback_hidden1") > 0
	if v.Float("feedback_hidden2") == 0 {
		return nil
	}
	const seeds = 5
	inf, none := math.Inf(1), math.NaN()
	signs := "signs of the feedback paths; half of what seeds 1 to 5 give"
	var all []experiment.Expectation
	add := func(path, doc, unit string, low, high float64, source string) {
		all = append(all, experiment.Expectation{Path: path, Doc: doc, Unit: unit, Reference: none, Low: low, High: high, Source: source}.Over(seeds))
	}
	add("feedback.range_pct.hidden2_1", "burst probability of hidden2_1 over the currents", "points", 17, inf, signs)
	add("feedback.range_pct.hidden2_2", "burst probability of hidden2_2 over the currents", "points", -inf, -17, signs)
	if whole {
		add("feedback.range_pct.hidden1_1", "burst probability of hidden1_1 over the currents", "points", 17, inf, signs)
		add("feedback.range_pct.hidden1_2", "burst probability of hidden1_2 over the currents", "points", -inf, -17, signs)
	} else {
		cut := "three standard errors of five seeds, without any path"
		band := noPath(v) / math.Sqrt(seeds)
		add("feedback.range_pct.hidden1_1", "burst probability of hidden1_1, feedback cut", "points", -band, band, cut)
		add("feedback.range_pct.hidden1_2", "burst probability of hidden1_2, feedback cut", "points", -band, band, cut)
	}
	first := func(layer string) string { return "angles.0.layers." + layer }
	if v.Int("examples") < 8*v.Int("block") || v.Float("teacher_current") == 0 {
		return all
	}
	below := func(layer string, dimensions int) {
		add(first(layer)+".weights_aligned_deg", "first block, angle of "+layer+" to feedback alignment", "°", 0, chanceDeg(dimensions),
			"5 % of random directions come below")
	}
	below("hidden2", 48)
	below("output", 16)
	if v.Float("eta_hidden1") == 0 {
		return all
	}
	if whole {
		below("hidden1", 32)
	} else {
		add(first("hidden1")+".weights_deg", "first block, angle of hidden1 to backpropagation, feedback cut", "°", 70, 110,
			"90 where nothing is told; twice the standard deviation of one random direction in 32 dimensions")
	}
	if whole && v.Float("alignment") == 0.3 {
		add(first("hidden1")+".weights_deg", "first block, angle of hidden1 to backpropagation", "°", 0, chanceDeg(32), "5 % of random directions come below")
		add(first("hidden2")+".weights_deg", "first block, angle of hidden2 to backpropagation", "°", 0, chanceDeg(48), "5 % of random directions come below")
	}
	return all
}

// noPath is three standard deviations of the range of a burst probability, in
// points, over currents that do not reach it: the difference of two binomial
// shares. Ensembles of hidden layer 1 have p = 0.305 and 2.75 Hz where feedback is
// cut; each share is of 8 examples without their first fifth.
func noPath(v *experiment.Values) float64 {
	const p, hz = 0.305, 2.75
	events := 8 * 0.8 * v.Float("example_duration") * hz * float64(v.Int("neurons"))
	return 3 * 100 * math.Sqrt(2*p*(1-p)/events)
}

func verifications() []experiment.Verification {
	return []experiment.Verification{
		{Seeds: "1..5", Takes: "52 s on two cores"},
		{Name: "cut", Preset: "cut", Set: []string{"examples=64"}, Seeds: "1..5", Takes: "21 s on two cores"},
	}
}
