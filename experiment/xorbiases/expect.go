package xorbiases

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

const (
	sourceFrozen = "what is frozen does not change"
	sourcePaired = "variants of a seed have the same wiring and noise"
	sourceRule   = "the rule: every event and burst changes a bias"
	sourceTeach  = "a constant answer costs least at the line of 6 Hz, below which the output begins"
	sourcePaper  = "Payeur et al. 2021, Figure 4"
)

// expect lists what the rule and the protocol make certain, and for the variant of
// the paper that its cost falls. What biases learn is shown beside, and not judged.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	n := float64(v.Int("neurons"))
	present := map[string]bool{}
	for _, k := range chosen(v) {
		present[k.key] = true
	}
	published := v.OnlyChanged(variantsKey, epochs, etaBias, biasMax, rateFloor) || v.Preset() == "quick" && quickUnchanged(v)
	for _, k := range chosen(v) {
		path := "variants." + k.key
		if !k.weights {
			all = append(all, experiment.Around(path+".weights.changed", k.label+": weights that changed", "", 0, 0, sourceFrozen))
		}
		for _, name := range biased {
			if path, doc := path+".biases."+name+".changed", k.label+": biases of "+name+" that changed"; !k.learns(biasPrefix+name) || v.Float(etaBias) == 0 {
				all = append(all, experiment.Around(path, doc, "", 0, 0, sourceFrozen))
			} else if published {
				all = append(all, experiment.Around(path, doc, "", n, 0, sourceRule))
			}
		}
		if present[k.control()] {
			all = append(all, experiment.Around(path+".paired_before", k.label+": same test before learning as where nothing learns", "", 1, 0, sourcePaired))
		}
		if published {
			all = append(all, k.outcome(v, present)...)
		}
	}
	return all
}

// quickUnchanged tells whether a run has the preset's values but for those that change
// no network.
func quickUnchanged(v *experiment.Values) bool {
	var sets []string
	for _, key := range []string{variantsKey, epochs, etaBias, biasMax, rateFloor} {
		sets = append(sets, key+"="+v.Text(key))
	}
	quick, err := Experiment().Resolve("quick", sets)
	return err == nil && quick.Hash() == v.Hash()
}

// outcome is what a variant learns, for the network as published.
func (k variant) outcome(v *experiment.Values, present map[string]bool) (all []experiment.Expectation) {
	path := "variants." + k.key
	above := func(path, doc, unit, source string) {
		all = append(all, experiment.Expectation{Path: path, Doc: k.label + ": " + doc, Unit: unit, Reference: math.NaN(),
			Low: math.SmallestNonzeroFloat64, High: math.Inf(1), Source: source})
	}
	if k.output && !k.hidden && v.Float(etaBias) > 0 {
		above(path+".biases.output.mean_change", "mean change of the output's biases", "", sourceTeach)
	}
	if k.key == "weights" && v.Hash() == Experiment().Defaults().Hash() {
		all = append(all, xor.Answer(path+".solved", k.label+": learned", true, sourcePaper))
	}
	if k.key != k.control() && present[k.control()] {
		all = append(all, experiment.Expectation{Path: path + ".final_cost_change", Doc: fmt.Sprintf("%s: final cost less that of nothing learned", k.label),
			Reference: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), Source: "no reference: shown"})
	}
	return all
}
