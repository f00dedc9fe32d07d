package plasticity

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/internal/rng"
)

const burstWindow = 16 // ms, of all protocols

// TestPeriodicPairing is Fig. 2b of Payeur et al. 2021: 15 epochs of 5 pairings
// at one frequency, pre and post together. The values are those of an
// independent implementation of the protocol; 58.3 and 63.5 Hz stand on either
// side of 1/16 ms, where pairings turn into bursts.
func TestPeriodicPairing(t *testing.T) {
	const dt = 0.1
	frequency := func(k int) float64 { return 1 + 99*float64(k)/19 } // 20 from 1 to 100 Hz
	weights := make([]float64, 20)
	for k := range weights {
		f := frequency(k)
		s := DefaultPairing().New(dt)
		var times []float64
		for i := range 5 {
			times = append(times, 0.01+float64(i)/f)
		}
		train := NewTrain(times, burstWindow, dt, int(math.Round((5/f+1)*1000/dt)))
		for epoch := range 15 {
			if epoch > 0 {
				s.Rest(10)
			}
			s.Run(train, train)
		}
		weights[k] = s.Weight
	}
	for k, want := range map[int]float64{0: -0.239, 11: -0.615, 12: 0.150, 19: 0.284} {
		if math.Abs(weights[k]-want) > 1e-3 {
			t.Errorf("%.1f Hz: weight %.4f, want %.3f", frequency(k), weights[k], want)
		}
	}
	// Between the four, depression deepens up to the border, and potentiation
	// grows beyond it.
	for k := 1; k < 20; k++ {
		if k < 12 && weights[k] >= weights[k-1] {
			t.Errorf("%.1f Hz: weight %.4f, want below the %.4f before", frequency(k), weights[k], weights[k-1])
		}
		if k > 12 && weights[k] <= weights[k-1] {
			t.Errorf("%.1f Hz: weight %.4f, want above the %.4f before", frequency(k), weights[k], weights[k-1])
		}
	}
}

// protocol is a pairing of two independent random trains over 100 s, in steps
// of 1 ms, many times over.
type protocol struct {
	eventRateHz, burstProbability float64 // starting estimates
	next                          func(*rng.Stream) func() float64
}

const (
	realisations = 100
	seconds      = 100
)

func (p protocol) weights(t *testing.T, seed uint64) []float64 {
	t.Helper()
	rule := DefaultPairing()
	rule.EventRateHz, rule.BurstProbability = p.eventRateHz, p.burstProbability
	if err := rule.Validate(1); err != nil {
		t.Fatal(err)
	}
	source := rng.NewSource(seed, rng.Protocol, 0)
	train := func(entity int) Train {
		stream := source.Stream(uint32(entity))
		next := p.next(&stream)
		var times []float64
		for at := next(); at < seconds; at += next() {
			times = append(times, at)
		}
		return NewTrain(times, burstWindow, 1, seconds*1000)
	}
	var w []float64
	for k := range realisations {
		s := rule.New(1)
		s.Run(train(2*k), train(2*k+1))
		w = append(w, s.Weight)
	}
	return w
}

func exponential(s *rng.Stream, mean float64) float64 { return -mean * math.Log(1-s.Float64()) }

// poisson draws intervals of 2 ms and an exponential one, of rate r on the
// whole.
func poisson(r float64) func(*rng.Stream) func() float64 {
	return func(s *rng.Stream) func() float64 {
		return func() float64 { return 0.002 + exponential(s, (1-0.002*r)/r) }
	}
}

// burstPoisson draws events 20 ms and an exponential interval apart, of which
// each is followed by another spike with probability p, 2 to 12 ms later.
func burstPoisson(rate, p float64) func(*rng.Stream) func() float64 {
	return func(s *rng.Stream) func() float64 {
		event := false
		return func() float64 {
			if event && s.Float64() < p {
				event = false
				return 0.002 + 0.01*s.Float64()
			}
			event = true
			return 0.02 + exponential(s, (1-0.02*rate)/rate)
		}
	}
}

