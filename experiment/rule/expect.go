package rule

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
)

// measured is a number over the reference program's seeds 1 to 5.
type measured struct{ mean, sd float64 }

// references are what the reference program gives in one phase.
type references struct {
	eventRate        measured // of the output, Hz
	burstProbability measured // of the output, %
	average          measured // running average of the burst probability at the end, %
	weight           measured // change of the mean weight, % of the initial one
}

// reference is what the reference program of Payeur et al. 2021 gives in the
// phases, seeds 1 to 5. Its last phase ends at 167.5 s, since it leaves out the
// last bin.
var reference = [len(phaseNames)]references{
	{measured{4.486, 0.207}, measured{11.89, 0.57}, measured{12.1, 1.1}, measured{0, 0}},
	{measured{4.529, 0.092}, measured{11.18, 0.49}, measured{11.4, 0.4}, measured{0.59, 0.33}},
	{measured{4.877, 0.107}, measured{23.83, 0.92}, measured{23.8, 0.8}, measured{5.53, 0.54}},
	{measured{4.677, 0.136}, measured{11.60, 0.42}, measured{11.7, 1.2}, measured{-5.69, 0.85}},
	{measured{4.096, 0.139}, measured{1.88, 0.13}, measured{1.9, 0.5}, measured{-4.39, 0.47}},
	{measured{4.269, 0.169}, measured{10.93, 0.63}, measured{11.7, 1.0}, measured{3.65, 0.38}},
	{measured{3.561, 0.158}, measured{10.98, 0.17}, measured{11.0, 1.4}, measured{0.07, 0.44}},
}

func eventRate(r references) measured        { return r.eventRate }
func burstProbability(r references) measured { return r.burstProbability }
func average(r references) measured          { return r.average }

// sameDrive are the phases with d = 1.
var sameDrive = [...]int{0, 1, 3, 5, 6}

// spread is the standard deviation over the reference's seeds of a quantity in a
// phase. What the phases with d = 1 show is one quantity: they share the root mean
// square of their five standard deviations, each of which rests on five seeds.
func spread(phase int, of func(references) measured) float64 {
	if !slices.Contains(sameDrive[:], phase) {
		return of(reference[phase]).sd
	}
	var variance float64
	for _, p := range sameDrive {
		sd := of(reference[p]).sd
		variance += sd * sd / float64(len(sameDrive))
	}
	return math.Sqrt(variance)
}

// referenceSeeds and leastSeeds are how many seeds the means are of that are
// compared: the reference's, and at least of ours.
const referenceSeeds, leastSeeds = 5, 3

// threeErrors is three standard errors of the difference between the mean of the
// reference's seeds and one of leastSeeds seeds that scatter alike: 2.19 sd.
func threeErrors(sd float64) float64 {
	return 3 * sd * math.Sqrt(1.0/referenceSeeds+1.0/leastSeeds)
}

// sinceBeginning are changes of the mean weight since the beginning, % of the
// initial one, at the ends of the phases 2 to 5 in seeds 1 to 3 of the reference
// program: all of its seeds of which they are known one by one.
var sinceBeginning = [...]struct {
	phase int
	seeds []float64
}{
	{2, []float64{7.0, 6.4, 5.5}},
	{3, []float64{0.1, 0.1, 0.6}},
	{4, []float64{-4.3, -3.6, -4.3}},
	{5, []float64{-0.7, -0.3, 0.0}},
}

// weightSpread is the standard deviation of these over seeds. The four share the
// root mean square, 0.48 %, of what three seeds give each: a spread that two degrees
// of freedom tell says little, eight say more.
func weightSpread() float64 {
	var variance float64
	for _, x := range sinceBeginning {
		variance += stat.Variance(x.seeds, nil) / float64(len(sinceBeginning))
	}
	return math.Sqrt(variance)
}

// expect lists what the reference program gives in the experiment as published.
func expect(v *experiment.Values) []experiment.Expectation {
	if len(v.Changed()) > 0 {
		return nil
	}
	const program = "reference program of Payeur et al. 2021, seeds 1-5"
	var all []experiment.Expectation
	add := func(phase int, key, doc, unit string, r, tolerance float64, source string) {
		all = append(all, experiment.Around(fmt.Sprintf("phases.%d.%s", phase, key),
			fmt.Sprintf("%s: %s", phaseNames[phase], doc), unit, r, tolerance, source).Over(leastSeeds))
	}
	within := func(phase int, key, doc, unit string, r measured, sd float64) {
		add(phase, key, doc, unit, r.mean, threeErrors(sd), program+"; three standard errors of the difference, from its sd")
	}
	for i, r := range reference {
		within(i, "post_event_rate_hz", "output events", "Hz", r.eventRate, spread(i, eventRate))
		within(i, "post_burst_probability_pct", "output burst probability", "%", r.burstProbability, spread(i, burstProbability))
		within(i, "p_bar_end_pct", "its running average, at the end", "%", r.average, spread(i, average))
		if i > 0 { // in the burn-in no synapse is plastic
			within(i, "weight_change_pct", "change of the mean weight", "%", r.weight, r.weight.sd)
		}
	}
	for _, x := range sinceBeginning {
		var mean float64 // of five seeds: that of a sum is the sum of those of the phases
		for _, r := range reference[:x.phase+1] {
			mean += r.weight.mean
		}
		add(x.phase, "weight_end_pct", "change of the mean weight since the beginning", "%", mean, threeErrors(weightSpread()),
			program+"; three standard errors of the difference, from the sd of its seeds 1-3")
	}
	// The input is the cell and, nearly, the noise of the supplement's transfer
	// curves, whose tolerance is ±0.15 Hz and ±2 points.
	const one = "reference program of Payeur et al. 2021, seed 1; tolerance of its transfer curves"
	for _, e := range []struct {
		phase  int
		hz, bp float64
	}{{1, 4.2, 13.9}, {6, 3.97, 25}} {
		add(e.phase, "pre_event_rate_hz", "input events", "Hz", e.hz, 0.15, one)
		add(e.phase, "pre_burst_probability_pct", "input burst probability", "%", e.bp, 2, one)
	}
	return all
}
