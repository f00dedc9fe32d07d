package bridge

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

// expect lists what theory lets expect where ensembles are what their mean rates are:
// both networks learn, and the teacher moves each burst probability the same way.
func expect(v *experiment.Values) []experiment.Expectation {
	preset, err := Experiment().Resolve(v.Preset(), nil)
	if err != nil || preset.Hash() != v.Hash() {
		return nil
	}
	const source = "Payeur et al. 2021: Figure 4, and the coarse-grained model of its ensembles"
	all := []experiment.Expectation{
		xor.Answer("spiking.solved", "spikes have learned", true, source),
		xor.Answer("rates.solved", "rates have learned", true, source),
		{Path: "agreement.burst_probability_changes_of_same_sign", Doc: "burst probabilities that the teacher moves the same way, of 12",
			Reference: 12, Low: 12, High: 12, Source: source + "; feedback has the signs of the spiking network"},
	}
	return append(all, experiment.Expectation{Path: "agreement.weight_changes.correlation", Doc: "correlation of weight changes",
		Reference: math.NaN(), Low: 0, High: 1, Source: "weights of both follow one rule: their changes correlate"})
}
