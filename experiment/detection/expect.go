package detection

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
)

// Bands are those of chance where they can be: what is found misses such a band once
// in a thousand times if the analysis does what it says, with the seeds asked for.
const (
	seeds     = 5
	nullSeeds = 20
	unlikely  = 0.001
	byChance  = "band: binomial, missed once in 1000"
)

// expect compares what is found with what was planted. It judges runs whose
// statistics the bands are made for: those with the default cells, trials and
// effects, and those without any effect.
func expect(v *experiment.Values) []experiment.Expectation {
	null := v.Float("event_effect") == 0 && v.Float("burst_effect") == 0 && v.Float("error_effect") == 0
	switch {
	case null && v.OnlyChanged("event_effect", "burst_effect", "error_effect", "burst_interval_max"):
		return nothing(v)
	case v.OnlyChanged("burst_interval_max"):
		return slices.Concat(coverages(v.Int("cells"), seeds), classified(v), trained(v), compared(v), decoded(v))
	}
	return nil
}

// nothing is what is expected where nothing responds.
func nothing(v *experiment.Values) []experiment.Expectation {
	level, n := v.Float("level"), nullSeeds*v.Int("cells")
	seldom := func(path, doc string) experiment.Expectation {
		return experiment.Expectation{Path: path, Doc: doc, Reference: level, Low: 0, High: most(nullSeeds, level),
			Source: "nothing is planted; " + byChance}.Over(nullSeeds)
	}
	all := append(coverages(v.Int("cells"), nullSeeds),
		experiment.Expectation{Path: "classes.firing_rate.false_positive_rate", Doc: "cells whose firing rate changes, by a test at the level",
			Reference: level, Low: 1 - most(n, 1-level), High: most(n, level), Source: "nothing is planted; " + byChance}.Over(nullSeeds),
		// Fisher's test is of whole numbers, and finds less than the level.
		experiment.Expectation{Path: "classes.burst_fraction.false_positive_rate", Doc: "cells whose burst fraction changes, by a test at the level",
			Reference: level, Low: 0, High: most(n, level), Source: "nothing is planted; " + byChance}.Over(nullSeeds))
	for _, signal := range trials.SignalNames() {
		all = append(all, seldom("errors.found."+signal, "hits and misses differ, "+signal))
	}
	return append(all, seldom("decoding.all.rate_above_chance", "stimulation is decoded from firing rates"),
		seldom("decoding.all.both_above_chance", "stimulation is decoded from event rates and burst fractions"))
}

// coverages are those of 95 % intervals: at least what chance leaves; intervals of
// whole numbers may hold more.
func coverages(cells, seeds int) []experiment.Expectation {
	var all []experiment.Expectation
	for _, signal := range []string{"event rate", "firing rate", "burst fraction"} {
		all = append(all, experiment.Expectation{Path: "effects." + strings.ReplaceAll(signal, " ", "_") + "_coverage",
			Doc: "95 % intervals hold the planted change of the " + signal, Reference: 0.95, Low: 1 - most(seeds*cells, 0.05), High: 1,
			Source: "planted; " + byChance}.Over(seeds))
	}
	return all
}

// classified judges the classes of cells.
func classified(v *experiment.Values) []experiment.Expectation {
	var all []experiment.Expectation
	level := v.Float("level")
	half := seeds * v.Int("cells") / 2 // cells in which a signal is silent, and in which it is not
	silent := half
	if v.Float("burst_interval_max") > v.Float("burst_isi") {
		silent /= 2 // split bursts make event rates and burst fractions change together, if hardly
	}
	for _, signal := range []string{"firing rate", "burst fraction"} {
		path := "classes." + strings.ReplaceAll(signal, " ", "_")
		all = append(all,
			experiment.Expectation{Path: path + ".false_positive_rate", Doc: "silent cells with p at most the level, " + signal,
				Reference: level, Low: 0, High: most(silent, level), Source: "planted; " + byChance}.Over(seeds),
			// ¼ is the greatest variance of a yes or no.
			around(path+".sensitivity_error", "sensitivity minus that of a normal test, "+signal, "", 0,
				-distuv.UnitNormal.Quantile(unlikely/2)*math.Sqrt(0.25/float64(half)), "planted; band: binomial of the greatest variance, missed once in 1000"))
	}
	return all
}

