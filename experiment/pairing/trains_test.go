package pairing

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

func protocolOf(t *testing.T, name string, sets ...string) *protocol {
	t.Helper()
	v, err := Experiment().Resolve("", append(sets, "protocol="+name))
	if err != nil {
		t.Fatal(err)
	}
	return newProtocol(v, name)
}

// TestRatesOfTrains counts events and bursts of long trains: within four standard
// deviations of a Poisson count, which bounds that of trains with refractoriness.
func TestRatesOfTrains(t *testing.T) {
	for _, c := range []struct {
		name    string
		rate, x float64
	}{{poisson, 0, 1}, {poisson, 0, 20}, {poisson, 0, 50}, {burstPoisson, 5, 0}, {burstPoisson, 5, 0.2}, {burstPoisson, 10, 0.45}} {
		p := protocolOf(t, c.name, "duration=20000s")
		pre, post := p.trains(rng.NewSource(5, rng.Protocol, 0), c.rate, c.x, 0)
		events, bursts, ok := p.meanRates(c.rate, c.x)
		if !ok {
			t.Fatalf("%s: no theory", c.name)
		}
		for which, train := range []interface{ Count() (int, int) }{pre, post} {
			e, b := train.Count()
			for _, n := range []struct {
				got  int
				want float64
			}{{e, events * 20000}, {b, bursts * 20000}} {
				if math.Abs(float64(n.got)-n.want) > 4*math.Sqrt(n.want) {
					t.Errorf("%s %v Hz, %v, train %d: %d events or bursts, want %.0f", c.name, c.rate, c.x, which, n.got, n.want)
				}
			}
		}
		if e, _ := pre.Count(); c.x > 0 {
			if other, _ := post.Count(); e == other {
				t.Errorf("%s: pre and post have both %d events", c.name, e)
			}
		}
	}
}

// TestBouts: 12 bouts of 5 spikes at distances of 10 s, jittered by 7 ms, with mean
// intervals of 1/f (240 bouts of 4 intervals: a standard error of 3 %).
func TestBouts(t *testing.T) {
	p := protocolOf(t, sjostrom)
	if got, want := p.steps(1), 170_100; got != want { // 0.1 + 59 + 110 + 1 s
		t.Errorf("%d steps, want %d", got, want)
	}
	const f, n = 20.0, 20
	source := rng.NewSource(1, rng.Protocol, 0)
	var intervals, squares float64
	for k := range n {
		a, b := source.Stream(uint32(2*k)), source.Stream(uint32(2*k+1))
		pre := p.bouts(&a, f)
		post := p.jittered(&b, pre)
		if len(pre) != 60 || len(post) != 60 {
			t.Fatalf("%d and %d spikes", len(pre), len(post))
		}
		for i := range pre {
			if i%5 == 0 && math.Abs(pre[i]-0.1-10*float64(i/5)) > 1e-12 {
				t.Errorf("bout %d begins at %v s", i/5, pre[i])
			}
			if i%5 > 0 {
				intervals += pre[i] - pre[i-1]
			}
			squares += (post[i] - pre[i]) * (post[i] - pre[i])
		}
	}
	if mean := intervals / (n * 12 * 4); math.Abs(mean*f-1) > 0.1 {
		t.Errorf("mean interval %v s, want %v", mean, 1/f)
	}
	if sd := math.Sqrt(squares / (n * 60)); math.Abs(sd/0.007-1) > 0.1 { // 1200 deviates: 2 %
		t.Errorf("jitter %v s, want 0.007", sd)
	}
}

// TestTheory compares with the drift, integrated numerically, and with the limit
// E0 = E.
func TestTheory(t *testing.T) {
	p := protocolOf(t, poisson)
	s := p.settings[0]
	for _, r := range []float64{1, 11.9, 24, 50} {
		e, b, _ := p.meanRates(0, r)
		const steps, duration = 100_000, 100.0
		var integral float64
		for i := range steps {
			left := math.Exp(-(float64(i) + 0.5) * duration / steps / s.tauAvg)
			integral += (b + (s.p0*s.e0-b)*left) / (e + (s.e0-e)*left) * duration / steps
		}
		want := 0.1 * s.tauPre * e * (b*duration - e*integral)
		if got, ok := p.theory(s, 0, r); !ok || math.Abs(got-want) > 1e-6 {
			t.Errorf("%v Hz: %v, want %v", r, got, want)
		}
	}
	// Where bursts are p0 of the events nothing changes: λ = −ln(1−p0)/14 ms.
	hazard := -math.Log(1-s.p0) / 0.014
	if w, _ := p.theory(s, 0, hazard/(1+0.002*hazard)); math.Abs(w) > 1e-12 {
		t.Errorf("%v where P = p0", w)
	}
	// Without bursts E stays 10 Hz, as the estimate starts: −η τ_pre τ_avg E² p0 (1 − exp(−T/τ_avg)).
	q := protocolOf(t, burstPoisson)
	want := -0.1 * 0.05 * 15 * 100 * 0.2 * (1 - math.Exp(-100./15))
	if got, ok := q.theory(q.settings[0], 10, 0); !ok || math.Abs(got-want) > 1e-12 {
		t.Errorf("no bursts: %v, want %v", got, want)
	}
	if _, ok := protocolOf(t, sjostrom).theory(s, 0, 10); ok {
		t.Error("a theory of sjostrom")
	}
	if _, ok := protocolOf(t, burstPoisson, "burst_interval_max=17ms").theory(s, 10, 0); ok {
		t.Error("a theory of bursts that are longer than the window")
	}
}

// TestTheoryMeetsSimulation compares the mean of 400 realisations with theory, for
// both rules: 4 standard errors.
func TestTheoryMeetsSimulation(t *testing.T) {
	for _, sets := range [][]string{
		{"protocol=poisson", "frequencies=5Hz,20Hz,40Hz"},
		{"protocol=burst_poisson", "burst_probabilities=0,0.2,0.4"},
		{"protocol=poisson", "frequencies=5Hz,20Hz,40Hz", "rule=fixed"},
	} {
		m, _ := trial(t, 7, append(sets, "realisations=400")...)
		p := protocolOf(t, sets[0][len("protocol="):], sets[1:]...)
		for _, c := range (*m.of(p.name)).Curves {
			for _, q := range c.Points {
				s := setting{c.P0, c.E0Hz, c.TauPreS, c.TauAvgS}
				want, _ := p.theory(s, c.EventRateHz, q.X())
				if math.Abs(q.WeightChange-want) > 4**q.SD/20 {
					t.Errorf("%v, from %v at %v: weight %.3f, theory %.3f", sets, c.P0, q.X(), q.WeightChange, want)
				}
			}
		}
	}
}
