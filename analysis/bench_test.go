package analysis

import (
	"math/rand/v2"
	"testing"
)

// volleys is a second of 10 000 neurons in two populations at 5 Hz and steps of
// 0.1 ms, a fifth of whose events are bursts; it can be repeated.
func volleys() (Recording, Batch) {
	const seed, neurons, steps = 12, 10_000, 10_000
	r := rand.New(rand.NewPCG(seed, 0))
	rec := Recording{StepsPerSecond: 10_000, Populations: []Population{{"pyr", 8000}, {"som", 2000}}}
	var spikes []spike
	for n := range uint32(neurons) {
		for at := int64(r.ExpFloat64() * 2000); at < steps-200; at += 200 + int64(r.ExpFloat64()*2000) {
			s := spike{at, 0, n}
			if n >= 8000 {
				s.population, s.neuron = 1, n-8000
			}
			spikes = append(spikes, s)
			if r.IntN(5) == 0 {
				s.step += 30 + r.Int64N(120)
				spikes = append(spikes, s)
			}
		}
	}
	rec.Windows = []Window{{0, steps}}
	return rec, sourceOf(rec, 1, spikes).spikes
}

// repeated gives a second of spikes over and over.
type repeated struct {
	rec    Recording
	second Batch
	left   int
	batch  Batch
}

func (s *repeated) Recording() Recording { return s.rec }
func (s *repeated) Batch() Batch         { return s.batch }
func (s *repeated) Err() error           { return nil }

func (s *repeated) Next() bool {
	if s.left == 0 {
		return false
	}
	s.left--
	if s.batch.Steps == nil {
		s.batch = s.second
		s.batch.Steps = append([]int64(nil), s.second.Steps...)
		return true
	}
	for i := range s.batch.Steps {
		s.batch.Steps[i] += 10_000
	}
	return true
}

// eachSecond runs work over a source of so many seconds as the benchmark wants.
func eachSecond(b *testing.B, work func(Source)) {
	rec, second := volleys()
	rec.Windows = []Window{{0, 10_000 * int64(b.N)}}
	b.ReportAllocs()
	b.ResetTimer()
	work(&repeated{rec: rec, second: second, left: b.N})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(second.Steps)), "ns/spike")
}

// BenchmarkDetector and those below: an operation is a second of some 46 000
// spikes.
func BenchmarkDetector(b *testing.B) {
	for _, opt := range []DetectorOptions{{Cap: 10_000}, {Cap: 10_000, Accumulating: true}} {
		b.Run(map[bool]string{false: "interval", true: "accumulating"}[opt.Accumulating], func(b *testing.B) {
			eachSecond(b, func(src Source) {
				d, err := NewDetector(src, Criterion{ISI: 160}, opt)
				if err != nil {
					b.Fatal(err)
				}
				for d.Next() {
				}
				if d.Err() != nil {
					b.Fatal(d.Err())
				}
			})
		})
	}
}

func BenchmarkRates(b *testing.B) {
	eachSecond(b, func(src Source) {
		r, err := NewRates(src, Criterion{ISI: 160}, DetectorOptions{Cap: 10_000}, ByPopulation(src.Recording()), Bins{Width: 200})
		if err != nil {
			b.Fatal(err)
		}
		for r.Next() {
		}
		if r.Err() != nil {
			b.Fatal(r.Err())
		}
	})
}

// BenchmarkSmooth has the Gaussian of 20 ms at every 5 ms: 41 samples a spike.
func BenchmarkSmooth(b *testing.B) {
	eachSecond(b, func(src Source) {
		s, err := NewSmooth(src, Criterion{ISI: 160}, DetectorOptions{Cap: 10_000}, ByPopulation(src.Recording()), Kernel{Gaussian, 200}, 50, AtFirst)
		if err != nil {
			b.Fatal(err)
		}
		for s.Next() {
		}
		if s.Err() != nil {
			b.Fatal(s.Err())
		}
	})
}

// TestDetectorAllocatesNothing once its queue and its list of events have grown.
func TestDetectorAllocatesNothing(t *testing.T) {
	rec, second := volleys()
	rec.Windows = []Window{{0, 1 << 50}}
	d, err := NewDetector(&repeated{rec: rec, second: second, left: 1000}, Criterion{ISI: 160}, DetectorOptions{Cap: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		d.Next()
	}
	if a := testing.AllocsPerRun(50, func() { d.Next() }); a != 0 {
		t.Errorf("%v allocations for %d spikes", a, len(second.Steps))
	}
}
