package analysis

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestWilson has values of the usual form of the formula, by Python's decimal with 50
// digits.
func TestWilson(t *testing.T) {
	z := Quantile(0.95)
	if want := (distuv.Normal{Sigma: 1}).Quantile(0.975); math.Abs(z-want) > 1e-12 {
		t.Errorf("quantile %v, want %v", z, want)
	}
	for _, c := range []struct{ k, n, low, high float64 }{
		{0, 5, 0, 0.43448246}, {1, 5, 0.03622411, 0.62446537}, {2, 20, 0.02786648, 0.30103365},
		{10, 100, 0.05522914, 0.17436566}, {5, 5, 0.56551754, 1},
	} {
		low, high := Wilson(c.k, c.n, z)
		if math.Abs(low-c.low) > 1e-7 || math.Abs(high-c.high) > 1e-7 {
			t.Errorf("%v of %v: %.8f to %.8f, want %v to %v", c.k, c.n, low, high, c.low, c.high)
		}
	}
	// The bounds are the probabilities from which k is z standard deviations away.
	r := rand.New(rand.NewPCG(7, 0))
	for range 1000 {
		n := float64(1 + r.IntN(1000))
		k := float64(r.IntN(int(n) + 1))
		low, high := Wilson(k, n, z)
		for _, p := range []float64{low, high} {
			if p > 0 && p < 1 && math.Abs(math.Abs(k-n*p)/math.Sqrt(n*p*(1-p))-z) > 1e-6 {
				t.Errorf("%v of %v: bound %v", k, n, p)
			}
		}
		if f := k / n; low > f || high < f {
			t.Errorf("%v of %v: %v to %v", k, n, low, high)
		}
	}
}

// refractory makes spikes of a Poisson process of a rate in Hz with a dead time
// in s, in steps of 10 µs, so that the grid plays no part.
func refractory(r *rand.Rand, n uint32, rate, dead, seconds float64) (spikes []spike) {
	last := int64(-1)
	for s := r.ExpFloat64() / rate; s < seconds; s += dead + r.ExpFloat64()*(1/rate-dead) {
		if step := int64(s * 1e5); step > last {
			spikes, last = append(spikes, spike{step, 0, n}), step
		}
	}
	return spikes
}

// TestChance: Poisson trains with a dead time of 2 ms have the burst fraction
// and event rate of the closed form, within 4 standard errors, also where a burst
// needs silence.
func TestChance(t *testing.T) {
	const seed, dead, seconds = 8, 0.002, 20_000
	for _, rate := range []float64{5, 10, 20, 40} {
		for _, silence := range []int64{0, 4000} {
			rec := Recording{StepsPerSecond: 100_000, Windows: []Window{{0, seconds * 100_000}}, Populations: []Population{{"pyr", 1}}}
			c := Criterion{ISI: 1600, PreSilence: silence}
			spikes := refractory(rand.New(rand.NewPCG(seed, uint64(rate))), 0, rate, dead, seconds)
			var n Counts
			for _, e := range detect(t, sourceOf(rec, 1<<16, spikes), c, DetectorOptions{}) {
				n.count(&e)
			}
			chance, err := NewChance(rec, c, dead)
			if err != nil {
				t.Fatal(err)
			}
			er, bf := chance.At(rate)
			got, _ := n.BurstFraction()
			if band := 4 * math.Sqrt(bf*(1-bf)/float64(n.Classified)); math.Abs(got-bf) > band {
				t.Errorf("%v Hz, silence %d: BF %.4f, want %.4f ± %.4f", rate, silence, got, bf, band)
			}
			if r := float64(n.Events) / seconds; math.Abs(r/er-1) > 4/math.Sqrt(float64(n.Events)) {
				t.Errorf("%v Hz: ER %.3f, want %.3f", rate, r, er)
			}
		}
	}
}

// TestMixture: of neurons of different rates the population's level is that of
// the mixture, which the level of the mean rate misses.
func TestMixture(t *testing.T) {
	const seed, dead, seconds, neurons = 9, 0.002, 400, 400
	r := rand.New(rand.NewPCG(seed, 0))
	rec := Recording{StepsPerSecond: 100_000, Windows: []Window{{0, seconds * 100_000}}, Populations: []Population{{"pyr", neurons}}}
	var spikes []spike
	for n := range uint32(neurons) {
		spikes = append(spikes, refractory(r, n, math.Exp(r.NormFloat64()*0.8+1), dead, seconds)...)
	}
	c := Criterion{ISI: 1600}
	d, err := NewDetector(sourceOf(rec, 1<<12, spikes), c, DetectorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tally := NewTally(rec, ByPopulation(rec))
	for d.Next() {
		tally.Add(d)
	}
	chance, err := NewChance(rec, c, dead)
	if err != nil {
		t.Fatal(err)
	}
	s := tally.Summaries()[0]
	got, _ := s.BurstFraction()
	level, ok := tally.Levels(chance)[0].At(s.FiringRate())
	_, pooled := chance.At(s.FiringRate())
	// Neurons estimate their own rates, so the level fluctuates too.
	if band := 5 * math.Sqrt(level*(1-level)/float64(s.Classified)); !ok || math.Abs(got-level) > band || math.Abs(got-pooled) < 5*band {
		t.Errorf("seed %d: BF %.4f, mixture %.4f ± %.4f, mean rate %.4f", seed, got, level, band, pooled)
	}
}

// TestMixtureParts: putting neurons of neighbouring rates together changes
// little, and equal neurons have the level of one.
func TestMixtureParts(t *testing.T) {
	rec := one(Window{0, 1 << 30})
	chance, err := NewChance(rec, Criterion{ISI: 160}, 0.002)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(10, 0))
	spikes := make([]int64, 20_000)
	var events, bursts float64
	for i := range spikes {
		spikes[i] = int64(1000 * math.Exp(r.NormFloat64()+1))
		e, b := chance.At(float64(spikes[i]) / 1000)
		events += e
		bursts += e * b
	}
	m := chance.Mix(spikes, 1000)
	level, _ := m.At(m.mean)
	if want := bursts / events; math.Abs(level-want) > 1e-3*want || len(m.parts) > mixtureParts {
		t.Errorf("%v in %d parts, want %v", level, len(m.parts), want)
	}
	same, _ := chance.Mix([]int64{50, 50, 50, 0}, 10).At(3.75 / 2) // 5 Hz each but one, at half of it
	if _, want := chance.At(2.5); math.Abs(same-want) > 1e-15 {
		t.Errorf("%v, want %v", same, want)
	}
	if _, ok := chance.Mix([]int64{0, 0}, 10).At(3); ok {
		t.Error("a level of neurons that never fired")
	}
	if f, ok := chance.Mix([]int64{10}, 10).At(600); !ok || f != 1 {
		t.Errorf("beyond the dead time: %v, %v", f, ok)
	}
}

func TestNewChanceRefuses(t *testing.T) {
	for _, dead := range []float64{-1e-3, 0.016, math.NaN()} {
		if _, err := NewChance(one(Window{0, 10}), Criterion{ISI: 160}, dead); err == nil || !strings.Contains(err.Error(), "want 0 to below") {
			t.Errorf("%v: %v", dead, err)
		}
	}
}
