package xor

import "github.com/apical-sim/apical/sim"

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Before TruthTable `json:"before"`
	// After is nil if there was no training.
	After *TruthTable `json:"after,omitempty"`
	// BeforeCourse and AfterCourse are the two tests, bin by bin.
	BeforeCourse Course  `json:"before_course"`
	AfterCourse  *Course `json:"after_course,omitempty"`
	// FirstEpoch holds a contrast for each example of the first epoch, in the order
	// shown; Window is one epoch of the training, bin by bin.
	FirstEpoch []Contrast `json:"first_epoch,omitempty"`
	Window     *Window    `json:"window,omitempty"`
	// EpochCosts holds the summed cost of each whole epoch's four predictions;
	// chance is 4 ln 2 = 2.77.
	EpochCosts []float64 `json:"epoch_costs"`
	// MeanCosts are means of EpochCosts over the epochs that their keys say, from
	// 1, both included; only of epochs that there were. FinalCost is that of the
	// last ten, or fewer if there were fewer.
	MeanCosts map[string]float64 `json:"mean_costs,omitempty"`
	FinalCost *float64           `json:"final_cost,omitempty"`
	// Solved: after learning the output's event rate is above the line for 10
	// and 01 and below it for 00 and 11.
	Solved bool    `json:"solved"`
	LineHz float64 `json:"line_hz"`
	// MeanWeights at the end, of each plastic projection that has synapses, leak
	// conductances.
	MeanWeights map[string]float64 `json:"mean_weights"`
}

// LineHz is the event rate of the output that separates 0 from 1, Hz: half way between
// the rates that stand for them.
const LineHz = 6

// TruthTable holds a row for each of the examples 00, 10, 01, 11.
type TruthTable [len(examples)]Row

// Row is what the populations did while one example was shown, without the
// first fifth of it.
type Row struct {
	Input string `json:"input"`
	// EventRateHz and BurstProbabilityPct by population. The probability is
	// bursts over events: nil without events, and over 100 where few events
	// leave some of their bursts to the window, since a burst is counted at its
	// second spike.
	EventRateHz         map[string]float64  `json:"event_rate_hz"`
	BurstProbabilityPct map[string]*float64 `json:"burst_probability_pct"`
}

// settledBins is the part of an example's bins that a row leaves out.
const settledBins = BinsPerExample / 5

// tally is what each population did in a stretch of time.
type tally [len(populationNames)]sim.RateBin

// count adds up the bins that begin at step from of an example or later and end by
// step to. bins holds one example, those of a population in order.
func count(bins []sim.RateBin, from, to int64) tally {
	var t tally
	if len(bins) == 0 {
		return t
	}
	start := bins[0].From
	for _, b := range bins {
		if b.From-start < from || b.To-start > to {
			continue
		}
		s := &t[b.Population]
		s.Neurons = b.Neurons
		s.To += b.To - b.From
		s.Events += b.Events
		s.Bursts += b.Bursts
	}
	return t
}

// burstProbability gives bursts over events by population, %, nil without events.
func (t *tally) burstProbability() map[string]*float64 {
	out := map[string]*float64{}
	for i, name := range populationNames {
		out[name] = nil
		if t[i].Events > 0 {
			percent := 100 * t[i].BurstFraction()
			out[name] = &percent
		}
	}
	return out
}

// measure makes a row of the bins of one example. The burst probability is that of
// the whole window: bursts over events.
func measure(e example, bins []sim.RateBin, steps, stepsPerSecond int64) Row {
	sums := count(bins, settledBins*(steps/BinsPerExample), steps)
	row := Row{Input: e.name, EventRateHz: map[string]float64{}, BurstProbabilityPct: sums.burstProbability()}
	for i, name := range populationNames {
		row.EventRateHz[name] = sums[i].EventRateHz(stepsPerSecond)
	}
	return row
}

// settle fills in what follows from the measurements.
func (m *Metrics) settle(weights map[string]float64) {
	m.LineHz = LineHz
	m.MeanWeights = weights
	m.meanCosts()
	if m.After == nil {
		return
	}
	m.Solved = true
	for i, e := range examples {
		if (m.After[i].EventRateHz["output"] > LineHz) != e.target {
			m.Solved = false
		}
	}
}

// meanCosts averages the costs over the stretches that the reference gives, and
// over the last ten epochs.
func (m *Metrics) meanCosts() {
	n := len(m.EpochCosts)
	if n == 0 {
		return
	}
	m.MeanCosts = map[string]float64{}
	for _, c := range courseCosts {
		if c.to <= n {
			m.MeanCosts[c.key()] = mean(m.EpochCosts[c.from-1 : c.to])
		}
	}
	final := mean(m.EpochCosts[max(0, n-10):])
	m.FinalCost = &final
}

func mean(values []float64) (m float64) {
	for _, v := range values {
		m += v
	}
	return m / float64(len(values))
}
