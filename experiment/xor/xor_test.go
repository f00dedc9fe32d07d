package xor

import (
	"math"
	"strconv"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/sim"
)

func TestDescription(t *testing.T) {
	experimenttest.Networks(t, Experiment(), func(v *experiment.Values) []sim.Network { return []sim.Network{Network(v, 1)} })
}

// start runs one seed of a preset, changed by sets.
func start(t *testing.T, seed uint64, preset string, sets ...string) (Metrics, string) {
	t.Helper()
	dir := experimenttest.Trial{Seed: seed, Workers: 1, Preset: preset, Sets: sets}.Run(t, Experiment())
	return experimenttest.Metrics[Metrics](t, dir), dir
}

// sideBySide calls test for each of so many seeds, counted from 0, and waits.
func sideBySide(t *testing.T, seeds int, test func(t *testing.T, i int)) {
	t.Run("seeds", func(t *testing.T) {
		for i := range seeds {
			t.Run(strconv.Itoa(i+1), func(t *testing.T) {
				t.Parallel()
				test(t, i)
			})
		}
	})
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
	sideBySide(t, seeds, func(t *testing.T, i int) {
		m, _ := start(t, uint64(i+1), "", "examples=0")
		tables[i] = m.Before
	})
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

func TestSameBytesForAnyWorkers(t *testing.T) {
	x := experimenttest.Trial{Seed: 3, Sets: []string{"neurons=200", "examples=5", "example_duration=400ms", "tau_avg=100ms",
		"eta_input_hidden=0.08", "eta_hidden_output=0.04", "order=random"}}
	experimenttest.SameBytes(t, Experiment(), x, []int{2, 3, 7}, "metrics.json", "rates.arrow", "spikes.arrow", "weights.arrow")
}

// TestCancelLeavesReadableFiles stops a run in its training.
func TestCancelLeavesReadableFiles(t *testing.T) {
	x := experimenttest.Trial{Seed: 1, Workers: 1, Sets: []string{"neurons=100", "example_duration=1s", "tau_avg=100ms"}}
	experimenttest.Interrupted(t, Experiment(), x, 3)
}

// TestTeacher checks the current against the formula of the specification, at
// its corners and between.
func TestTeacher(t *testing.T) {
	teacher := NewTeacher(Experiment().Defaults())
	for _, c := range []struct {
		hz     float64
		target bool
		want   float64
	}{
		{0, false, 0}, {3, false, 0}, {4, false, -1000.0 / 6}, {8.5, false, -1000 / 1.5}, {9, false, -1000}, {20, false, -1000},
		{0, true, 1000}, {3, true, 1000}, {4, true, 500}, {8.5, true, 1000 / 6.5}, {9, true, 0}, {20, true, 0},
	} {
		if got := teacher.Current(c.hz, c.target); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("teacher at %v Hz, target %v: %v pA, want %v", c.hz, c.target, got, c.want)
		}
	}
}

// TestCost checks the cross-entropy by hand: at 4 Hz, y = (4−2)/8 = 1/4.
func TestCost(t *testing.T) {
	teacher := NewTeacher(Experiment().Defaults())
	for _, c := range []struct {
		hz     float64
		target bool
		want   float64
	}{
		{4, true, -math.Log(0.25)}, {4, false, -math.Log(0.75)}, {0, true, -math.Log(0.01)}, {20, false, -math.Log(0.01)},
	} {
		if got := teacher.Cost(c.hz, c.target); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("cost of %v, target %v: %v, want %v", c.hz, c.target, got, c.want)
		}
	}
}

// TestHardlyConnected runs a network that is too small to have any synapses.
func TestHardlyConnected(t *testing.T) {
	m, _ := start(t, 1, "", "neurons=2", "in_degree=0.0001", "examples=4", "example_duration=100ms", "tau_avg=50ms")
	if len(m.MeanWeights) != 0 || len(m.EpochCosts) != 1 {
		t.Errorf("weights %v and costs %v, want none and one epoch", m.MeanWeights, m.EpochCosts)
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "example_duration=1ms", "example_duration=1001ms", "learning_fraction=0.000001", "rate_max=3Hz",
		"neurons=1", "state_interval=0.25ms", "state_neurons=501", "tau_avg=2")
}
