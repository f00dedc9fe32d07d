package xorvariants

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

const (
	sourceAnswers = "Payeur et al. 2021, supplements to Figure 4"
	sourceQuick   = "the answer of Payeur et al. 2021, supplements to Figure 4, for other time scales"
	sourceChance  = "chance, 4 ln 2, less 3 sd of the difference of seeds"
	sourceCost    = "reference program of Payeur et al. 2021, seed 1, epochs 201 to 207; band: not above it by 3 sd of the difference of seeds"
)

// expect says which variants learn, for the values of the publication and for the
// preset in full length, and for the former how far costs fall.
func (c comparison) expect(e *experiment.Experiment, v *experiment.Values) (all []experiment.Expectation) {
	whole, err := e.Resolve(v.Preset(), nil)
	if err != nil || whole.Hash() != v.Hash() {
		return nil
	}
	source := sourceAnswers
	if v.Preset() != "" {
		source = sourceQuick
	}
	for _, k := range c.variants {
		if v.Preset() != "" && k.notQuick {
			continue
		}
		path := "variants." + k.key
		all = append(all, xor.Answer(path+".solved", k.label+": learned", k.learns, source))
		if v.Preset() != "" || !k.learns {
			continue
		}
		x := experiment.Expectation{Path: path + ".final_cost", Doc: k.label + ": cost of the last ten epochs",
			Reference: math.NaN(), Low: 0, High: 4*math.Ln2 - xor.CostBand(1), Source: sourceChance}
		if k.paper {
			last := xor.LastCost()
			x.Reference, x.High, x.Source = last, last+xor.CostBand(1), sourceCost
		}
		all = append(all, x)
	}
	return all
}
