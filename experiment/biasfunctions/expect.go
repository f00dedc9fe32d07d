package biasfunctions

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
)

// expect is what the theorem lets us expect, which gives no numbers: the error of biases
// falls with width, and stays above that of training everything; a mask is a case of
// biases.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	const source = "Williams et al. 2025, claim without a number"
	add := func(path, doc string, low, high float64, source string) {
		all = append(all, experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: low, High: high, Source: source})
	}
	add("frozen.unchanged", "all bits of W and V are the same after learning", 1, 1, "weights are frozen")
	widths := v.Floats("widths")
	for _, t := range chosen(v.Words("targets")) {
		at := "targets." + t.name
		for i := 1; i < len(widths); i++ {
			add(fmt.Sprintf("%s.biases.rms_falls.%d", at, i-1), fmt.Sprintf("%s, RMS of %g units less that of %g", t.name, widths[i-1], widths[i]), 0, math.Inf(1), source)
		}
		for i, w := range widths {
			add(fmt.Sprintf("%s.biases_less_all_weights_rms.%d", at, i), fmt.Sprintf("%s, %g units, RMS by biases less that by everything", t.name, w), 0, math.Inf(1), source)
		}
		add(at+".masking.greatest_change", t.name+", greatest change where biases replace a mask", 0, 0, "the same products are added, or zeros")
	}
	return all
}
