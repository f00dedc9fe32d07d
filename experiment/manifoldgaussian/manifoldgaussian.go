// Package manifoldgaussian is the earlier, static form of package manifold: a Gaussian
// network at its fixed point that starts with large recurrent weights, and the question
// at which learning rates it can learn perturbations of its decoder within and outside
// its manifold, at once or in stages. Model and measures are those of package manifold.
package manifoldgaussian

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/manifold"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "manifold-gaussian",
		Title: "Learning rates within and outside a neural manifold, in a static Gaussian network",
		Summary: "A linear network with Gaussian noise learns perturbations of its decoder by the exact gradient, at a range of learning " +
			"rates: within its manifold, outside, and outside in stages. The loss alone does not show what goes wrong at high rates, the " +
			"spectral radius of the recurrent weights does. This is the experiment manifold without its rich start.",
		Citation: manifold.Citation + "; the static form is that of the authors' earlier abstracts",
		Params:   manifold.Params(false),
		Headline: []string{"lazy.within.half_time_steps", "lazy.outside.half_time_steps", "lazy.log2_outside_over_within", "stability"},
		Figure:   experiment.FigureOf(manifold.FigureOfLazy),
		Expect:   manifold.ExpectStability,
		Verify:   []experiment.Verification{{Seeds: "1..30", Takes: "1 min on two cores"}},
		Check:    manifold.Check,
		Run:      manifold.Run,
	}
}