// meanAsIn compares a mean over realisations with that of 200 realisations of an
// independent implementation, which was given to 0.005: 3 standard errors of the
// difference.
func meanAsIn(t *testing.T, w []float64, mean, sd float64) {
	t.Helper()
	got := stat.Mean(w, nil)
	bound := 3*sd*math.Sqrt(1/float64(len(w))+1./200) + 0.005
	if !(math.Abs(got-mean) <= bound) {
		t.Errorf("mean weight %.3f, want %.2f ± %.3f", got, mean, bound)
	}
	// The standard error of a standard deviation is sd/√(2n).
	if got := stat.StdDev(w, nil); !(math.Abs(got/sd-1) <= 3*math.Sqrt(1./(2*float64(len(w)))+1./400)+0.05) {
		t.Errorf("standard deviation %.3f, want %.2f", got, sd)
	}
}

// TestPoissonPairing is Fig. 2c of Payeur et al. 2021.
func TestPoissonPairing(t *testing.T) {
	for _, c := range []struct{ rate, probability, mean, sd float64 }{
		{11.8889, 0.30, -0.73, 0.55}, {11.8889, 0.50, -1.83, 0.60},
		{28.2222, 0.30, 0.44, 1.18}, {28.2222, 0.50, -1.85, 1.21},
		{50, 0.30, 3.88, 1.8}, {50, 0.50, 0.70, 1.75},
	} {
		w := protocol{5, c.probability, poisson(c.rate)}.weights(t, 1)
		t.Logf("%.1f Hz, starting at %v: %.3f, theory %.3f, reference %v", c.rate, c.probability,
			stat.Mean(w, nil), meanUnderPoisson(c.rate, c.probability), c.mean)
		meanAsIn(t, w, c.mean, c.sd)
		if theory := meanUnderPoisson(c.rate, c.probability); math.Abs(stat.Mean(w, nil)-theory) > 3*c.sd/math.Sqrt(realisations) {
			t.Errorf("%.1f Hz, starting at %v: mean weight %.3f, theory %.3f", c.rate, c.probability, stat.Mean(w, nil), theory)
		}
	}
}

// meanUnderPoisson is the mean-field weight after the Poisson protocol:
// w = η τ_pre E (B T − E ∫P̄ dt), with event rate E and burst rate B of a
// Poisson train with refractoriness, and estimates that relax from their
// starting values.
func meanUnderPoisson(r, probability float64) float64 {
	p := DefaultPairing()
	const refractory, window, e0 = 0.002, 0.016, 5.0
	lambda := r / (1 - refractory*r)
	stay := math.Exp(-lambda * (window - refractory))
	e := r * stay
	b := e * (1 - stay)
	tau := p.TauAverageMS / 1000
	a, c := probability*e0/b-1, e0/e-1
	f := func(t float64) float64 {
		x := t / tau
		return (tau*(c-a)*math.Log(c+math.Exp(x)) + a*t) / c
	}
	return p.Eta * p.TauPreMS / 1000 * e * (b*seconds - e*b/e*(f(seconds)-f(0)))
}

// TestBurstPoissonPairing is Fig. 2d of Payeur et al. 2021: the weight grows with
// the burst probability, and stays where that is the starting estimate, 0.2.
func TestBurstPoissonPairing(t *testing.T) {
	for _, c := range []struct{ rate, p, mean, sd float64 }{
		{5, 0, -0.38, 0.05}, {5, 0.2, -0.01, 0.30}, {5, 0.45, 0.46, 0.43},
		{10, 0, -1.50, 0.09}, {10, 0.2, 0.02, 0.54}, {10, 0.45, 1.74, 0.76},
	} {
		w := protocol{c.rate, 0.2, burstPoisson(c.rate, c.p)}.weights(t, 2)
		t.Logf("%v Hz, p %v: %.3f, reference %v", c.rate, c.p, stat.Mean(w, nil), c.mean)
		meanAsIn(t, w, c.mean, c.sd)
	}
}

