package dendriticgain

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
)

// reference is one run each of the reference program of Payeur et al. 2021, without
// a seed of their own: burst probability (%) and event rate (Hz) at dendritic
// currents (pA), with SOM onto the dendrites (closed loop) and without (open).
var reference = []struct{ currentPA, closedBP, closedER, openBP, openER float64 }{
	{0, 3.1, 7.9, 5.5, 7.7},
	{100, 18.4, 6.8, 33.0, 6.0},
	{200, 52.3, 5.2, 79.5, 4.3},
	{300, 86.8, 4.1, 98.2, 3.8},
	{400, 99.0, 3.75, 100, 3.75},
}

// The tolerances are three standard errors of the difference between one run of
// the reference and the mean of five of ours: 3 √(1+1/5) times the standard
// deviation of a run. That is, of ours, 0.48 points between 10 and 90 % of burst
// probability and 0.038 Hz (root mean squares over the dendritic currents, seeds 1
// to 15 of the open loop; docs/experiments/dendritic-gain.md).
const bpTolerance, erTolerance = 1.6, 0.13

// leastSeeds is how many seeds the means are of that are compared.
const leastSeeds = 5

// openPanel and openCurve lead to the open loop: the last curve of panel A.
const openPanel, openCurve = 0, 2

// expect lists what is to be expected of the conditions as published.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("conditions") {
		return nil
	}
	const program = "reference program of Payeur et al. 2021, one run; three standard errors of the difference, from our sd"
	var all []experiment.Expectation
	compare := func(condition int, name string, pA, bp, er float64) {
		stair := int(math.Round((pA - v.Float("dendritic_first")) / v.Float("dendritic_increment")))
		path := fmt.Sprintf("curves.%d.points.%d.", condition, stair)
		doc := fmt.Sprintf("%s, %g pA: ", name, pA)
		all = append(all,
			experiment.Around(path+"burst_probability_pct", doc+"burst probability", "%", bp, bpTolerance, program).Over(leastSeeds),
			experiment.Around(path+"event_rate_hz", doc+"event rate", "Hz", er, erTolerance, program).Over(leastSeeds))
	}
	for _, r := range reference {
		compare(0, "closed loop", r.currentPA, r.closedBP, r.closedER)
	}
	m := conditions(v)
	if len(m.Panels) == 0 {
		return all
	}
	for _, r := range reference {
		compare(m.Panels[openPanel].Curves[openCurve], "open loop", r.currentPA, r.openBP, r.openER)
	}
	for i, p := range m.Panels {
		all = append(all, experiment.Expectation{Path: fmt.Sprintf("panels.%d.ordered", i),
			Doc:       fmt.Sprintf("%s, %s: burst probability rises from the first curve to the last", p.Name, p.Title),
			Reference: math.NaN(), Low: 1, High: 1, Source: "Payeur et al. 2021, supplementary figure 5, panel " + p.Name})
	}
	return all
}
