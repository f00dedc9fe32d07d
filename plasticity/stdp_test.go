package plasticity

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/synapse"
)

// pairOf is one synapse under a rule, of the weight and delay given, driven by
// the steps at which either side spikes.
type pairOf struct {
	block *synapse.Block
	rule  Rule
	delay int64
	got   []float32 // received by the target
}

func newPair(t testing.TB, p Params, weight float64, delay int64) pairOf {
	t.Helper()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	b, err := synapse.Build(synapse.Projection{
		Wiring: synapse.OneToOne{}, Weight: synapse.Constant(weight), DelayMS: synapse.Constant(float64(delay) * dt),
	}, synapse.Geometry{Sources: 1, Targets: 1}, 0, 1, synapse.BuildOptions{Dt: dt, Plastic: true, Incoming: true})
	if err != nil {
		t.Fatal(err)
	}
	g := make([]float32, 1)
	r := p.New(b, Env{Dt: dt, Onto: g})
	r.SetPlastic(true)
	return pairOf{b, r, delay, g}
}

// what the target does at a step
const (
	spike = 1 << iota
	event
	burst
)

// run returns the weight after the steps at which the source spikes and the
// target does something, both by step of emission.
func (p pairOf) run(pre map[int64]bool, post map[int64]int, steps int64) float64 {
	only := []uint32{0}
	for n := range steps {
		var in Input
		if pre[n-p.delay] {
			in.Arrivals = []Arrival{{Sources: only}}
		}
		if n > 0 {
			if post[n-1]&spike > 0 {
				in.Spikes = only
			}
			if post[n-1]&event > 0 {
				in.Events = only
			}
			if post[n-1]&burst > 0 {
				in.Bursts = only
			}
		}
		p.rule.Step(n, in)
	}
	return float64(p.block.Weight(0))
}

// TestWindow compares the change by a lone pair with the closed form, for
// intervals on both sides, with delays, and for every weight dependence.
func TestWindow(t *testing.T) {
	const w = 0.25
	additive, soft := SongAbbott(), Guetig()
	additive.WeightMax = 1
	additive.TauMinusMS = 33.7
	soft.Exponent = 0.5
	for _, c := range []struct {
		name     string
		p        PairSTDP
		up, down float64 // F₊(w), F₋(w)
	}{
		{"additive", additive, 0.005, 0.00525},
		{"multiplicative", VanRossum(), 7e-4, 0.003 * w},
		{"soft bound", soft, 0.005 * math.Sqrt(0.75), 0.00525 * 0.5},
		{"power law", Morrison(), 0.1 * math.Pow(w, 0.4), 0.011 * w},
	} {
		for _, delay := range []int64{1, 8, 20} {
			for _, steps := range []int64{-400, -100, -1, 0, 1, 100, 400} {
				for _, nearest := range []bool{false, true} {
					c.p.Nearest = nearest
					const pre = 1000
					// One step of delay is none: what is emitted at n arrives at
					// n+1, where it meets the target's spikes of n.
					post := pre + delay - 1 + steps
					got := newPair(t, c.p, w, delay).run(map[int64]bool{pre: true}, map[int64]int{post: spike}, 3000) - w
					want := c.up * math.Exp(-float64(steps)*dt/c.p.TauPlusMS)
					if steps < 0 {
						want = -c.down * math.Exp(float64(steps)*dt/c.p.TauMinusMS)
					}
					if math.Abs(got-want) > 3e-8 { // half a unit of a float32 at 0.25, twice
						t.Errorf("%s, delay %d, Δt %d steps: Δw %.9f, want %.9f", c.name, delay, steps, got, want)
					}
				}
			}
		}
	}
}

