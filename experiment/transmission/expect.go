package transmission

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// expect lists what the figure of the paper shows, in numbers of our own: its
// voltages were published as a drawing.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("duration", "receivers", "state_neurons") {
		return nil
	}
	const paper = "Payeur et al. 2021, supplementary figure 11"
	var all []experiment.Expectation
	correlated := func(a, b int, doc string) {
		all = append(all, experiment.Expectation{Path: "correlation." + pair(a, b), Doc: doc, Reference: math.NaN(),
			Low: math.Sqrt(0.5), High: 1, Source: paper + ": responses alike, here with half of the variance in common"})
	}
	holds := func(path, doc string) {
		all = append(all, experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: 1, High: 1, Source: paper})
	}
	correlated(events, depressing, "correlation of voltages, events alone and depression")
	correlated(bursts, facilitating, "correlation of voltages, bursts alone and facilitation")
	holds("depression_is_closer_to_events", "depression is closer to events than to bursts")
	holds("facilitation_is_closer_to_bursts", "facilitation is closer to bursts than to events")
	holds("burst_weights_ascend", "a burst weighs least with depression, most with facilitation")
	return all
}
