package spikefile

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// volleys returns 1000 steps of 10 000 neurons that fire at 5 Hz with a step of
// 0.1 ms: 5 spikes a step on average.
func volleys() (steps [][]uint32, spikes int) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var fired []uint32
		// 10 000 Bernoulli draws of 5e-4 as gaps of an exponential.
		for at := rng.ExpFloat64() / 5e-4; at < 10000; at += 1 + rng.ExpFloat64()/5e-4 {
			fired = append(fired, uint32(at))
		}
		steps = append(steps, fired)
		spikes += len(fired)
	}
	return steps, spikes
}

// BenchmarkRecord writes a file of 5 Hz activity; an operation is 1000 steps.
func BenchmarkRecord(b *testing.B) {
	steps, spikes := volleys()
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "spikes.arrow")
			w, err := Create(path, Meta{Populations: []Population{{"pyr", 10000}}}, Options{Codec: c})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			step := int64(0)
			for b.Loop() {
				for _, fired := range steps {
					step++
					if err := w.Record(step, 0, fired); err != nil {
						b.Fatal(err)
					}
				}
			}
			rows := w.Rows()
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			st, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(spikes)*float64(b.N)/b.Elapsed().Seconds(), "spikes/s")
			b.ReportMetric(float64(st.Size())/float64(rows), "B/spike")
		})
	}
}

// BenchmarkRead reads a file of 2 million spikes; an operation is the file.
func BenchmarkRead(b *testing.B) {
	steps, _ := volleys()
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "spikes.arrow")
			w, err := Create(path, Meta{Populations: []Population{{"pyr", 10000}}}, Options{Codec: c})
			if err != nil {
				b.Fatal(err)
			}
			for s := int64(0); w.Rows() < 2e6; s++ {
				if err := w.Record(s, 0, steps[s%int64(len(steps))]); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			rows := int64(0)
			for b.Loop() {
				r, err := Open(path)
				if err != nil {
					b.Fatal(err)
				}
				for r.Next() {
					steps, _, _, _ := r.Batch()
					rows += int64(len(steps))
				}
				if r.Err() != nil {
					b.Fatal(r.Err())
				}
				r.Close()
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "spikes/s")
		})
	}
}
