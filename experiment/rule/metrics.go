package rule

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/sim"
)

// Metrics is what a run measures; it becomes metrics.json. What is not defined,
// such as a burst probability without events, is null.
type Metrics struct {
	Phases []Phase `json:"phases"`
	// BaselineEventRateHz of output and input: the means over the bins that end
	// from τ_avg on and before 3 τ_avg and a segment, as the paper draws them.
	PostBaselineHz *float64 `json:"post_baseline_event_rate_hz"`
	PreBaselineHz  *float64 `json:"pre_baseline_event_rate_hz"`
	// InitialWeight is a mean; LeastWeight is the least of any synapse at any of the
	// times in Course, 0 once one has met its bound. Leak conductances.
	InitialWeight *float64 `json:"initial_weight"`
	LeastWeight   *float64 `json:"least_weight"`
	Course        Course   `json:"course"`
}

// Phase is what the populations did between two changes from outside. "post" is
// the output population, "pre" the input.
type Phase struct {
	Name                    string   `json:"name"`
	FromS                   float64  `json:"from_s"`
	ToS                     float64  `json:"to_s"`
	D                       float64  `json:"d"`
	InputDendritePA         float64  `json:"input_dendrite_pa"`
	PostEventRateHz         *float64 `json:"post_event_rate_hz"`
	PostBurstProbabilityPct *float64 `json:"post_burst_probability_pct"`
	PreEventRateHz          *float64 `json:"pre_event_rate_hz"`
	PreBurstProbabilityPct  *float64 `json:"pre_burst_probability_pct"`
	// AverageEndPct is P̄, the rule's running average of the burst probability, at
	// the end.
	AverageEndPct *float64 `json:"p_bar_end_pct"`
	// WeightChangePct is the change over the phase, WeightEndPct that since the
	// beginning, both in percent of the initial mean weight.
	WeightChangePct *float64 `json:"weight_change_pct"`
	WeightEndPct    *float64 `json:"weight_end_pct"`
	// SlowCellsEndPct is how many output cells have, at the end, a 30 s rate of all
	// spikes below rate_min: each event of the input strengthens synapses onto them.
	SlowCellsEndPct float64 `json:"slow_cells_end_pct"`
}

// Course holds a value for each bin, at its end.
type Course struct {
	TimeS                   []float64  `json:"time_s"`
	PostEventRateHz         []*float64 `json:"post_event_rate_hz"`
	PostBurstProbabilityPct []*float64 `json:"post_burst_probability_pct"`
	PreEventRateHz          []*float64 `json:"pre_event_rate_hz"`
	PreBurstProbabilityPct  []*float64 `json:"pre_burst_probability_pct"`
	// EstimateEventRateHz and EstimateBurstRateHz are Ē and B̄ over τ_avg, means of
	// the cells that are watched, and AveragePct is P̄, their ratio.
	EstimateEventRateHz []*float64 `json:"estimate_event_rate_hz"`
	EstimateBurstRateHz []*float64 `json:"estimate_burst_rate_hz"`
	AveragePct          []*float64 `json:"p_bar_pct"`
	WeightChangePct     []*float64 `json:"weight_change_pct"` // since the beginning
}

// add appends a bin.
func (c *Course) add(seconds float64, stepsPerSecond int64, rates []sim.RateBin, e estimate, weightPct float64) {
	put := func(to *[]*float64, x float64) { *to = append(*to, experiment.Finite(x)) }
	post, pre := rates[outputIndex], rates[inputIndex]
	c.TimeS = append(c.TimeS, seconds)
	put(&c.PostEventRateHz, post.EventRateHz(stepsPerSecond))
	put(&c.PostBurstProbabilityPct, 100*post.BurstFraction())
	put(&c.PreEventRateHz, pre.EventRateHz(stepsPerSecond))
	put(&c.PreBurstProbabilityPct, 100*pre.BurstFraction())
	put(&c.EstimateEventRateHz, e.eventHz)
	put(&c.EstimateBurstRateHz, e.burstHz)
	put(&c.AveragePct, 100*e.burstProbability())
	put(&c.WeightChangePct, weightPct)
}

// phaseSum adds up the bins of a phase.
type phaseSum struct {
	what          phase
	fromS         float64
	before, start float64 // mean weight before the phase, and in the very beginning
	post, pre     sim.RateBin
	last          estimate
	weight        float64
}

func newPhaseSum(what phase, fromS, weight, start float64) *phaseSum {
	return &phaseSum{what: what, fromS: fromS, before: weight, start: start, weight: weight,
		last: estimate{math.NaN(), math.NaN()}}
}

func (s *phaseSum) add(rates []sim.RateBin, e estimate, weight float64) {
	addBin(&s.post, rates[outputIndex])
	addBin(&s.pre, rates[inputIndex])
	s.last, s.weight = e, weight
}

func addBin(sum *sim.RateBin, bin sim.RateBin) {
	sum.Neurons = bin.Neurons
	sum.To += bin.To - bin.From
	sum.Events += bin.Events
	sum.Bursts += bin.Bursts
}

func (s *phaseSum) phase(toS float64, stepsPerSecond int64, slowPct float64) Phase {
	return Phase{
		Name: s.what.name, FromS: s.fromS, ToS: toS, D: s.what.d, InputDendritePA: s.what.inputPA,
		PostEventRateHz:         experiment.Finite(s.post.EventRateHz(stepsPerSecond)),
		PostBurstProbabilityPct: experiment.Finite(100 * s.post.BurstFraction()),
		PreEventRateHz:          experiment.Finite(s.pre.EventRateHz(stepsPerSecond)),
		PreBurstProbabilityPct:  experiment.Finite(100 * s.pre.BurstFraction()),
		AverageEndPct:           experiment.Finite(100 * s.last.burstProbability()),
		WeightChangePct:         experiment.Finite(100 * (s.weight - s.before) / s.start),
		WeightEndPct:            experiment.Finite(100 * (s.weight/s.start - 1)),
		SlowCellsEndPct:         slowPct,
	}
}

// settle fills in what follows from the course.
func (m *Metrics) settle(v *experiment.Values) {
	from, to := v.Float("tau_avg"), 3*v.Float("tau_avg")+v.Float("segment")
	var post, pre, n float64
	for i, t := range m.Course.TimeS {
		if t >= from && t < to {
			post += *m.Course.PostEventRateHz[i]
			pre += *m.Course.PreEventRateHz[i]
			n++
		}
	}
	m.PostBaselineHz, m.PreBaselineHz = experiment.Finite(post/n), experiment.Finite(pre/n)
}
