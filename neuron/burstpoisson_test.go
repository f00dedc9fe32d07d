package neuron

import (
	"math"
	"slices"
	"testing"
)

// trains runs a population and returns each neuron's spike steps.
func trains(p Population, steps int64, before func()) [][]int64 {
	all := make([][]int64, p.Size())
	var spikes []uint32
	for step := range steps {
		spikes = p.Advance(step, 0, p.Size(), spikes[:0])
		for _, n := range spikes {
			all[n] = append(all[n], step)
		}
		if before != nil {
			before()
		}
	}
	return all
}

// intervals returns the differences of all neurons' spike times.
func intervals(trains [][]int64) (isi []int64) {
	for _, train := range trains {
		for k := 1; k < len(train); k++ {
			isi = append(isi, train[k]-train[k-1])
		}
	}
	return isi
}

// TestBurstPoissonDoublets makes every event a burst. The second spike comes
// q−1 steps after the first, q = 50 … 149 (spiking-model.md §1.2): mean 98.5,
// variance (100²−1)/12. Under a strong current the next event comes as soon as
// the refractory period of the second spike allows, after exactly 200 steps.
func TestBurstPoissonDoublets(t *testing.T) {
	p := DefaultBurstPoisson()
	p.Dendrite.HalfActivationMV = -1000
	c := p.New(Env{Size: 500, Dt: dt, Seed: 2})
	hold(t, c, "soma", 5000)
	var doublet []float64
	for n, train := range trains(c, 20_000, nil) {
		for k := 1; k < len(train); k++ {
			switch isi := train[k] - train[k-1]; {
			case k%2 == 1 && isi >= 49 && isi <= 148:
				doublet = append(doublet, float64(isi))
			case k%2 == 0 && isi == 200:
			default:
				t.Fatalf("neuron %d, interval %d: %d steps", n, k, isi)
			}
		}
	}
	mean, square := 0.0, 0.0
	for _, x := range doublet {
		mean += x / float64(len(doublet))
		square += x * x / float64(len(doublet))
	}
	// Four standard errors of a mean, and of a variance of a uniform law.
	n := float64(len(doublet))
	variance := (100.0*100 - 1) / 12
	near(t, "mean of the doublets' intervals", mean, 98.5, 4*math.Sqrt(variance/n))
	near(t, "variance", square-mean*mean, variance, 4*variance*math.Sqrt(0.8/n))
	if lo, hi := slices.Min(doublet), slices.Max(doublet); lo != 49 || hi != 148 {
		t.Errorf("intervals of %v to %v steps, want 49 to 148", lo, hi)
	}
}

// TestBurstPoissonProbability holds the dendrite at rest: P_b = σ((−70+57)/6) =
// 0.1028, within four standard errors. Events follow events after exactly 200
// steps, since V_s is not clamped and waits above θ.
func TestBurstPoissonProbability(t *testing.T) {
	p := DefaultBurstPoisson()
	p.Dendrite.AdaptationNS = 0
	c := p.New(Env{Size: 500, Dt: dt, Seed: 2})
	hold(t, c, "soma", 5000)
	events, bursts := 0.0, 0.0
	for _, isi := range intervals(trains(c, 20_000, nil)) {
		switch {
		case isi == 200:
			events++
		case isi >= 49 && isi <= 148:
			bursts++
		default:
			t.Fatalf("interval of %d steps", isi)
		}
	}
	// Each event but a train's last begins one interval of either kind, and
	// each second spike one of 200 steps.
	events -= bursts
	want := 1 / (1 + math.Exp(13.0/6))
	total := events + bursts
	near(t, "burst probability", bursts/total, want, 4*math.Sqrt(want*(1-want)/total))
}

