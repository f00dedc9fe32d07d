package spikefile

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

func resultColumns(n int) []ResultColumn {
	t, v, k, c := make([]float64, n), make([]float64, n), make([]int16, n), make([]int64, n)
	for i := range n {
		t[i], v[i], k[i], c[i] = float64(i)/50-0.2, float64(i), int16(i%2), int64(i)*3
		if i%3 == 1 {
			v[i] = math.NaN()
		}
	}
	return []ResultColumn{
		{Name: "t_s", Unit: "s", What: "start of the bin", Numbers: t},
		{Name: "burst_fraction", Unit: "1", Numbers: v, Nullable: true},
		{Name: "condition", Index: k, Names: []string{"hit", "miss", "catch"}},
		{Name: "n_events", Unit: "count", Counts: c},
	}
}

// A table of results is read by the Arrow library as it was written, over
// several batches, and inspected as what it is.
func TestResultsRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "psth.arrow")
	want := resultColumns(10)
	meta := Meta{Populations: []Population{{Name: "pyr", Size: 3}}, Extra: map[string]string{"trials": "4"}}
	if err := WriteResults(path, "psth", meta, want, Options{BatchRows: 4}); err != nil {
		t.Fatal(err)
	}
	info, err := Inspect(path)
	if err != nil || info.Kind != "apical.psth" || info.Rows != 10 || info.Batches != 3 {
		t.Fatalf("inspected %+v, %v", info, err)
	}
	for _, kv := range info.Metadata {
		if kv.Key == "sorting" {
			t.Error("a table of results claims to be sorted by time")
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f, ipc.WithAllocator(memory.DefaultAllocator))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	row := 0
	for b := range r.NumRecords() {
		rec, err := r.Record(b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(rec.NumRows()) {
			number, fraction := rec.Column(0).(*array.Float64), rec.Column(1).(*array.Float64)
			name, count := rec.Column(2).(*array.Dictionary), rec.Column(3).(*array.Int64)
			if number.Value(i) != want[0].Numbers[row] || name.GetValueIndex(i) != int(want[2].Index[row]) || count.Value(i) != want[3].Counts[row] {
				t.Errorf("row %d differs", row)
			}
			if null := math.IsNaN(want[1].Numbers[row]); fraction.IsNull(i) != null || !null && fraction.Value(i) != want[1].Numbers[row] {
				t.Errorf("row %d: burst_fraction null %v, want %v", row, fraction.IsNull(i), null)
			}
			row++
		}
	}
	if row != 10 {
		t.Errorf("%d rows, want 10", row)
	}
	if err := WriteResults(path, "psth", meta, want, Options{}); err == nil {
		t.Error("a table was overwritten")
	}
	if err := WriteResults(filepath.Join(t.TempDir(), "none.arrow"), "psth", meta, resultColumns(0), Options{}); err != nil {
		t.Errorf("a table without rows: %v", err)
	}
}

func TestResultsRejected(t *testing.T) {
	for _, c := range []struct {
		kind   string
		change func([]ResultColumn)
		want   string
	}{
		{"spikes", func([]ResultColumn) {}, "kind"},
		{"", func([]ResultColumn) {}, "kind"},
		{"psth", func(c []ResultColumn) { c[1].Numbers = c[1].Numbers[1:] }, "want 4 as in t_s"},
		{"psth", func(c []ResultColumn) { c[0].Numbers[2] = math.NaN() }, "row 2 is not a number"},
		{"psth", func(c []ResultColumn) { c[2].Index[3] = 3 }, "row 3 has name 3, want 0 to 2"},
		{"psth", func(c []ResultColumn) { c[1].Name = "t_s" }, "used twice"},
		{"psth", func(c []ResultColumn) { c[3].Nullable = true }, "nullable"},
		{"psth", func(c []ResultColumn) { c[2].Names = nil }, "want one of"},
		{"psth", func(c []ResultColumn) { c[2].Names = []string{"hit", "hit", "x"} }, "used twice"},
	} {
		columns := resultColumns(4)
		c.change(columns)
		path := filepath.Join(t.TempDir(), "bad.arrow")
		err := WriteResults(path, c.kind, Meta{}, columns, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.kind, err, c.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%q: left a file", c.want)
		}
	}
}

// ReadResults gives back what WriteResults was given.
func TestReadResults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "psth.arrow")
	want := resultColumns(10)
	meta := Meta{Populations: []Population{{Name: "pyr", Size: 3}}, Extra: map[string]string{"trials": "4"}}
	if err := WriteResults(path, "psth", meta, want, Options{BatchRows: 4}); err != nil {
		t.Fatal(err)
	}
	r, err := ReadResults(path)
	if err != nil {
		t.Fatal(err)
	}
	if r.Kind != "psth" || r.Rows != 10 || len(r.Columns) != len(want) || !slices.Contains(r.Metadata, KeyValue{"trials", "4"}) {
		t.Errorf("%q, %d rows, %d columns, metadata %v", r.Kind, r.Rows, len(r.Columns), r.Metadata)
	}
	same := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
	for _, w := range want {
		got, ok := r.Column(w.Name)
		if !ok || got.Unit != w.Unit || got.What != w.What || got.Nullable != w.Nullable || !slices.EqualFunc(got.Numbers, w.Numbers, same) ||
			!slices.Equal(got.Counts, w.Counts) || !slices.Equal(got.Index, w.Index) || !slices.Equal(got.Names, w.Names) {
			t.Errorf("column %+v, want %+v", got, w)
		}
	}
	if _, ok := r.Column("absent"); ok {
		t.Error("a column that is not there")
	}
}

// A table with other columns is refused by name.
func TestReadResultsOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	w, err := Create(path, Meta{Populations: []Population{{Name: "pyr", Size: 3}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadResults(path); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "column neuron holds uint32") {
		t.Errorf("%v, want the column", err)
	}
}

// A table of results names its spike file, and a threshold only if there is one.
func TestResultsMetadata(t *testing.T) {
	for i, meta := range []Meta{{}, {Source: "spikes.arrow", BurstISISeconds: 0.01}} {
		path := filepath.Join(t.TempDir(), "sweep.arrow")
		if err := WriteResults(path, "sweep", meta, resultColumns(3), Options{}); err != nil {
			t.Fatal(err)
		}
		r, err := ReadResults(path)
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range map[string]string{"source": "spikes.arrow", "burst_isi_s": "0.01", "burst_tie": "le"} {
			has := slices.Contains(r.Metadata, KeyValue{key, value})
			any := slices.ContainsFunc(r.Metadata, func(kv KeyValue) bool { return kv.Key == key })
			if want := i == 1; has != want || any != want {
				t.Errorf("%+v: metadata %v, want %s: %v", meta, r.Metadata, key, want)
			}
		}
	}
	if err := WriteResults(filepath.Join(t.TempDir(), "x"), "sweep", Meta{BurstISISeconds: -1}, resultColumns(3), Options{}); err == nil {
		t.Error("a threshold below 0 is taken")
	}
}
