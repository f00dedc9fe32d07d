package pairing

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
)

// measured is a weight as an independent implementation of the protocol of the
// reference program gives it: mean and standard deviation over its realisations, at
// a place among the points.
type measured struct {
	place    int
	mean, sd float64
}

const (
	referenceRealisations = 200
	referenceDigit        = 0.005 // half of the last digit that is given
	judgedSeeds           = 5
	publication           = "Payeur et al. 2021, Fig. 2"
	implementation        = "an independent implementation of the reference program's protocol"
)

// Weights by frequency for both starting estimates, 0.30 and 0.50.
var poissonReference = [...][]measured{
	{{0, -0.04, 0.03}, {1, -0.53, 0.26}, {2, -0.73, 0.55}, {3, -0.66, 0.76}, {4, -0.14, 0.96},
		{5, 0.44, 1.18}, {6, 1.40, 1.5}, {7, 2.30, 1.6}, {8, 3.18, 1.8}, {9, 3.88, 1.8}},
	{{0, -0.07, 0.04}, {1, -0.97, 0.27}, {2, -1.83, 0.60}, {3, -2.20, 0.87}, {4, -2.17, 1.15},
		{5, -1.85, 1.21}, {6, -1.28, 1.5}, {7, -0.89, 1.5}, {8, 0.17, 1.8}, {9, 0.70, 1.75}},
}

// Weights at burst probabilities 0, 0.10, 0.20, 0.30 and 0.45, at 5 and 10 Hz.
var burstReference = [...][]measured{
	{{0, -0.38, 0.05}, {2, -0.18, 0.23}, {4, -0.01, 0.30}, {6, 0.23, 0.37}, {9, 0.46, 0.43}},
	{{0, -1.50, 0.09}, {2, -0.70, 0.43}, {4, 0.02, 0.54}, {6, 0.63, 0.67}, {9, 1.74, 0.76}},
}

// Weights after periodic pairings at 1, 58.3, 63.5 and 100 Hz, which owe nothing to
// chance.
var periodicReference = [...]measured{{0, -0.239, 0}, {11, -0.615, 0}, {12, 0.150, 0}, {19, 0.284, 0}}

// expect lists what holds for the published values. Which protocols are run and
// how many realisations may differ.
func expect(v *experiment.Values) []experiment.Expectation {
	if !v.OnlyChanged("protocol", "realisations") {
		return nil
	}
	var all []experiment.Expectation
	for _, name := range chosen(v) {
		p := newProtocol(v, name)
		switch name {
		case periodic:
			all = append(all, p.expectPeriodic()...)
		case poisson:
			for i, table := range poissonReference {
				all = append(all, p.expectMeans(i, p.settings[i], 0, table)...)
			}
		case burstPoisson:
			for i, table := range burstReference {
				all = append(all, p.expectMeans(i, p.settings[0], p.rates[i], table)...)
			}
			all = append(all, experiment.Expectation{Path: "burst_poisson.steeper_with_rate", Doc: "slope larger at 10 Hz than at 5 Hz",
				Reference: math.NaN(), Low: 1, High: 1, Source: publication + "d"})
		}
	}
	return all
}

func (p *protocol) expectPeriodic() []experiment.Expectation {
	var all []experiment.Expectation
	for _, r := range periodicReference {
		all = append(all, experiment.Around(fmt.Sprintf("periodic.curves.0.points.%d.weight_change", r.place),
			fmt.Sprintf("periodic, %.1f Hz", p.x[r.place]), "", r.mean, 1e-3, implementation+": deterministic, given to 0.001"))
	}
	border := 1000 / p.v.Float("burst_window") // Hz
	spacing := p.x[1] - p.x[0]
	source := publication + "b: pairings turn into bursts where 1/f is the burst window; band: one distance of the frequencies"
	return append(all,
		experiment.Expectation{Path: "periodic.curves.0.jump_from_hz", Doc: "periodic, last depression before the jump", Unit: "Hz",
			Reference: border, Low: border - spacing, High: border, Source: source},
		experiment.Expectation{Path: "periodic.curves.0.jump_to_hz", Doc: "periodic, first potentiation after it", Unit: "Hz",
			Reference: border, Low: border, High: border + spacing, Source: source},
		experiment.Expectation{Path: "periodic.curves.0.smooth", Doc: "periodic, smooth on both sides of the jump",
			Reference: math.NaN(), Low: 1, High: 1, Source: publication + "b"})
}

// expectMeans compares a curve with a table: each mean may differ by 3 standard
// errors of the difference, and by the last digit. The zero crossing may differ by
// as much, divided by the slope of the table there.
func (p *protocol) expectMeans(curve int, s setting, rate float64, table []measured) []experiment.Expectation {
	ours := float64(judgedSeeds * p.realisations())
	tolerance := func(sd float64) float64 {
		return certain*sd*math.Sqrt(1./referenceRealisations+1/ours) + referenceDigit
	}
	source := fmt.Sprintf("%s, %d realisations; band: 3 standard errors of the difference of the means, and %g for the digits given",
		implementation, referenceRealisations, referenceDigit)
	name, unit := fmt.Sprintf("poisson, from %g", s.p0), "Hz"
	crossing := "zero_crossing_hz"
	if p.name == burstPoisson {
		name, unit, crossing = fmt.Sprintf("burst-poisson, %g Hz", rate), "", "zero_crossing_probability"
	}
	path := fmt.Sprintf("%s.curves.%d.", p.name, curve)
	var all []experiment.Expectation
	for i, r := range table {
		at := fmt.Sprintf("%.1f Hz", p.x[r.place])
		if p.name == burstPoisson {
			at = fmt.Sprintf("p = %.2f", p.x[r.place])
		}
		all = append(all, experiment.Around(fmt.Sprintf("%spoints.%d.weight_change", path, r.place),
			name+", "+at, "", r.mean, tolerance(r.sd), source).Over(judgedSeeds))
		if i == 0 || table[i-1].mean >= 0 || r.mean < 0 {
			continue
		}
		before := table[i-1]
		slope := (r.mean - before.mean) / (p.x[r.place] - p.x[before.place])
		all = append(all, experiment.Around(path+crossing, name+", zero crossing", unit, p.x[r.place]-r.mean/slope,
			tolerance((before.sd+r.sd)/2)/slope, source+", over the slope of the table").Over(judgedSeeds))
	}
	if p.name == burstPoisson {
		all = append(all, experiment.Expectation{Path: path + "monotone", Doc: name + ", rises with p",
			Reference: math.NaN(), Low: 1, High: 1, Source: publication + "d"})
	}
	return all
}
