package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// naiveSample is the definition: sums over all events of the window of t.
func naiveSample(rec Recording, spikes []spike, events []Event, g Groups, group int, k Kernel, t int64, place Placement) Sample {
	kernel := func(s int64) float64 {
		x := float64(s) / float64(k.Width)
		switch {
		case k.Shape == Gaussian && math.Abs(x) <= 5:
			return math.Exp(-x * x / 2)
		case k.Shape == Exponential && x >= 0 && x <= 20:
			return math.Exp(-x)
		case k.Shape == Alpha && x >= 0 && x <= 25:
			return x * math.Exp(-x)
		}
		return 0
	}
	var w Window
	for _, w = range rec.Windows {
		if t < w.To {
			break
		}
	}
	mass := 0.0
	for s := w.From; s < w.To; s++ {
		mass += kernel(t - s)
	}
	first, _ := firstNeurons(rec)
	mine := func(p int16, n uint32, s int64) bool {
		return int(g.Of[first[p]+int(n)]) == group && s >= w.From && s < w.To
	}
	var m sums
	for _, s := range spikes {
		if mine(s.population, s.neuron, s.step) {
			m.spikes += kernel(t - s.step)
		}
	}
	total := 0.0
	for s := int64(-25 * k.Width); s <= 25*k.Width; s++ {
		total += kernel(s)
	}
	for _, e := range events {
		if !mine(e.Population, e.Neuron, e.Step) || e.Class == LeftCensored {
			continue
		}
		x := kernel(t - e.Step)
		stamp := x
		if place == AtSecond && e.Second >= 0 {
			stamp = kernel(t - e.Second)
		}
		m.events += x
		if e.Class == Burst {
			m.bursts += stamp
		}
		if e.Followed && e.Class != SilenceCensored {
			m.classified += x
			m.squares += x * x
			if e.Class == Burst {
				m.classifiedBursts += stamp
			}
		}
	}
	s := m.sample(group, t, float64(rec.StepsPerSecond)/(mass*float64(g.List[group].Size)))
	if mass == 0 {
		s.Step = -1
	}
	return s
}

func TestSmoothAgreesWithSums(t *testing.T) {
	const seed = 6
	r := rand.New(rand.NewPCG(seed, 0))
	compared := 0
	for i := range 300 {
		rec, c, spikes := randomCase(r)
		g := []Groups{ByPopulation(rec), ByNeuron(rec)}[r.IntN(2)]
		k := Kernel{Shape: KernelShape(r.IntN(3)), Width: 1 + r.Int64N(8)}
		every, place := 1+r.Int64N(20), Placement(r.IntN(2))
		s, err := NewSmooth(sourceOf(rec, 1+r.IntN(60), spikes), c, DetectorOptions{}, g, k, every, place)
		if err != nil {
			t.Fatal(err)
		}
		events := naive(rec, spikes, c, 1<<60)
		var want []Sample
		for _, w := range rec.Windows {
			for step := w.From; step < w.To; step += every {
				for group := range g.List {
					if v := naiveSample(rec, spikes, events, g, group, k, step, place); v.Step >= 0 {
						want = append(want, v)
					}
				}
			}
		}
		var got []Sample
		for s.Next() {
			got = append(got, s.Samples()...)
		}
		if s.Err() != nil || len(got) != len(want) {
			t.Fatalf("seed %d, case %d: %d samples, want %d, %v", seed, i, len(got), len(want), s.Err())
		}
		for n, v := range got {
			u := want[n]
			same := v.Group == u.Group && v.Step == u.Step
			for _, x := range [][2]float64{{v.EventRate, u.EventRate}, {v.BurstRate, u.BurstRate}, {v.FiringRate, u.FiringRate},
				{v.BurstFraction, u.BurstFraction}, {v.Effective, u.Effective}} {
				same = same && (math.IsNaN(x[0]) && math.IsNaN(x[1]) || math.Abs(x[0]-x[1]) <= 1e-9*(1+math.Abs(x[1])))
			}
			if !same {
				t.Fatalf("seed %d, case %d, %+v every %d place %d, windows %v\n%+v, want\n%+v", seed, i, k, every, place, rec.Windows, v, u)
			}
			compared++
		}
	}
	if compared < 10_000 {
		t.Errorf("%d samples compared, want thousands", compared)
	}
}

// TestSmoothKeepsConstantRates: at a constant rate every sample shows it, those
// at the edges too.
func TestSmoothKeepsConstantRates(t *testing.T) {
	rec := Recording{StepsPerSecond: 1000, Windows: []Window{{0, 1000}}, Populations: []Population{{"pyr", 1000}}}
	var spikes []spike
	for n := range uint32(1000) { // each step has the spike of one neuron
		spikes = append(spikes, spike{int64(n), 0, n})
	}
	for shape := range KernelShape(3) {
		s, err := NewSmooth(sourceOf(rec, 64, spikes), Criterion{ISI: 16}, DetectorOptions{}, ByPopulation(rec), Kernel{shape, 20}, 10, AtFirst)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for s.Next() {
			v := s.Samples()[0]
			n++
			if math.Abs(v.FiringRate-1) > 1e-12 {
				t.Errorf("%v: %+v, want 1 Hz", shape, v)
			}
		}
		if n < 99 {
			t.Errorf("%v: %d samples", shape, n)
		}
	}
}

// TestCausalKernels: nothing is seen of an event before it.
func TestCausalKernels(t *testing.T) {
	rec := one(Window{0, 5000})
	for shape, want := range map[KernelShape]bool{Gaussian: true, Exponential: false, Alpha: false} {
		s, err := NewSmooth(sourceOf(rec, 9, train1(2000)), Criterion{ISI: 160}, DetectorOptions{}, ByPopulation(rec), Kernel{shape, 100}, 50, AtFirst)
		if err != nil {
			t.Fatal(err)
		}
		for s.Next() {
			v := s.Samples()[0]
			if early := v.Step < 2000 && v.EventRate > 0; early && !want {
				t.Errorf("%v: %+v before the event", shape, v)
			}
			if v.Step == 1950 && want != (v.EventRate > 0) {
				t.Errorf("%v: %+v", shape, v)
			}
			if v.Effective != 0 && math.Abs(v.Effective-1) > 1e-12 {
				t.Errorf("%v: %v events, want one", shape, v.Effective)
			}
		}
	}
}
