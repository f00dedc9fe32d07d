package representations

import (
	"context"
	"math"

	"gonum.org/v1/gonum/optimize"

	"github.com/apical-sim/apical/internal/rng"
)

// Yardstick is what the matching rate network reaches on the same task: with
// weights found by an optimizer, and with weights that learn example by example.
type Yardstick struct {
	// Best is the least cost of an epoch that was found with weights between 0 and
	// 1; the others keep a layer at its initial weights. Each is the best of Starts
	// random starts; the search with all weights free also starts from what the
	// others found, so that it is never above them.
	Starts        int     `json:"starts"`
	Best          float64 `json:"best_cost"`
	FrozenHidden1 float64 `json:"best_cost_hidden1_frozen"`
	FrozenHidden2 float64 `json:"best_cost_hidden2_frozen"`
	// Backpropagation and Alignment are costs of the epochs of the rate network
	// that follows −dC/dw, or its version through the signs of the feedback, with
	// steps as long as the spiking network's; nil without training. Their weights
	// start 5 % apart, since backpropagation keeps equal ensembles equal. Horizon is
	// the number of epochs, also beyond the spiking network's, after which
	// the last two costs were reached.
	Backpropagation    []float64 `json:"epoch_costs_backpropagation,omitempty"`
	Alignment          []float64 `json:"epoch_costs_alignment,omitempty"`
	Horizon            int       `json:"horizon_epochs"`
	AtHorizon          *float64  `json:"horizon_cost_backpropagation"`
	AlignmentAtHorizon *float64  `json:"horizon_cost_alignment"`
}

// yardstick measures the rate network, given the rates of the inputs in each
// example and, from training, the length of steps by layer.
func (p *protocol) yardstick(ctx context.Context, first weights) error {
	y := &p.result.Yardstick
	y.Starts = p.v.Int("starts")
	var found [2]weights
	for l, best := range []*float64{&y.FrozenHidden1, &y.FrozenHidden2} {
		var err error
		if *best, found[l], err = p.search(ctx, first, l); err != nil {
			return err
		}
	}
	var err error
	if y.Best, _, err = p.search(ctx, first, allFree, found[:]...); err != nil {
		return err
	}
	if len(p.result.EpochCosts) > 0 && p.stepLength != (stepLengths{}) {
		n := len(p.result.EpochCosts)
		y.Horizon = max(n, p.v.Int("horizon"))
		for feedback, to := range map[bool]struct {
			course *[]float64
			last   **float64
		}{false: {&y.Backpropagation, &y.AtHorizon}, true: {&y.Alignment, &y.AlignmentAtHorizon}} {
			costs := p.follow(first, feedback, y.Horizon)
			*to.course, *to.last = costs[:n:n], &costs[y.Horizon-1]
		}
	}
	return nil
}

// inputRates are the event rates of the inputs in an example, as the test before
// learning measured them.
func (p *protocol) inputRates(example int) rates { return p.result.Before[example].EventRateHz }

// allFree stands for the layer that is kept where none is.
const allFree = -1

// search is the least cost of an epoch found from random starts and from weights
// given, with those of a layer kept as they are first, and the weights found.
// Weights are σ(x).
func (p *protocol) search(ctx context.Context, first weights, frozen int, from ...weights) (cost float64, best weights, err error) {
	var starts [][]float64
	for _, w := range from {
		var x []float64
		for l := range w {
			for _, weight := range w[l] {
				weight = min(max(weight, 1e-9), 1-1e-9) // a bound has no x
				if l != frozen {
					x = append(x, math.Log(weight/(1-weight)))
				}
			}
		}
		starts = append(starts, x)
	}
	for k := range p.v.Int("starts") {
		random := rng.NewSource(p.run.Seed, rng.Protocol, 1).Stream(uint32(k))
		var x []float64
		for l := range first {
			for range first[l] {
				if u := random.Float64(); l != frozen {
					x = append(x, 4*u-3) // weights from 0.05 to 0.73
				}
			}
		}
		starts = append(starts, x)
	}
	cost = math.Inf(1)
	for _, x := range starts {
		if err := ctx.Err(); err != nil {
			return 0, best, err
		}
		if c, w := p.optimum(first, x, frozen); c < cost {
			cost, best = c, w
		}
	}
	for _, w := range from { // a bound that had no x
		if c := p.epochCost(w); c < cost {
			cost, best = c, w
		}
	}
	return cost, best, nil
}

// epochCost is the cost of all examples with some weights.
func (p *protocol) epochCost(w weights) (sum float64) {
	for i, e := range p.a.examples {
		sum += p.net.cost(p.net.forward(w, p.inputRates(i)), e.target)
	}
	return sum
}

// optimum descends from x to the least cost of an epoch, with the weights of a
// layer kept as they are first.
func (p *protocol) optimum(first weights, x []float64, frozen int) (float64, weights) {
	spread := func(x []float64) weights {
		w := first.clone()
		k := 0
		for l := range w {
			for i := range w[l] {
				if l != frozen {
					w[l][i] = 1 / (1 + math.Exp(-x[k]))
					k++
				}
			}
		}
		return w
	}
	cost := func(x []float64) float64 { return p.epochCost(spread(x)) }
	gradient := func(g, x []float64) {
		clear(g)
		w := spread(x)
		for i, e := range p.a.examples {
			d, _ := p.net.descent(w, p.net.forward(w, p.inputRates(i)), e.target, false)
			k := 0
			for l := range w {
				for i, u := range w[l] {
					if l != frozen {
						g[k] -= d[l][i] * u * (1 - u)
						k++
					}
				}
			}
		}
	}
	// A line search that fails has still left the best point seen.
	best, _ := optimize.Minimize(optimize.Problem{Func: cost, Grad: gradient}, x,
		&optimize.Settings{MajorIterations: 500}, &optimize.LBFGS{})
	if best == nil {
		return cost(x), spread(x)
	}
	return best.F, spread(best.X)
}

// stepLengths are the lengths of weight changes over those of the gradients that
// they go with, by layer.
type stepLengths struct{ backpropagation, alignment [layerCount]float64 }

// steps measures them.
func (c *credit) steps() (s stepLengths) {
	for l := range layerCount {
		length := func(q int) float64 { return math.Sqrt(dot(c.sums[q][l], c.sums[q][l])) }
		if length(descent) > 0 && length(alignment) > 0 {
			s.backpropagation[l] = length(changed) / length(descent)
			s.alignment[l] = length(changed) / length(alignment)
		}
	}
	return s
}

// follow trains the rate network for a number of epochs and gives their costs.
func (p *protocol) follow(first weights, feedback bool, epochs int) []float64 {
	w := first.clone()
	for l := range w {
		for i := range w[l] {
			w[l][i] *= 1 + 0.025*float64(1-2*(i%2))
		}
	}
	length := p.stepLength.backpropagation
	if feedback {
		length = p.stepLength.alignment
	}
	costs := make([]float64, epochs)
	for epoch := range costs {
		for k, e := range p.a.examples {
			r := p.net.forward(w, p.inputRates(k))
			costs[epoch] += p.net.cost(r, e.target)
			d, _ := p.net.descent(w, r, e.target, feedback)
			for l := range w {
				for i := range w[l] {
					w[l][i] = min(max(w[l][i]+length[l]*d[l][i], 0), 1)
				}
			}
		}
	}
	return costs
}
