package plasticity

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, bound float64) {
	t.Helper()
	if !(math.Abs(got-want) <= bound) {
		t.Errorf("%s: %.9f, want %.9f", what, got, want)
	}
}

// quiet is the adaptive rule without homeostasis.
func quiet() BurstDependent {
	p := AdaptiveEventBurst()
	p.MinRateHz, p.MaxRateHz = 0, math.Inf(1)
	return p
}

// half a unit of a float32 near 0.5, for a few changes
const rounding = 2e-7

func TestBurstDependentByHand(t *testing.T) {
	p := quiet()
	eta := p.Eta
	e := func(steps float64) float64 { return math.Exp(-steps * dt / p.TauPreMS) }
	a := func(steps float64) float64 { return math.Exp(-steps * dt / p.TauAverageMS) }
	on := func(steps ...int64) map[int64]bool {
		m := map[int64]bool{}
		for _, n := range steps {
			m[n] = true
		}
		return m
	}
	for _, c := range []struct {
		name string
		pre  map[int64]bool
		post map[int64]int
		want float64
	}{
		{"a target's first event counts as P̄ = 1", on(100), map[int64]int{150: event}, -eta * e(50)},
		{"a coincident arrival counts in full", on(100), map[int64]int{100: event}, -eta},
		{"an arrival after the event does not", on(101), map[int64]int{100: event}, 0},
		{"a first burst without event", on(100), map[int64]int{150: burst}, eta * e(50)},
		{"P̄ = 0 after an event without burst", on(5000), map[int64]int{100: event, 5000: event}, 0},
		{
			"P̄ is clipped at 1: the burst is younger than its event", on(5000),
			map[int64]int{100: event, 300: burst, 5000: event}, -eta,
		},
		{
			"P̄ of a burst out of two events", on(9000),
			map[int64]int{100: event, 300: burst, 5000: event, 9000: event},
			-eta * a(9000-300) / (a(9000-100) + a(9000-5000)),
		},
		{"arrivals add up", on(100, 120), map[int64]int{150: event}, -eta * (e(50) + e(30))},
	} {
		near(t, c.name, newPair(t, p, 0.5, 1).run(c.pre, c.post, 10_000)-0.5, c.want, rounding)
	}
}

func TestHomeostasis(t *testing.T) {
	// Ten events 1 ms apart: Ē/τ_avg is 10 Hz·e^…, above 5.
	p := quiet()
	p.TauAverageMS, p.MaxRateHz = 1000, 5
	post := map[int64]int{}
	for k := range int64(10) {
		post[100+10*k] = event
	}
	sum := func(at int64) float64 { // Ē at a step
		s := 0.0
		for k := range int64(10) {
			s += math.Exp(-float64(at-100-10*k) * dt / 1000)
		}
		return s
	}
	post[300] = event
	rate := sum(300)
	want := p.Eta * (0 - (rate-5)/rate)
	near(t, "relative, event", newPair(t, p, 0.5, 1).run(map[int64]bool{300: true}, post, 400)-0.5, want, rounding)
	post[300] = burst
	want = p.Eta * (1 - (rate-5)/rate)
	near(t, "relative, burst", newPair(t, p, 0.5, 1).run(map[int64]bool{300: true}, post, 400)-0.5, want, rounding)

	// The forerunner: absolute, of all spikes over 30 s, started at 0.1 Hz.
	q := EventBurst()
	q.MinRateHz, q.MaxRateHz = 0, 0.2
	spikes := map[int64]int{}
	for k := range int64(10) {
		spikes[100+10*k] = spike
	}
	nu := 0.1 * math.Exp(-301*dt/30_000) // what is emitted at 300 is heard at 301
	for k := range int64(10) {
		nu += math.Exp(-float64(300-100-10*k)*dt/30_000) / 30
	}
	spikes[300] = spike | event
	want = q.Eta * (-0.15 - (nu - 0.2))
	near(t, "absolute, event", newPair(t, q, 0.5, 1).run(map[int64]bool{300: true}, spikes, 400)-0.5, want, rounding)

	// A silent target's arrivals strengthen; events do not count as spikes.
	r := AdaptiveEventBurst()
	got := newPair(t, r, 0.5, 1).run(map[int64]bool{99: true}, map[int64]int{}, 200) - 0.5
	near(t, "arrival", got, r.Eta*(2-0.1*math.Exp(-100*dt/30_000)), rounding)
	got = newPair(t, r, 0.5, 1).run(map[int64]bool{99: true, 199: true}, map[int64]int{100: spike}, 300) - 0.5
	want = r.Eta * (2 - 0.1*math.Exp(-100*dt/30_000) + 2 - 0.1*math.Exp(-200*dt/30_000) - math.Exp(-99*dt/30_000)/30)
	near(t, "second arrival", got, want, rounding)
	b := BiasOneToOne()
	got = newPair(t, b, 0.5, 1).run(map[int64]bool{99: true, 199: true}, map[int64]int{100: spike, 110: event}, 300) - 0.5
	want = b.Eta * (2 - 1 + 2 - math.Exp(-89*dt/5000)/5) // the event costs P̄ = 1
	near(t, "bias", got, want, rounding)
}

// TestTransmissionPrecedesChange wants that an arrival transmits the weight as
// it was before, scaled by its short-term efficacy, which scales nothing else.
func TestTransmissionPrecedesChange(t *testing.T) {
	p := AdaptiveEventBurst()
	full, scaled := newPair(t, p, 0.5, 1), newPair(t, p, 0.5, 1)
	full.rule.Step(0, Input{Arrivals: []Arrival{{Sources: []uint32{0}}}, Events: []uint32{0}})
	scaled.rule.Step(0, Input{Arrivals: []Arrival{{Sources: []uint32{0}, Factor: []float32{0.25}}}, Events: []uint32{0}})
	if full.got[0] != 0.5 || scaled.got[0] != 0.125 {
		t.Errorf("transmitted %v and %v, want 0.5 and 0.125", full.got[0], scaled.got[0])
	}
	if a, b := full.block.Weight(0), scaled.block.Weight(0); a != b || a == 0.5 {
		t.Errorf("weights %v and %v, want them alike and not 0.5", a, b)
	}
}

func TestClip(t *testing.T) {
	p := quiet()
	p.Eta = 10
	up := newPair(t, p, 0.5, 1).run(map[int64]bool{100: true}, map[int64]int{100: burst}, 200)
	down := newPair(t, p, 0.5, 1).run(map[int64]bool{100: true}, map[int64]int{100: event}, 200)
	if up != 1 || down != 0 {
		t.Errorf("weights %v and %v, want 1 and 0", up, down)
	}
	// Each change is clipped, not their sum: down to 0, then up by 10.
	if both := newPair(t, p, 0.5, 1).run(map[int64]bool{100: true}, map[int64]int{100: event, 101: burst}, 200); both != 1 {
		t.Errorf("weight %v, want 1", both)
	}
}

func TestKindsAreTheForms(t *testing.T) {
	a, e, b := AdaptiveEventBurst(), EventBurst(), Burst()
	if !a.Adaptive || a.MinRateHz != 2 || a.MaxRateHz != 12 || a.TauPreMS != 100 || a.TauAverageMS != 5000 {
		t.Errorf("adaptive: %+v", a)
	}
	for _, p := range []BurstDependent{e, b} {
		if p.Adaptive || p.MinRateHz != 0.1 || p.MaxRateHz != 20 || p.TauPreMS != 20 || p.Potentiation != 1 || p.Depression != -0.15 {
			t.Errorf("fixed: %+v", p)
		}
	}
}
