package benchmarks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
)

// BenchmarkWriteSpikes writes a hundred spikes a step to a file, with each
// compression, as a network of 10 000 neurons at 10 Hz would give ten of.
func BenchmarkWriteSpikes(b *testing.B) {
	for _, codec := range []spikefile.Codec{spikefile.LZ4, spikefile.ZSTD, spikefile.None} {
		b.Run(codec.String(), func(b *testing.B) {
			meta := spikefile.Meta{Populations: []spikefile.Population{{Name: "pyr", Size: 10_000}}}
			name := filepath.Join(b.TempDir(), "spikes.arrow")
			w, err := spikefile.Create(name, meta, spikefile.Options{Codec: codec})
			if err != nil {
				b.Fatal(err)
			}
			list := make([]uint32, 100)
			b.ReportAllocs()
			step := int64(0)
			for b.Loop() {
				for i := range list {
					list[i] = uint32(i*100) + uint32(step%97)
				}
				if err := w.Record(step, 0, list); err != nil {
					b.Fatal(err)
				}
				step++
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			info, err := os.Stat(name)
			if err != nil {
				b.Fatal(err)
			}
			spikes := float64(step) * float64(len(list))
			b.ReportMetric(spikes/b.Elapsed().Seconds(), "spikes/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/spikes, "ns/spike")
			b.ReportMetric(float64(info.Size())/spikes, "B/spike")
		})
	}
}