// trained judges latencies: one is found at the beginning of the bin that holds it,
// or up to two bins after the response has risen.
func trained(v *experiment.Values) []experiment.Expectation {
	bin := v.Float("bin") / 1000
	early, late := bin, riseS+2*bin
	source := "planted; band: a bin early to two bins after the rise"
	latency := func(path, doc string) experiment.Expectation {
		return experiment.Expectation{Path: path, Doc: doc, Unit: "s", Reference: 0, Low: -early, High: late, Source: source}.Over(seeds)
	}
	none := func(path, doc string) experiment.Expectation {
		return experiment.Expectation{Path: path, Doc: doc, Reference: 0, Low: 0, High: 0, Source: "planted"}.Over(seeds)
	}
	// The worst that such errors do to a regression over the sessions: the early
	// half too late and the late half too early.
	n := float64(v.Int("sessions"))
	worst := (early + late) * 1.5 * n / (n*n - 1)
	return []experiment.Expectation{
		latency("training.event_error_s", "latency of the event rate, found minus planted"),
		latency("training.burst_error_s", "latency of the burst fraction, found minus planted"),
		none("training.event_missing", "sessions without a latency of the event rate"),
		none("training.burst_missing", "sessions without a latency of the burst fraction"),
		around("training.burst_shift_error_s", "shift of the burst fraction per session, found minus planted", "s", 0, worst,
			"planted; band: the latencies within theirs"),
		// The ratio of each of the two sessions rests on some 1000 events of 10 cells,
		// whose numbers of spikes have a standard deviation below that of their mean in
		// the baseline: 0.03 a session, 0.02 for the mean difference over five seeds.
		around("training.sharpening_error", "sharpening from the first to the last session, found minus planted", "", 0, 0.07,
			"planted; band: 3.3 standard errors"),
	}
}

// compared judges hits against misses.
func compared(v *experiment.Values) []experiment.Expectation {
	bin := v.Float("bin") / 1000
	from := v.Float("error_latency") / 1000
	until := from + riseS + v.Float("error_duration")/1000 + fallS
	return []experiment.Expectation{
		holds("errors.late_found", "misses are followed by bursts"),
		{Path: "errors.late.from_s", Doc: "these begin after", Unit: "s", Reference: from, Low: from - bin, High: from + riseS + 2*bin,
			Seeds: seeds, Source: "planted; band: a bin early to two bins after the rise"},
		{Path: "errors.late.until_s", Doc: "these end after", Unit: "s", Reference: until, Low: until - fallS - 2*bin, High: until + bin,
			Seeds: seeds, Source: "planted; band: two bins before the fall to a bin late"},
		held("errors.difference.covered", "the 95 % interval of this difference of misses and hits holds what was planted"),
		held("errors.early_difference.covered", "and that of the difference while they respond"),
	}
}

// held is an interval of 95 % in each seed.
func held(path, doc string) experiment.Expectation {
	return experiment.Expectation{Path: path, Doc: doc, Reference: 0.95, Low: 1 - most(seeds, 0.05), High: 1,
		Source: "planted; " + byChance}.Over(seeds)
}

// decoded judges what can be told from single trials.
func decoded(v *experiment.Values) []experiment.Expectation {
	level := v.Float("level")
	return []experiment.Expectation{
		holds("decoding.constant_rate.both_above_chance", "event rate and burst fraction of cells with constant firing rate tell stimulation"),
		{Path: "decoding.constant_rate.rate_above_chance", Doc: "their firing rate does not", Reference: level, Low: 0, High: most(seeds, level),
			Seeds: seeds, Source: "planted; " + byChance},
		{Path: "decoding.constant_rate.gain_nats", Doc: "event rate and burst fraction beat the firing rate, these cells", Unit: "nats",
			Reference: math.NaN(), Low: 0, High: math.Inf(1), Seeds: seeds, Source: "planted"},
		{Path: "decoding.all.gain_nats", Doc: "event rate and burst fraction beat the firing rate, all cells", Unit: "nats",
			Reference: math.NaN(), Low: 0, High: math.Inf(1), Seeds: seeds, Source: "planted"},
	}
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
