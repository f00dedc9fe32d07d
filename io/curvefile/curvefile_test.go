package curvefile

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

func layers() []string { return []string{"hidden1", "hidden2", "output"} }

// epoch is the rows of one.
func epoch(k int) []Row {
	return []Row{
		{k, Train, Network, Values{Loss: 1 / float64(k+1), ErrorPct: 90 - float64(k)}},
		{k, Test, Network, Values{Loss: 1.5 / float64(k+1), ErrorPct: 91 - float64(k)}},
		{k, Test, Hidden, Values{Gradient: 40}},
		{k, Test, "hidden1", Values{Delta: 60.25, Degenerate: 0, Symmetry: 90}},
		{k, Test, "output", Values{}},
	}
}

// write makes a file of so many epochs.
func write(t *testing.T, path string, epochs int) {
	t.Helper()
	w, err := Create(path, spikefile.Meta{Seed: 7, Config: []byte(`{"rule":"bp"}`)}, layers(), spikefile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for k := range epochs {
		if err := w.Append(epoch(k)...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.arrow")
	write(t, path, 4)
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var want []Row
	for k := range 4 {
		want = append(want, epoch(k)...)
	}
	if !reflect.DeepEqual(f.Rows, want) || !reflect.DeepEqual(f.Layers, layers()) {
		t.Errorf("read %v of %v, want %v of %v", f.Rows, f.Layers, want, layers())
	}
	seen := map[string]string{}
	for _, kv := range f.Metadata {
		seen[kv.Key] = kv.Value
	}
	if seen["format"] != "apical.curves" || seen["seed"] != "7" || seen["config"] != `{"rule":"bp"}` || seen["dt_s"]+seen["populations"] != "" {
		t.Errorf("metadata %v; want those of a network without steps", seen)
	}
	info, err := spikefile.Inspect(path)
	if err != nil || info.Kind != "apical.curves" || info.Rows != 20 || info.Batches != 4 {
		t.Errorf("inspected %+v, %v", info, err)
	}
	if !info.HasEpochs || info.FirstEpoch != 0 || info.LastEpoch != 3 {
		t.Errorf("inspected epochs %d to %d, want 0 to 3", info.FirstEpoch, info.LastEpoch)
	}
	for _, c := range info.Columns[3:] {
		unit := ""
		for _, kv := range c.Metadata {
			if kv.Key == "unit" {
				unit = kv.Value
			}
		}
		if unit == "" || strings.HasSuffix(c.Name, "_deg") != (unit == "degree") || strings.HasSuffix(c.Name, "_pct") != (unit == "%") {
			t.Errorf("column %s has the unit %q", c.Name, unit)
		}
	}
	again := filepath.Join(t.TempDir(), "again.arrow")
	write(t, again, 4)
	a, _ := os.ReadFile(path)
	b, _ := os.ReadFile(again)
	if string(a) != string(b) {
		t.Error("the same curves made two files")
	}
}

// Every epoch that was appended is on the disk, whatever becomes of the program.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.arrow")
	w, err := Create(path, spikefile.Meta{}, layers(), spikefile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for k := range 3 {
		if err := w.Append(epoch(k)...); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "repaired.arrow")
	if _, err := spikefile.Repair(path+".partial", out); err != nil {
		t.Fatal(err)
	}
	f, err := Read(out)
	if err != nil || len(f.Rows) != 15 || f.Rows[14].Epoch != 2 {
		t.Errorf("repaired to %v, %v", f, err)
	}
}

func TestAppendRejects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.arrow")
	w, err := Create(path, spikefile.Meta{}, layers(), spikefile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	good := Row{3, Test, Network, Values{Loss: 1}}
	if err := w.Append(good); err != nil {
		t.Fatal(err)
	}
	for want, r := range map[string]Row{
		"epoch 2 follows 3":               {2, Test, Network, nil},
		`split "valid"`:                   {3, "valid", Network, nil},
		`layer "hidden3"`:                 {3, Test, "hidden3", nil},
		"want measures of this package":   {3, Test, Network, Values{"accuracy": 1}},
		"want measures of this package a": {3, Test, Network, Values{Loss: 1, "accuracy": math.NaN()}},
	} {
		if err := w.Append(good, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", r, err, want)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err := Read(path); err != nil || len(f.Rows) != 1 {
		t.Errorf("%v, %v: want the good row alone", f, err)
	}
	if _, err := Create(path, spikefile.Meta{}, layers(), spikefile.Options{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("%v, want the file to stay", err)
	}
}

// No file can be written in which two layers have one name, but read.
func TestLayersOf(t *testing.T) {
	for _, all := range [][]string{{"output", "output", Hidden, Network}, {"", Hidden, Network}, {Hidden, Hidden, Network}} {
		if got, err := layersOf(all); err == nil || !strings.Contains(err.Error(), "want each to have a name of its own") {
			t.Errorf("%q: %q, %v", all, got, err)
		}
	}
}

// A run that measured nothing has a file without rows.
func TestNoRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.arrow")
	w, err := Create(path, spikefile.Meta{}, layers(), spikefile.Options{})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if f, err := Read(path); err != nil || len(f.Rows) != 0 {
		t.Errorf("%v, %v", f, err)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	other := []spikefile.ResultColumn{{Name: "epoch", Unit: "count", Counts: []int64{2, 1}},
		{Name: "split", Index: []int16{0, 0}, Names: []string{"train"}}, {Name: "layer", Index: []int16{0, 0}, Names: []string{"hidden", "network"}}}
	of := func(split string, layers ...string) []spikefile.ResultColumn {
		return []spikefile.ResultColumn{{Name: "epoch", Unit: "count", Counts: []int64{1}},
			{Name: "split", Index: []int16{0}, Names: []string{split}}, {Name: "layer", Index: []int16{0}, Names: layers}}
	}
	for i, test := range []struct {
		kind, want string
		columns    []spikefile.ResultColumn
	}{
		{"psth", `the table is "psth"`, other},
		{"curves", "row 1 has epoch 1", other},
		{"curves", "split or layer", other[:2]},
		{"curves", "column loss is missing", of("test", "output", "hidden", "network")},
		{"curves", `split "tesu", want train or test`, of("tesu", "output", "hidden", "network")},
		{"curves", `layers ["output" "hiddfn" "network"], want the last two to be hidden and network`, of("test", "output", "hiddfn", "network")},
		{"curves", `layers ["network"], want the last two`, of("test", "network")},
	} {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := spikefile.WriteResults(path, test.kind, spikefile.Meta{}, test.columns, spikefile.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); !errors.Is(err, spikefile.ErrSchema) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}

// All angles have a column, those that are not defined no value.
func TestAngles(t *testing.T) {
	v := Angles(rate.Angles{Delta: 1, DeltaFA: 2, DeltaFABP: 3, Gradient: 4, GradientFA: 5, GradientFABP: 6, Symmetry: 7, Cancelling: math.NaN(), Degenerate: 9})
	want := Values{Delta: 1, DeltaFA: 2, DeltaFABP: 3, Gradient: 4, GradientFA: 5, GradientFABP: 6, Symmetry: 7, Degenerate: 9}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("%v, want %v", v, want)
	}
}
