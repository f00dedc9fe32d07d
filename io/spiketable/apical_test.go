package spiketable_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// spike is a row of a spike file.
type spike struct {
	step       int64
	population int16
	neuron     uint32
}

// record writes spikes to a file of three neurons in a and two in b, with
// batches of two rows.
func record(t testing.TB, spikes ...spike) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	w, err := spikefile.Create(path, spikefile.Meta{Populations: []spikefile.Population{
		{Name: "a", Size: 3}, {Name: "none", Size: 0}, {Name: "b", Size: 2}}}, spikefile.Options{BatchRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range spikes {
		if err := w.Record(s.step, int(s.population), []uint32{s.neuron}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// read returns all spikes of a source.
func read(t testing.TB, s analysis.Source) []spike {
	t.Helper()
	var all []spike
	for s.Next() {
		b := s.Batch()
		for i, step := range b.Steps {
			all = append(all, spike{step, b.Populations[i], b.Neurons[i]})
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

var some = []spike{{5, 0, 1}, {5, 2, 0}, {7, 0, 0}, {7, 0, 2}, {30, 2, 1}, {45, 0, 1}, {60, 2, 0}}

func TestApicalFile(t *testing.T) {
	path := record(t, some...)
	for _, c := range []struct {
		name        string
		opt         spiketable.Options
		populations []analysis.Population
		windows     []analysis.Window
		want        []spike
		warnings    int
	}{
		{name: "all", populations: []analysis.Population{{Name: "a", Size: 3}, {Name: "b", Size: 2}},
			windows: []analysis.Window{{From: 0, To: 61}}, warnings: 1,
			want: []spike{{5, 0, 1}, {5, 1, 0}, {7, 0, 0}, {7, 0, 2}, {30, 1, 1}, {45, 0, 1}, {60, 1, 0}}},
		{name: "a population", opt: spiketable.Options{Populations: []string{"b"}, UntilS: 0.01},
			populations: []analysis.Population{{Name: "b", Size: 2}},
			windows:     []analysis.Window{{From: 0, To: 100}},
			want:        []spike{{5, 0, 0}, {30, 0, 1}, {60, 0, 0}}},
		{name: "windows", opt: spiketable.Options{Windows: []spiketable.Span{{0, 0.0005}, {0.0007, 0.003}, {0.004, 0.006}}},
			populations: []analysis.Population{{Name: "a", Size: 3}, {Name: "b", Size: 2}},
			windows:     []analysis.Window{{From: 0, To: 5}, {From: 7, To: 30}, {From: 40, To: 60}},
			want:        []spike{{7, 0, 0}, {7, 0, 2}, {45, 0, 1}}},
		{name: "from and until", opt: spiketable.Options{FromS: 0.0007, UntilS: 0.003},
			populations: []analysis.Population{{Name: "a", Size: 3}, {Name: "b", Size: 2}},
			windows:     []analysis.Window{{From: 7, To: 30}},
			want:        []spike{{7, 0, 0}, {7, 0, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := spiketable.Open(path, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			r := s.Recording()
			if r.StepsPerSecond != 10000 || !slices.Equal(r.Populations, c.populations) || !slices.Equal(r.Windows, c.windows) {
				t.Errorf("recording %+v", r)
			}
			if got := s.Warnings(); len(got) != c.warnings {
				t.Errorf("warnings %q, want %d", got, c.warnings)
			}
			for range 2 {
				if got := read(t, s); !slices.Equal(got, c.want) {
					t.Errorf("spikes %v, want %v", got, c.want)
				}
				if err := s.Rewind(); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Each line names what is wrong and what would be right.
func TestWhatCannotBeOpened(t *testing.T) {
	path, silent := record(t, some...), record(t)
	for _, c := range []struct {
		path string
		opt  spiketable.Options
		want string
	}{
		{path, spiketable.Options{Populations: []string{"c"}}, `population "c" is not in it; there are a, none, b`},
		{path, spiketable.Options{Populations: []string{"none"}}, "no population with a neuron"},
		{path, spiketable.Options{FromS: 2, UntilS: 1}, "until: 1 s, want it after from, 2 s"},
		{path, spiketable.Options{FromS: 1}, "no spikes, and nothing says for how long was recorded; give --window"},
		{path, spiketable.Options{FromS: 1, Windows: []spiketable.Span{{0, 1}}}, "not both"},
		{path, spiketable.Options{Windows: []spiketable.Span{{0, 1}, {1, 2}}}, "ascending and apart"},
		{path, spiketable.Options{Windows: []spiketable.Span{{2, 1}}}, "want 0 <= from < to"},
		{silent, spiketable.Options{}, "no spikes, and nothing says for how long was recorded; give --window"},
	} {
		_, err := spiketable.Open(c.path, c.opt)
		var input *spiketable.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.opt, err, c.want)
		}
	}
	s, err := spiketable.Open(silent, spiketable.Options{UntilS: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, s); len(got) != 0 || len(s.Warnings()) != 0 {
		t.Errorf("%v, %q", got, s.Warnings())
	}
}