// TestBurstPoissonInputCells: with the noise of spiking-model.md §5.4 and no
// current, the input cells of the XOR network have event rate 6.0 Hz and burst
// probability 11 %, within ±0.1 Hz and ±3 points (section 8).
func TestBurstPoissonInputCells(t *testing.T) {
	const n, settle, measure = 1000, 5000, 25_000
	c := DefaultBurstPoisson().New(Env{Size: n, Dt: dt, Seed: 2})
	noise := inputNoise(t, c)
	count := newCensus(n)
	var spikes []uint32
	for step := range int64(settle + measure) {
		spikes = c.Advance(step, 0, n, spikes[:0])
		count.add(step, spikes, step >= settle)
		noise.apply(n)
	}
	rate := float64(count.events) / n / (measure * dt / 1000)
	probability := 100 * float64(count.bursts) / float64(count.events)
	t.Logf("ER %.3f Hz, BP %.2f %%", rate, probability)
	near(t, "event rate, Hz", rate, 6.0, 0.1)
	near(t, "burst probability, %", probability, 11, 3)
}

// TestBurstPoissonSecondSpike: the second spike of a burst changes neither
// threshold nor adaptation (trap T8); in EventBurstPoisson it does.
func TestBurstPoissonSecondSpike(t *testing.T) {
	event := DefaultEventBurstPoisson()
	event.EventVoltageMV = -1000 // at once
	event.Dendrite.HalfActivationMV = -1000
	plain := DefaultBurstPoisson()
	plain.Dendrite.HalfActivationMV = -1000
	for _, c := range []struct {
		name   string
		params Params
		jump   float64
	}{{"burst_poisson", plain, 0}, {"event_burst_poisson", event, 1}} {
		population := c.params.New(Env{Size: 1, Dt: dt, Seed: 2})
		hold(t, population, "soma", 5000)
		w := column(t, population, "w_soma")
		before, spikes := 0.0, 0
		for step := int64(0); spikes < 6; step++ {
			before = float64(w[0]) * math.Exp(-dt/100)
			if len(population.Advance(step, 0, 1, nil)) == 1 {
				want := 1.0
				if spikes%2 == 1 {
					want = c.jump
				}
				near(t, c.name+": jump of w_s", float64(w[0])-before, want, 1e-5)
				spikes++
			}
		}
	}
}

// TestEventBurstPoissonHazard holds V_s at E_T + D_T ln 20, where the hazard is
// 20 Hz: an interval lasts 199 refractory steps and a geometric number of
// trials with P_ev = 1−exp(−0.1 ms·20 Hz). Four standard errors; the deviation
// of an interval is (1−P_ev)^½/P_ev.
func TestEventBurstPoissonHazard(t *testing.T) {
	p := DefaultEventBurstPoisson()
	p.Soma.RestMV, p.Soma.InitialMeanMV, p.Soma.InitialSDMV, p.Soma.AdaptationPA = -50, -50, 0, 0
	p.EventVoltageMV = -50 - 2*math.Log(20)
	p.Dendrite.HalfActivationMV = 1000
	isi := intervals(trains(p.New(Env{Size: 500, Dt: dt, Seed: 2}), 60_000, nil))
	mean := 0.0
	for _, x := range isi {
		mean += float64(x) / float64(len(isi))
	}
	probability := -math.Expm1(-dt / 1000 * 20)
	// Long intervals fit less often into 6 s: 70 ms·(CV 0.7)²/6 s, some 0.6 %.
	near(t, "mean interval, steps", mean, 199+1/probability,
		0.006*700+4*math.Sqrt(1-probability)/probability/math.Sqrt(float64(len(isi))))
	if m := slices.Min(isi); m < 200 {
		t.Errorf("interval of %d steps within the refractory period", m)
	}
}

func BenchmarkBurstPoisson(b *testing.B) {
	const n = 512
	p := DefaultBurstPoisson().New(Env{Size: n, Dt: 0.1, Seed: 1})
	spikes := make([]uint32, 0, n)
	for step := int64(0); b.Loop(); step++ {
		spikes = p.Advance(step, 0, n, spikes[:0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
}
