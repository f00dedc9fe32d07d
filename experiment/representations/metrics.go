package representations

import (
	"context"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/sim"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Yardstick Yardstick `json:"yardstick"`
	// Transfer functions by layer, as fitted before learning.
	Transfer map[string]Transfer `json:"transfer"`
	Feedback Feedback            `json:"feedback"`
	Before   []Row               `json:"before"`
	After    []Row               `json:"after,omitempty"` // nil without training
	// RightBefore and RightAfter count the examples with the output's event rate
	// on the right side of LineHz.
	RightBefore int     `json:"right_before"`
	RightAfter  int     `json:"right_after"`
	Solved      bool    `json:"solved"`
	LineHz      float64 `json:"line_hz"`
	// EpochCosts holds the summed cost of each whole epoch's predictions; a rate
	// on the line gives ln 2 an example, ChanceCost in all.
	EpochCosts []float64     `json:"epoch_costs"`
	ChanceCost float64       `json:"chance_cost"`
	Angles     []BlockAngles `json:"angles"`
	// ChanceDeg: below this come the angles of 5 % of random directions, of the
	// weights of each layer and of its bursts.
	ChanceDeg map[string]Chance `json:"chance_deg"`
	// MeanAngles over the first and the second half of the blocks.
	MeanAngles map[string]Halves `json:"mean_angles"`
	// EffectiveBefore and EffectiveAfter are the mean weights of edges less the
	// fitted share of inhibition, leak conductances.
	EffectiveBefore map[string]float64 `json:"effective_weights_before"`
	EffectiveAfter  map[string]float64 `json:"effective_weights_after"`
}

// Chance of angles, degrees.
type Chance struct {
	Weights float64 `json:"weights"`
	Bursts  float64 `json:"bursts"`
}

// Halves are the means of a layer's angles over the first and the second half of
// training.
type Halves struct {
	First  LayerAngles `json:"first"`
	Second LayerAngles `json:"second"`
}

// Row is what the ensembles did while one example was shown.
type Row struct {
	Input               string              `json:"input"`
	Target              bool                `json:"target"`
	EventRateHz         map[string]float64  `json:"event_rate_hz"`
	BurstProbabilityPct map[string]*float64 `json:"burst_probability_pct"` // nil without events
}

func (p *protocol) row(e example, a activity) Row {
	r := Row{Input: e.name, Target: e.target, EventRateHz: a.events, BurstProbabilityPct: map[string]*float64{}}
	for _, name := range p.names {
		r.BurstProbabilityPct[name] = nil
		if x := 100 * a.probability(name); !math.IsNaN(x) {
			r.BurstProbabilityPct[name] = &x
		}
	}
	return r
}

// right counts the rows on their side of the line.
func right(table []Row, lineHz float64) (n int) {
	for _, r := range table {
		if (r.EventRateHz[output] > lineHz) == r.Target {
			n++
		}
	}
	return n
}

// probes are the currents into all output dendrites by which the feedback path is
// measured, in parts of the largest.
var probes = [...]float64{-1, -0.5, 0, 0.5, 1}

// Feedback is how bursts answer to a current into the output's dendrites.
type Feedback struct {
	CurrentPA []float64 `json:"current_pa"`
	// BurstProbabilityPct and BurstRateHz by ensemble, for each current, means
	// over the examples.
	BurstProbabilityPct map[string][]float64 `json:"burst_probability_pct"`
	BurstRateHz         map[string][]float64 `json:"burst_rate_hz"`
	// GainPct is the slope of the burst probability over all currents by
	// ensemble, points for each 1000 pA; RangePct the difference between the
	// largest and the smallest current.
	GainPct  map[string]float64 `json:"gain_pct"`
	RangePct map[string]float64 `json:"range_pct"`
	// EventChangeHz is the change of the event rate between these currents:
	// feedback through dendrites should leave it as it is.
	EventChangeHz map[string]float64 `json:"event_change_hz"`
}