// TestNearestSpikes wants that pre-pre-post and post-post-pre differ between all
// pairs and nearest ones as they should.
func TestNearestSpikes(t *testing.T) {
	p := SongAbbott()
	p.WeightMax = 1
	e := func(steps float64) float64 { return math.Exp(-steps * dt / 20) }
	for _, nearest := range []bool{false, true} {
		p.Nearest = nearest
		up, down := 0.005*(e(150)+e(50)), -0.00525*(e(150)+e(50))
		if nearest {
			up, down = 0.005*e(50), -0.00525*e(50)
		}
		got := newPair(t, p, 0.5, 1).run(map[int64]bool{100: true, 200: true}, map[int64]int{250: spike}, 400) - 0.5
		if math.Abs(got-up) > 6e-8 {
			t.Errorf("nearest %v: pre-pre-post changes by %v, want %v", nearest, got, up)
		}
		got = newPair(t, p, 0.5, 1).run(map[int64]bool{250: true}, map[int64]int{100: spike, 200: spike}, 400) - 0.5
		if math.Abs(got-down) > 1.2e-7 {
			t.Errorf("nearest %v: post-post-pre changes by %v, want %v", nearest, got, down)
		}
	}
}

// train returns n pairings with a period, the target offset steps after the
// source.
func pairings(n int, period, offset int64) (pre map[int64]bool, post map[int64]int, steps int64) {
	pre, post = map[int64]bool{}, map[int64]int{}
	const first = 1000
	for k := range int64(n) {
		pre[first+k*period] = true
		post[first+k*period+offset] |= spike
	}
	return pre, post, first + int64(n)*period
}

// TestTripletFrequency pairs 60 times at the frequencies of Sjöström, Turrigiano
// & Nelson 2001 (doi 10.1016/S0896-6273(01)00542-6), ±10 ms apart. It compares
// the minimal visual cortex rule with the closed form of a train of pairs, and
// both with the measured changes as given in Table 1 of Pfister & Gerstner 2006
// (mean and standard error): the fit minimises the sum of squared deviations in
// units of the error, so no single one is bound to be small; 3 errors are.
func TestTripletFrequency(t *testing.T) {
	rule := VisualCortexMinimal(false)
	rule.WeightMin, rule.WeightMax = -10, 10
	const n = 60
	for _, c := range []struct {
		hz       float64
		offset   int64 // steps
		mean, se float64
	}{
		{0.1, 100, -0.04, 0.05}, {10, 100, 0.14, 0.1}, {20, 100, 0.29, 0.14}, {40, 100, 0.53, 0.11}, {50, 100, 0.56, 0.26},
		{0.1, -100, -0.29, 0.08}, {10, -100, -0.41, 0.11}, {20, -100, -0.34, 0.1}, {40, -100, 0.56, 0.32}, {50, -100, 0.75, 0.19},
	} {
		period := int64(math.Round(1000 / c.hz / dt))
		pre, post, steps := pairings(n, period, c.offset)
		got := newPair(t, rule, 1, 1).run(pre, post, steps) - 1
		want := pairedChange(rule, n, float64(period)*dt, float64(c.offset)*dt)
		if math.Abs(got-want) > 5e-6 { // 120 changes of a float32 near 1
			t.Errorf("%v Hz, %+d steps: Δw %.6f, closed form %.6f", c.hz, c.offset, got, want)
		}
		t.Logf("%4v Hz, %+.0f ms: Δw %+.3f, measured %+.2f ± %.2f", c.hz, float64(c.offset)*dt, got, c.mean, c.se)
		if math.Abs(want-c.mean) > 3*c.se {
			t.Errorf("%v Hz, %+d steps: Δw %.3f, measured %.2f ± %.2f", c.hz, c.offset, want, c.mean, c.se)
		}
	}
}

// pairedChange is the change by n pairs of period T whose post-synaptic spike
// comes d after the other (ms; |d| < T): sums of geometric series, with
// q(τ) = exp(−T/τ) and S_k(τ) = 1 + q + … + q^(k−1) spikes seen k periods on.
func pairedChange(p TripletSTDP, n int, period, d float64) float64 {
	series := func(k int, tau float64) float64 {
		q := math.Exp(-period / tau)
		return (1 - math.Pow(q, float64(k))) / (1 - q)
	}
	// The k-th spike sees `seen` of the other side, the latest of them age ago.
	trace := func(seen int, age, tau float64) float64 { return math.Exp(-age/tau) * series(seen, tau) }
	total := 0.0
	for k := range n {
		r1, o1 := trace(k+1, d, p.TauPlusMS), trace(k, period-d, p.TauMinusMS)
		if d < 0 {
			r1, o1 = trace(k, period+d, p.TauPlusMS), trace(k+1, -d, p.TauMinusMS)
		}
		r2, o2 := trace(k, period, p.TauXMS), trace(k, period, p.TauYMS)
		total += p.Scale * (r1*(p.PairPotentiation+p.TripletPotentiation*o2) - o1*(p.PairDepression+p.TripletDepression*r2))
	}
	return total
}

