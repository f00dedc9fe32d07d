package propagation

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/sim"
)

// made are the metrics of made-up counts of 80 bins of 50 ms: ER1 follows the
// current into somata, BP2 that into dendrites.
func made(t *testing.T, shift int64) *Metrics {
	t.Helper()
	v := Experiment().Defaults()
	tm := steps(v)
	var bins []sim.RateBin
	for k := range tm.total / tm.bin {
		at := (float64(k) + 0.5) * 0.05
		events := int64(1000 + 500*math.Sin(2*math.Pi*2*at))
		percent := int64(30 + 20*math.Sin(2*math.Pi*2/math.Sqrt(5)*at))
		for p := range populationNames {
			bins = append(bins, sim.RateBin{
				Population: p, From: k * tm.bin, To: (k + 1) * tm.bin, Neurons: 4000,
				Events: events, Bursts: events*percent/100 + shift, Spikes: 2 * events,
			})
		}
	}
	m := measure(v, tm, bins, 10_000)
	m.Raster = Raster{Neurons: 25, FromS: 1, ToS: 3, Populations: map[string]RasterMarks{
		pyr1: {Events: "11000:3 12000:24", Bursts: "12050:24"}, pyr2: {},
	}}
	return m
}

// TestMeasure: windows, the ratio of means and the mean of ratios, and
// correlations with what the counts were made of.
func TestMeasure(t *testing.T) {
	m := made(t, 0)
	if w := m.Baseline; w.FromS != 0.5 || w.ToS != 1 {
		t.Errorf("baseline from %v to %v s, want 0.5 to 1", w.FromS, w.ToS)
	}
	// 1000 events a bin of 50 ms and 4000 neurons are 5 Hz, over whole periods.
	if er := m.Stimulation.EventRateHz[pyr1]; math.Abs(er-5) > 0.01 {
		t.Errorf("event rate %v, want 5 Hz", er)
	}
	if r := m.Stimulation.SpikeRateHz[som]; math.Abs(r-10) > 0.02 {
		t.Errorf("spike rate %v, want 10 Hz", r)
	}
	if len(m.Course[bp1]) != 80 || len(m.Course[timeS]) != 80 || *m.Course[timeS][20] != 1.025 {
		t.Errorf("course of %d bins, the 21st at %v s; want 80, 1.025 s", len(m.Course[bp1]), *m.Course[timeS][20])
	}
	if *m.Course[somaPA][19] != 0 || *m.Course[dendritePA][19] != 100 {
		t.Error("the sines begin before the end of the burn-in")
	}
	for _, name := range []string{"er1_soma_current", "bp2_dendrite_current"} {
		if c := *m.Correlation[name]; c < 0.999 {
			t.Errorf("%s: %v, want 1", name, c)
		}
	}
	if r := m.Range[er1]; math.Abs(*r.Min-2.5) > 0.1 || math.Abs(*r.Max-7.5) > 0.1 {
		t.Errorf("event rates from %v to %v, want 2.5 to 7.5 Hz", *r.Min, *r.Max)
	}
}

// What cannot be computed is null, and metrics.json is valid all the same.
func TestSilence(t *testing.T) {
	v, err := Experiment().Resolve("", []string{"duration=1.5s", "sine_pyr1_soma=0pA"})
	if err != nil {
		t.Fatal(err)
	}
	tm := steps(v)
	var bins []sim.RateBin
	for k := range tm.total / tm.bin {
		for p := range populationNames {
			bins = append(bins, sim.RateBin{Population: p, From: k * tm.bin, To: (k + 1) * tm.bin, Neurons: 10})
		}
	}
	m := measure(v, tm, bins, 10_000)
	if m.Stimulation.BurstProbabilityPct[pyr1] != nil || m.Correlation["er1_soma_current"] != nil || m.Range[bp1].Min != nil {
		t.Error("numbers without events")
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.print(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
	experimenttest.Figure(t, Experiment(), []json.RawMessage{raw})
}

// TestFigure draws the metrics of two made-up seeds: an SVG that names its axes,
// and the same bytes again.
func TestFigure(t *testing.T) {
	var runs []json.RawMessage
	for shift := range int64(2) {
		raw, err := json.Marshal(made(t, 20*shift))
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, raw)
	}
	experimenttest.Figure(t, Experiment(), runs, "time (s)", "event rate (Hz)", "burst probability (%)", "mean of 2 seeds", "burst rate of pyr2, rescaled")
}

// TestExpectations: those of the publication stand with its values alone, those of
// the preset with its.
func TestExpectations(t *testing.T) {
	e := Experiment()
	for _, c := range []struct {
		preset string
		sets   []string
		want   bool
	}{{"", nil, true}, {"inverted", nil, true}, {"quick", nil, false}, {"", []string{"w_som_pyr1=0.1"}, false},
		{"inverted", []string{"w_som_pyr1=0.2"}, false}, {"inverted", []string{"duration=5s"}, false}} {
		v, err := e.Resolve(c.preset, c.sets)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(expect(v)) > 0; got != c.want {
			t.Errorf("preset %q %v: expectations %v, want %v", c.preset, c.sets, got, c.want)
		}
	}
}
