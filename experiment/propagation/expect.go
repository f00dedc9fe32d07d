package propagation

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// Where references come from. The reference program is that of the publication,
// run unmodified.
const (
	fiveSeeds = "reference program of Payeur et al. 2021, seeds 1 to 5; "
	oneSeed   = "reference program of Payeur et al. 2021, seed 1; "
)

// bandSeeds is how many seeds the reference's means are of, and how many of ours
// a band for a mean is made for.
const bandSeeds = 5

// bandSDs is the half width of a band in standard deviations of the difference
// that it is about.
const bandSDs = 3

// expect lists what is to be expected of the published values, and of the preset
// that inverts the feedback. Of other values nothing is known.
func expect(v *experiment.Values) []experiment.Expectation {
	if len(v.Changed()) == 0 {
		return slices.Concat(stated(), rates(), correlations(), structure(), swings())
	}
	if preset, err := Experiment().Resolve(inverted, nil); err == nil && preset.Hash() == v.Hash() {
		return invertedExpectations()
	}
	return nil
}

// stated are the bands that are stated for a new implementation; they hold for
// one seed.
func stated() []experiment.Expectation {
	const source = "reference program of Payeur et al. 2021, seeds 1 to 5; band stated for another implementation of it"
	least := func(path, doc string, reference float64) experiment.Expectation {
		return experiment.Expectation{Path: path, Doc: doc, Reference: reference, Low: 0.85, High: 1, Source: source}
	}
	return []experiment.Expectation{
		experiment.Around("baseline.event_rate_hz.pyr1", "ER1 at rest", "Hz", 5.573, 0.4, source),
		experiment.Around("baseline.event_rate_hz.pyr2", "ER2 at rest", "Hz", 5.717, 0.4, source),
		experiment.Around("baseline.spike_rate_hz.pv", "PV at rest", "Hz", 12.57, 0.4, source),
		experiment.Around("baseline.spike_rate_hz.som", "SOM at rest", "Hz", 17.19, 0.4, source),
		least("correlation.er2_er1", "ER2 follows ER1", 0.922),
		least("correlation.bp1_br2", "BP1 follows BR2", 0.894),
		experiment.Expectation{Path: "correlation.bp2_er2", Doc: "BP2 is independent of ER2", Reference: math.NaN(), Low: -0.15, High: 0.15, Source: source},
	}
}

// measured is a mean of the reference program over five seeds, with its standard
// deviation over these, and ours over 20 seeds; the former is NaN where it was not
// measured.
type measured struct {
	path, doc, unit string
	mean, sd, ourSD float64
}

// pooled is the standard deviation over seeds, taken to be the same for both.
func (x measured) pooled() float64 {
	if math.IsNaN(x.sd) {
		return x.ourSD
	}
	return math.Sqrt((4*x.sd*x.sd + 19*x.ourSD*x.ourSD) / (4 + 19))
}

// means are bands for the mean of five seeds.
func means(all []measured) []experiment.Expectation {
	const source = fiveSeeds + "band 3 sd of the difference of two means of five seeds"
	var out []experiment.Expectation
	for _, x := range all {
		band := bandSDs * x.pooled() * math.Sqrt(2.0/bandSeeds)
		out = append(out, experiment.Around(x.path, x.doc, x.unit, x.mean, band, source).Over(bandSeeds))
	}
	return out
}

func rates() []experiment.Expectation {
	return means([]measured{
		{"baseline.event_rate_hz.pyr1", "ER1 at rest", "Hz", 5.573, 0.032, 0.0335},
		{"baseline.event_rate_hz.pyr2", "ER2 at rest", "Hz", 5.717, 0.063, 0.0823},
		{"baseline.burst_probability_pct.pyr1", "BP1 at rest", "%", 21.33, 0.43, 0.445},
		{"baseline.burst_probability_pct.pyr2", "BP2 at rest", "%", 25.00, 0.38, 0.297},
		{"baseline.spike_rate_hz.pv", "PV at rest", "Hz", 12.57, 0.25, 0.226},
		{"baseline.spike_rate_hz.som", "SOM at rest", "Hz", 17.19, 0.12, 0.183},
		{"baseline.spike_rate_hz.pyr1", "spikes of pyr1 at rest", "Hz", 8.06, 0.09, 0.0706},
		{"baseline.spike_rate_hz.pyr2", "spikes of pyr2 at rest", "Hz", 8.95, 0.15, 0.132},
		{"stimulation.event_rate_hz.pyr1", "ER1, stimulation", "Hz", 5.510, 0.017, 0.0103},
		{"stimulation.event_rate_hz.pyr2", "ER2, stimulation", "Hz", 5.649, 0.039, 0.0232},
		{"stimulation.burst_probability_pct.pyr1", "BP1, stimulation", "%", 26.80, 0.31, 0.216},
		{"stimulation.burst_probability_pct.pyr2", "BP2, stimulation", "%", 28.48, 0.05, 0.135},
		{"stimulation.spike_rate_hz.pv", "PV, stimulation", "Hz", 13.22, 0.09, 0.0789},
		{"stimulation.spike_rate_hz.som", "SOM, stimulation", "Hz", 16.54, 0.06, 0.0507},
		{"stimulation.spike_rate_hz.pyr1", "spikes of pyr1, stimulation", "Hz", 8.86, 0.05, 0.0280},
		{"stimulation.spike_rate_hz.pyr2", "spikes of pyr2, stimulation", "Hz", 9.32, 0.06, 0.0423},
	})
}