func TestNewTrain(t *testing.T) {
	// Intervals: 16 ms and the second of a burst, within it, 16.1 ms, 1 ms.
	times := []float64{0.0005, 0.0165, 0.0175, 0.0336, 0.0346, 0.2}
	train := NewTrain(times, 16, 1, 100)
	want := []mark{{0, 1, 0}, {16, 0, 1}, {33, 1, 0}, {34, 0, 1}}
	if !slices.Equal(train.marks, want) {
		t.Errorf("%v, want %v", train.marks, want)
	}
	if events, bursts := train.Count(); events != 2 || bursts != 2 {
		t.Errorf("%d events and %d bursts", events, bursts)
	}
	// Out of order, as jitter leaves them: an interval back is a short one, and two
	// events share a step. What lies outside is left out.
	train = NewTrain([]float64{0.0505, 0.0301, 0.0503, 0.0303, -0.001, 0.1}, 16, 1, 100)
	want = []mark{{30, 0, 2}, {50, 2, 0}}
	if !slices.Equal(train.marks, want) {
		t.Errorf("out of order: %v, want %v", train.marks, want)
	}
}

// TestPairingByStep compares with the equations, written down step by step.
func TestPairingByStep(t *testing.T) {
	p := DefaultPairing()
	p.TauPreMS, p.TauAverageMS = 30, 700
	source := rng.NewSource(3, rng.Protocol, 0)
	const steps = 20_000
	train := func(entity uint32, rate float64) Train {
		stream := source.Stream(entity)
		var times []float64
		for at := exponential(&stream, 1/rate); at < steps/1000.; at += exponential(&stream, 1/rate) {
			times = append(times, at)
		}
		return NewTrain(times, burstWindow, 1, steps)
	}
	for k, rate := range []float64{0.1, 5, 60} { // gaps beyond commonGap too
		pre, post := train(uint32(2*k), rate), train(uint32(2*k+1), rate)
		dense := func(t Train) (events, bursts [steps]float64) {
			for _, m := range t.marks {
				events[m.step], bursts[m.step] = m.events, m.bursts
			}
			return events, bursts
		}
		ePre, _ := dense(pre)
		ePost, bPost := dense(post)
		var w, x float64
		e, b := p.EventRateHz, p.BurstProbability*p.EventRateHz
		s := p.New(1)
		for range 2 {
			for i := range steps {
				x += -x/p.TauPreMS + ePre[i]
				w += p.Eta * (bPost[i] - b/e*ePost[i]) * x
				e += -e/p.TauAverageMS + ePost[i]*1000/p.TauAverageMS
				b += -b/p.TauAverageMS + bPost[i]*1000/p.TauAverageMS
			}
			s.Run(pre, post)
		}
		for name, pair := range map[string][2]float64{"weight": {s.Weight, w}, "trace": {s.Eligibility, x}, "events": {s.EventRateHz, e}, "bursts": {s.BurstRateHz, b}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9*(1+math.Abs(pair[1])) {
				t.Errorf("%v Hz: %s %v, want %v", rate, name, pair[0], pair[1])
			}
		}
	}
}

func TestFixedPairing(t *testing.T) {
	p := DefaultPairing()
	p.Adaptive = false
	s := p.New(1)
	train := NewTrain([]float64{0.001, 0.006}, burstWindow, 1, 10)
	s.Run(train, train)
	// The event finds its own trace of 1, the burst one that is 5 steps older.
	want := 0.1 * (-0.15 + math.Pow(1-1./50, 5))
	if math.Abs(s.Weight-want) > 1e-12 {
		t.Errorf("weight %v, want %v", s.Weight, want)
	}
}

func TestPairingRejects(t *testing.T) {
	p := Pairing{
		Eta: -1, TauPreMS: 0.1, TauAverageMS: math.NaN(), Potentiation: math.Inf(1),
		Depression: math.NaN(), BurstProbability: -1,
	}
	err := p.Validate(0.1)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"eta", "tau_pre_ms", "tau_average_ms", "potentiation", "depression", "event_rate_hz", "burst_probability"} {
		if !strings.Contains("\n"+err.Error(), "\n"+field+": ") {
			t.Errorf("%q does not name %s", err, field)
		}
	}
}
