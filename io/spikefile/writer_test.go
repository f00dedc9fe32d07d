package spikefile

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

var codecs = []Codec{LZ4, ZSTD, None}

// testMeta is a run of three populations, of which "pv" never fires.

func testMeta() Meta {
	return Meta{
		Version: "1.2.3", Revision: "abc", Seed: 42,
		Populations: []Population{{"pyr", 1000}, {"pv", 0}, {"som", 50}},
		Config:      json.RawMessage(`{ "a": 1 }`),
		Extra:       map[string]string{"z": "last", "experiment": "demux"},
	}
}

// row is a spike as the tests compare it.

type row struct {
	step   int64
	pop    int
	neuron uint32
}

// record writes steps of 3 + 1 spikes and returns them.

func record(t testing.TB, w *Writer, steps int) (rows []row) {
	t.Helper()
	for i := range steps {
		s := int64(i) * 7
		pyr := []uint32{uint32(i % 100), uint32(100 + i%7), uint32(999 - i%50)}
		som := []uint32{uint32(i % 50)}
		if err := w.Record(s, 0, pyr); err != nil {
			t.Fatal(err)
		}
		if err := w.Record(s, 2, som); err != nil {
			t.Fatal(err)
		}
		for _, n := range pyr {
			rows = append(rows, row{s, 0, n})
		}
		rows = append(rows, row{s, 2, som[0]})
	}
	return rows
}

// writeSpikes makes a complete file of 4*steps rows.