// correlations: where the program's were kept as a range over seeds, the reference
// is its middle.
func correlations() []experiment.Expectation {
	unknown := math.NaN()
	return means([]measured{
		{"correlation.er1_soma_current", "corr. of ER1, current into pyr1 somata", "", 0.943, 0.002, 0.0024},
		{"correlation.bp2_dendrite_current", "corr. of BP2, current into pyr2 dendrites", "", 0.960, 0.003, 0.0048},
		{"correlation.er2_er1", "corr. of ER2, ER1", "", 0.922, 0.006, 0.0107},
		{"correlation.bp1_br2", "corr. of BP1, BR2", "", 0.894, 0.004, 0.0105},
		{"correlation.er2_dendrite_current", "corr. of ER2, current into pyr2 dendrites", "", -0.125, 0.016, 0.0230},
		{"correlation.bp2_er2", "corr. of BP2, ER2", "", 0.015, unknown, 0.0226},
		{"correlation.bp1_bp2", "corr. of BP1, BP2", "", 0.45, unknown, 0.0228},
		{"correlation.bp1_er1", "corr. of BP1, ER1", "", 0.83, unknown, 0.0214},
	})
}

func structure() []experiment.Expectation {
	unknown := math.NaN()
	return means([]measured{
		{"pyr1_bursts.spikes_per_burst", "spikes of a burst, pyr1", "", 3.240, 0.008, 0.0104},
		{"pyr1_bursts.isi_mean_ms", "mean interval within bursts, pyr1", "ms", 6.90, unknown, 0.0187},
		{"pyr1_bursts.isi_median_ms", "median interval within bursts, pyr1", "ms", 6.2, unknown, 0.0224},
	})
}

// swings are the least and greatest bins of one seed of the reference program, to
// the digits given.
func swings() []experiment.Expectation {
	const source = oneSeed + "band 3 sd of the difference of a seed and a mean of five, and rounding"
	var out []experiment.Expectation
	for _, x := range []struct {
		path, doc, unit string
		value, rounding float64 // rounding is half of the last digit given
		ourSD           float64 // over 20 seeds
	}{
		{"range.er1_hz.min", "least ER1", "Hz", 2.9, 0.05, 0.0585},
		{"range.er1_hz.max", "greatest ER1", "Hz", 8.9, 0.05, 0.124},
		{"range.er2_hz.min", "least ER2", "Hz", 3.2, 0.05, 0.122},
		{"range.er2_hz.max", "greatest ER2", "Hz", 9.7, 0.05, 0.297},
		{"range.bp2_pct.min", "least BP2", "%", 13, 0.5, 0.686},
		{"range.bp2_pct.max", "greatest BP2", "%", 47, 0.5, 1.10},
		{"range.br2_hz.min", "least BR2", "Hz", 0.56, 0.005, 0.0483},
		{"range.br2_hz.max", "greatest BR2", "Hz", 3.9, 0.05, 0.165},
		{"range.bp1_pct.min", "least BP1", "%", 11, 0.5, 0.746},
		{"range.bp1_pct.max", "greatest BP1", "%", 51, 0.5, 2.94},
		{"range.pv_hz.min", "least PV", "Hz", 9, 0.5, 0.242},
		{"range.pv_hz.max", "greatest PV", "Hz", 21, 0.5, 0.496},
		{"range.som_hz.min", "least SOM", "Hz", 13, 0.5, 0.243},
		{"range.som_hz.max", "greatest SOM", "Hz", 25, 0.5, 0.551},
	} {
		band := x.rounding + bandSDs*x.ourSD*math.Sqrt(1+1.0/bandSeeds)
		out = append(out, experiment.Around(x.path, x.doc, x.unit, x.value, band, source).Over(bandSeeds))
	}
	return out
}

// invertedExpectations are what the preset was made for: its values are not the
// publication's, so the bands are ours, or those of the default network.
func invertedExpectations() []experiment.Expectation {
	const source = "that the publication shows bursts inverted and events not; the band is ours"
	between := func(path, doc string, low, high float64) experiment.Expectation {
		return experiment.Expectation{Path: path, Doc: doc, Reference: math.NaN(), Low: low, High: high, Source: source}
	}
	return []experiment.Expectation{
		between("correlation.bp1_br2", "BP1 falls as BR2 rises", -1, -0.5),
		between("correlation.er1_soma_current", "ER1 follows the current into pyr1 somata", 0.85, 1),
		between("correlation.er2_er1", "ER2 follows ER1", 0.85, 1),
		between("correlation.bp2_dendrite_current", "BP2 follows the current into pyr2 dendrites", 0.85, 1),
		between("correlation.bp2_er2", "BP2 is independent of ER2", -0.15, 0.15),
	}
}
