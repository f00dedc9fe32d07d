package detection

import (
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/io/spiketable"
)

// few makes a run short.
func few(sets ...string) []string {
	return append([]string{"permutations=200", "decode_permutations=20"}, sets...)
}

// metrics runs a seed.
func metrics(t *testing.T, preset string, sets ...string) Metrics {
	t.Helper()
	x := experimenttest.Trial{Seed: 11, Preset: preset, Sets: sets}
	return experimenttest.Metrics[Metrics](t, x.Run(t, Experiment()))
}

// TestFindsWhatWasPlanted runs a third of the default recording, with effects that
// leave no doubt: every cell is found to be what it is.
func TestFindsWhatWasPlanted(t *testing.T) {
	m := metrics(t, "", few("cells=16", "sessions=4", "naive_effect=1", "event_effect=2", "burst_effect=0.5",
		"baseline_event_rate=8Hz", "rate_ratio=1")...)
	for i, c := range m.Cells {
		if c.Found != c.Planted {
			t.Errorf("cell %d was found to be %s, want %s", i, c.Found, c.Planted)
		}
	}
	for name, coverage := range map[string]float64{"event rate": m.Effects.EventRateCoverage, "burst fraction": m.Effects.BurstFractionCoverage} {
		// 16 intervals of 95 %: fewer than 12 hold with a probability of 10⁻⁴.
		if coverage < 0.75 {
			t.Errorf("%s: %v of the intervals hold what was planted", name, coverage)
		}
	}
	for _, s := range m.Training.Sessions {
		late := func(found *float64, planted float64) bool {
			return found == nil || *found-planted < -0.021 || *found-planted > 0.051
		}
		if late(s.EventLatencyS, s.PlantedEventS) || late(s.BurstLatencyS, s.PlantedBurstS) {
			t.Errorf("session %+v: latencies", s)
		}
	}
	if e := m.Errors; e.Late == nil || e.Late.FromS < 0.78 || e.Late.FromS > 0.9 || !(*e.Difference.Value > 0) || !(*e.EarlyDifference.Value < 0) {
		t.Errorf("hits and misses: %+v", e)
	}
	if d := m.Decoding.ConstantRate; d == nil || d.Cells != 4 || m.Decoding.All.Cells != 16 || !d.BothAboveChance || d.Gain <= 0 {
		t.Errorf("decoding: %+v", d)
	}
	if x := m.Training; x.Sharpening == nil || *x.Sharpening < 0.2 || math.Abs(*x.Sharpening-*x.ExpectedSharpening) > 0.2 {
		t.Errorf("sharpening %v, expected %v", x.Sharpening, x.ExpectedSharpening)
	}
}

// TestNull: where nothing responds nothing is planted in any number, and tests find
// something as seldom as they should: of 80 tests at 5 %, 12 or more come out with a
// probability of 10⁻³.
func TestNull(t *testing.T) {
	m := metrics(t, "null", few("sessions=2")...)
	if m.Classes.FiringRate.Responding != 0 || m.Classes.BurstFraction.Responding != 0 || m.Classes.FiringRate.Silent != 40 {
		t.Errorf("something was planted: %+v", m.Classes)
	}
	if n := 40 * (*m.Classes.FiringRate.FalsePositiveRate + *m.Classes.BurstFraction.FalsePositiveRate); n > 11 {
		t.Errorf("%v of 80 tests found something", n)
	}
	for i, c := range m.Cells {
		if c.Planted != "none" || c.EventRateHz.planted() || c.FiringRateHz.planted() || c.BurstFraction.planted() {
			t.Errorf("cell %d: %+v", i, c)
		}
	}
}

// TestFileAndMemoryAgree: the analysis of the file is that of the spikes in memory.
func TestFileAndMemoryAgree(t *testing.T) {
	e := Experiment()
	v, err := e.Resolve("", few("cells=8", "sessions=2", "trials=40"))
	if err != nil {
		t.Fatal(err)
	}
	p := experiment.Plan{Experiment: e, Values: v, Seeds: []uint64{11}, Dir: filepath.Join(t.TempDir(), "run"), Out: io.Discard}
	if p.Record, err = e.Record.Parse("all"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Execute(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := newRecording(t.Context(), v, 11, 1)
	if err != nil {
		t.Fatal(err)
	}
	m := newMeasurement(r, v, 11)
	fromMemory, err := m.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.open = func() (analysis.Source, error) {
		table, err := spiketable.Open(filepath.Join(p.Dir, "spikes.arrow"), spiketable.Options{})
		if err == nil {
			t.Cleanup(func() { _ = table.Close() })
		}
		return table, err
	}
	fromFile, err := m.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromFile, fromMemory) {
		t.Error("the file and the memory gave different results")
	}
}

func TestSameBytesForAnyWorkers(t *testing.T) {
	x := experimenttest.Trial{Seed: 3, Sets: few("cells=8", "sessions=2", "trials=40")}
	experimenttest.SameBytes(t, Experiment(), x, []int{3}, "spikes.arrow", trialsArrow, trialsCSV, truthName, "metrics.json")
}

// TestInterrupted: once it is recorded, the recording is kept.
func TestInterrupted(t *testing.T) {
	experimenttest.Interrupted(t, Experiment(), experimenttest.Trial{Seed: 1, Sets: []string{"permutations=100000"}}, 1)
}

// TestPoorRecordings: what cannot be compared is left out, and nothing is NaN.
func TestPoorRecordings(t *testing.T) {
	for name, sets := range map[string][]string{
		"no catch trials": {"catch_fraction=0"},
		"only hits":       {"threshold_first=0.001uA", "threshold_last=0.001uA"},
		"only misses":     {"threshold_first=100000uA", "threshold_last=100000uA"},
		"silent cells":    {"baseline_event_rate=0.001Hz"},
	} {
		x := experimenttest.Trial{Seed: 11, Sets: append(few(sets...), "cells=2", "sessions=1", "trials=6")}
		dir := x.Run(t, Experiment())
		m := experimenttest.Metrics[Metrics](t, dir)
		if name == "no catch trials" && m.Decoding.All != nil {
			t.Error("decoded without catch trials")
		}
		if strings.HasPrefix(name, "only") && m.Errors.Difference != nil {
			t.Errorf("%s: hits and misses were compared", name)
		}
		if err := figure([]Metrics{m}, io.Discard, io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFigure(t *testing.T) {
	dir := experimenttest.Trial{Seed: 11, Preset: "quick", Sets: few()}.Run(t, Experiment())
	raw := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{raw, raw},
		"burst fraction", "event rate (Hz)", "session", "hits", "misses", "planted", "trials told right")
}
