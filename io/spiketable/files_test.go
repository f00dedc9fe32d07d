package spiketable_test

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// TestFilesOfOthers reads what testdata/make.py wrote with pandas, polars, DuckDB
// and pyarrow, in several types and encodings.
func TestFilesOfOthers(t *testing.T) {
	want := []spike{{5, 0, 1}, {7, 0, 0}, {7, 1, 2}, {30, 0, 1}, {45, 1, 1}, {60, 1, 0}, {60, 1, 2}}
	names, err := filepath.Glob(filepath.Join("testdata", "others", "*"))
	if err != nil || len(names) < 14 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			s, err := spiketable.Open(name, spiketable.Options{UntilS: 1, StepsPerSecond: 10000})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			populations := []string{"a", "b"}
			if filepath.Base(name) == "types.parquet" || filepath.Base(name) == "split.parquet" {
				populations = []string{"7", "8"}
			}
			if r := s.Recording(); !slices.Equal(r.Populations, []analysis.Population{{Name: populations[0], Size: 2}, {Name: populations[1], Size: 3}}) {
				t.Errorf("populations %+v", r.Populations)
			}
			for range 2 {
				got := read(t, s)
				slices.SortFunc(got, func(a, b spike) int {
					return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.population, b.population), cmp.Compare(a.neuron, b.neuron))
				})
				if !slices.Equal(got, want) {
					t.Errorf("spikes %v, want %v", got, want)
				}
				if err := s.Rewind(); err != nil {
					t.Fatal(err)
				}
			}
			if notes := strings.Join(s.Warnings(), "\n"); strings.Contains(notes, "rounded") || strings.Contains(notes, "sorted") {
				t.Error(notes)
			}
		})
	}
}

// Each error names the column, or the row and what is wrong with it.
func TestFilesThatAreRefused(t *testing.T) {
	for name, want := range map[string]string{
		"null-times": "row 2: the time is missing", "null-neurons": "row 3: the neuron is missing", "null-populations": "row 3: the population is missing",
		"timestamps": "column time_s of times is ", "lists": "no column looks like neurons", "halves": "row 2: the neuron is 1.5, want a whole number or a name",
		"negative": "row 2: time -0.2, want 0 or later", "infinite": "row 3: time +Inf", "huge": "9223372036854775808, want at most 9223372036854775807",
	} {
		files, err := filepath.Glob(filepath.Join("testdata", "bad", name+".*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", name, len(files), err)
		}
		for _, file := range files {
			_, err := spiketable.Open(file, spiketable.Options{UntilS: 1})
			var input *spiketable.InputError
			if !errors.As(err, &input) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", file, err, want)
			}
		}
	}
}

// Tables of apical that hold no spikes, and flags for files of others, are refused
// by name.
func TestTablesOfApicalSayWhatTheyAre(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rates.arrow")
	w, err := spikefile.CreateRates(path, spikefile.Meta{Populations: []spikefile.Population{{Name: "a", Size: 3}}}, spikefile.Options{})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	spikes := record(t, some...)
	for _, c := range []struct {
		path string
		opt  spiketable.Options
		want string
	}{
		{path, spiketable.Options{}, "holds rates, want spikes"},
		{spikes, spiketable.Options{TimeColumn: "step"}, "--time-column is for files of others"},
		{spikes, spiketable.Options{Unit: spiketable.Seconds}, "--unit is for files of others"},
		{spikes, spiketable.Options{StepsPerSecond: 1000}, "has 10000 steps a second, not 1000"},
	} {
		if _, err := spiketable.Open(c.path, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
