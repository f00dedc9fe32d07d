package biasfunctions

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
)

// leastSeeds is how many seeds means are of that are judged.
const leastSeeds = 5

// leastDifference is above what rounding makes of errors that are the same, and below any
// that is told.
const leastDifference = 1e-9

// expect is what the theorem lets us expect, which gives no numbers: the error of biases
// falls with each doubling of the width, and stays above that of training everything. It is
// expected of means over seeds, and of networks that are drawn and learn as by default.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	const source = "Williams et al. 2025, claim without a number"
	all = append(all, experiment.Expectation{Path: "frozen.unchanged", Doc: "all bits of W and V are the same after learning",
		Reference: math.NaN(), Low: 1, High: 1, Source: "weights are frozen"})
	if !v.OnlyChanged("targets", "widths", "widest_features") {
		return all
	}
	above := func(path, doc string) {
		x := experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: leastDifference, High: math.Inf(1), Source: source}
		all = append(all, x.Over(leastSeeds))
	}
	widths := v.Floats("widths")
	for _, t := range chosen(v.Words("targets")) {
		at := "targets." + t.name
		for i := 1; i < len(widths); i++ {
			if widths[i] >= 2*widths[i-1] {
				above(fmt.Sprintf("%s.biases.rms_falls.%d", at, i-1), fmt.Sprintf("%s, RMS of %g units less that of %g", t.name, widths[i-1], widths[i]))
			}
		}
		for i, w := range widths {
			above(fmt.Sprintf("%s.biases_less_all_weights_rms.%d", at, i), fmt.Sprintf("%s, %g units, RMS by biases less that by everything", t.name, w))
		}
	}
	return all
}
