package xor

import "github.com/apical-sim/apical/sim"

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Before TruthTable `json:"before"`
	// After is nil if there was no training.
	After *TruthTable `json:"after,omitempty"`
	// EpochCosts holds the summed cost of each whole epoch's four predictions;
	// chance is 4 ln 2 = 2.77.
	EpochCosts []float64 `json:"epoch_costs"`
	// Solved: after learning the output's event rate is above the line for 10
	// and 01 and below it for 00 and 11.
	Solved bool    `json:"solved"`
	LineHz float64 `json:"line_hz"`
	// MeanWeights at the end, of each plastic projection that has synapses, leak
	// conductances.
	MeanWeights map[string]float64 `json:"mean_weights"`
}

// lineHz separates 0 from 1: half way between the rates that stand for them.
const lineHz = 6

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
const settledBins = binsPerExample / 5

// measure makes a row of the bins of one example, those of a population in
// order. The burst probability is that of the whole window: bursts over events.
func measure(e example, bins []sim.RateBin, stepsPerSecond int64) Row {
	row := Row{Input: e.name, EventRateHz: map[string]float64{}, BurstProbabilityPct: map[string]*float64{}}
	var sums [len(populationNames)]sim.RateBin
	seen := [len(populationNames)]int{}
	for _, b := range bins {
		if seen[b.Population]++; seen[b.Population] <= settledBins {
			continue
		}
		s := &sums[b.Population]
		s.Neurons = b.Neurons
		s.To += b.To - b.From
		s.Events += b.Events
		s.Bursts += b.Bursts
	}
	for i, name := range populationNames {
		row.EventRateHz[name] = sums[i].EventRateHz(stepsPerSecond)
		row.BurstProbabilityPct[name] = nil
		if sums[i].Events > 0 {
			percent := 100 * sums[i].BurstFraction()
			row.BurstProbabilityPct[name] = &percent
		}
	}
	return row
}

// settle fills in what follows from the measurements.
func (m *Metrics) settle(weights map[string]float64) {
	m.LineHz = lineHz
	m.MeanWeights = weights
	if m.After == nil {
		return
	}
	m.Solved = true
	for i, e := range examples {
		if (m.After[i].EventRateHz["output"] > lineHz) != e.target {
			m.Solved = false
		}
	}
}
