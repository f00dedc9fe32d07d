package xorbiases

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

const (
	sourceFrozen   = "what is frozen does not change"
	sourcePaired   = "variants of a seed have the same wiring and noise"
	sourceRule     = "the rule: every event and burst changes a bias"
	sourceTeach    = "a constant answer costs least at the line of 6 Hz, below which the output begins"
	sourceMonotone = "units that rise with each of their inputs answer 11 no less than 10, whatever their biases"
	sourcePaper    = "Payeur et al. 2021, Figure 4"
)

// expect lists what the rule and the protocol make certain, and for the variant of
// the paper that its cost falls. What biases learn is shown beside, and not judged.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	n := float64(v.Int("neurons"))
	present := map[string]bool{}
	for _, k := range chosen(v) {
		present[k.key] = true
	}
	published := isWhole(v)
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
			all = append(all, k.outcome(present, v.Preset() == "")...)
		}
	}
	if published && len(v.Floats(scanKey)) > 0 {
		all = append(all, experiment.Around("scans.plain.solved", "combinations of shared biases that compute XOR, read-out as in the paper", "", 0, 0, sourceMonotone))
	}
	return all
}

// isWhole tells whether a run has the values of the defaults or of the preset, but for
// what it runs of it: only then has it time to learn.
func isWhole(v *experiment.Values) bool {
	sets := []string{scanDuration + "=" + v.Text(scanDuration)}
	for _, key := range []string{variantsKey, scanKey} {
		sets = append(sets, key+"="+v.Text(key))
	}
	whole, err := Experiment().Resolve(v.Preset(), sets)
	return err == nil && whole.Hash() == v.Hash()
}

// outcome is what a variant learns, for the network as published.
func (k variant) outcome(present map[string]bool, fullLength bool) (all []experiment.Expectation) {
	path := "variants." + k.key
	above := func(path, doc, unit, source string) {
		all = append(all, experiment.Expectation{Path: path, Doc: k.label + ": " + doc, Unit: unit, Reference: math.NaN(),
			Low: math.SmallestNonzeroFloat64, High: math.Inf(1), Source: source})
	}
	if k.output && !k.hidden {
		above(path+".biases.output.mean_change", "mean change of the output's biases", "", sourceTeach)
	}
	if k.key == "weights" && fullLength {
		all = append(all, xor.Answer(path+".solved", k.label+": learned", true, sourcePaper))
	}
	if k.key != k.control() && present[k.control()] {
		all = append(all, experiment.Expectation{Path: path + ".final_cost_change", Doc: fmt.Sprintf("%s: final cost less that of nothing learned", k.label),
			Reference: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), Source: "no reference: shown"})
	}
	return all
}
