package propagation

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

func TestDescription(t *testing.T) {
	experimenttest.Networks(t, Experiment(), func(v *experiment.Values) []sim.Network { return []sim.Network{Network(v, 1)} })
}

// start runs a seed with any number of workers and returns its metrics and its
// directory.
func start(t *testing.T, sets ...string) (Metrics, string) {
	t.Helper()
	dir := experimenttest.Trial{Seed: 1, Sets: sets}.Run(t, Experiment())
	return experimenttest.Metrics[Metrics](t, dir), dir
}

func within(t *testing.T, what string, got, want, band float64) {
	t.Helper()
	t.Logf("%s: %.4g, reference %.4g ± %.2g", what, got, want, band)
	if !(math.Abs(got-want) <= band) {
		t.Errorf("%s: %.4g, want %.4g ± %.2g", what, got, want, band)
	}
}

// TestAgainstTheReference runs one seed in full. Means are those of the reference
// program of Payeur et al. 2021 over seeds 1 to 5. A band is four of its standard
// deviations, and for the stretch of 0.5 s at least 2 % of an event rate and 1.5
// points of burst probability; correlations are held to four of ours over 20 seeds.
func TestAgainstTheReference(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	m, _ := start(t)
	b, s := m.Baseline, m.Stimulation
	within(t, "ER1 at rest", b.EventRateHz[pyr1], 5.573, 0.13)
	within(t, "ER2 at rest", b.EventRateHz[pyr2], 5.717, 0.25)
	within(t, "BP1 at rest", *b.BurstProbabilityPct[pyr1], 21.33, 1.7)
	within(t, "BP2 at rest", *b.BurstProbabilityPct[pyr2], 25.00, 1.5)
	within(t, "PV at rest", b.SpikeRateHz[pv], 12.57, 1.0)
	within(t, "SOM at rest", b.SpikeRateHz[som], 17.19, 0.5)
	within(t, "ER1", s.EventRateHz[pyr1], 5.510, 0.11)
	within(t, "ER2", s.EventRateHz[pyr2], 5.649, 0.16)
	within(t, "BP1", *s.BurstProbabilityPct[pyr1], 26.80, 1.24)
	within(t, "BP2", *s.BurstProbabilityPct[pyr2], 28.48, 0.5)
	within(t, "PV", s.SpikeRateHz[pv], 13.22, 0.36)
	within(t, "SOM", s.SpikeRateHz[som], 16.54, 0.33)
	within(t, "spikes of pyr1", s.SpikeRateHz[pyr1], 8.86, 0.2)
	within(t, "spikes of pyr2", s.SpikeRateHz[pyr2], 9.32, 0.24)
	within(t, "corr. of ER1, current", *m.Correlation["er1_soma_current"], 0.943, 0.01)
	within(t, "corr. of BP2, current", *m.Correlation["bp2_dendrite_current"], 0.960, 0.02)
	within(t, "corr. of ER2, ER1", *m.Correlation["er2_er1"], 0.922, 0.043)
	within(t, "corr. of BP1, BR2", *m.Correlation["bp1_br2"], 0.894, 0.042)
	within(t, "corr. of ER2, dendritic current", *m.Correlation["er2_dendrite_current"], -0.125, 0.092)
	within(t, "spikes of a burst", *m.Bursts.SpikesPerBurst, 3.240, 0.042)
	within(t, "mean interval within bursts, ms", *m.Bursts.ISIMeanMS, 6.90, 0.075)
	within(t, "median interval within bursts, ms", *m.Bursts.ISIMedianMS, 6.2, 0.1)
}

// small makes a network that runs in a fraction of a second.
var small = []string{"pyr_neurons=400", "pv_neurons=100", "som_neurons=100", "connection_probability=0.5", "duration=600ms", "burn_in=200ms"}

func TestSameBytesForAnyWorkers(t *testing.T) {
	experimenttest.SameBytes(t, Experiment(), experimenttest.Trial{Seed: 3, Sets: small}, []int{2, 3, 7},
		"metrics.json", "rates.arrow", "spikes.arrow")
}

// TestSpikesOfAllPopulations: by default every spike is kept, as many as the rates
// count.
func TestSpikesOfAllPopulations(t *testing.T) {
	m, dir := start(t, small...)
	f, err := spikefile.Open(filepath.Join(dir, "spikes.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	perBin := 0.05 * 400
	want := 0.0
	for i := range m.Course[timeS] {
		want += 0.05 * 100 * (*m.Course[pvRate][i] + *m.Course[somRate][i])
	}
	events := 0.0
	for i := range m.Course[timeS] {
		events += perBin * (*m.Course[er1][i] + *m.Course[er2][i])
	}
	if got := float64(f.Rows()); got < want+events {
		t.Errorf("%v spikes in the file, less than the %v spikes of interneurons and %v events", got, want, events)
	}
}

// TestExtended: the jump of its own is that of the kinds named.
func TestExtended(t *testing.T) {
	for choice, want := range map[string][2]bool{"none": {false, false}, "facilitating": {false, true}, "both": {true, true}} {
		v, err := Experiment().Resolve("", []string{"stp_extended=" + choice})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range Network(v, 1).Projections {
			if p.ShortTerm == nil {
				continue
			}
			kind := 0
			if p.ShortTerm.U == synapse.Facilitating().U {
				kind = 1
			}
			if p.ShortTerm.Extended != want[kind] {
				t.Errorf("stp_extended=%s, %s: extended %v", choice, p.Name, p.ShortTerm.Extended)
			}
		}
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	for set, want := range map[string]string{
		"bin=0.25ms":                    "multiple of the step",
		"burn_in=120ms":                 "multiple of bin",
		"duration=4.01s":                "multiple of bin",
		"burn_in=50ms":                  "at least 2 bins",
		"duration=1.1s":                 "at least 4 bins",
		"sine_pyr1_soma_frequency=40Hz": "half a period",
		"w_pyr1_pyr2=-1":                "out of range",
		"w_pyr1_pyr3=1":                 "unknown parameter",
	} {
		_, err := Experiment().Resolve("", []string{set})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
}
