package manifold

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// leastSeeds is how many networks claims are about.
const leastSeeds = 6

// expect are the claims of the publication, with the values of its code. Numbers were
// not published; the bounds are ours.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("outside_candidates", "input_scale", "rates") {
		return nil
	}
	const paper = "Payeur, Orsborn, Lajoie 2023, claim; "
	all := []experiment.Expectation{
		truth("lazy.outside_slower", "lazy start: the loss halves later outside the manifold than within", 1, paper+"here in every seed"),
		truth("gap_shrinks", "outside over within takes a smaller factor from the rich start than from the lazy", 1, paper+"here in every seed"),
		{Path: "rich.log2_outside_over_within", Doc: "rich start: log2 of half time outside over within", Reference: math.NaN(),
			Low: math.Inf(-1), High: 0.25, Source: paper + "the gap vanishes or reverses: here at most a fifth longer"},
	}
	for _, perturbation := range []string{"within", "outside"} {
		for _, start := range []string{"lazy", "rich"} {
			all = append(all, experiment.Expectation{Path: start + "." + perturbation + ".spectral_radius",
				Doc: start + " start, " + perturbation + ": spectral radius after learning", Reference: math.NaN(), Low: 0, High: 1,
				Source: "stable at the rate of the comparison"})
		}
	}
	for _, shown := range []struct{ path, doc, axis string }{
		{"lazy.within.manifold_overlap", "lazy start, within: overlap with the manifold of before", "0.9 to 1"},
		{"lazy.outside.manifold_overlap", "lazy start, outside: overlap with the manifold of before", "0.9 to 1"},
		{"lazy.outside.variance_read_before", "lazy start, outside: R before learning", "0.05 to 0.1"},
		{"lazy.outside.variance_read_gain", "lazy start, outside: variance read after learning, over before", "1 to 20"},
	} {
		all = append(all, experiment.Expectation{Path: shown.path, Doc: shown.doc + "; the published axis is " + shown.axis, Reference: math.NaN(),
			Low: math.Inf(-1), High: math.Inf(1), Source: "an axis is no result: shown, not judged"})
	}
	for i := range all {
		all[i] = all[i].Over(leastSeeds)
	}
	return append(all, ExpectStability(v)...)
}

// ExpectStability are the claims about learning rates, of the rates of the publication.
func ExpectStability(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("outside_candidates", "input_scale") {
		return nil
	}
	const abstract = "Payeur, Orsborn, Lajoie, claim about learning rates; "
	all := []experiment.Expectation{
		truth("stability.outside_first", "as the rate rises, learning outside becomes unstable first", 0.75, abstract+"here in three of four seeds at least"),
		truth("stability.incremental_rescues", "where learning outside at once ends unstable, stages until low end stable with a low loss", 1, abstract+"here in every seed"),
		truth("stability.staged_rescues", "where learning outside at once ends unstable, whole stages end stable with a low loss", 1, abstract+"here in every seed"),
		truth("stability.staged_steadier", "whole stages end unstable at fewer rates than learning outside at once, where the numbers differ", 0.75, abstract+"here in three of four seeds at least"),
	}
	for i := range all {
		all[i] = all[i].Over(leastSeeds)
	}
	return all
}

// truth is a truth value that holds in at least a part of the seeds.
func truth(path, doc string, part float64, source string) experiment.Expectation {
	return experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: part, High: 1, Source: source}
}
