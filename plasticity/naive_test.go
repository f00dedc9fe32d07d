package plasticity

import (
	"math"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/synapse"
)

const dt = 0.1 // ms

// history is what happens to one plastic projection, drawn at random: a
// function of neuron and step alone, so that any part of the targets sees its
// part of the same.
type history struct {
	sources, targets int
	preRate, rate    float64 // spikes a step
	factors          bool    // arrivals carry a short-term efficacy
	source           rng.Source
}

func newHistory(sources, targets int) history {
	return history{
		sources: sources, targets: targets, preRate: 0.02, rate: 0.01, factors: true,
		source: rng.NewSource(42, rng.Protocol, 0),
	}
}

func (h history) unit(kind, neuron int, step int64) float64 {
	return rng.Unit(h.source.At(uint32(neuron), uint64(step))[kind])
}

// emitted returns the sources that spike in a step, with their efficacies.
func (h history) emitted(step int64) (sources []uint32, factor []float32) {
	for s := range h.sources {
		if h.unit(0, s, step) < h.preRate {
			sources = append(sources, uint32(s))
			factor = append(factor, float32(h.unit(1, s, step)))
		}
	}
	if !h.factors {
		factor = nil
	}
	return sources, factor
}

// heard returns the spikes, events and bursts of the targets [lo, hi). Of the
// spikes, 6 in 10 are events, 3 are bursts and 1 is neither; a neuron's first is
// an event for most, but not for all.
func (h history) heard(lo, hi int, step int64) (spikes, events, bursts []uint32) {
	for t := lo; t < hi; t++ {
		if h.unit(2, t, step) >= h.rate {
			continue
		}
		spikes = append(spikes, uint32(t))
		switch u := h.unit(3, t, step); {
		case u < 0.6:
			events = append(events, uint32(t))
		case u < 0.9:
			bursts = append(bursts, uint32(t))
		}
	}
	return spikes, events, bursts
}

// input is what a rule on a block is told at a step.
func (h history) input(b *synapse.Block, step int64) Input {
	var in Input
	for g, delay := range b.Delays {
		if sources, factor := h.emitted(step - delay); len(sources) > 0 {
			in.Arrivals = append(in.Arrivals, Arrival{Group: g, Sources: sources, Factor: factor})
		}
	}
	in.Spikes, in.Events, in.Bursts = h.heard(b.Lo, b.Hi, step-1)
	return in
}

// naive is a rule recomputed from its formulas: each synapse and each target
// has all its traces, which decay in every step.
type naive struct {
	p        Params
	plastic  bool
	synapses []*naiveSynapse
	cells    []naiveCell
	g        []float32
}

type naiveSynapse struct {
	source, target int
	delay          int64
	w              float32
	eligibility    float64 // and x, r₁
	slow           float64 // r₂
}

type naiveCell struct {
	events, bursts float64 // Ē, B̄
	thirty         float64 // 30 s · ν
	fast           float64 // y, o₁
	slow           float64 // o₂
	seen           bool    // an event
}

func newNaive(p Params, b *synapse.Block, targets int) *naive {
	n := &naive{p: p, cells: make([]naiveCell, targets), g: make([]float32, targets)}
	for i := range n.cells {
		n.cells[i].thirty = 30 * 0.1
	}
	for s := range b.Sources {
		for g, delay := range b.Delays {
			from, to := b.Row(uint32(s), g)
			for slot := from; slot < to; slot++ {
				n.synapses = append(n.synapses, &naiveSynapse{
					source: s, target: int(b.Targets()[slot]), delay: delay, w: b.Weight(slot),
				})
			}
		}
	}
	return n
}

// taus returns the time constants of the synapse's two and the target's five
// traces; +Inf where the rule has none.
func (n *naive) taus() (fast, slow, average, y, o2 float64) {
	no := math.Inf(1)
	switch p := n.p.(type) {
	case BurstDependent:
		return p.TauPreMS, no, p.TauAverageMS, no, no
	case Bias:
		return no, no, p.TauAverageMS, no, no
	case PairSTDP:
		return p.TauPlusMS, no, no, p.TauMinusMS, no
	case TripletSTDP:
		return p.TauPlusMS, p.TauXMS, no, p.TauMinusMS, p.TauYMS
	}
	panic("no naive form of this rule")
}

func (n *naive) step(step int64, h history) {
	fast, slow, average, y, o2 := n.taus()
	decay := func(x *float64, tau float64) { *x *= math.Exp(-dt / tau) }
	for _, s := range n.synapses {
		decay(&s.eligibility, fast)
		decay(&s.slow, slow)
	}
	for i := range n.cells {
		c := &n.cells[i]
		if step > 0 {
			decay(&c.thirty, 30_000)
		}
		decay(&c.events, average)
		decay(&c.bursts, average)
		decay(&c.fast, y)
		decay(&c.slow, o2)
	}
	for _, s := range n.synapses {
		if h.unit(0, s.source, step-s.delay) >= h.preRate {
			continue
		}
		n.g[s.target] += s.w * float32(h.unit(1, s.source, step-s.delay))
		if n.plastic {
			n.arrival(s, &n.cells[s.target])
		}
		s.eligibility++
		s.slow++
		if n.nearest() {
			s.eligibility, s.slow = 1, 1
		}
	}
	spikes, events, bursts := h.heard(0, len(n.cells), step-1)
	each := func(targets []uint32, change func(*naiveSynapse, *naiveCell)) {
		for _, t := range targets {
			for _, s := range n.synapses {
				if n.plastic && s.target == int(t) {
					change(s, &n.cells[t])
				}
			}
		}
	}
	each(events, n.event)
	for _, t := range events {
		n.cells[t].events++
		n.cells[t].seen = true
	}
	for _, t := range bursts {
		n.cells[t].bursts++
	}
	each(bursts, n.burst)
	each(spikes, n.spike)
	for _, t := range spikes {
		c := &n.cells[t]
		c.thirty++
		c.fast++
		c.slow++
		if n.nearest() {
			c.fast, c.slow = 1, 1
		}
	}
}

