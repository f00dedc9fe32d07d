package biasrecurrent

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// headline is what a summary of several seeds prints.
var headline = []string{
	"networks.cosine bias.loss_fall", "networks.cosine bias.after.orbit.modulus", "networks.cosine bias.after.orbit.period_steps",
	"networks.cosine bias.after.free", "networks.vanderpol bias.loss_fall", "networks.vanderpol bias.after.orbit.modulus",
	"networks.vanderpol bias.after.orbit.period_steps", "networks.vanderpol bias.after.free", "bias_over_all",
}

// leastSeeds is how many seeds means are of that are judged.
const leastSeeds = 5

const (
	// modulusTolerance: with a_j swinging by A_j about 0, tanh has the mean slope
	// 1 − A_j²/2 along the orbit and the gain 1 − A_j²/4 for the swing itself, to the second
	// order. On a cycle the latter gives the eigenvalue 1, and so the mean Jacobian has
	// one that is smaller by A²/4: 0.1 for A = 0.63.
	modulusTolerance = 0.1
	// phaseTolerance is that of the publication's period midway, 23.75 for 25 steps.
	phaseTolerance = 0.05
)

// expect lists what is to be expected of networks like the published ones: 200 units,
// gain near 1, biases alone.
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
	for _, g := range targets(v) {
		if !learns(learnsBias) {
			continue
		}
		path, doc := "networks."+g.name+" "+learnsBias+".", g.name+", "
		phase := 2 * math.Pi / g.period
		band(path+"loss_fall", doc+"loss before over loss after", "", 10, math.Inf(1), paper+": biases alone learn trajectories; here by a factor of 10 at least")
		band(path+"weights_unchanged", doc+"recurrent weights have the bits that they had", "", 1, 1, "the rule: biases alone learn")
		add(experiment.Around(path+"after.orbit.modulus", doc+"leading eigenvalue of the mean Jacobian, modulus", "", 1, modulusTolerance,
			paper+": leading eigenvalues approach modulus 1; the mean slope of a swing is less than its gain"))
		add(experiment.Around(path+"after.orbit.phase_rad", doc+"its phase", "rad", phase, phaseTolerance*phase,
			paper+": it turns with the target; tolerance as of the period midway, 23.75 of 25 steps"))
		band(path+"after.fixed_point.modulus", doc+"leading eigenvalue at the fixed point, modulus", "", 1, math.Inf(1), "a fixed point that repels, for a cycle about it")
		band(path+"after.free.persists", doc+"the cycle persists beyond what is learned", "", 1, 1, paper+": an oscillation, not a transient")
		add(experiment.Around(path+"after.free.period_steps", doc+"its period", "steps", g.period, 0.01*g.period, "the target's period, within 1 %"))
		band(path+"after.floquet.modulus", doc+"greatest multiplier of a period", "", 0.9, 1.05,
			"displacements along a cycle stay, or shrink a little where it is locked to the steps")
		band(path+"after.floquet.second_modulus", doc+"the next multiplier", "", 0, 0.5, "a cycle that attracts within a period or two")
		band(path+"shuffled_loss", doc+"loss with the learned biases in random order", "", g.variance()/2, math.Inf(1),
			"which unit has which bias is what is learned; 1/2 of the variance of the target")
		if learns(learnsAll) {
			band("bias_over_all."+g.name, doc+"loss of biases over that of all weights", "", 1, math.Inf(1), "40 000 weights and 200 biases fit better than 200 biases")
		}
		if g.name == "cosine" && g.period == 25 {
			add(experiment.Expectation{Path: path + "midway.fixed_point.period_steps", Doc: doc + "period at the fixed point, midway", Unit: "steps",
				Reference: 23.75, Low: math.Inf(-1), High: math.Inf(1), Source: paper + ": 23.75 of 25 steps midway, by how many updates is not said"})
		}
	}
	if w := v.Words("tasks"); len(w) > 1 && learns(learnsBias) {
		for _, task := range w {
			band(fmt.Sprintf("swapped_loss.%s", task), task+", loss with the biases of the other target", "", 0.25, math.Inf(1),
				"the same weights, another target: 1/2 of the variance of a swing by 1")
		}
	}
	return all
}
