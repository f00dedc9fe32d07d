package biasrecurrent

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// headline is what a summary of several seeds prints.
var headline = []string{
	"networks.cosine bias.loss_fall_log10", "networks.cosine bias.after.orbit.modulus", "networks.cosine bias.after.orbit.period_steps",
	"networks.cosine bias.after.free", "networks.vanderpol bias.loss_fall_log10", "networks.vanderpol bias.after.orbit.modulus",
	"networks.vanderpol bias.after.orbit.period_steps", "networks.vanderpol bias.after.free", "bias_over_all_log10",
}

// leastSeeds is how many seeds means are of that are judged.
const leastSeeds = 5

// phaseTolerance is that of the publication's period midway, 23.75 for 25 steps.
const phaseTolerance = 0.05

// expect lists what is to be expected of networks like the published ones: 200 units,
// gain near 1, biases alone. What a network has that learned nothing is not judged
// (TestNothingLearnedMissesAll), but for the weights.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	if !v.OnlyChanged("tasks", "learns", "activation", "gain", "rate_bias", "other_starts") || math.Abs(v.Float("gain")-1) > 0.25 {
		return nil
	}
	learns := func(what string) bool { return slices.Contains(v.Words("learns"), what) }
	const paper = "Williams et al. 2025"
	add := func(x experiment.Expectation) { all = append(all, x.Over(leastSeeds)) }
	band := func(path, doc, unit string, low, high float64, source string) {
		add(experiment.Expectation{Path: path, Doc: doc, Unit: unit, Reference: math.NaN(), Low: low, High: high, Source: source})
	}
	shown := func(path, doc, unit string, reference float64, source string) {
		all = append(all, experiment.Expectation{Path: path, Doc: doc, Unit: unit, Reference: reference,
			Low: math.Inf(-1), High: math.Inf(1), Source: source})
	}
	for _, g := range targets(v) {
		if !learns(learnsBias) {
			continue
		}
		path, doc := "networks."+g.name+" "+learnsBias+".", g.name+", "
		phase := 2 * math.Pi / g.period
		shown(path+"loss_fall_log10", doc+"log10 of loss before over loss after", "", math.NaN(), "of the ratios, whose mean would be that of the best seed")
		band(path+"learned", doc+"the loss falls to a tenth or less, part of the seeds", "", 1, 1, paper+": biases alone learn trajectories; here each seed")
		band(path+"weights_unchanged", doc+"recurrent weights have the bits that they had", "", 1, 1, "the rule: biases alone learn")
		band(path+"nearer", doc+"an eigenvalue of the mean Jacobian comes nearer to exp(2πi/P), part of the seeds", "", 1, 1,
			paper+": leading eigenvalues approach those of the target; after against before, each seed")
		shown(path+"after.orbit.modulus", doc+"leading eigenvalue of the mean Jacobian, modulus", "", 1,
			paper+": approaches 1; with a gain near 1 it is near 1 before learning too, and so it is not judged")
		add(experiment.Around(path+"after.orbit.phase_rad", doc+"its phase", "rad", phase, phaseTolerance*phase,
			paper+": it turns with the target; tolerance as of the period midway, 23.75 of 25 steps"))
		if v.String("activation") == "tanh" {
			shown(path+"after.mean_modulus", doc+"mean of that modulus and the fixed point's", "", 1, "on a cycle the two lie on both sides of 1, as far to the second order")
			band(path+"balanced", doc+"that mean comes nearer to 1, part of the seeds", "", 1, 1, "the expansion of tanh; after against before, each seed")
		}
		band(path+"after.free.persists", doc+"an oscillation within 5 % of the period and 50 % of the cycle goes on beyond what is learned", "", 1, 1,
			paper+": an oscillation, not a transient; how near it is to the target's cycle is shown below")
		add(experiment.Around(path+"after.free.period_steps", doc+"its period", "steps", g.period, 0.01*g.period, "the target's period, within 1 %"))
		shown(path+"after.free.cycle_error_pct", doc+"its cycle is off the target's by", "%", math.NaN(), "not published")
		band(path+"after.floquet.modulus", doc+"greatest multiplier of a period", "", 0.9, 1.05,
			"displacements along a cycle stay, or shrink a little where it is locked to the steps")
		band(path+"other_starts_pct", doc+"other initial states that end on such a cycle", "%", 100, 100, "a cycle that attracts")
		band(path+"shuffled_over_after_log10", doc+"log10 of the loss with the learned biases in random order over that after", "", 1, math.Inf(1),
			"which unit has which bias is what is learned")
		if learns(learnsAll) {
			band("bias_over_all_log10."+g.name, doc+"log10 of the loss of biases over that of all weights", "", math.Log10(2), math.Inf(1),
				"40 000 weights and 200 biases fit better than 200 biases, by a factor of 2 at least")
		}
		if g.name == "cosine" && g.period == 25 {
			shown(path+"midway.fixed_point.period_steps", doc+"period at the fixed point, midway", "steps", 23.75,
				paper+": 23.75 of 25 steps midway, by how many updates is not said")
		}
	}
	if w := v.Words("tasks"); len(w) > 1 && learns(learnsBias) {
		for _, task := range w {
			band("swapped_over_after_log10."+task, task+", log10 of the loss with the biases of the other target over that after", "", 1, math.Inf(1),
				"the same weights, another target")
		}
	}
	return all
}