func (n *naive) nearest() bool {
	switch p := n.p.(type) {
	case PairSTDP:
		return p.Nearest
	case TripletSTDP:
		return p.Nearest
	}
	return false
}

func (n *naive) add(s *naiveSynapse, change float64) {
	var lo, hi float64
	switch p := n.p.(type) {
	case BurstDependent:
		lo, hi = p.WeightMin, p.WeightMax
	case Bias:
		lo, hi = p.WeightMin, p.WeightMax
	case PairSTDP:
		lo, hi = p.WeightMin, p.WeightMax
	case TripletSTDP:
		lo, hi = p.WeightMin, p.WeightMax
	}
	s.w = float32(math.Max(lo, math.Min(hi, float64(s.w)+change)))
}

func (n *naive) arrival(s *naiveSynapse, c *naiveCell) {
	switch p := n.p.(type) {
	case BurstDependent:
		n.add(s, p.Eta*math.Max(0, p.MinRateHz-c.thirty/30))
	case Bias:
		if p.RateFloor {
			n.add(s, p.Eta*math.Max(0, p.MinRateHz-c.events/(p.TauAverageMS/1000)))
		}
	case PairSTDP:
		w, m := float64(s.w), p.WeightMax
		switch p.Dependence {
		case Additive:
			n.add(s, -p.Depression*m*c.fast)
		case Multiplicative, PowerLaw:
			n.add(s, -p.Depression*w*c.fast)
		case SoftBound:
			n.add(s, -p.Depression*m*math.Pow(w/m, p.Exponent)*c.fast)
		}
	case TripletSTDP:
		n.add(s, -p.Scale*c.fast*(p.PairDepression+p.TripletDepression*s.slow))
	}
}

// estimates returns P̄ and h of the burst-dependent rules.
func estimates(c *naiveCell, tauMS, most float64, clipped bool) (pbar, h float64) {
	pbar = 1
	if c.seen {
		pbar = c.bursts / c.events
	}
	if clipped {
		pbar = math.Min(1, pbar)
	}
	if e := c.events / (tauMS / 1000); e > most {
		h = -(e - most) / e
	}
	return pbar, h
}

func (n *naive) event(s *naiveSynapse, c *naiveCell) {
	switch p := n.p.(type) {
	case BurstDependent:
		if p.Adaptive {
			pbar, h := estimates(c, p.TauAverageMS, p.MaxRateHz, true)
			n.add(s, p.Eta*(-pbar+h)*s.eligibility)
		} else {
			n.add(s, p.Eta*(p.Depression-math.Max(0, c.thirty/30-p.MaxRateHz))*s.eligibility)
		}
	case Bias:
		pbar, h := estimates(c, p.TauAverageMS, p.MaxRateHz, p.Clipped)
		n.add(s, p.Eta*(-pbar+h))
	}
}

func (n *naive) burst(s *naiveSynapse, c *naiveCell) {
	switch p := n.p.(type) {
	case BurstDependent:
		if p.Adaptive {
			_, h := estimates(c, p.TauAverageMS, p.MaxRateHz, true)
			n.add(s, p.Eta*(p.Potentiation+h)*s.eligibility)
		} else {
			n.add(s, p.Eta*(p.Potentiation-math.Max(0, c.thirty/30-p.MaxRateHz))*s.eligibility)
		}
	case Bias:
		_, h := estimates(c, p.TauAverageMS, p.MaxRateHz, p.Clipped)
		n.add(s, p.Eta*(1+h))
	}
}

func (n *naive) spike(s *naiveSynapse, c *naiveCell) {
	switch p := n.p.(type) {
	case PairSTDP:
		w, m := float64(s.w), p.WeightMax
		switch p.Dependence {
		case Additive:
			n.add(s, p.Potentiation*m*s.eligibility)
		case Multiplicative:
			n.add(s, p.Potentiation*s.eligibility)
		case SoftBound:
			n.add(s, p.Potentiation*m*math.Pow(1-w/m, p.Exponent)*s.eligibility)
		case PowerLaw:
			n.add(s, p.Potentiation*math.Pow(p.Reference, 1-p.Exponent)*math.Pow(w, p.Exponent)*s.eligibility)
		}
	case TripletSTDP:
		n.add(s, p.Scale*s.eligibility*(p.PairPotentiation+p.TripletPotentiation*c.slow))
	}
}
