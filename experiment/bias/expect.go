package bias

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
)

// leastGain is less than any difference of mean accuracies, %: with n test examples and s
// seeds they are multiples of 100/(n s).
const leastGain = 1e-4

// expect is what the publication claims, which gives no numbers: accuracy grows with
// width, stays below that of training everything, and one pair of weight matrices does
// several tasks.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	const source = "Williams et al. 2025, claim without a number"
	above := func(path, doc, unit string, low float64, source string) experiment.Expectation {
		return experiment.Expectation{Path: path, Doc: doc, Unit: unit, Reference: math.NaN(), Low: low, High: math.Inf(1), Source: source}
	}
	all = append(all, above("frozen.unchanged", "all bits of W and V are the same after learning", "", 1, "weights are frozen"))
	if !v.OnlyChanged(claimedFor()...) {
		return all
	}
	add := func(path, doc string) {
		all = append(all, above(path, doc, "points", leastGain, source).Over(leastSeeds))
	}
	widths := v.Floats("widths")
	for i := 1; i < len(widths); i++ {
		if widths[i] >= 2*widths[i-1] {
			add(fmt.Sprintf("biases.steps_pct.%d", i-1), fmt.Sprintf("accuracy by biases, %g units over %g", widths[i], widths[i-1]))
		}
	}
	for i, w := range widths {
		if int(w) <= v.Int("widest_weights") {
			add(fmt.Sprintf("all_weights_less_biases_pct.%d", i), fmt.Sprintf("accuracy by everything over biases, %g units", w))
		}
	}
	if tasks := len(v.Words("tasks")) + len(moreData(v)); v.Int("task_width") > 0 && tasks > 1 {
		add("tasks.least_margin_pct", "own bias vector over the best other, least of all tasks")
		add("tasks.least_above_majority_pct", "own bias vector over the most frequent class, least of all tasks")
	}
	return append(all, calibrated(v)...)
}

// leastSeeds is how many seeds means are of that are judged.
const leastSeeds = 5

// claimedFor are the parameters that may be other than by default where the publication's
// claims are judged: how networks learn is not among them.
func claimedFor() []string {
	return []string{"data", "train_examples", "test_examples", "pixels", "widths", "widest_weights", "tasks", "more_data", "task_width", "clusters", "memory_gb"}
}

// calibrated shows, unjudged, the accuracies that a program without our code has once
// reached: one seed, 8000 training and 2000 test images, pixels from 0 to 1.
func calibrated(v *experiment.Values) (all []experiment.Expectation) {
	if v.String("pixels") != pixelsUnit || v.Int("train_examples") != 8000 || v.Int("test_examples") != 2000 {
		return nil
	}
	reached := map[float64]float64{50: 20, 200: 34, 800: 62}
	for i, w := range v.Floats("widths") {
		if pct, ok := reached[w]; ok {
			all = append(all, experiment.Expectation{Path: fmt.Sprintf("biases.accuracy_pct.%d", i), Doc: fmt.Sprintf("accuracy by biases, %g units", w),
				Unit: "%", Reference: pct, Low: math.Inf(-1), High: math.Inf(1), Source: "an independent program, one seed, pixels from 0 to 1"})
		}
	}
	return all
}
