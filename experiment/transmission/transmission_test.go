package transmission

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

func TestDescription(t *testing.T) {
	e := Experiment()
	experimenttest.Networks(t, e, func(v *experiment.Values) []sim.Network { return []sim.Network{network(v, draw(v, 1), 1)} })
	if len(e.Expect(e.Defaults())) == 0 {
		t.Error("nothing is expected of the published values")
	}
}

// TestReceiver holds the receiver to the integrate-and-fire cell of the paper's
// program, supplementary figure 11.
func TestReceiver(t *testing.T) {
	p := neuron.DefaultLIFCond()
	got := []float64{p.TauMS, p.RestMV, p.ResetMV, p.ThresholdMV, p.ThresholdOffsetMV, p.TauThresholdMS, p.FloorMV, p.CeilingMV,
		p.Synapses.TauExcMS, p.Synapses.TauInhMS, p.Synapses.RevExcMV, p.Synapses.RevInhMV, p.NMDAFraction, p.TauNMDAMS, p.RefractoryMS}
	want := []float64{20, -70, -70, -50, 100, 5, -80, 0, 5, 10, 0, -80, 0.5, 100, 0}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestWiring: each receiver has a source at least; otherwise cells are connected
// with probability p: of 10 cells, 1/(1−0.9¹⁰) = 1.535 in the mean, of 10 000
// receivers within 0.04, five standard errors.
func TestWiring(t *testing.T) {
	v, err := Experiment().Resolve("", []string{"receivers=10000"})
	if err != nil {
		t.Fatal(err)
	}
	w := draw(v, 7)
	seen := map[uint32]bool{}
	for _, target := range w.Targets {
		seen[target] = true
	}
	if mean := float64(len(w.Sources)) / 10_000; len(seen) != 10_000 || math.Abs(mean-1/(1-math.Pow(0.9, 10))) > 0.04 {
		t.Errorf("%d receivers have %.3f sources in the mean, want all to have, and 1.535", len(seen), mean)
	}
	first := firstSources(w)
	if len(first) == 0 || !slices.Equal(first, w.Sources[:len(first)]) {
		t.Errorf("sources of the first receiver %v of %v", first, w.Sources[:3])
	}
}

// trial runs one seed and returns its metrics and its directory.
func trial(t *testing.T, sets ...string) (Metrics, string) {
	t.Helper()
	dir := experimenttest.Trial{Seed: 1, Workers: 1, Sets: sets}.Run(t, Experiment())
	return experimenttest.Metrics[Metrics](t, dir), dir
}

// TestExpectations runs the protocol of the paper and asks for all that its figure
// shows.
func TestExpectations(t *testing.T) {
	m, dir := trial(t)
	for key, r := range m.Correlation {
		t.Logf("correlation %s: %.3f", key, *r)
	}
	judged := experimenttest.Metrics[struct {
		Expected []struct {
			Doc string `json:"doc"`
			Met *bool  `json:"met"`
		} `json:"expected"`
	}](t, dir)
	for _, x := range judged.Expected {
		if x.Met == nil || !*x.Met {
			t.Errorf("not met: %s", x.Doc)
		}
	}
	if len(judged.Expected) == 0 || len(m.Trace.Spikes) == 0 || len(m.Trace.VoltageMV) != len(kinds) {
		t.Error("expectations, spikes or voltages are missing")
	}
}

// TestSilentInput: without spikes there is nothing to compare, and no NaN.
func TestSilentInput(t *testing.T) {
	m, _ := trial(t, "soma_current=-1000pA", "receivers=3", "duration=600ms")
	if m.Input.EventRateHz != 0 || m.Input.BurstProbabilityPct != nil || m.Correlation[pair(events, bursts)] != nil || m.BurstWeight["plain"] != nil {
		t.Errorf("%+v, want no events, and nothing that depends on them", m)
	}
	if m.DepressionIsCloserToEvents || m.BurstWeightsAscend || len(m.Trace.Spikes) != 0 {
		t.Error("silence shows something")
	}
}

// TestObserver takes made-up voltages of two receivers with different means: v of
// the depressing one is 2 events + 3 bursts, so that its burst weight is 3/2.
func TestObserver(t *testing.T) {
	o := observer{mean: make([][len(kinds)]float64, 2), trace: Trace{VoltageMV: map[string][]float64{}}}
	for k := range o.now {
		o.now[k] = make([]float64, 2)
	}
	x, y := []float64{0, 1, 0, 2, 1}, []float64{1, 0, 0, 1, 3}
	for i := range x {
		for r := range 2 {
			offset := float64(10 * r)
			o.now[events][r], o.now[bursts][r] = x[i]+offset, y[i]-offset
			o.now[depressing][r] = 2*x[i] + 3*y[i] + 7*offset
			o.now[facilitating][r], o.now[plain][r] = y[i], -x[i]
		}
		o.take(settle + int64(i)*sample)
	}
	m := o.metrics([]uint32{4})
	near := func(name string, got *float64, want float64) {
		if got == nil || math.Abs(*got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	near("burst weight", m.BurstWeight["depressing"], 1.5)
	near("correlation of bursts and facilitation", m.Correlation[pair(bursts, facilitating)], 1)
	near("correlation of events and the plain synapse", m.Correlation[pair(events, plain)], -1)
	if v := m.Trace.VoltageMV["events"]; !slices.Equal(v, []float64{0, 0, 1}) || !slices.Equal(m.Trace.Sources, []uint32{4}) {
		t.Errorf("trace %v, want every second sample of the first receiver", v)
	}
}

func TestSameBytesForAnyWorkers(t *testing.T) {
	x := experimenttest.Trial{Seed: 1, Sets: []string{"duration=600ms", "receivers=70", "neurons=130"}}
	experimenttest.SameBytes(t, Experiment(), x, []int{3}, "metrics.json", "rates.arrow", "spikes.arrow", "states.arrow")
}

// TestFigure draws a run, and a silent one, of two seeds.
func TestFigure(t *testing.T) {
	for _, current := range []string{"250pA", "-1000pA"} {
		_, dir := trial(t, "duration=600ms", "receivers=2", "soma_current="+current)
		raw := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
		experimenttest.Figure(t, Experiment(), []json.RawMessage{raw, raw}, "Events alone", "Facilitation", "above rest (mV)", "time (s)")
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "duration=1.0005s", "duration=10ms", "state_neurons=101", "connection_p=0", "weight=-1", "soma_current=5")
}