// probe shows every example with each of the currents and measures the bursts.
func (p *protocol) probe(ctx context.Context) error {
	f := Feedback{BurstProbabilityPct: map[string][]float64{}, BurstRateHz: map[string][]float64{},
		GainPct: map[string]float64{}, RangePct: map[string]float64{}, EventChangeHz: map[string]float64{}}
	events := map[string][]float64{}
	for _, part := range probes {
		current := part * p.v.Float("probe_current")
		if err := p.sim.SetCurrent(teacher, sim.Constant(current)); err != nil {
			return err
		}
		e, b := rates{}, rates{}
		for _, x := range p.a.examples {
			if err := show(p.sim, p.v, p.a, x); err != nil {
				return err
			}
			p.bins = p.bins[:0]
			if err := p.advance(ctx, p.example); err != nil {
				return err
			}
			a := p.window(binsPerExample/5, binsPerExample)
			for _, name := range p.names {
				e[name] += a.events[name] / float64(len(p.a.examples))
				b[name] += a.bursts[name] / float64(len(p.a.examples))
			}
		}
		f.CurrentPA = append(f.CurrentPA, current)
		for _, name := range p.names {
			pct := 0.0
			if e[name] > 0 {
				pct = 100 * b[name] / e[name]
			}
			f.BurstProbabilityPct[name] = append(f.BurstProbabilityPct[name], pct)
			f.BurstRateHz[name] = append(f.BurstRateHz[name], b[name])
			events[name] = append(events[name], e[name])
		}
	}
	last := len(probes) - 1
	for _, name := range p.names {
		pct := f.BurstProbabilityPct[name]
		_, slope := stat.LinearRegression(probes[:], pct, nil, false)
		f.GainPct[name] = slope / p.v.Float("probe_current") * 1000
		f.RangePct[name] = pct[last] - pct[0]
		f.EventChangeHz[name] = events[name][last] - events[name][0]
	}
	p.result.Feedback = f
	return p.sim.SetCurrent(teacher, sim.Constant(0))
}

// settle fills in what follows from the measurements.
func (p *protocol) settle(first, last weights) {
	m := &p.result
	m.LineHz = (p.net.teacher.LowHz + p.net.teacher.HighHz) / 2
	m.RightBefore, m.RightAfter = right(m.Before, m.LineHz), right(m.After, m.LineHz)
	m.Solved = m.RightAfter == len(p.a.examples)
	m.ChanceCost = float64(len(p.a.examples)) * math.Ln2
	m.ChanceDeg, m.MeanAngles = map[string]Chance{}, map[string]Halves{}
	m.EffectiveBefore, m.EffectiveAfter = map[string]float64{}, map[string]float64{}
	for l, layer := range p.a.layers {
		n := len(p.a.examples)
		m.ChanceDeg[layerNames[l]] = Chance{Weights: chanceDeg(n * len(layer)), Bursts: chanceDeg(n * len(p.a.targets(l)))}
		for i, e := range layer {
			m.EffectiveBefore[e.name()] = p.net.effective(l, first[l][i])
			m.EffectiveAfter[e.name()] = p.net.effective(l, last[l][i])
		}
	}
	if n := len(m.Angles); n > 1 {
		for _, name := range layerNames {
			m.MeanAngles[name] = Halves{First: meanAngles(m.Angles[:n/2], name), Second: meanAngles(m.Angles[n/2:], name)}
		}
	}
}

func meanAngles(blocks []BlockAngles, layer string) (m LayerAngles) {
	part := 1 / float64(len(blocks))
	for _, b := range blocks {
		a := b.Layers[layer]
		m.WeightsDeg += part * a.WeightsDeg
		m.WeightsAlignedDeg += part * a.WeightsAlignedDeg
		m.RulesDeg += part * a.RulesDeg
		m.KeptPct += part * a.KeptPct
		m.DescentKeptPct += part * a.DescentKeptPct
		m.EpochDeg += part * a.EpochDeg
		m.BurstsDeg += part * a.BurstsDeg
		m.BurstsAlignedDeg += part * a.BurstsAlignedDeg
	}
	return m
}
