package bridge

import (
	"math"

	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
)

// The examples of an epoch in the order shown, as in xor.
var examples = [...]struct {
	name   string
	bits   [2]bool
	target bool
}{
	{"00", [2]bool{false, false}, false}, {"10", [2]bool{true, false}, true},
	{"01", [2]bool{false, true}, true}, {"11", [2]bool{true, true}, false},
}

// Rates is what the network of rates did, in the terms of xor.Metrics.
type Rates struct {
	Before     xor.TruthTable `json:"before"`
	After      xor.TruthTable `json:"after"`
	FirstEpoch []xor.Contrast `json:"first_epoch"`
	EpochCosts []float64      `json:"epoch_costs"`
	Solved     bool           `json:"solved"`
	// Weights of each projection before learning and after each epoch, leak
	// conductances.
	Weights map[string][]float64 `json:"weights"`
}

// tally averages rates over a time.
type tally struct {
	steps          float64
	events, bursts [len(populations)]float64
}

func (t *tally) add(n *network) {
	t.steps++
	for i := range t.events {
		t.events[i] += n.events[i]
		t.bursts[i] += n.bursts[i]
	}
}

// rates gives event rates, and burst probabilities of what has one here: not the
// inputs, whose bursts nobody hears.
func (t *tally) rates() (events map[string]float64, pct map[string]*float64) {
	events, pct = map[string]float64{}, map[string]*float64{}
	for i, name := range populations {
		if t.steps > 0 {
			events[name] = t.events[i] / t.steps
		}
		if i >= 2 && t.events[i] > 0 {
			p := 100 * t.bursts[i] / t.events[i]
			pct[name] = &p
		}
	}
	return events, pct
}

// train runs the protocol of xor: burn-in, test, training, test.
func (n *network) train() *Rates {
	r := &Rates{Weights: map[string][]float64{}}
	example, learn := xor.ExampleSteps(n.v)
	taught := max(1, steps(learn))
	predicted := max(1, steps(example)-taught)
	for range int(math.Ceil(n.v.Float("burn_in") * n.tauAverage / stepS)) {
		n.step(examples[0].bits, false)
	}
	r.Before = n.test()
	n.keep(r)
	for epoch := range n.v.Int("examples") / len(examples) {
		cost := 0.0
		for _, x := range examples {
			var before, during tally
			for k := range predicted {
				n.step(x.bits, false)
				if 5*k >= predicted+taught {
					before.add(n)
				}
			}
			cost += n.teacher.Cost(n.eventsAverage[4], x.target)
			n.teach(x.target)
			for range taught {
				n.step(x.bits, true)
				during.add(n)
			}
			n.silence()
			if epoch == 0 {
				r.FirstEpoch = append(r.FirstEpoch, contrast(x.name, &before, &during))
			}
		}
		r.EpochCosts = append(r.EpochCosts, cost)
		n.keep(r)
	}
	r.After = n.test()
	r.Solved = true
	for i, x := range examples {
		if (r.After[i].EventRateHz["output"] > line(n.teacher)) != x.target {
			r.Solved = false
		}
	}
	return r
}

// steps is how many steps of rates as many of spikes take.
func steps(spikes int64) int {
	return int(math.Round(float64(spikes) / spiking.StepsPerSecond / stepS))
}

// test shows the four examples without plasticity.
func (n *network) test() (table xor.TruthTable) {
	shown, _ := xor.ExampleSteps(n.v)
	for i, x := range examples {
		var t tally
		count := max(10, steps(shown))
		for k := range count {
			n.step(x.bits, false)
			if 5*k >= count { // without the first fifth
				t.add(n)
			}
		}
		table[i].Input = x.name
		table[i].EventRateHz, table[i].BurstProbabilityPct = t.rates()
	}
	return table
}

// take sets weights; those that are not given stay.
func (n *network) take(weights map[string]float64) {
	for i, name := range projections {
		if w, ok := weights[name]; ok {
			n.w[i] = w
		}
	}
}

// line separates 0 from 1, Hz.
func line(t xor.Teacher) float64 { return (t.LowHz + t.HighHz) / 2 }

func (n *network) keep(r *Rates) {
	for i, name := range projections {
		r.Weights[name] = append(r.Weights[name], n.w[i])
	}
}

// contrast compares burst probabilities during the teacher with those before.
func contrast(input string, before, during *tally) xor.Contrast {
	c := xor.Contrast{Input: input, ChangePct: map[string]*float64{}}
	_, c.PredictionPct = before.rates()
	_, c.LearningPct = during.rates()
	for name, p := range c.PredictionPct {
		if q := c.LearningPct[name]; q != nil {
			change := *q - *p
			c.ChangePct[name] = &change
		}
	}
	return c
}
