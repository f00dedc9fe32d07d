package representations

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// credit adds up, example by example of the truth table, how weights changed, how
// the burst probability departed from its prediction, and what the matching rate
// network would have changed at the same event rates.
type credit struct {
	net      *rateNet
	examples int
	sums     [quantities][layerCount][]float64
}

// The quantities that are summed.
const (
	changed       = iota // Δw of each edge
	descent              // −dC/dw by backpropagation
	alignment            // the same through the signs of the feedback
	departed             // burst rate less what prediction foretold, of each ensemble
	signal               // −dC/dD of each ensemble by backpropagation
	signalAligned        // the same through the signs of the feedback
	quantities
)

func newCredit(net *rateNet, examples int) *credit {
	c := &credit{net: net, examples: examples}
	c.clear()
	return c
}

func (c *credit) clear() {
	for q := range c.sums {
		for l, layer := range c.net.a.layers {
			n := len(layer)
			if q >= departed {
				n = len(c.net.a.targets(l))
			}
			c.sums[q][l] = make([]float64, n*c.examples)
		}
	}
}

// add takes an example that was learned.
func (c *credit) add(index int, before, after weights, predicted, taught activity, target bool) {
	put := func(q, l, width, i int, x float64) { c.sums[q][l][index*width+i] += x }
	for q, feedback := range map[int]bool{descent: false, alignment: true} {
		d, s := c.net.descent(before, predicted.events, target, feedback)
		for l := range d {
			for i, x := range d[l] {
				put(q, l, len(d[l]), i, x)
			}
			names := c.net.a.targets(l)
			for i, name := range names {
				put(q+signal-descent, l, len(names), i, s[name]*c.net.transfer[l].slope(predicted.events[name]))
			}
		}
	}
	for l := range before {
		for i := range before[l] {
			put(changed, l, len(before[l]), i, after[l][i]-before[l][i])
		}
		names := c.net.a.targets(l)
		for i, name := range names {
			if predicted.events[name] > 0 {
				put(departed, l, len(names), i, taught.bursts[name]-predicted.probability(name)*taught.events[name])
			}
		}
	}
}

// LayerAngles says how near the changes of one layer come to those of the matching
// rate network, degrees: 0 is along it, 90 unrelated, 180 against it. The vectors
// hold a number for each example of the truth table and each edge (or ensemble).
type LayerAngles struct {
	// WeightsDeg is between Δw and −dC/dw by backpropagation, WeightsAlignedDeg
	// by feedback through the signs of the paths.
	WeightsDeg        float64 `json:"weights_deg"`
	WeightsAlignedDeg float64 `json:"weights_aligned_deg"`
	// RulesDeg is between the two descents: what the signs of the feedback, which
	// are not the forward weights, cost by themselves.
	RulesDeg float64 `json:"rules_deg"`
	// EpochDeg is between the sums over the examples: what is left of an epoch.
	// KeptPct is the length of that sum over the sum of the lengths, for Δw, and
	// DescentKeptPct for −dC/dw by backpropagation.
	EpochDeg       float64 `json:"epoch_deg"`
	KeptPct        float64 `json:"kept_pct"`
	DescentKeptPct float64 `json:"descent_kept_pct"`
	// BurstsDeg is between the departure of the burst rate and −dC/dD.
	BurstsDeg        float64 `json:"bursts_deg"`
	BurstsAlignedDeg float64 `json:"bursts_aligned_deg"`
}

// BlockAngles are those of the changes summed over some epochs, the last of which
// is named.
type BlockAngles struct {
	Epoch  int                    `json:"epoch"`
	Layers map[string]LayerAngles `json:"layers"`
}

func (c *credit) angles(epoch int) BlockAngles {
	b := BlockAngles{Epoch: epoch, Layers: map[string]LayerAngles{}}
	for l, name := range layerNames {
		between := func(q, r int) float64 { return angle(c.sums[q][l], c.sums[r][l]) }
		b.Layers[name] = LayerAngles{
			WeightsDeg: between(changed, descent), WeightsAlignedDeg: between(changed, alignment),
			RulesDeg: between(alignment, descent),
			KeptPct:  c.keptPct(changed, l), DescentKeptPct: c.keptPct(descent, l),
			EpochDeg:  angle(c.overExamples(changed, l), c.overExamples(descent, l)),
			BurstsDeg: between(departed, signal), BurstsAlignedDeg: between(departed, signalAligned),
		}
	}
	return b
}

// overExamples sums a quantity over the examples.
func (c *credit) overExamples(q, l int) []float64 {
	all := c.sums[q][l]
	sum := make([]float64, len(all)/c.examples)
	for i, x := range all {
		sum[i%len(sum)] += x
	}
	return sum
}

// keptPct is how much of a quantity is left when it is summed over the examples.
func (c *credit) keptPct(q, l int) float64 {
	all := c.sums[q][l]
	n := len(all) / c.examples
	var lengths float64
	for k := range c.examples {
		v := all[k*n : (k+1)*n]
		lengths += math.Sqrt(dot(v, v))
	}
	if lengths == 0 {
		return 0
	}
	left := c.overExamples(q, l)
	return 100 * math.Sqrt(dot(left, left)) / lengths
}

// chanceDeg is the angle below which a random direction in n dimensions comes with
// a probability of 5 %: its squared cosine has the distribution Beta(1/2, (n−1)/2),
// and half of the directions are on the far side.
func chanceDeg(n int) float64 {
	return degrees(math.Acos(math.Sqrt(distuv.Beta{Alpha: 0.5, Beta: float64(n-1) / 2}.Quantile(1 - 2*0.05))))
}
