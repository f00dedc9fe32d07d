package coarse

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// expect lists what theory lets expect after any training that learns; errors are
// published for neither network.
func expect(v *experiment.Values) []experiment.Expectation {
	if v.Int("epochs") == 0 || v.Int("online_examples") == 0 {
		return nil
	}
	all := []experiment.Expectation{
		{Path: "last.online.global_deg", Doc: "angle of weight changes to the gradient", Unit: "°", Reference: math.NaN(), Low: 0, High: 90,
			Source: "what follows a gradient at all is below 90°"},
	}
	if v.Preset() == "quick" && v.Int("epochs") == 2 {
		all = append(all, experiment.Expectation{Path: "last.test_error_pct", Doc: "test error after two epochs", Unit: "%", Reference: math.NaN(), Low: 0, High: 20,
			Source: "a guess before any run, and missed: docs/experiments/coarse.md has the reasons"})
	}
	if rate.Scheme(v.String("rule")) == rate.Cancelling {
		all = append(all, experiment.Expectation{Path: "last.online.deviation_before.0", Doc: "p − p0 of the first layer before the teacher", Reference: 0, Low: 0, High: 1e-12,
			Source: "Greedy et al. 2022: bursts and events cancel"})
	}
	return all
}
