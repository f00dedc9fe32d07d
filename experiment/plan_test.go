package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sourcegraph/conc/pool"
)

func readManifest(t *testing.T, dir string) Manifest {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// newPlan runs f for seeds in a new directory.
func newPlan(t *testing.T, f func(ctx context.Context, r *Run) error, seeds ...uint64) *Plan {
	e := sample()
	e.Run = f
	return &Plan{Experiment: e, Values: e.Defaults(), Seeds: seeds, PerSeed: len(seeds) > 1,
		Dir: filepath.Join(t.TempDir(), "a", "b"), Codec: "lz4"}
}

func TestPlanKeepsTheManifest(t *testing.T) {
	p := newPlan(t, func(_ context.Context, r *Run) error {
		if m := readManifest(t, r.Dir); m.Status != Running || m.Seed != 7 || m.Ended != nil {
			t.Errorf("while it runs: %+v", m)
		}
		if r.Workers != 0 {
			t.Errorf("%d workers, want 0, the experiment's choice", r.Workers)
		}
		r.Workers = 2
		r.Progress.Set(12.5, 20, "")
		r.Count("spikes", 2)
		r.Count("spikes", 3)
		within := &Run{}
		within.Count("spikes", 1)
		within.SetRecorded("spikes.arrow", []Stretch{{FromS: 1, UntilS: 2.5, Populations: []string{"a"}}})
		r.Adopt(within)
		if err := os.WriteFile(r.Path("spikes.arrow")+".partial", []byte("x"), 0o666); err != nil {
			return err
		}
		return r.Metrics(map[string]float64{"b": 1, "a": 2})
	}, 7)
	results, err := p.Execute(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	m := readManifest(t, p.Dir)
	if m.Status != Done || m.ModelSeconds != 12.5 || m.Counts["spikes"] != 6 || m.Ended == nil || m.WallSeconds <= 0 {
		t.Errorf("manifest %+v", m)
	}
	if m.Workers != 2 || m.Build.Go == "" || m.ConfigSHA256 != p.Values.Hash() || m.Format != "apical.run" {
		t.Errorf("manifest %+v", m)
	}
	if want := (Stretch{FromS: 1, UntilS: 2.5, Populations: []string{"a"}}); len(m.Recorded) != 1 || !reflect.DeepEqual(m.Recorded["spikes.arrow"], []Stretch{want}) {
		t.Errorf("recorded %+v, want %+v", m.Recorded, want)
	}
	if len(m.Files) != 2 || m.Files[0].Name != "metrics.json" || m.Files[1].Name != "spikes.arrow.partial" || m.Files[1].Bytes != 1 {
		t.Errorf("files %+v", m.Files)
	}
	b, _ := os.ReadFile(filepath.Join(p.Dir, metricsName))
	if string(b) != "{\n  \"a\": 2,\n  \"b\": 1\n}\n" {
		t.Errorf("metrics %s", b)
	}
	if len(results) != 1 || results[0].Status != Done || results[0].ModelSeconds != 12.5 {
		t.Errorf("results %+v", results)
	}
}

func TestPlanCarriesPanics(t *testing.T) {
	for name, f := range map[string]func(context.Context, *Run) error{
		"plain": func(context.Context, *Run) error { panic("sim: shape\nmore") },
		"conc": func(context.Context, *Run) error {
			p := pool.New()
			p.Go(func() { panic("sim: shape") })
			p.Wait()
			return nil
		},
	} {
		p := newPlan(t, f, 1)
		_, err := p.Execute(context.Background())
		if err == nil || !strings.HasPrefix(err.Error(), "sample: seed 1: panic: sim: shape (") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
		if m := readManifest(t, p.Dir); m.Status != Failed || m.Error == "" {
			t.Errorf("%s: manifest %+v", name, m)
		}
	}
}

func TestPlanRunsSeedsSideBySide(t *testing.T) {
	var now, most atomic.Int64
	together := make(chan struct{})
	p := newPlan(t, func(ctx context.Context, r *Run) error {
		if n := now.Add(1); n == 3 {
			most.Store(n)
			close(together)
		}
		<-together // three at once, or the test hangs
		now.Add(-1)
		if r.Workers != 1 {
			t.Errorf("%d workers, want 1 for seeds that run together", r.Workers)
		}
		return r.Metrics(map[string]float64{"seed": float64(r.Seed)})
	}, 1, 2, 9)
	p.Jobs = 3
	var out bytes.Buffer
	p.Out = &out
	if _, err := p.Execute(context.Background()); err != nil {
		t.Fatal(err)
	}
	var s Summary
	b, err := os.ReadFile(filepath.Join(p.Dir, summaryName))
	if err != nil || json.Unmarshal(b, &s) != nil {
		t.Fatal(err)
	}
	if len(s.Seeds) != 3 || !strings.Contains(out.String(), "seed: mean 4") || most.Load() != 3 {
		t.Errorf("summary %s, output %s", b, &out)
	}
}

func TestPlanNamesFailingSeeds(t *testing.T) {
	wrong := errors.New("weights at NaN")
	p := newPlan(t, func(_ context.Context, r *Run) error {
		if r.Seed%2 == 0 {
			return wrong
		}
		return r.Metrics(map[string]bool{"learned": true})
	}, 1, 2, 3, 4)
	results, err := p.Execute(context.Background())
	if !errors.Is(err, wrong) || err.Error() != "sample: seed 2: weights at NaN\nsample: seed 4: weights at NaN" {
		t.Errorf("error %v", err)
	}
	if results[0].Status != Done || results[1].Status != Failed || results[2].Status != Done {
		t.Errorf("results %+v", results)
	}
}

func TestFailureLinesNameTheSeed(t *testing.T) {
	full := errors.New("spikes.arrow: no space left on device")
	p := newPlan(t, func(context.Context, *Run) error {
		return errors.Join(full, errors.New("rates.arrow: no space left on device"), full)
	}, 4)
	_, err := p.Execute(context.Background())
	want := "sample: seed 4: spikes.arrow: no space left on device\nsample: seed 4: rates.arrow: no space left on device"
	if !errors.Is(err, full) || err.Error() != want {
		t.Errorf("error %v", err)
	}
}

func TestManifestIsRewrittenWithoutNewFiles(t *testing.T) {
	p := newPlan(t, func(_ context.Context, r *Run) error {
		// A directory where the temporary file would be stands for a full disk.
		return errors.Join(errors.New("no space left on device"), os.Mkdir(filepath.Join(r.Dir, "manifest.json.partial"), 0o777))
	}, 1)
	_, err := p.Execute(context.Background())
	if err == nil || !strings.HasSuffix(err.Error(), "no space left on device") {
		t.Errorf("error %v", err)
	}
	if m := readManifest(t, p.Dir); m.Status != Failed || m.Error == "" {
		t.Errorf("manifest %+v", m)
	}
}

func TestManifestOfAFullDisk(t *testing.T) {
	long := errors.New(strings.Repeat("x", 600))
	for name, c := range map[string]struct {
		err error
	}{
		"compact":     {errors.New("full")},
		"not twice":   {errors.Join(errors.New("full; mend it with a"), errors.New("full"), errors.New("full"))},
		"long errors": {errors.Join(long, errors.New("full"))},
	} {
		dir := t.TempDir()
		r, err := sample().NewRun(sample().Defaults(), 1, dir)
		if err != nil {
			t.Fatal(err)
		}
		m, err := newManifest(r, time.Now())
		if err == nil {
			err = errors.Join(m.write(dir), r.Metrics(1), os.Mkdir(filepath.Join(dir, "manifest.json.partial"), 0o777))
		}
		if err != nil {
			t.Fatal(err)
		}
		before := readManifest(t, dir)
		if err := m.finish(r, Failed, c.err, time.Now()); err != nil {
			t.Fatal(err)
		}
		err = m.rewrite(dir)
		after := readManifest(t, dir) // valid in every case
		switch {
		case err != nil:
			if after.Status != before.Status || name != "long errors" {
				t.Errorf("%s: %v, manifest %+v", name, err, after)
			}
		case after.Status != Failed || after.Error != "full" && name != "long errors" || len(after.Error) > 520:
			t.Errorf("%s: manifest %+v", name, after)
		}
	}
}

func TestOverwriteFitsOrLeaves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("0123456789"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{{"0123456789a", "0123456789"}, {"abc\n", "abc\n"}, {"abcd\n", "abc\n"}} {
		err := overwrite(path, []byte(c.text))
		got, readErr := os.ReadFile(path)
		if readErr != nil || string(got) != c.want || (err == nil) != (c.text == c.want) {
			t.Errorf("%q over it: %q, %v", c.text, got, err)
		}
	}
}

func TestPlanInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := newPlan(t, func(ctx context.Context, r *Run) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}, 1, 2)
	p.Jobs = 1
	results, err := p.Execute(ctx)
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canceled") {
		t.Errorf("error %v", err)
	}
	if results[0].Status != Interrupted || results[1].Status != NotStarted {
		t.Errorf("results %+v", results)
	}
	if m := readManifest(t, filepath.Join(p.Dir, "seed-1")); m.Status != Interrupted || m.Error != "" {
		t.Errorf("manifest %+v", m)
	}
	if _, err := os.Stat(filepath.Join(p.Dir, "seed-2")); err == nil {
		t.Error("a seed that never started has a directory")
	}
}

