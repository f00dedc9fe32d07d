package detection

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spiketable"
)

// few makes a run short.
func few(sets ...string) []string {
	return append([]string{"permutations=200", "decode_permutations=20"}, sets...)
}

// trialRun runs a seed and returns its metrics, as they stand in metrics.json.
func trialRun(t *testing.T, workers int, preset string, sets ...string) (Metrics, *experiment.Run) {
	t.Helper()
	e := Experiment()
	v, err := e.Resolve(preset, sets)
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.NewRun(v, 11, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run.Workers = workers
	if err := e.Run(context.Background(), run); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(run.Path("metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m Metrics
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m, run
}

// TestFindsWhatWasPlanted runs a third of the default recording, with effects that
// leave no doubt: every cell is found to be what it is.
func TestFindsWhatWasPlanted(t *testing.T) {
	m, _ := trialRun(t, 2, "", few("cells=16", "sessions=4", "naive_effect=1", "event_effect=2", "burst_effect=0.5",
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
	if d := m.Decoding.ConstantRate; d == nil || d.Cells != 4 || !d.BothAboveChance || d.Gain <= 0 {
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
	m, _ := trialRun(t, 2, "null", few("sessions=2")...)
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
	sets := few("cells=8", "sessions=2", "trials=40")
	_, run := trialRun(t, 1, "", sets...)
	r, err := newRecording(context.Background(), run.Values, 11, 1)
	if err != nil {
		t.Fatal(err)
	}
	m := newMeasurement(r, run.Values, 11)
	fromMemory, err := m.measure(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(run.Dir+"/manifest.json", manifest(t, run), 0o666); err != nil {
		t.Fatal(err)
	}
	m.open = func() (analysis.Source, error) {
		table, err := spiketable.Open(run.Path("spikes.arrow"), spiketable.Options{})
		if err == nil {
			t.Cleanup(func() { _ = table.Close() })
		}
		return table, err
	}
	fromFile, err := m.measure(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromFile, fromMemory) {
		t.Error("the file and the memory gave different results")
	}
}

// manifest is what a plan writes of the recorded time.
func manifest(t *testing.T, run *experiment.Run) []byte {
	t.Helper()
	b, err := json.Marshal(experiment.Manifest{Format: "apical.run", FormatVersion: 1, Recorded: run.Recorded()})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSameBytesForAnyWorkers(t *testing.T) {
	var first *experiment.Run
	for _, workers := range []int{1, 3} {
		_, run := trialRun(t, workers, "", few("cells=8", "sessions=2", "trials=40")...)
		if first == nil {
			first = run
			continue
		}
		for _, name := range []string{"spikes.arrow", trialsArrow, trialsCSV, truthName, "metrics.json"} {
			a, errA := os.ReadFile(first.Path(name))
			b, errB := os.ReadFile(run.Path(name))
			if errA != nil || errB != nil || !bytes.Equal(a, b) {
				t.Errorf("%s differs between 1 and %d workers (%v, %v)", name, workers, errA, errB)
			}
		}
	}
}

// TestPoorRecordings: what cannot be compared is left out, and nothing is NaN.
func TestPoorRecordings(t *testing.T) {
	small := []string{"cells=2", "sessions=1", "trials=6"}
	for name, set := range map[string]string{
		"no catch trials": "catch_fraction=0", "only hits": "threshold_first=0.001uA", "only misses": "threshold_first=100000uA",
		"silent cells": "baseline_event_rate=0.001Hz",
	} {
		sets := append(few(set), small...)
		if name == "only hits" {
			sets = append(sets, "threshold_last=0.001uA")
		}
		if name == "only misses" {
			sets = append(sets, "threshold_last=100000uA")
		}
		m, run := trialRun(t, 1, "", sets...)
		if name == "no catch trials" && m.Decoding.All != nil {
			t.Error("decoded without catch trials")
		}
		if strings.HasPrefix(name, "only") && m.Errors.Difference != nil {
			t.Errorf("%s: hits and misses were compared", name)
		}
		raw, err := os.ReadFile(run.Path("metrics.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := figure([]json.RawMessage{raw}, io.Discard, io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// drawTwice wants the same figure of the same metrics.
func drawTwice(t *testing.T, raw ...json.RawMessage) string {
	t.Helper()
	var png, svg [2]bytes.Buffer
	for i := range png {
		if err := figure(raw, &png[i], &svg[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(png[0].Bytes(), png[1].Bytes()) || !bytes.Equal(svg[0].Bytes(), svg[1].Bytes()) {
		t.Error("the same metrics gave two figures")
	}
	return svg[0].String()
}

func TestFigure(t *testing.T) {
	_, run := trialRun(t, 2, "quick", few()...)
	raw, err := os.ReadFile(run.Path("metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	text := drawTwice(t, raw, raw)
	for _, wanted := range []string{"burst fraction", "event rate (Hz)", "session", "hits", "misses", "planted", "trials told right"} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the SVG does not say %q", wanted)
		}
	}
}
