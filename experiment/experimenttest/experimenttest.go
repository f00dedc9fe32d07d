// Package experimenttest runs experiments in tests, and puts them to what each of
// them promises: networks that can be built, the same bytes for any number of
// workers, a figure that can be drawn again, files that survive an interruption,
// one line for a value that does not fit.
package experimenttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/sim"
)

// Trial is one seed of an experiment.
type Trial struct {
	Seed    uint64
	Workers int // 0 leaves the choice to the experiment
	Preset  string
	Sets    []string // "key=value", as of --set
}

// Run runs the trial in a directory of its own, which it returns.
func (x Trial) Run(t testing.TB, e *experiment.Experiment) (dir string) {
	t.Helper()
	r := x.prepare(t, e)
	if err := e.Run(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.Dir
}

func (x Trial) prepare(t testing.TB, e *experiment.Experiment) *experiment.Run {
	t.Helper()
	v, err := e.Resolve(x.Preset, x.Sets)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.NewRun(v, x.Seed, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r.Workers = x.Workers
	return r
}

// Read returns a file that a run left.
func Read(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Metrics reads metrics.json.
func Metrics[M any](t testing.TB, dir string) (m M) {
	t.Helper()
	if err := json.Unmarshal(Read(t, dir, "metrics.json"), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// SameBytes runs the trial with one worker and with each of the other numbers:
// every run must leave these files and no others, and the same bytes in them. It
// returns the directory of the first.
func SameBytes(t *testing.T, e *experiment.Experiment, x Trial, workers []int, files ...string) (first string) {
	t.Helper()
	slices.Sort(files)
	x.Workers = 1
	first = x.Run(t, e)
	for _, x.Workers = range append([]int{1}, workers...) {
		dir := first
		if x.Workers != 1 {
			dir = x.Run(t, e)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		if !slices.Equal(names, files) {
			t.Fatalf("%d workers left %v, want %v", x.Workers, names, files)
		}
		for _, name := range files {
			if !bytes.Equal(Read(t, dir, name), Read(t, first, name)) {
				t.Errorf("%s differs between 1 and %d workers", name, x.Workers)
			}
		}
	}
	return first
}

// Figure draws metrics twice: the bytes must be the same, the PNG readable, and
// the SVG must say each of the texts. It returns the PNG.
func Figure(t testing.TB, e *experiment.Experiment, metrics []json.RawMessage, says ...string) []byte {
	t.Helper()
	var rasters, vectors [2]bytes.Buffer
	for i := range rasters {
		if err := e.Figure(metrics, &rasters[i], &vectors[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(rasters[0].Bytes(), rasters[1].Bytes()) || !bytes.Equal(vectors[0].Bytes(), vectors[1].Bytes()) {
		t.Error("the same metrics gave two figures")
	}
	for _, text := range says {
		if !strings.Contains(vectors[0].String(), text) {
			t.Errorf("the SVG does not say %q", text)
		}
	}
	if _, err := png.Decode(bytes.NewReader(rasters[0].Bytes())); err != nil {
		t.Error(err)
	}
	return rasters[0].Bytes()
}

// Networks checks the description of an experiment, and the networks that it makes
// of its defaults and of each preset.
func Networks(t testing.TB, e *experiment.Experiment, networks func(v *experiment.Values) []sim.Network) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	for _, p := range append([]experiment.Preset{{}}, e.Presets...) {
		v, err := e.Resolve(p.Name, nil)
		if err != nil {
			t.Errorf("preset %q: %v", p.Name, err)
			continue
		}
		for i, n := range networks(v) {
			if err := n.Validate(); err != nil {
				t.Errorf("preset %q, network %d: %v", p.Name, i, err)
			}
		}
	}
}

// Refused sets one value after the other: none must be accepted, each for a reason
// of one line.
func Refused(t testing.TB, e *experiment.Experiment, sets ...string) {
	t.Helper()
	for _, set := range sets {
		_, err := e.Resolve("", []string{set})
		if err == nil {
			t.Errorf("%s was accepted", set)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %v", set, err)
		}
	}
}

// Interrupted cancels a run once it has reached a model time, s: it must say so, and
// leave spikes that can be read.
func Interrupted(t *testing.T, e *experiment.Experiment, x Trial, seconds float64) {
	t.Helper()
	r := x.prepare(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for r.Progress.ModelSeconds() < seconds && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if err := e.Run(ctx, r); !errors.Is(err, context.Canceled) {
		t.Fatalf("an interrupted run ended with %v", err)
	}
	f, err := spikefile.Open(filepath.Join(r.Dir, "spikes.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Rows() == 0 {
		t.Error("no spikes in the file of an interrupted run")
	}
}
