package export_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apical-sim/apical/io/export"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// table is rows in memory, in batches.
type table struct {
	schema  *arrow.Schema
	records []arrow.Record
	at      int
}

func (t *table) Schema() *arrow.Schema { return t.schema }
func (t *table) Next() bool            { t.at++; return t.at <= len(t.records) }
func (t *table) Record() arrow.Record  { return t.records[t.at-1] }
func (t *table) Err() error            { return nil }
func (t *table) Close() error          { return nil }

// every has a column of each type, nulls where they may be, in two batches of two
// and one row.
func every(t testing.TB) func() (export.Rows, error) {
	t.Helper()
	name := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "t_s", Type: arrow.PrimitiveTypes.Float64}, {Name: "f", Type: arrow.PrimitiveTypes.Float32, Nullable: true},
		{Name: "step", Type: arrow.PrimitiveTypes.Int64}, {Name: "second", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "neuron", Type: arrow.PrimitiveTypes.Uint32}, {Name: "followed", Type: arrow.PrimitiveTypes.Int8},
		{Name: "population", Type: name}, {Name: "id", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	build := func(json string) arrow.Record {
		rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(json))
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	records := []arrow.Record{
		build(`[{"t_s": 0.1, "f": 0.5, "step": 1, "second": -7, "neuron": 4294967295, "followed": -1, "population": "a", "id": "x,\"y\""},
		        {"t_s": 1e-5, "f": null, "step": 4503599627370497, "second": null, "neuron": 0, "followed": 1, "population": "ö", "id": null}]`),
		build(`[{"t_s": 2e6, "f": 0.1, "step": 2, "second": 5, "neuron": 7, "followed": 0, "population": "a", "id": ""}]`),
	}
	return func() (export.Rows, error) { return &table{schema: schema, records: records}, nil }
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	rows, err := export.Write(&b, export.CSV, every(t))
	want := `t_s,f,step,second,neuron,followed,population,id
0.1,0.5,1,-7,4294967295,-1,a,"x,""y"""
1e-05,,4503599627370497,,0,1,ö,
2e+06,0.1,2,5,7,0,a,""
`
	if err != nil || rows != 3 || b.String() != want {
		t.Errorf("%d rows, %v:\n%s", rows, err, b.String())
	}
}

func TestNumPy(t *testing.T) {
	var b bytes.Buffer
	if _, err := export.Write(&b, export.NumPy, every(t)); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name, dtype string
		values      any
	}{
		{"t_s", "<f8", []float64{0.1, 1e-5, 2e6}}, {"f", "<f4", []float32{0.5, float32(math.NaN()), 0.1}},
		{"step", "<i8", []int64{1, 4503599627370497, 2}}, {"second", "<i8", []int64{-7, -1, 5}},
		{"neuron", "<u4", []uint32{4294967295, 0, 7}}, {"followed", "|i1", []int8{-1, 1, 0}},
		{"population", "<U1", []rune("aöa")}, {"id", "<U5", []rune("x,\"y\"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")},
	} {
		f, err := archive.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || archive.File[i].Name != want.name+".npy" || len(got) < 128 {
			t.Fatalf("%s: %d bytes, %v", archive.File[i].Name, len(got), err)
		}
		// Version 1.0 of the format: 8 bytes, the length of the dictionary, the
		// dictionary, and values from a multiple of 64 bytes on.
		length := 10 + int(binary.LittleEndian.Uint16(got[8:]))
		head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (3,), }", want.dtype)
		if string(got[:8]) != "\x93NUMPY\x01\x00" || length%64 != 0 || strings.TrimRight(string(got[10:length-1]), " ") != head || got[length-1] != '\n' {
			t.Errorf("%s: head %q", want.name, got[:length])
		}
		var values bytes.Buffer
		if err := binary.Write(&values, binary.LittleEndian, want.values); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got[length:], values.Bytes()) {
			t.Errorf("%s: values %x, want %x", want.name, got[length:], values.Bytes())
		}
	}
}