func TestInterruptionIsNothingElse(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signal := errors.New("SIGINT")
	cancel(signal)
	full := errors.New("no space left on device")
	for _, c := range []struct {
		err  error
		want bool
	}{
		{ctx.Err(), true},
		{signal, true},
		{fmt.Errorf("sim: step 40: %w", ctx.Err()), true},
		{errors.Join(ctx.Err(), nil), true},
		{errors.Join(ctx.Err(), fmt.Errorf("spikes.arrow: %w", full)), false},
		{fmt.Errorf("%w, then %w", full, ctx.Err()), false},
		{full, false},
	} {
		if got := onlyCancelled(ctx, c.err); got != c.want {
			t.Errorf("onlyCancelled(%v) = %v", c.err, got)
		}
	}
}

func TestPlanFailsOnTimeoutOfItsOwn(t *testing.T) {
	// context.DeadlineExceeded of the experiment's own is a failure, no
	// interruption.
	p := newPlan(t, func(ctx context.Context, r *Run) error {
		ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		<-ctx.Done()
		return ctx.Err()
	}, 1)
	results, err := p.Execute(context.Background())
	if err == nil || results[0].Status != Failed {
		t.Errorf("results %+v, error %v", results, err)
	}
}

func TestDefaultDir(t *testing.T) {
	e := sample()
	quick, err := e.Resolve("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	many := make([]uint64, 40)
	for i := range many {
		many[i] = uint64(3 * i)
	}
	for want, p := range map[string]*Plan{
		"sample-seed3":           {Experiment: e, Values: e.Defaults(), Seeds: []uint64{3}},
		"sample-quick-seeds1..3": {Experiment: e, Values: quick, Seeds: []uint64{1, 2, 3}, PerSeed: true},
		"sample-seeds0..117-n40": {Experiment: e, Values: e.Defaults(), Seeds: many, PerSeed: true},
		"sample-seeds18":         {Experiment: e, Values: e.Defaults(), Seeds: []uint64{18}, PerSeed: true},
	} {
		if got := p.DefaultDir(); got != filepath.Join("runs", want) {
			t.Errorf("DefaultDir() = %s, want %s", got, want)
		}
	}
}

func TestPathRefusesUndeclaredFiles(t *testing.T) {
	e := sample()
	e.Files = []string{"cost.png"}
	r, err := e.NewRun(e.Defaults(), 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Path("cost.png"); got != filepath.Join(r.Dir, "cost.png") {
		t.Errorf("Path = %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("an undeclared file must panic")
		}
	}()
	r.Path("../other.png")
}

func TestMetricsRefuseNaN(t *testing.T) {
	e := sample()
	r, err := e.NewRun(e.Defaults(), 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Metrics(map[string]float64{"x": math.NaN()}); err == nil || !strings.HasPrefix(err.Error(), "metrics.json: ") {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(r.Dir); len(entries) > 0 {
		t.Errorf("left %v", entries)
	}
}

func TestMetaHasTheManifestsHash(t *testing.T) {
	e := sample()
	r, err := e.NewRun(e.Defaults(), 5, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := r.Meta()
	var compact bytes.Buffer
	if err := json.Compact(&compact, m.Config); err != nil || compact.String() != string(m.Config) {
		t.Errorf("config is not compact: %s, %v", m.Config, err)
	}
	if m.Seed != 5 || m.Version != Version || m.Extra["experiment"] != "sample" {
		t.Errorf("meta %+v", m)
	}
}
