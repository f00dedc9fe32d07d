package spikefile

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apical-sim/apical/analysis"
)

// Names of neurons are kept over batches and codecs, and by repair of a file that
// lost its end; where there is none, there is a null.
func TestNeuronIDs(t *testing.T) {
	meta := Meta{StepsPerSecond: 10000, Populations: []Population{{Name: "numbered", Size: 9}, {Name: "named", Size: 3}},
		NeuronIDs: [][]string{nil, {"unit 7", "ß"}}}
	d := Derivation{Source: "units.csv", Criterion: analysis.Criterion{ISI: 160}, Windows: []analysis.Window{{From: 0, To: 1000}}}
	var want []string
	events := make([]analysis.Event, 12)
	for i := range events {
		events[i] = analysis.Event{Step: int64(10 * i), Last: int64(10 * i), Second: -1, Population: int16(i % 2), Neuron: uint32(i % 3), Spikes: 1}
		want = append(want, [][]string{{"", "", ""}, {"unit 7", "ß", ""}}[events[i].Population][events[i].Neuron])
	}
	for _, codec := range codecs {
		path := filepath.Join(t.TempDir(), "events.arrow")
		w, err := CreateEvents(path, meta, d, Options{Codec: codec, BatchRows: 5})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if err := w.Append(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := textsOf(t, path, "neuron_id"); !slices.Equal(got, want) {
			t.Errorf("%v: %q, want %q", codec, got, want)
		}
		if _, _, got, err := ReadEvents(path); err != nil || !slices.Equal(got, events) {
			t.Errorf("%v: events %v, %v", codec, got, err)
		}
		// Without the footer and the end of the last batch.
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := Inspect(path)
		if err != nil || info.Batches != 3 {
			t.Fatalf("%+v, %v", info, err)
		}
		cut, mended := path+".cut", path+".mended"
		if err := os.WriteFile(cut, whole[:len(whole)-len(whole)/3], 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Repair(cut, mended); err != nil {
			t.Fatal(err)
		}
		if got := textsOf(t, mended, "neuron_id"); len(got) == 0 || !slices.Equal(got, want[:len(got)]) {
			t.Errorf("%v: mended %q, want the first of %q", codec, got, want)
		}
	}
}

// Rates by neuron give the names back.
func TestNeuronIDsOfRates(t *testing.T) {
	meta := Meta{StepsPerSecond: 10000, Populations: []Population{{Name: "named", Size: 3}}, NeuronIDs: [][]string{{"a", "b"}}}
	r := BurstRates{Derivation: Derivation{Criterion: analysis.Criterion{ISI: 160}}, Grouping: "neuron", Groups: []string{"named"}}
	path := filepath.Join(t.TempDir(), "rates.arrow")
	w, err := CreateBurstRates(path, meta, r, Options{BatchRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := w.Append(BurstRateRow{Neuron: int64(n), NNeurons: 1, BinS: 1, RecordedS: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, rows, err := ReadBurstRates(path)
	if err != nil || len(rows) != 3 || rows[0].NeuronID != "a" || rows[1].NeuronID != "b" || rows[2].NeuronID != "" {
		t.Errorf("%+v, %v", rows, err)
	}
}

// Results have texts, null where empty.
func TestResultTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.arrow")
	want := []string{"left", "", "right", "x", ""}
	columns := append(resultColumns(5), ResultColumn{Name: "neuron_id", Texts: want, Nullable: true})
	if err := WriteResults(path, "cells", Meta{}, columns, Options{BatchRows: 2}); err != nil {
		t.Fatal(err)
	}
	r, err := ReadResults(path)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := r.Column("neuron_id"); !ok || !slices.Equal(c.Texts, want) || !c.Nullable {
		t.Errorf("%+v, want %q", c, want)
	}
	for _, bad := range []ResultColumn{{Name: "x", Texts: want}, {Name: "x", Texts: []string{"\xff", "", "", "", ""}, Nullable: true}} {
		if err := WriteResults(path+"x", "cells", Meta{}, append(resultColumns(5), bad), Options{}); err == nil {
			t.Errorf("%q is taken, nullable %v", bad.Texts, bad.Nullable)
		}
	}
}

// textsOf reads a column of texts.
func textsOf(t *testing.T, path, name string) (all []string) {
	t.Helper()
	r, err := OpenRecords(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for r.Next() {
		at := r.Schema().FieldIndices(name)
		if len(at) != 1 {
			t.Fatalf("%s: no column %s", path, name)
		}
		c := r.Record().Column(at[0]).(*array.String)
		for i := range c.Len() {
			text := ""
			if c.IsValid(i) {
				text = string([]byte(c.Value(i)))
			}
			all = append(all, text)
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
