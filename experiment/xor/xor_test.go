package xor

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
)

func TestDescription(t *testing.T) {
	e := Experiment()
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	for _, p := range append(e.Presets, experiment.Preset{}) {
		v, err := e.Resolve(p.Name, nil)
		if err != nil {
			t.Errorf("preset %q: %v", p.Name, err)
			continue
		}
		if err := Network(v, 1).Validate(); err != nil {
			t.Errorf("network of preset %q: %v", p.Name, err)
		}
	}
}

// start runs one seed of the defaults, changed by sets. It may be called from
// any goroutine.
func start(t *testing.T, seed uint64, workers int, sets ...string) (Metrics, string) {
	t.Helper()
	e := Experiment()
	v, err := e.Resolve("", sets)
	if err != nil {
		t.Error(err)
		return Metrics{}, ""
	}
	return trial(t, e, v, seed, workers)
}

// trial runs one seed and returns its metrics and its directory.
func trial(t *testing.T, e *experiment.Experiment, v *experiment.Values, seed uint64, workers int) (m Metrics, dir string) {
	t.Helper()
	dir = t.TempDir()
	r, err := e.NewRun(v, seed, dir)
	if err != nil {
		t.Error(err)
		return m, dir
	}
	r.Workers = workers
	if err := e.Run(context.Background(), r); err != nil {
		t.Error(err)
		return m, dir
	}
	raw, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		t.Error(err)
	}
	return m, dir
}

// TestStatisticsBeforeLearning compares with the reference program. A network's
// event rates vary by 2 to 3 % between realisations: a seed alone is held to
// ±0.1 Hz at the input, ±0.3 hidden and ±0.4 at the output, and to ±3 points of
// burst probability; the mean of five seeds to ±0.2 Hz at the output.
func TestStatisticsBeforeLearning(t *testing.T) {
	seeds := 5
	if testing.Short() {
		seeds = 1
	}
	tables := make([]TruthTable, seeds)
	var wg sync.WaitGroup
	for i := range seeds {
		wg.Go(func() {
			m, _ := start(t, uint64(i+1), 1, "examples=0")
			tables[i] = m.Before
		})
	}
	wg.Wait()
	mean := make([]float64, len(examples))
	for s, table := range tables {
		for i, want := range reference {
			mean[i] += table[i].EventRateHz["output"] / float64(seeds)
			for k, name := range populationNames {
				if got := table[i].EventRateHz[name]; !(math.Abs(got-want.er[k]) <= rateBands[k]) {
					t.Errorf("seed %d, input %s: event rate of %s %.3f Hz, want %.2f ± %.1f", s+1, examples[i].name, name, got, want.er[k], rateBands[k])
				}
			}
			for k, name := range populationNames[2:] {
				if got := *table[i].BurstProbabilityPct[name]; !(math.Abs(got-want.bp[k]) <= probabilityBand) {
					t.Errorf("seed %d, input %s: burst probability of %s %.1f %%, want %.1f ± 3", s+1, examples[i].name, name, got, want.bp[k])
				}
			}
		}
	}
	for i, want := range reference {
		t.Logf("input %s: output %.3f Hz over %d seeds, reference %.2f", examples[i].name, mean[i], seeds, want.er[4])
		if seeds == manySeeds && !(math.Abs(mean[i]-want.er[4]) <= outputBandOfManyHz) {
			t.Errorf("input %s: output %.3f Hz over %d seeds, want %.2f ± 0.2", examples[i].name, mean[i], seeds, want.er[4])
		}
	}
}

// TestSameBytesForAnyWorkers runs a short training with different numbers of
// workers: every data file must be the same, byte for byte.
func TestSameBytesForAnyWorkers(t *testing.T) {
	var first string
	for _, workers := range []int{1, 2, 3, 7} {
		_, dir := start(t, 3, workers, "neurons=200", "examples=5", "example_duration=400ms", "tau_avg=100ms",
			"eta_input_hidden=0.08", "eta_hidden_output=0.04", "order=random")
		if first == "" {
			first = dir
			continue
		}
		for _, name := range []string{"spikes.arrow", "rates.arrow", "weights.arrow", "metrics.json"} {
			a, errA := os.ReadFile(filepath.Join(first, name))
			b, errB := os.ReadFile(filepath.Join(dir, name))
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if !bytes.Equal(a, b) {
				t.Errorf("%s differs between 1 and %d workers", name, workers)
			}
		}
	}
}

// TestCancelLeavesReadableFiles stops a run in its training.
func TestCancelLeavesReadableFiles(t *testing.T) {
	e := Experiment()
	v, err := e.Resolve("", []string{"neurons=100", "example_duration=1s", "tau_avg=100ms"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, err := e.NewRun(v, 1, dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.Progress = &experiment.Meter{}
	go func() {
		for r.Progress.ModelSeconds() < 3 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if err := e.Run(ctx, r); err == nil || ctx.Err() == nil {
		t.Fatalf("run of 2000 examples ended with %v", err)
	}
	f, err := spikefile.Open(filepath.Join(dir, "spikes.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Rows() == 0 {
		t.Error("no spikes in the file of an interrupted run")
	}
}

// TestTeacher checks the current against the formula of the specification, at
// its corners and between.
func TestTeacher(t *testing.T) {
	p := protocol{v: Experiment().Defaults()}
	for _, c := range []struct {
		hz     float64
		target bool
		want   float64
	}{
		{0, false, 0}, {3, false, 0}, {4, false, -1000.0 / 6}, {8.5, false, -1000 / 1.5}, {9, false, -1000}, {20, false, -1000},
		{0, true, 1000}, {3, true, 1000}, {4, true, 500}, {8.5, true, 1000 / 6.5}, {9, true, 0}, {20, true, 0},
	} {
		if got := p.teach(c.hz, c.target); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("teacher at %v Hz, target %v: %v pA, want %v", c.hz, c.target, got, c.want)
		}
	}
}

// TestCost checks the cross-entropy by hand: at 4 Hz, y = (4−2)/8 = 1/4.
func TestCost(t *testing.T) {
	p := protocol{v: Experiment().Defaults()}
	for _, c := range []struct {
		rates  []float64
		target bool
		want   float64
	}{
		{[]float64{3, 5}, true, -math.Log(0.25)}, {[]float64{3, 5}, false, -math.Log(0.75)},
		{[]float64{0}, true, -math.Log(0.01)}, {[]float64{20}, false, -math.Log(0.01)},
	} {
		p.rates = c.rates
		if got := p.cost(c.target); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("cost of %v, target %v: %v, want %v", c.rates, c.target, got, c.want)
		}
	}
}

// TestHardlyConnected runs a network that is too small to have any synapses.
func TestHardlyConnected(t *testing.T) {
	m, _ := start(t, 1, 1, "neurons=2", "in_degree=0.0001", "examples=4", "example_duration=100ms", "tau_avg=50ms")
	if len(m.MeanWeights) != 0 || len(m.EpochCosts) != 1 {
		t.Errorf("weights %v and costs %v, want none and one epoch", m.MeanWeights, m.EpochCosts)
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	for _, set := range []string{"example_duration=1ms", "example_duration=1001ms", "learning_fraction=0.000001", "rate_max=3Hz", "neurons=1", "state_interval=0.25ms", "state_neurons=501", "tau_avg=2"} {
		if _, err := Experiment().Resolve("", []string{set}); err == nil {
			t.Errorf("%s was accepted", set)
		}
	}
}