// A stream has the same batches, and ends with a mark.
func TestStream(t *testing.T) {
	var b bytes.Buffer
	if _, err := export.Write(&b, export.ArrowStream, every(t)); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(b.Bytes(), []byte("\xff\xff\xff\xff\x00\x00\x00\x00")) {
		t.Errorf("no end-of-stream mark, but %x", b.Bytes()[b.Len()-8:])
	}
	r, err := ipc.NewReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := every(t)()
	for want.Next() {
		if !r.Next() || !array.RecordEqual(r.Record(), want.Record()) {
			t.Fatalf("%v, want %v, %v", r.Record(), want.Record(), r.Err())
		}
	}
	if r.Next() || r.Err() != nil {
		t.Errorf("more batches, %v", r.Err())
	}
}

// spikes writes a spikes.arrow of so many spikes, one a step, of 100 neurons.
func spikes(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	w, err := spikefile.Create(path, spikefile.Meta{Populations: []spikefile.Population{{Name: "a", Size: 100}, {Name: "b", Size: 7}}}, spikefile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := w.Record(int64(i), 0, []uint32{uint32(7*i) % 100}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestThereAndBack reads what was exported, and finds the same spikes, also those
// on either side of the border of two row groups.
func TestThereAndBack(t *testing.T) {
	const n = 1<<20 + 1<<16 + 3
	source := spikes(t, n)
	opt := spiketable.Options{UntilS: 200}
	for _, format := range []export.Format{export.CSV, export.Parquet, export.ArrowStream} {
		for _, whole := range []bool{true, false} {
			open := func() (export.Rows, error) { return spikefile.OpenRecords(source) }
			if !whole {
				open = func() (export.Rows, error) {
					s, err := spiketable.Open(source, opt)
					if err != nil {
						return nil, err
					}
					return export.Spikes(s)
				}
			}
			path := filepath.Join(t.TempDir(), "copy")
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := export.Write(f, format, open)
			if err != nil || rows != n {
				t.Fatalf("%s: %d rows, %v", format, rows, err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := spiketable.Open(path, opt)
			if err != nil {
				t.Fatal(err)
			}
			if sizes := got.Recording().Populations; format != export.CSV && (len(sizes) != 2 || sizes[1].Size != 7) {
				t.Errorf("%s: populations %v", format, sizes)
			}
			i := 0
			for got.Next() {
				b := got.Batch()
				for k := range b.Steps {
					if b.Steps[k] != int64(i) || b.Neurons[k] != uint32(7*i)%100 || b.Populations[k] != 0 {
						t.Fatalf("%s: spike %d is %d of neuron %d", format, i, b.Steps[k], b.Neurons[k])
					}
					i++
				}
			}
			if got.Err() != nil || i != n {
				t.Errorf("%s: %d spikes, %v", format, i, got.Err())
			}
			if err := got.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestWhatIsNotExported(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "when", Type: arrow.FixedWidthTypes.Timestamp_s}}, nil)
	open := func() (export.Rows, error) { return &table{schema: schema}, nil }
	for _, format := range export.Formats() {
		_, err := export.Write(io.Discard, export.Format(format), open)
		if want := "column when is timestamp[s, tz=UTC], which is not exported"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", format, err, want)
		}
	}
	if _, err := export.Write(io.Discard, "xls", every(t)); err == nil || !strings.Contains(err.Error(), "want one of") {
		t.Error(err)
	}
}

type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, os.ErrClosed
	}
	return len(b), nil
}

// An error of the disk is not lost, wherever it comes.
func TestFullDisk(t *testing.T) {
	for _, format := range export.Formats() {
		var whole bytes.Buffer
		if _, err := export.Write(&whole, export.Format(format), every(t)); err != nil {
			t.Fatal(err)
		}
		for room := 0; room < whole.Len(); room += 23 {
			if _, err := export.Write(&full{room}, export.Format(format), every(t)); err == nil {
				t.Fatalf("%s: no error with room for %d of %d bytes", format, room, whole.Len())
			}
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	const n = 1 << 20
	path := spikes(b, n)
	for _, format := range export.Formats() {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				if _, err := export.Write(io.Discard, export.Format(format), func() (export.Rows, error) { return spikefile.OpenRecords(path) }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
