package pairing

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/sim"
)

func TestDescription(t *testing.T) {
	experimenttest.Networks(t, Experiment(), func(*experiment.Values) []sim.Network { return nil })
}

// trial runs a seed with some values and returns its metrics and directory.
func trial(t *testing.T, seed uint64, sets ...string) (Metrics, string) {
	t.Helper()
	dir := experimenttest.Trial{Seed: seed, Workers: 2, Sets: sets}.Run(t, Experiment())
	return experimenttest.Metrics[Metrics](t, dir), dir
}

// TestPublished runs what 'apical verify pairing' does, the precise part of it with
// APICAL_LONG set: all that is expected of the published protocols is judged and met.
// The references and bands are those of expect.go.
func TestPublished(t *testing.T) {
	if testing.Short() {
		t.Skip("runs five seeds in full")
	}
	e := Experiment()
	if os.Getenv("APICAL_LONG") == "" {
		e.Verify = e.Verify[:1]
	}
	all, err := e.VerifyAll(t.Context(), experiment.VerifyOptions{Dir: t.TempDir(), Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	for _, done := range all {
		// 4 + 3 of periodic, 2 × (10 + 1) of poisson, 2 × (5 + 2) + 1 of burst_poisson.
		if n := done.Judged(); n != 44 || done.Err != nil {
			t.Errorf("%s: %d expectations judged, want 44 (%v)", done.Label, n, done.Err)
		}
		for _, o := range done.Outcomes {
			if o.Met == nil || !*o.Met {
				t.Errorf("%s, %s: %v, want %v (%v to %v)", done.Label, o.Doc, number(o.Value), number(o.Reference), number(o.Low), number(o.High))
			}
		}
	}
}

func number(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// TestExpectationsFollowTheValues: other realisations widen the bands, other
// values leave nothing to expect, and a protocol alone has its own.
func TestExpectationsFollowTheValues(t *testing.T) {
	e := Experiment()
	expected := func(sets ...string) []experiment.Expectation {
		v, err := e.Resolve("", sets)
		if err != nil {
			t.Fatal(err)
		}
		return e.Expect(v)
	}
	if few, many := expected("realisations=2", "protocol=poisson"), expected("protocol=poisson"); len(many) != 22 ||
		!(few[0].High > many[0].High) {
		t.Errorf("bands %v and %v", few, many)
	}
	if n := len(expected("tau_avg=14s")); n != 0 {
		t.Errorf("%d expectations of values that were not published", n)
	}
	if n := len(expected("protocol=sjostrom")); n != 0 {
		t.Errorf("%d expectations of sjostrom, for which no values are known", n)
	}
}

// TestSameBytesForAnyWorkers runs all protocols with few realisations.
func TestSameBytesForAnyWorkers(t *testing.T) {
	x := experimenttest.Trial{Seed: 3, Sets: []string{"realisations=2", "duration=20s"}}
	experimenttest.SameBytes(t, Experiment(), x, []int{2, 5}, "metrics.json")
}

// TestPointsKeepTheirTrains: a point depends neither on the other protocols nor on
// the points behind it, and more realisations continue those there are.
func TestPointsKeepTheirTrains(t *testing.T) {
	a, _ := trial(t, 1, "protocol=poisson", "realisations=1", "frequencies=5Hz,20Hz")
	b, _ := trial(t, 1, "realisations=1", "frequencies=5Hz,20Hz,30Hz", "p0=0.3,0.4,0.5")
	if x, y := a.Poisson.Curves[0].Points[1], b.Poisson.Curves[0].Points[1]; x.WeightChange != y.WeightChange || x.SD != nil {
		t.Errorf("weights %v and %v", x, y)
	}
	if a.Periodic != nil || b.Periodic == nil || len(b.Poisson.Curves) != 3 {
		t.Errorf("protocols %+v and %+v", a, b)
	}
}

// TestDelta: at 1 Hz a presynaptic event has faded when the postsynaptic one comes
// first, by exp(−1 s/50 ms); one that coincides counts in full, and one 10 ms before
// leaves exp(−10/50) of the depression.
func TestDelta(t *testing.T) {
	weight := func(delta string) float64 {
		m, _ := trial(t, 1, "protocol=periodic", "frequencies=1Hz", "delta="+delta)
		return m.Periodic.Curves[0].Points[0].WeightChange
	}
	zero := weight("0ms")
	for delta, want := range map[string]float64{"-10ms": 0, "10ms": zero * math.Exp(-0.2)} {
		if got := weight(delta); math.Abs(got-want) > 1e-3 {
			t.Errorf("delta %s: weight %.4f, want %.4f", delta, got, want)
		}
	}
}

// TestFixedRule: 75 coincident pairings at 1 Hz depress by A₋ η each, as the trace
// of the pairing before has faded. There is a curve for each τ_pre.
func TestFixedRule(t *testing.T) {
	m, _ := trial(t, 1, "rule=fixed", "realisations=1", "frequencies=1Hz")
	if got, want := m.Periodic.Curves[0].Points[0].WeightChange, -0.15*0.1*75; math.Abs(got-want) > 1e-6 {
		t.Errorf("weight %v, want %v", got, want)
	}
	if p, s := len(m.Poisson.Curves), len(m.Sjostrom.Curves); p != 1 || s != 3 {
		t.Errorf("%d and %d curves, want 1 and 3", p, s)
	}
}

func TestCancelled(t *testing.T) {
	e := Experiment()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := e.NewRun(e.Defaults(), 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("run ended with %v", err)
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	for set, want := range map[string]string{
		"protocol=random":             "want one of all, periodic, poisson, burst_poisson, sjostrom",
		"frequencies=10Hz,5Hz":        "frequencies: 10Hz,5Hz, want ascending numbers",
		"frequencies=600Hz":           "frequencies: 600Hz with poisson_refractory of 2ms, want a mean interval that is longer",
		"event_rates=50Hz":            "event_rates: 50Hz with event_refractory of 20ms",
		"burst_probabilities=0.5,1.5": "1.5 is out of range, want 0 to 1",
		"tau_pre=1ms":                 "tau_pre: 0.001s, want more than a step (1ms) of poisson",
		"tau_avg=0.1ms":               "tau_avg: 0.0001s, want more than a step (0.1ms) of periodic",
		"burst_interval_max=1ms":      "burst_interval_max: 1ms, want at least burst_interval_min (2ms)",
		"p0=0.001..1/200":             "200 curves of periodic, want at most 100",
		"p0=":                         "is empty, want numbers 0 to 1, or published",
		"event_rates=published":       "not a number",
	} {
		_, err := Experiment().Resolve("", []string{set})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
}
