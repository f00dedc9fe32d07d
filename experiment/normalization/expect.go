package normalization

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
)

// reference is one run of the reference program of Payeur et al. 2021 without
// somatic current: burst probability (%) and event rate (Hz) at dendritic currents
// (pA), with inhibition and without.
var reference = []struct{ currentPA, inhibitedBP, inhibitedER, freeBP, freeER float64 }{
	{-100, 3.1, 4.6, 3.2, 4.6},
	{0, 12.7, 4.3, 13.8, 4.2},
	{50, 25.8, 3.9, 28.4, 3.9},
	{100, 47.7, 3.6, 52.2, 3.5},
	{150, 71.2, 3.1, 76.6, 3.1},
	{200, 89.2, 3.0, 92.3, 3.0},
	{300, 99.6, 2.9, 99.8, 2.9},
}

// The tolerances of a curve: points of burst probability, Hz.
const bpTolerance, erTolerance = 2, 0.15

// leastSeeds is how many seeds the means are of that are compared: one network's
// event rate differs from the next by 0.09 Hz (sd) at the first stair.
const leastSeeds = 5

// expect lists what is to be expected of the conditions as published.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("conditions") {
		return nil
	}
	const program = "reference program of Payeur et al. 2021, one run"
	var all []experiment.Expectation
	add := func(x experiment.Expectation) { all = append(all, x.Over(leastSeeds)) }
	compare := func(condition int, name string, stair int, pA, bp, er float64) {
		path := fmt.Sprintf("curves.%d.points.%d.", condition, stair)
		doc := fmt.Sprintf("%s, %g pA: ", name, pA)
		add(experiment.Around(path+"burst_probability_pct", doc+"burst probability", "%", bp, bpTolerance, program))
		add(experiment.Around(path+"event_rate_hz", doc+"event rate", "Hz", er, erTolerance, program))
	}
	stair := func(pA float64) int {
		return int(math.Round((pA - v.Float("dendritic_first")) / v.Float("dendritic_increment")))
	}
	for _, r := range reference {
		compare(0, "inhibition", stair(r.currentPA), r.currentPA, r.inhibitedBP, r.inhibitedER)
	}
	if v.String("conditions") == "one" {
		return all
	}
	for _, r := range reference {
		compare(len(extraSoma), "no inhibition", stair(r.currentPA), r.currentPA, r.freeBP, r.freeER)
	}
	const paper = "Payeur et al. 2021, supplementary figure 10: "
	add(experiment.Expectation{Path: "spread.free_rises", Doc: "without inhibition burst probability rises with somatic current",
		Reference: math.NaN(), Low: 1, High: 1, Source: paper + "curves apart without inhibition"})
	add(experiment.Expectation{Path: "spread.max_inhibited_pct", Doc: "largest spread of curves with inhibition", Unit: "points",
		Reference: math.NaN(), Low: 0, High: 2 * bpTolerance, Source: paper + "curves nearly coincide, here as two within the tolerance of one"})
	add(experiment.Expectation{Path: "spread.ratio_at_max_free", Doc: "spread with inhibition over that without, where that is largest",
		Reference: math.NaN(), Low: 0, High: 0.5, Source: paper + "curves nearly coincide, here by half at least"})
	return all
}