func writeSpikes(t testing.TB, path string, opt Options, steps int) []row {
	t.Helper()
	w, err := Create(path, testMeta(), opt)
	if err != nil {
		t.Fatal(err)
	}
	rows := record(t, w, steps)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// readSpikes returns all rows of a file.

func readSpikes(t testing.TB, path string) (rows []row) {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for r.Next() {
		steps, neurons, pops, times := r.Batch()
		for i := range steps {
			if want := float64(steps[i]) / 10000; times[i] != want {
				t.Fatalf("step %d has time %v, want %v", steps[i], times[i], want)
			}
			rows = append(rows, row{steps[i], int(pops[i]), neurons[i]})
		}
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	if r.Rows() != int64(len(rows)) {
		t.Fatalf("Rows() = %d, read %d", r.Rows(), len(rows))
	}
	return rows
}

func TestRoundTrip(t *testing.T) {
	for _, c := range codecs {
		for _, batch := range []int{1, 7, 65536} {
			mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
			path := filepath.Join(t.TempDir(), "spikes.arrow")
			w, err := create(path, testMeta(), Options{Codec: c, BatchRows: batch}, nil, mem)
			if err != nil {
				t.Fatal(err)
			}
			want := record(t, w, 20)
			if w.Rows() != 80 {
				t.Errorf("Rows() = %d, want 80", w.Rows())
			}
			if err := errors.Join(w.Close(), w.Close()); err != nil {
				t.Fatal(err)
			}
			if w.Record(1000, 0, []uint32{1}) == nil || w.Flush() == nil {
				t.Error("Record or Flush after Close: no error")
			}
			if got := readSpikes(t, path); !reflect.DeepEqual(got, want) {
				t.Errorf("%v, %d rows a batch: rows differ", c, batch)
			}
			r, err := open(path, mem)
			if err != nil {
				t.Fatal(err)
			}
			if want := (80 + batch - 1) / batch; r.Batches() != want {
				t.Errorf("Batches() = %d, want %d", r.Batches(), want)
			}
			for r.Next() {
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(partialName(path)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the partial file is left: %v", err)
			}
			mem.AssertSize(t, 0)
		}
	}
}

func TestReadTrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	rows := writeSpikes(t, path, Options{BatchRows: 9}, 30)
	steps, neurons, err := ReadTrain(path, "som")
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, r := range rows {
		if r.pop == 2 {
			if steps[i] != r.step || neurons[i] != r.neuron {
				t.Fatalf("spike %d is %d of neuron %d, want %+v", i, steps[i], neurons[i], r)
			}
			i++
		}
	}
	if i != len(steps) || i != len(neurons) {
		t.Errorf("%d spikes, want %d", len(steps), i)
	}
	if _, _, err := ReadTrain(path, "none"); err == nil || !strings.Contains(err.Error(), `no population "none"`) {
		t.Errorf("unknown population: %v", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "spikes.arrow")
	writeSpikes(t, path, Options{}, 1)
	if _, err := Create(path, testMeta(), Options{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	busy := filepath.Join(dir, "busy.arrow")
	if err := os.WriteFile(partialName(busy), []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(busy, testMeta(), Options{}); !errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), "repair") {
		t.Errorf("over a partial file: %v", err)
	}
	if b, _ := os.ReadFile(partialName(busy)); string(b) != "precious" {
		t.Error("the partial file was changed")
	}
	if _, err := Create(filepath.Join(dir, "no", "x.arrow"), testMeta(), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a missing directory: %v", err)
	}
	if _, err := Create(filepath.Join(path, "x.arrow"), testMeta(), Options{}); err == nil {
		t.Error("below a file: no error")
	}
	if os.Geteuid() != 0 { // root writes anywhere
		locked := filepath.Join(dir, "locked")
		if err := os.Mkdir(locked, 0o555); err != nil {
			t.Fatal(err)
		}
		if _, err := Create(filepath.Join(locked, "x.arrow"), testMeta(), Options{}); !errors.Is(err, os.ErrPermission) {
			t.Errorf("in a locked directory: %v", err)
		}
	}
	// A file that appears while the run writes is not replaced either.
	late := filepath.Join(dir, "late.arrow")
	w, err := Create(late, testMeta(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	record(t, w, 3)
	if err := os.WriteFile(late, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, os.ErrExist) {
		t.Errorf("Close over a file: %v", err)
	}
}

func TestRecordRejects(t *testing.T) {
	for want, bad := range map[string]func(w *Writer) error{
		"do not decrease":  func(w *Writer) error { return w.Record(9, 0, []uint32{1}) },
		"population 3":     func(w *Writer) error { return w.Record(10, 3, []uint32{1}) },
		"population -1":    func(w *Writer) error { return w.Record(10, -1, nil) },
		"population 0":     func(w *Writer) error { return w.Record(10, 0, []uint32{1}) },
		"want ascending":   func(w *Writer) error { return w.Record(10, 2, []uint32{5}) },
		"follows 8":        func(w *Writer) error { return w.Record(11, 0, []uint32{8, 8}) },
		"below its size":   func(w *Writer) error { return w.Record(11, 2, []uint32{50}) },
		"before the start": func(w *Writer) error { w.lastStep = -100; return w.Record(-1, 0, []uint32{1}) },
	} {
		path := filepath.Join(t.TempDir(), "spikes.arrow")
		w, err := Create(path, testMeta(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Record(10, 0, []uint32{3}), w.Record(10, 2, []uint32{4}), w.Record(10, 2, []uint32{5})); err != nil {
			t.Fatal(err)
		}
		first := bad(w)
		if first == nil || !strings.Contains(first.Error(), want) {
			t.Errorf("%s: %v", want, first)
		}
		if err := w.Record(100, 0, []uint32{1}); err != first {
			t.Errorf("%s: the next record gives %v", want, err)
		}
		if err := w.Close(); err != first {
			t.Errorf("%s: Close gives %v", want, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: the file got its final name", want)
		}
		if rep, err := Repair(partialName(path), path); err != nil || rep.Rows != 3 {
			t.Errorf("%s: repair gives %+v, %v", want, rep, err)
		}
	}
}

func TestRecordDoesNotAllocate(t *testing.T) {
	for _, c := range codecs {
		w, err := create("spikes.arrow", Meta{Populations: []Population{{"pyr", 1000}}}, Options{Codec: c}, io.Discard, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		neurons := make([]uint32, 200)
		for i := range neurons {
			neurons[i] = uint32(5 * i)
		}
		step := int64(0)
		fire := func() {
			step++
			if err := w.Record(step, 0, neurons); err != nil {
				t.Fatal(err)
			}
		}
		for range 1000 { // past the first batches, whose encoders are made anew
			fire()
		}
		// 2000 calls are six batches. The writing goroutine's allocations, about
		// a hundred a batch, count too and round down to none a call.
		if n := testing.AllocsPerRun(2000, fire); n != 0 {
			t.Errorf("%v: %v allocations a call", c, n)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSameBytes: the bytes depend on records and flushes alone.

// TestFlush: what was flushed can be repaired from a run that is then killed.

func TestFlush(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "spikes.arrow")
	w, err := Create(path, testMeta(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	rows := record(t, w, 10)
	if err := errors.Join(w.Flush(), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := w.Record(1000, 0, []uint32{1}); err != nil { // lost, as it is not flushed
		t.Fatal(err)
	}
	if _, err := Open(partialName(path)); !errors.Is(err, ErrTruncated) {
		t.Errorf("Open of the partial file: %v", err)
	}
	out := filepath.Join(dir, "out.arrow")
	rep, err := Repair(partialName(path), out)
	if err != nil || rep != (Report{Batches: 1, Rows: 40}) {
		t.Errorf("Repair: %+v, %v", rep, err)
	}
	if got := readSpikes(t, out); !reflect.DeepEqual(got, rows) {
		t.Error("the repaired rows differ")
	}
}

// gate blocks writes until it is opened, and then fails them if told so.

// TestBackPressure: with a disk that stands still, Record stops after its

// buffers, and goes on or fails with the disk.

// TestEndOfStream: a reader that takes the file for a stream, past its first 8

// bytes, meets a proper end; the library alone would run into the footer.

// TestMetaExtremes: no population at all, the largest that an index reaches,

// and a configuration too large to copy.
