package manifold

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// The claims are about directions, not sizes: each is met if it holds in three of four
// of at least 20 networks, which a coin thrown for each would give with a probability
// of 2 % (1 - F(14) of the binomial distribution of 20 and 1/2).
const (
	leastSeeds = 20
	most       = 0.75
	direction  = "direction of the claim, in three of four networks at least"
)

// expect are the claims of the publication, with the values of its code. Numbers were
// not published; the bounds are ours.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("outside_candidates", "input_scale", "rates") {
		return nil
	}
	const paper = "Payeur, Orsborn, Lajoie 2023, claim; "
	all := []experiment.Expectation{
		truth("lazy.outside_slower", "lazy start: the loss halves later outside the manifold than within", paper+direction),
		truth("gap_shrinks", "outside over within takes a smaller factor from the rich start than from the lazy", paper+direction),
		{Path: "rich.log2_outside_over_within", Doc: "rich start: log2 of half time outside over within", Reference: math.NaN(),
			Low: math.Inf(-1), High: 0.25, Source: paper + "the gap vanishes or reverses: here at most a fifth longer"},
	}
	for _, perturbation := range []string{"within", "outside"} {
		for _, start := range []string{"lazy", "rich"} {
			stable := truth(start+"."+perturbation+".stable", start+" start, "+perturbation+": stable at the rate of the comparison", "every network: else the half times mean nothing")
			stable.Low = 1
			all = append(all, stable)
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
		truth("stability.outside_first", "as the rate rises, learning outside becomes unstable first", abstract+direction),
		truth("stability.incremental_rescues", "where learning outside at once ends unstable, stages until low end stable with a low loss", abstract+direction),
		truth("stability.staged_rescues", "where learning outside at once ends unstable, whole stages end stable with a low loss", abstract+direction),
		truth("stability.staged_steadier", "whole stages end unstable at fewer rates than learning outside at once, where the numbers differ", "ours; "+direction),
	}
	for i := range all {
		all[i] = all[i].Over(leastSeeds)
	}
	return all
}

// truth is a truth value that holds in most of the seeds.
func truth(path, doc, source string) experiment.Expectation {
	return experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: most, High: 1, Source: source}
}
