package propagation

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/sim"
)

// Metrics is what a run measures; it becomes metrics.json. What has no value, such
// as a burst probability without events, is null.
type Metrics struct {
	Baseline    Window `json:"baseline"`
	Stimulation Window `json:"stimulation"`
	// Correlation of signals over the bins of the stimulation; its keys name both.
	Correlation map[string]*float64 `json:"correlation"`
	// Range of signals over the bins of the stimulation.
	Range  map[string]Range `json:"range"`
	Bursts BurstStructure   `json:"pyr1_bursts"`
	Course Course           `json:"course"`
	Raster Raster           `json:"raster"`
}

// Window is what the populations did from one time to another.
type Window struct {
	FromS float64 `json:"from_s"`
	ToS   float64 `json:"to_s"`
	// SpikeRateHz of all populations, the rest of the pyramidal ones.
	SpikeRateHz map[string]float64 `json:"spike_rate_hz"`
	EventRateHz map[string]float64 `json:"event_rate_hz"`
	BurstRateHz map[string]float64 `json:"burst_rate_hz"`
	// BurstProbabilityPct is bursts over events of the whole window,
	// BinMeanPct the mean of that ratio over bins, which is smaller where the
	// ratio rises with the event rate.
	BurstProbabilityPct map[string]*float64 `json:"burst_probability_pct"`
	BinMeanPct          map[string]*float64 `json:"burst_probability_bin_mean_pct"`
}

// Range is the least and the greatest value.
type Range struct {
	Min *float64 `json:"min"`
	Max *float64 `json:"max"`
}

// Course holds a value of each signal for each bin of the whole run. Times and
// currents are those of the middle of the bin.
type Course map[string][]*float64

// The signals of a Course: event rate ER, burst rate BR, burst probability BP of
// pyr1 and pyr2, spike rates of the interneurons, and the two currents that vary.
const (
	timeS      = "time_s"
	er1        = "er1_hz"
	br1        = "br1_hz"
	bp1        = "bp1_pct"
	er2        = "er2_hz"
	br2        = "br2_hz"
	bp2        = "bp2_pct"
	pvRate     = "pv_hz"
	somRate    = "som_hz"
	somaPA     = "pyr1_soma_pa"
	dendritePA = "pyr2_dendrite_pa"
)

// The populations by index, and those that burst.
var (
	populationNames = [...]string{pyr1, pyr2, pv, som}
	pyramidalNames  = [...]string{pyr1, pyr2}
)

// measure evaluates the bins of a run: those of each population in order,
// populations side by side.
func measure(v *experiment.Values, t timing, bins []sim.RateBin, stepsPerSecond int64) *Metrics {
	m := &Metrics{
		Baseline:    window(bins, t.baseline, t.stimulus, stepsPerSecond),
		Stimulation: window(bins, t.stimulus, t.total, stepsPerSecond),
		Correlation: map[string]*float64{}, Range: map[string]Range{},
		Course: course(v, t, bins, stepsPerSecond),
	}
	from := int(t.stimulus / t.bin)
	for name, x := range map[string][2]string{
		"er1_soma_current":     {er1, somaPA},
		"er2_er1":              {er2, er1},
		"bp2_dendrite_current": {bp2, dendritePA},
		"bp1_br2":              {bp1, br2},
		"er2_dendrite_current": {er2, dendritePA},
		"bp2_er2":              {bp2, er2},
		"bp1_bp2":              {bp1, bp2},
		"bp1_er1":              {bp1, er1},
	} {
		m.Correlation[name] = correlation(m.Course[x[0]][from:], m.Course[x[1]][from:])
	}
	for _, name := range []string{er1, bp1, er2, br2, bp2, pvRate, somRate} {
		m.Range[name] = extremes(m.Course[name][from:])
	}
	return m
}

