package detection

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/experiment"
)

// Bands are those of chance: what is found misses them once in a thousand times if
// the analysis does what it says, with as many seeds as are asked for.
const (
	seeds    = 5
	unlikely = 0.001
)

// expect compares what is found with what was planted. It judges runs whose
// statistics the bands are made for: those with the default cells and trials.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("event_effect", "burst_effect", "error_effect", "burst_interval_max") {
		return nil
	}
	cells := v.Int("cells")
	level := v.Float("level")
	null := v.Float("event_effect") == 0 && v.Float("burst_effect") == 0 && v.Float("error_effect") == 0
	own := "planted; band: binomial, missed once in 1000"
	all := []experiment.Expectation{
		coverage("effects.event_rate_coverage", "95 % intervals of event-rate changes hold what was planted", cells),
		coverage("effects.firing_rate_coverage", "95 % intervals of firing-rate changes hold what was planted", cells),
		coverage("effects.burst_fraction_coverage", "95 % intervals of burst-fraction changes hold what was planted", cells),
	}
	if null {
		for _, signal := range []string{"firing_rate", "burst_fraction"} {
			all = append(all, experiment.Expectation{Path: "classes." + signal + ".false_positive_rate",
				Doc: fmt.Sprintf("cells with p ≤ %g, %s", level, signal), Reference: level, Low: 0, High: most(seeds*cells, level), Source: own}.Over(seeds))
		}
		for _, signal := range []string{"event_rate_hz", "burst_fraction", "firing_rate_hz"} {
			all = append(all, seldom("errors.found."+signal, "hits and misses differ, "+signal, level))
		}
		return append(all, seldom("decoding.all.both_above_chance", "stimulation is decoded better than by chance", level))
	}
	return all
}

// coverage of 95 % intervals: at least what chance leaves; exact intervals may
// hold more.
func coverage(path, doc string, cells int) experiment.Expectation {
	n := seeds * cells
	return experiment.Expectation{Path: path, Doc: doc, Reference: 0.95, Low: 1 - most(n, 0.05), High: 1,
		Source: "planted; band: binomial, missed once in 1000"}.Over(seeds)
}

// seldom is something that is found in a seed with the probability of the level.
func seldom(path, doc string, level float64) experiment.Expectation {
	return experiment.Expectation{Path: path, Doc: doc, Reference: level, Low: 0, High: most(seeds, level),
		Source: "nothing is planted; band: binomial, missed once in 1000"}.Over(seeds)
}

// most is the part of n of which more succeed with a probability of at most
// unlikely, if each does with probability p.
func most(n int, p float64) float64 {
	b := distuv.Binomial{N: float64(n), P: p}
	k := 0
	for ; 1-b.CDF(float64(k)) > unlikely; k++ {
	}
	return float64(k) / float64(n)
}

// around is a band of so much to each side.
func around(path, doc, unit string, reference, tolerance float64, source string) experiment.Expectation {
	return experiment.Around(path, doc, unit, reference, tolerance, source).Over(seeds)
}

// holds is a truth that every seed is to show.
func holds(path, doc string) experiment.Expectation {
	return experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: 1, High: 1, Source: "planted"}.Over(seeds)
}
