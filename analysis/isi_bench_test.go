package analysis

import (
	"context"
	"math/rand/v2"
	"testing"
)

// benchmarkSource has a million spikes or so of a thousand neurons at 10 Hz.
func benchmarkSource() *trainSource {
	r := rand.New(rand.NewPCG(1, 1))
	recording := Recording{StepsPerSecond: 10000, Windows: []Window{{0, 1_000_000}}, Populations: []Population{{"p", 1000}}}
	trains := make([][]int64, 1000)
	for n := range trains {
		trains[n] = poissonTrain(r, 10, 20, 0, 1_000_000, 10000)
	}
	return mergeTrains(recording, [][][]int64{trains}, 65536)
}

func (s *trainSource) rewind() *trainSource {
	s.at, s.next = 0, 0
	return s
}

func perSpike(b *testing.B, s *trainSource, run func()) {
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	spikes := float64(len(s.all.Steps)) * float64(b.N)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/spikes, "ns/spike")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkMeasureIntervals(b *testing.B) {
	s := benchmarkSource()
	perSpike(b, s, func() {
		if _, err := MeasureIntervals(s.rewind(), IntervalOptions{ISI: 160}); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkSweepThreshold(b *testing.B) {
	s := benchmarkSource()
	var thresholds []int64
	for isi := int64(40); isi <= 400; isi += 10 {
		thresholds = append(thresholds, isi)
	}
	perSpike(b, s, func() {
		if _, err := SweepThreshold(s.rewind(), thresholds, 20); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkSurrogates(b *testing.B) {
	s := benchmarkSource()
	trains, err := LoadTrains(s)
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []SurrogateKind{PoissonSurrogate, IntervalSurrogate, DitherSurrogate} {
		b.Run(kind.String(), func(b *testing.B) {
			perSpike(b, s, func() {
				o := SurrogateTest{Criterion: Criterion{ISI: 160}, Surrogate: Surrogate{Kind: kind, Width: 5000, DeadTime: 20}, Replicates: 1, Workers: 1}
				if _, err := CompareSurrogates(context.Background(), trains, o); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}
