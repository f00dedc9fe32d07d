package spikefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/ipc"
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

func TestMetaRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	meta := testMeta()
	meta.StepsPerSecond, meta.StartStep, meta.BurstISISeconds = 30000, 12345, 0.01
	w, err := Create(path, meta, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	meta.Config = json.RawMessage(`{"a":1}`)
	sum := sha256.Sum256(meta.Config)
	meta.ConfigSHA256 = hex.EncodeToString(sum[:])
	if got := r.Meta(); !reflect.DeepEqual(got, meta) {
		t.Errorf("got %+v, want %+v", got, meta)
	}
	if r.Next() || r.Err() != nil || r.Rows() != 0 {
		t.Errorf("an empty run: %d rows, error %v", r.Rows(), r.Err())
	}
	want := "format format_version generator version vcs.revision seed rng dt_s steps_per_second t_start_s burst_isi_s " +
		"burst_tie sorting populations config_sha256 config experiment z"
	if got := strings.Join(r.stream.schema.Metadata().Keys(), " "); got != want {
		t.Errorf("keys are %s, want %s", got, want)
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

func TestCreateValidates(t *testing.T) {
	dir := t.TempDir()
	for name, change := range map[string]func(*Meta, *Options){
		"steps_per_second": func(m *Meta, _ *Options) { m.StepsPerSecond = -1 },
		"start_step":       func(m *Meta, _ *Options) { m.StartStep = -1 },
		"burst_isi_s":      func(m *Meta, _ *Options) { m.BurstISISeconds = -1 },
		"used twice":       func(m *Meta, _ *Options) { m.Populations[1].Name = "pyr" },
		"not empty":        func(m *Meta, _ *Options) { m.Populations[1].Name = "" },
		"size":             func(m *Meta, _ *Options) { m.Populations[1].Size = -1 },
		"config":           func(m *Meta, _ *Options) { m.Config = json.RawMessage("{") },
		`key "seed"`:       func(m *Meta, _ *Options) { m.Extra["seed"] = "1" },
		"UTF-8":            func(m *Meta, _ *Options) { m.Extra["k"] = "\xff" },
		"rows a batch":     func(_ *Meta, o *Options) { o.BatchRows = -1 },
		"codec":            func(_ *Meta, o *Options) { o.Codec = 9 },
	} {
		m, o := testMeta(), Options{}
		change(&m, &o)
		if _, err := Create(filepath.Join(dir, "x.arrow"), m, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
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
func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	write := func(c Codec, name string, procs int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		path := filepath.Join(dir, c.String()+name)
		w, err := Create(path, testMeta(), Options{Codec: c, BatchRows: 1000})
		if err != nil {
			t.Fatal(err)
		}
		record(t, w, 1000)
		if err := errors.Join(w.Flush(), w.Record(7000, 0, []uint32{1}), w.Close()); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range codecs {
		if a, b := write(c, "a", 1), write(c, "b", 4); !bytes.Equal(a, b) {
			t.Errorf("%v: two writers of the same records differ", c)
		}
	}
	// Uncompressed bytes do not depend on the machine or on a compressor's
	// version. A change of this sum is a change of the format: state it in the
	// changelog, and raise format_version if old readers cannot follow.
	sum := sha256.Sum256(write(None, "golden", 1))
	const want = "a69e01ae5e9eec0ffa6e44210ccedca492ea6d8b8e0cb2d5a428411dad9acbd9"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("SHA-256 of the golden file is %s, want %s", got, want)
	}
}

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
type gate struct {
	open   chan struct{}
	closed atomic.Bool
	err    error
}

func (g *gate) Write(p []byte) (int, error) {
	if g.closed.Load() {
		<-g.open
		if g.err != nil {
			return 0, g.err
		}
	}
	return len(p), nil
}

// TestBackPressure: with a disk that stands still, Record stops after its
// buffers, and goes on or fails with the disk.
func TestBackPressure(t *testing.T) {
	for _, broken := range []error{nil, errors.New("unplugged")} {
		g := &gate{open: make(chan struct{}), err: broken}
		w, err := create("spikes.arrow", testMeta(), Options{BatchRows: 4}, g, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		g.closed.Store(true)
		ended := make(chan error)
		go func() {
			var err error
			for s := int64(0); s < 100 && err == nil; s++ {
				err = w.Record(s, 0, []uint32{1, 2, 3, 4})
			}
			ended <- err
		}()
		select {
		case err := <-ended:
			t.Fatalf("Record did not wait: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
		if n := w.Rows(); n > 4*spikeBuffers {
			t.Errorf("%d rows are in memory, want at most %d", n, 4*spikeBuffers)
		}
		close(g.open)
		if err := <-ended; !errors.Is(err, broken) {
			t.Errorf("Record: %v, want %v", err, broken)
		}
		if err := w.Close(); !errors.Is(err, broken) {
			t.Errorf("Close: %v, want %v", err, broken)
		}
	}
}

// TestEndOfStream: a reader that takes the file for a stream, past its first 8
// bytes, meets a proper end; the library alone would run into the footer.
func TestEndOfStream(t *testing.T) {
	for _, c := range codecs {
		path := filepath.Join(t.TempDir(), "spikes.arrow")
		rows := writeSpikes(t, path, Options{Codec: c, BatchRows: 16}, 10)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ipc.NewReader(bytes.NewReader(b[len(opening):]))
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for r.Next() {
			n += r.Record().NumRows()
		}
		if r.Err() != nil || n != int64(len(rows)) {
			t.Errorf("%v as a stream: %d rows, %v", c, n, r.Err())
		}
		r.Release()
		f, err := ipc.NewFileReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		n = 0
		for i := range f.NumRecords() {
			rec, err := f.Record(i)
			if err != nil {
				t.Fatal(err)
			}
			n += rec.NumRows()
		}
		if n != int64(len(rows)) {
			t.Errorf("%v as a file: %d rows", c, n)
		}
		f.Close()
	}
}

// TestMetaExtremes: no population at all, the largest that an index reaches,
// and a configuration too large to copy.
func TestMetaExtremes(t *testing.T) {
	dir := t.TempDir()
	many := make([]Population, 32767)
	for i := range many {
		many[i] = Population{Name: "p" + strconv.Itoa(i), Size: 1}
	}
	large := json.RawMessage(`"` + strings.Repeat("x", maxConfigBytes) + `"`)
	for i, m := range []Meta{{}, {Populations: many}, {Config: large}} {
		path := filepath.Join(dir, strconv.Itoa(i))
		w, err := Create(path, m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(m.Populations); n > 0 {
			if err := w.Record(3, n-1, []uint32{0}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
			if _, _, pops, _ := r.Batch(); int(pops[0]) != len(m.Populations)-1 {
				t.Errorf("population %d, want the last", pops[0])
			}
		}
		got := r.Meta()
		if r.Err() != nil || len(got.Populations) != len(m.Populations) || len(got.Config) != 0 || (got.ConfigSHA256 == "") != (m.Config == nil) {
			t.Errorf("case %d: %v", i, r.Err())
		}
		r.Close()
	}
	if _, err := Create(filepath.Join(dir, "x"), Meta{Populations: append(many, Population{Name: "one too many"})}, Options{}); err == nil {
		t.Error("32768 populations: no error")
	}
}
