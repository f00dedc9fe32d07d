package benchmarks

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// writeTrains writes a file of about so many spikes: 1000 neurons with events at
// 5 Hz, a fifth of which are bursts of two.
func writeTrains(b *testing.B, path string, spikes int64) {
	b.Helper()
	const seed, neurons = 1, 1000
	r := rand.New(rand.NewPCG(seed, 0))
	w, err := spikefile.Create(path, spikefile.Meta{Populations: []spikefile.Population{{Name: "pyr", Size: neurons}}}, spikefile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	due := make([][]bool, 200) // spikes of the next 20 ms
	for i := range due {
		due[i] = make([]bool, neurons)
	}
	var list []uint32
	for step := int64(0); w.Rows() < spikes; step++ {
		now := due[step%200]
		// The gaps between events of a Poisson process of the whole population.
		for n := r.ExpFloat64() * 2000; n < neurons; n += 1 + r.ExpFloat64()*2000 {
			now[int(n)] = true
			if r.IntN(5) == 0 {
				due[(step+30+r.Int64N(120))%200][int(n)] = true
			}
		}
		list = list[:0]
		for n, spike := range now {
			if spike {
				list = append(list, uint32(n))
			}
		}
		clear(now)
		if err := w.Record(step, 0, list); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkDemultiplex reads a spike file and tells its events, with and without
// writing them, or counts rates in bins of 20 ms. cpu-ns/spike is of all processors,
// reading included.
func BenchmarkDemultiplex(b *testing.B) {
	spikes := int64(10_000_000)
	if testing.Short() {
		spikes = 100_000
	}
	path := filepath.Join(b.TempDir(), "spikes.arrow")
	writeTrains(b, path, spikes)
	criterion, options := analysis.Criterion{ISI: 160}, analysis.DetectorOptions{Cap: 10_000}
	work := map[string]func(*testing.B, *spiketable.Table) error{
		"events": func(b *testing.B, t *spiketable.Table) error { return tell(b, t, criterion, options, nil) },
		"events file": func(b *testing.B, t *spiketable.Table) error {
			w, err := spikefile.CreateEvents(filepath.Join(b.TempDir(), "events.arrow"),
				spikefile.Meta{StepsPerSecond: 10_000, Populations: []spikefile.Population{{Name: "pyr", Size: 1000}}},
				spikefile.Derivation{Criterion: criterion, Windows: t.Recording().Windows}, spikefile.Options{})
			if err != nil {
				return err
			}
			defer w.Discard()
			if err := tell(b, t, criterion, options, w.Append); err != nil {
				return err
			}
			return w.Close()
		},
		"rates": func(b *testing.B, t *spiketable.Table) error {
			r, err := analysis.NewRates(t, criterion, options, analysis.ByPopulation(t.Recording()), analysis.Bins{Width: 200})
			if err != nil {
				return err
			}
			for r.Next() {
			}
			return r.Err()
		},
	}
	for _, name := range []string{"events", "events file", "rates"} {
		b.Run(name, func(b *testing.B) {
			table, err := spiketable.Open(path, spiketable.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer table.Close()
			n := 0
			used := processorTime()
			for b.Loop() {
				if err := work[name](b, table); err != nil {
					b.Fatal(err)
				}
				if err := table.Rewind(); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64((processorTime()-used).Nanoseconds())/float64(n)/float64(spikes), "cpu-ns/spike")
		})
	}
}

// tell gives all events to keep, if there is one.
func tell(b *testing.B, t *spiketable.Table, c analysis.Criterion, opt analysis.DetectorOptions, keep func(analysis.Event) error) error {
	b.Helper()
	d, err := analysis.NewDetector(t, c, opt)
	if err != nil {
		return err
	}
	for d.Next() {
		if keep == nil {
			continue
		}
		for _, e := range d.Events() {
			if err := keep(e); err != nil {
				return err
			}
		}
	}
	return d.Err()
}