// window measures from one step to another.
func window(bins []sim.RateBin, from, to, stepsPerSecond int64) Window {
	w := Window{
		FromS: float64(from) / float64(stepsPerSecond), ToS: float64(to) / float64(stepsPerSecond),
		SpikeRateHz: map[string]float64{}, EventRateHz: map[string]float64{}, BurstRateHz: map[string]float64{},
		BurstProbabilityPct: map[string]*float64{}, BinMeanPct: map[string]*float64{},
	}
	var sums [len(populationNames)]sim.RateBin
	var ratios [len(populationNames)][]float64
	for _, b := range bins {
		if b.From < from || b.To > to {
			continue
		}
		s := &sums[b.Population]
		s.Neurons = b.Neurons
		s.Spikes += b.Spikes
		s.Events += b.Events
		s.Bursts += b.Bursts
		if b.Events > 0 {
			ratios[b.Population] = append(ratios[b.Population], 100*b.BurstFraction())
		}
	}
	for i, name := range populationNames {
		perNeuron := (w.ToS - w.FromS) * float64(sums[i].Neurons)
		w.SpikeRateHz[name] = float64(sums[i].Spikes) / perNeuron
		if i >= len(pyramidalNames) {
			continue
		}
		w.EventRateHz[name] = float64(sums[i].Events) / perNeuron
		w.BurstRateHz[name] = float64(sums[i].Bursts) / perNeuron
		w.BurstProbabilityPct[name] = experiment.Finite(100 * sums[i].BurstFraction())
		w.BinMeanPct[name] = experiment.Finite(stat.Mean(ratios[i], nil))
	}
	return w
}

// course computes the signals of all bins and, in the middle of each, the currents.
func course(v *experiment.Values, t timing, bins []sim.RateBin, stepsPerSecond int64) Course {
	c := Course{}
	add := func(name string, x float64) { c[name] = append(c[name], experiment.Finite(x)) }
	for _, b := range bins {
		perNeuron := float64(b.To-b.From) / float64(stepsPerSecond) * float64(b.Neurons)
		spikes, events, bursts := float64(b.Spikes)/perNeuron, float64(b.Events)/perNeuron, float64(b.Bursts)/perNeuron
		switch populationNames[b.Population] {
		case pyr1:
			seconds := float64(b.From+b.To) / 2 / float64(stepsPerSecond)
			soma, dendrite := v.Float("current_pyr1_soma"), v.Float("current_pyr2_dendrite")
			if b.From >= t.stimulus {
				soma += sine(v, "sine_pyr1_soma", seconds)
				dendrite += sine(v, "sine_pyr2_dendrite", seconds)
			}
			add(timeS, seconds)
			add(somaPA, soma)
			add(dendritePA, dendrite)
			add(er1, events)
			add(br1, bursts)
			add(bp1, 100*b.BurstFraction())
		case pyr2:
			add(er2, events)
			add(br2, bursts)
			add(bp2, 100*b.BurstFraction())
		case pv:
			add(pvRate, spikes)
		case som:
			add(somRate, spikes)
		}
	}
	return c
}

// sine is the current at a time, pA.
func sine(v *experiment.Values, key string, seconds float64) float64 {
	return v.Float(key) * math.Sin(2*math.Pi*v.Float(key+"_frequency")*seconds)
}

// correlation is Pearson's, over the bins in which both signals have a value; nil
// where one of them does not vary.
func correlation(a, b []*float64) *float64 {
	var x, y []float64
	for i := range a {
		if a[i] != nil && b[i] != nil {
			x, y = append(x, *a[i]), append(y, *b[i])
		}
	}
	if len(x) < 2 {
		return nil
	}
	return experiment.Finite(stat.Correlation(x, y, nil))
}

func extremes(x []*float64) Range {
	var r Range
	for _, v := range x {
		switch {
		case v == nil:
			continue
		case r.Min == nil:
			r.Min, r.Max = v, v
		case *v < *r.Min:
			r.Min = v
		case *v > *r.Max:
			r.Max = v
		}
	}
	return r
}