// TestTriplets compares pre-post-pre and post-pre-post with the closed form, for
// all eight data sets: all spikes and nearest ones agree on a triplet but for
// its two equal sides, which meet in one trace of the slow kind.
func TestTriplets(t *testing.T) {
	for _, nearest := range []bool{false, true} {
		for name, p := range map[string]TripletSTDP{
			"visual cortex": VisualCortex(nearest), "visual cortex minimal": VisualCortexMinimal(nearest),
			"hippocampus": Hippocampus(nearest), "hippocampus minimal": HippocampusMinimal(nearest),
		} {
			p.WeightMax = 2
			for _, d := range [][2]float64{{5, 5}, {10, 10}, {15, 5}, {5, 15}} {
				a, b := int64(d[0]/dt), int64(d[1]/dt)
				e := func(ms, tau float64) float64 { return math.Exp(-ms / tau) }
				check := func(kind string, got, want float64) {
					if math.Abs(got-want) > 2.5e-7 { // 3 float32 near 1
						t.Errorf("%s %v, nearest %v, %s: Δw %.9f, want %.9f", name, d, nearest, kind, got, want)
					}
				}
				got := newPair(t, p, 1, 1).run(map[int64]bool{100: true, 100 + a + b: true}, map[int64]int{100 + a: spike}, 1000) - 1
				check("pre-post-pre", got, p.PairPotentiation*e(d[0], p.TauPlusMS)-
					e(d[1], p.TauMinusMS)*(p.PairDepression+p.TripletDepression*e(d[0]+d[1], p.TauXMS)))
				got = newPair(t, p, 1, 1).run(map[int64]bool{100 + a: true}, map[int64]int{100: spike, 100 + a + b: spike}, 1000) - 1
				check("post-pre-post", got, -p.PairDepression*e(d[0], p.TauMinusMS)+
					e(d[1], p.TauPlusMS)*(p.PairPotentiation+p.TripletPotentiation*e(d[0]+d[1], p.TauYMS)))
			}
		}
	}
}

// TestTripletConstants holds the constants of Tables 3 and 4 of Pfister &
// Gerstner 2006 against slips: A₂₊, A₃₊, A₂₋, A₃₋, τ_x, τ_y.
func TestTripletConstants(t *testing.T) {
	for _, c := range []struct {
		p    TripletSTDP
		want [6]float64
	}{
		{VisualCortex(false), [6]float64{5e-10, 6.2e-3, 7e-3, 2.3e-4, 101, 125}},
		{VisualCortex(true), [6]float64{8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714, 40}},
		{VisualCortexMinimal(false), [6]float64{0, 6.5e-3, 7.1e-3, 0, unusedTauMS, 114}},
		{VisualCortexMinimal(true), [6]float64{0, 5e-2, 8e-3, 0, unusedTauMS, 40}},
		{Hippocampus(false), [6]float64{6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946, 27}},
		{Hippocampus(true), [6]float64{4.6e-3, 9.1e-3, 3e-3, 7.5e-9, 575, 47}},
		{HippocampusMinimal(false), [6]float64{5.3e-3, 8e-3, 3.5e-3, 0, unusedTauMS, 40}},
		{HippocampusMinimal(true), [6]float64{4.6e-3, 9.1e-3, 3e-3, 0, unusedTauMS, 48}},
	} {
		p := c.p
		if got := [6]float64{p.PairPotentiation, p.TripletPotentiation, p.PairDepression, p.TripletDepression, p.TauXMS, p.TauYMS}; got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
		if p.TauPlusMS != 16.8 || p.TauMinusMS != 33.7 {
			t.Errorf("τ₊ %v, τ₋ %v, want 16.8 and 33.7", p.TauPlusMS, p.TauMinusMS)
		}
	}
}
