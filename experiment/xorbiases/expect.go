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
	sourceContrast = "an observation, of no theory: mean rates rise with each input; band: 4 standard errors of counting"
	sourceHidden   = "an observation; band: 4 standard errors of counting"
	sourcePaper    = "Payeur et al. 2021, Figure 4"
)

// expect has a line for each thing that the protocol makes certain, and, of whole runs,
// what may come out otherwise: which biases lower the cost, and that shared ones make no XOR.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	n := float64(v.Int("neurons"))
	whole, compared, moves := isWhole(v), false, false
	present := map[string]bool{}
	for _, k := range chosen(v) {
		present[k.key] = true
		moves = moves || k.hidden || k.output
	}
	for _, k := range chosen(v) {
		compared = compared || k.key != k.control() && present[k.control()]
	}
	all = append(all, experiment.Around("frozen_changed", "weights and biases that changed where they are frozen", "", 0, 0, sourceFrozen))
	if compared {
		all = append(all, experiment.Around("paired_before", "same test before learning as where nothing learns", "", 1, 0, sourcePaired))
	}
	if !whole {
		return all
	}
	if moves {
		all = append(all, experiment.Around("biases_unmoved", "biases that learn and did not change", "", 0, 0, sourceRule))
	}
	// An exponential average of a rate r over tau_avg, mean of n neurons, has variance
	// r/(2 tau_avg n). At the line of 6 Hz each of the four cross-entropies has a slope of 2
	// over (rate_max - rate_min). Ten epochs, and the difference of two.
	slope := 2 * math.Sqrt(float64(len(inputs))) / (v.Float("rate_max") - v.Float("rate_min"))
	cost := slope * math.Sqrt(2*xor.LineHz/(2*v.Milliseconds("tau_avg")/1000*n)/lastEpochs)
	for _, k := range chosen(v) {
		all = append(all, k.outcome(present, cost, v.Preset() == fullLength)...)
	}
	if len(v.Floats(scanKey)) > 0 {
		// Two counts at the line by all neurons, in four fifths of the time.
		counting := math.Sqrt(2 * xor.LineHz / (0.8 * v.Milliseconds(scanDuration) / 1000 * n))
		all = append(all, experiment.Expectation{Path: "scans.plain.contrast_hz", Doc: "shared biases, read-out as in the paper: largest contrast", Unit: "Hz",
			Reference: math.NaN(), Low: math.Inf(-1), High: 4 * counting, Source: sourceContrast})
	}
	return all
}

// lastEpochs is of how many epochs the final cost is the mean.
const lastEpochs = 10

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

// outcome is what a variant learns, for the network as published; counting is the standard
// error of a difference of two final costs.
func (k variant) outcome(present map[string]bool, counting float64, published bool) (all []experiment.Expectation) {
	path := "variants." + k.key
	if k.key == "output_biases" {
		all = append(all, experiment.Expectation{Path: path + ".biases.output.mean_change", Doc: k.label + ": mean change of the output's biases",
			Reference: math.NaN(), Low: math.SmallestNonzeroFloat64, High: math.Inf(1), Source: sourceTeach})
	}
	if k.key == "weights" && published {
		all = append(all, xor.Answer(path+".solved", k.label+": learned", true, sourcePaper))
	}
	if k.key == k.control() || !present[k.control()] {
		return all
	}
	change := experiment.Expectation{Path: path + ".final_cost_change", Doc: k.label + ": final cost less that of nothing learned",
		Reference: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), Source: "no reference: shown"}
	switch k.key {
	case "output_biases":
		change.High, change.Source = -math.SmallestNonzeroFloat64, sourceTeach
	case "weights":
		change.High, change.Source = -math.SmallestNonzeroFloat64, sourcePaper
	case "hidden_biases":
		change.Low, change.High, change.Source = -4*counting, 4*counting, sourceHidden
	}
	return append(all, change)
}
