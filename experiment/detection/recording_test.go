package detection

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/io/spiketable"
)

// record makes a recording with the settings given.
func record(t *testing.T, seed uint64, preset string, sets ...string) *recording {
	t.Helper()
	v, err := Experiment().Resolve(preset, sets)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRecording(t.Context(), v, seed, 2)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSameSpikesForAnyWorkers(t *testing.T) {
	v, err := Experiment().Resolve("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	var first *recording
	for _, workers := range []int{1, 3} {
		r, err := newRecording(t.Context(), v, 5, workers)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = r
		} else if !slices.Equal(first.spikes, r.spikes) || !slices.Equal(first.trials, r.trials) {
			t.Errorf("%d workers gave other spikes", workers)
		}
	}
	if other := record(t, 6, "quick"); slices.Equal(other.spikes, first.spikes) {
		t.Error("two seeds gave the same spikes")
	}
}

// TestSourceKeepsItsPromises: spikes ascend, lie in a window, and belong to a cell.
func TestSourceKeepsItsPromises(t *testing.T) {
	s := record(t, 1, "quick").source()
	rec := s.Recording()
	if err := rec.Validate(); err != nil {
		t.Fatal(err)
	}
	n, before := 0, spike{step: -1}
	for s.Next() {
		b := s.Batch()
		for i, step := range b.Steps {
			now := spike{step, b.Neurons[i]}
			inside := slices.ContainsFunc(rec.Windows, func(w analysis.Window) bool { return step >= w.From && step < w.To })
			if now.step < before.step || now.step == before.step && now.neuron <= before.neuron || !inside || int(now.neuron) >= rec.Populations[0].Size {
				t.Fatalf("spike %+v after %+v", now, before)
			}
			before = now
			n++
		}
	}
	if n < 10_000 {
		t.Errorf("%d spikes", n)
	}
}

// TestRecordingIsWhatIsExpected counts events, bursts and spikes of each class
// around the stimulations with an ISI rule of this test and compares them with
// what is expected of just these trials.
func TestRecordingIsWhatIsExpected(t *testing.T) {
	for _, preset := range []string{"", "null", "overlapping"} {
		r := record(t, 2, preset, "sessions=3", "trials=60")
		var all []int
		for i := range r.trials {
			all = append(all, i)
		}
		for k := range classes {
			var cells []int
			for i, c := range r.cells {
				if c.class == k {
					cells = append(cells, i)
				}
			}
			for _, w := range [][2]int{{-9000, 0}, {0, 3000}, {3000, 6000}, {8000, 11000}} {
				got, want := r.count(cells, w[0], w[1]), r.expected(cells, all, w[0], w[1])
				for i, pair := range [][2]float64{{got.events, want.events}, {got.bursts, want.bursts}, {got.spikes, want.spikes}} {
					// A spike drags the rest of its burst along: var(spikes)/mean is at most
					// that of a burst's number of spikes, E[s²]/E[s] < 3.5 here. 36 comparisons
					// a preset: 4 standard deviations.
					sd := math.Sqrt(pair[1] * []float64{1, 1, 3.5}[i])
					if math.Abs(pair[0]-pair[1]) > 4*sd {
						t.Errorf("%q, %v cells, steps %v: %v, want %.0f ± %.0f", preset, k, w, pair[0], pair[1], sd)
					}
				}
			}
		}
	}
}

// count counts by an ISI rule, cell by cell.
func (r *recording) count(cells []int, from, to int) counts {
	var sum counts
	within := func(step int64) (n float64) { // trials do not overlap
		i := sort.Search(len(r.trials), func(i int) bool { return r.trials[i].onset+int64(to) > step })
		if i < len(r.trials) && step >= r.trials[i].onset+int64(from) {
			return 1
		}
		return 0
	}
	trains := make([][]int64, len(r.cells))
	for _, s := range r.spikes {
		trains[s.neuron] = append(trains[s.neuron], s.step)
	}
	for _, i := range cells {
		for _, step := range trains[i] {
			sum.spikes += within(step)
		}
		counted(trains[i], int64(r.firing.threshold), func(step int64, burst bool) {
			n := within(step)
			sum.events += n
			if burst {
				sum.bursts += n
			}
		})
	}
	return sum
}

// TestBehaviour: hits and false alarms are as frequent as the psychometric curve
// says, and intensities fall.
func TestBehaviour(t *testing.T) {
	r := record(t, 3, "", "trials=4000", "sessions=3", "cells=1")
	for s, x := range r.sessions {
		var n [4]float64
		for _, tr := range r.trials {
			if tr.session == s {
				n[tr.outcome]++
				if tr.outcome.stimulated() != (tr.microamps > 0) || tr.microamps > 0 && tr.microamps != x.microamps {
					t.Fatalf("trial %+v", tr)
				}
			}
		}
		near := func(what string, k, n, p float64) {
			if math.Abs(k-n*p) > 4*math.Sqrt(n*p*(1-p)) {
				t.Errorf("session %d: %s: %v of %v, want %.3f of them", s, what, k, n, p)
			}
		}
		near("catch trials", n[correctRejection]+n[falseAlarm], 4000, 0.4)
		near("false alarms", n[falseAlarm], n[correctRejection]+n[falseAlarm], 0.15)
		near("hits", n[hit], n[hit]+n[miss], distuv.UnitNormal.CDF(math.Log2(x.microamps/x.threshold)))
	}
	if a, b := r.sessions[0].microamps, r.sessions[2].microamps; a != 160 || math.Abs(b-5) > 1e-12 {
		t.Errorf("intensities fall from %v to %v µA", a, b)
	}
}

// TestFilesHoldTheRecording reads back what a run wrote.
func TestFilesHoldTheRecording(t *testing.T) {
	r := record(t, 4, "quick")
	v, err := Experiment().Resolve("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run, err := Experiment().NewRun(v, 4, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.write(run); err != nil {
		t.Fatal(err)
	}
	table, err := spiketable.Open(run.Path("spikes.arrow"), spiketable.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	var read []spike
	for table.Next() {
		b := table.Batch()
		for i, step := range b.Steps {
			read = append(read, spike{step, b.Neurons[i]})
		}
	}
	if err := table.Err(); err != nil || !slices.Equal(read, r.spikes) {
		t.Errorf("%d spikes read, want %d, error %v", len(read), len(r.spikes), err)
	}
	if got := run.Recorded()["spikes.arrow"]; len(got) != len(r.windows) || got[1].FromS != float64(r.windows[1].From)/stepsPerSecond {
		t.Errorf("recorded %v, want %v", got, r.windows)
	}
	text, err := os.ReadFile(filepath.Join(dir, trialsCSV))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(r.trials)+1 {
		t.Fatalf("%d rows, want %d, error %v", len(rows), len(r.trials)+1, err)
	}
	for i, tr := range r.trials {
		onset, err := strconv.ParseFloat(rows[i+1][0], 64)
		if err != nil || steps(onset) != tr.onset || rows[i+1][2] != tr.condition() || rows[i+1][3] != tr.outcome.String() {
			t.Fatalf("row %v, want trial %+v", rows[i+1], tr)
		}
	}
}

// TestNothingWanted: without recorded populations the spike file is empty, and
// says that nothing was recorded.
func TestNothingWanted(t *testing.T) {
	e := Experiment()
	v, err := e.Resolve("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.NewRun(v, 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if run.Record, err = e.Record.Parse("none"); err != nil {
		t.Fatal(err)
	}
	if err := record(t, 1, "quick").write(run); err != nil {
		t.Fatal(err)
	}
	if run.Counts()["spikes_recorded"] != 0 || len(run.Recorded()) != 0 {
		t.Errorf("%v, %v", run.Counts(), run.Recorded())
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "event_refractory=16ms", "burst_isi=16.05ms", "trial_interval=2s", "baseline_burst_fraction=0.9",
		"baseline_event_rate=60Hz", "fraction_both=0.6", "burst_refractory=20ms", "intensity_first=0", "cells=0", "event_effect=5Hz",
		"bin=30ms", "response_window=4s", "level=1")
}
