package spiketable_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/export"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// fuzz opens any bytes as a spike file.
func fuzz(f *testing.F, seeds ...[]byte) {
	for _, b := range seeds {
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	path := filepath.Join(f.TempDir(), "spikes")
	f.Fuzz(func(t *testing.T, content []byte) { openAnything(t, path, content) })
}

// openAnything opens bytes as a spike file. What opens keeps the promises of a
// source; what does not is an error of one line that names the file.
func openAnything(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, opt := range []spiketable.Options{
		{UntilS: 1, MaxSorted: 1000},
		{TimeColumn: "1", NeuronColumn: "2", Unit: spiketable.Steps, StepsPerSecond: 30000, MaxSorted: 1000},
	} {
		s, err := spiketable.Open(path, opt)
		if err == nil {
			holds(t, s)
			err = errors.Join(s.Err(), s.Close())
		}
		if err == nil {
			continue
		}
		var input *spiketable.InputError
		var corrupt *spikefile.CorruptError
		if !errors.As(err, &input) && !errors.As(err, &corrupt) {
			t.Errorf("%T: %v, want an InputError", err, err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q has more than one line", err)
		}
	}
}

// TestDamagedFiles changes bytes of the files of other programs, one at a time.
func TestDamagedFiles(t *testing.T) {
	stride := 61
	if os.Getenv("APICAL_LONG") != "" {
		stride = 1
	}
	path := filepath.Join(t.TempDir(), "spikes")
	for k, whole := range append(testFiles(t, "*.parquet"), testFiles(t, "*.arrow")...) {
		openAnything(t, path, whole)
		for i := k % stride; i < len(whole); i += stride {
			for _, value := range []byte{0, 1, 0x7f, 0x80, 0xff, whole[i] + 1} {
				content := bytes.Clone(whole)
				content[i] = value
				openAnything(t, path, content)
			}
		}
	}
}

// holds tests what the documentation of analysis.Source promises.
func holds(t testing.TB, s *spiketable.Table) {
	t.Helper()
	r := s.Recording()
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	type neuron struct {
		population int16
		neuron     uint32
	}
	last, window := int64(math.MinInt64), 0
	seen := map[neuron]bool{}
	for s.Next() {
		b := s.Batch()
		if len(b.Steps) == 0 || len(b.Neurons) != len(b.Steps) || len(b.Populations) != len(b.Steps) {
			t.Fatalf("%d, %d, %d values", len(b.Steps), len(b.Neurons), len(b.Populations))
		}
		for i, step := range b.Steps {
			if step < last {
				t.Fatalf("step %d follows step %d", step, last)
			}
			if step > last {
				clear(seen)
			}
			last = step
			for window < len(r.Windows) && step >= r.Windows[window].To {
				window++
			}
			n := neuron{b.Populations[i], b.Neurons[i]}
			switch {
			case window == len(r.Windows) || step < r.Windows[window].From:
				t.Fatalf("step %d lies outside of the windows", step)
			case n.population < 0 || int(n.population) >= len(r.Populations) || int64(n.neuron) >= int64(r.Populations[n.population].Size):
				t.Fatalf("neuron %d of population %d is not in the recording", n.neuron, n.population)
			case seen[n]:
				t.Fatalf("neuron %d of population %d spikes twice in step %d", n.neuron, n.population, step)
			}
			seen[n] = true
		}
	}
}

func FuzzText(f *testing.F) {
	fuzz(f, []byte("time_s,neuron,population\n0.001,0,a\n0.002,1,b\n"), []byte("# c\nsender\ttime_ms\n7\t1.0\n7\t0.5\n"),
		[]byte("\ufeff\"t\";\"i\"\r\n1;\"a\"\"b\"\r\n"), []byte("10 1\n5 2\n 10 1 \n"), []byte("t,i\n1e300,1\n-0,1\nNaN,\n0x1p-2,-9223372036854775808\n"))
}

// exported is a small spike table in a format.
func exported(f testing.TB, format export.Format, whole bool) []byte {
	source := record(f, some...)
	var b bytes.Buffer
	_, err := export.Write(&b, format, func() (export.Rows, error) {
		if whole {
			return spikefile.OpenRecords(source)
		}
		s, err := spiketable.Open(source, spiketable.Options{UntilS: 1})
		if err != nil {
			return nil, err
		}
		return export.Spikes(s)
	})
	if err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}

func FuzzParquet(f *testing.F) {
	seeds := [][]byte{exported(f, export.Parquet, true), exported(f, export.Parquet, false)}
	seeds = append(seeds, testFiles(f, "*.parquet")...)
	fuzz(f, seeds...)
}

func FuzzArrow(f *testing.F) {
	file, err := os.ReadFile(record(f, some...))
	if err != nil {
		f.Fatal(err)
	}
	seeds := [][]byte{file, exported(f, export.ArrowStream, true), exported(f, export.ArrowStream, false)}
	seeds = append(seeds, testFiles(f, "*.arrow")...)
	fuzz(f, seeds...)
}

// testFiles are the files of other programs that testdata holds.
func testFiles(t testing.TB, pattern string) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "others", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s in testdata, %v", pattern, err)
	}
	var all [][]byte
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}
