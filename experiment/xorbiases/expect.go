package xorbiases

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

const (
	sourceFrozen   = "what is frozen does not change"
	sourcePaired   = "variants of a seed have the same wiring and noise"
	sourceRule     = "the rule: every event and burst changes a bias"
	sourceTeach    = "a constant answer costs least at the line of 6 Hz, below which the output begins"
	sourceMonotone = "units that rise with each of their inputs answer 11 no less than 10, whatever their biases; band: 4 standard errors of counting"
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
		// Two counts at the line by all neurons, in four fifths of the time.
		counting := math.Sqrt(2 * xor.LineHz / (0.8 * v.Milliseconds(scanDuration) / 1000 * n))
		all = append(all, experiment.Expectation{Path: "scans.plain.contrast_hz", Doc: "shared biases, read-out as in the paper: largest contrast", Unit: "Hz",
			Reference: math.NaN(), Low: math.Inf(-1), High: 4 * counting, Source: sourceMonotone})
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
	if k.output && !k.hidden {
		all = append(all, experiment.Expectation{Path: path + ".biases.output.mean_change", Doc: k.label + ": mean change of the output's biases",
			Reference: math.NaN(), Low: math.SmallestNonzeroFloat64, High: math.Inf(1), Source: sourceTeach})
	}
	if k.key == "weights" && fullLength {
		all = append(all, xor.Answer(path+".solved", k.label+": learned", true, sourcePaper))
	}
	if k.key != k.control() && present[k.control()] {
		all = append(all, experiment.Expectation{Path: path + ".final_cost_change", Doc: k.label + ": final cost less that of nothing learned",
			Reference: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), Source: "no reference: shown"})
	}
	return all
}
