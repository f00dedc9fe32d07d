package spiketable_test

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/io/export"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// BenchmarkRead opens and reads a million spikes of 10 000 neurons at 5 Hz, of
// apical and in copies.
func BenchmarkRead(b *testing.B) {
	const n = 1_000_000
	dir := b.TempDir()
	source := filepath.Join(dir, "spikes.arrow")
	w, err := spikefile.Create(source, spikefile.Meta{Populations: []spikefile.Population{{Name: "a", Size: 10000}}}, spikefile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for step := int64(0); w.Rows() < n; step++ {
		for k := uint32(r.ExpFloat64() * 2000); k < 10000; k += 1 + uint32(r.ExpFloat64()*2000) {
			if err := w.Record(step, 0, []uint32{k}); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	files := map[string]string{"apical": source}
	for _, format := range []export.Format{export.CSV, export.Parquet, export.ArrowStream} {
		name := filepath.Join(dir, string(format))
		f, err := os.Create(name)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := export.Write(struct{ io.Writer }{f}, format, func() (export.Rows, error) { return spikefile.OpenRecords(source) }); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		files[string(format)] = name
	}
	for _, name := range []string{"apical", "csv", "parquet", "arrow-stream"} {
		b.Run(name, func(b *testing.B) {
			info, err := os.Stat(files[name])
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			spikes := 0
			for b.Loop() {
				s, err := spiketable.Open(files[name], spiketable.Options{UntilS: 1000})
				if err != nil {
					b.Fatal(err)
				}
				for s.Next() {
					spikes += len(s.Batch().Steps)
				}
				if s.Err() != nil || s.Close() != nil {
					b.Fatal(s.Err())
				}
			}
			b.ReportMetric(float64(spikes)/b.Elapsed().Seconds(), "spikes/s")
		})
	}
}
