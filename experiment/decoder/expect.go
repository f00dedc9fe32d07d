package decoder

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// signPart is in what part of the seeds a difference has to have its sign: with ten,
// nine, which has a probability of 0.011 if both signs are equally likely; with five, all
// (0.031).
const (
	signPart  = 0.9
	signSeeds = 5
)

// expect judges the gradient and the equal draws by theory, and the directions of the
// publication's claims over seeds, if trials and learning are as published. Sizes of effects were not published: they are shown.
func expect(v *experiment.Values) []experiment.Expectation {
	const (
		theory = "theory"
		paper  = "Rajeswaran et al. 2024: the direction, by a sign test over seeds; no size was published"
	)
	all := []experiment.Expectation{{Path: "gradient_error", Doc: "deviation of the closed loop's gradient from central differences",
		Reference: 0, Low: 0, High: 1e-6, Source: theory}}
	intensities := v.Floats("intensities")
	published := v.OnlyChanged("intensities", "units", "encoder_units", "time_step")
	for i, c := range intensities[min(1, len(intensities)):] {
		path := func(name string) string { return fmt.Sprintf("against_fixed.%d.%s", i, name) }
		sign := func(name, doc string) {
			all = append(all, experiment.Expectation{Path: path(name), Doc: fmt.Sprintf("adapting by %g: %s, part of seeds", c, doc),
				Reference: math.NaN(), Low: signPart, High: 1, Source: paper}.Over(signSeeds))
		}
		shown := func(name, doc string) {
			all = append(all, experiment.Expectation{Path: path(name), Doc: fmt.Sprintf("adapting by %g: %s", c, doc),
				Reference: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), Source: paper})
		}
		all = append(all, experiment.Expectation{Path: path("same_draws"), Doc: fmt.Sprintf("adapting by %g: the draws of the fixed decoder", c),
			Reference: 1, Low: 1, High: 1, Source: theory})
		if !published {
			continue
		}
		sign("lower_early", "lower loss early")
		shown("early_log10_difference", "log10 of the loss early, by how much lower")
		shown("start_log10_difference", "log10 of the loss in the first ten epochs, by how much lower")
		sign("falls_faster", "loss falls faster from there, over 100 epochs")
		shown("fall_log10_difference", "log10 of the loss, by how much more it falls")
		if c == slices.Max(intensities) { // the claim is made of the strongest
			sign("fewer_units", "asymptote with fewer units")
		}
		shown("units_difference", "units needed, how many fewer")
		shown("held_units_difference", "units needed, the others held at their mean rates, how many fewer")
		shown("adding_log10_difference", "unit-adding curve, log10, by how much lower")
		shown("gini_difference", "Gini of single-unit target decoding, by how much more")
		shown("dimensions_difference", "dimensions of the rates, how many more")
	}
	return all
}
