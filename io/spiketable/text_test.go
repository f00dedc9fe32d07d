package spiketable_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spiketable"
)

// text writes a file of text.
func text(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spikes.csv")
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTextsOfOthers(t *testing.T) {
	type options = spiketable.Options
	one := []analysis.Population{{Name: "all", Size: 2}}
	for _, c := range []struct {
		name, content string
		opt           options
		populations   []analysis.Population
		names         []string // of the first population
		want          []spike
		note          string // in a warning
	}{
		{"comma", "time_s,neuron\n0.001,0\n0.002,1\n", options{}, one, nil, []spike{{10, 0, 0}, {20, 0, 1}}, "neurons that never spiked are unknown in all"},
		{"semicolons, quotes and Windows", "\ufeff\"time_ms\";\"neuron\"\r\n1.0;\"1\"\r\n2;0", options{}, one, nil, []spike{{10, 0, 1}, {20, 0, 0}}, "times in ms, by its name"},
		{"NEST", "# NEST version: 3.8\n# RecordBackendASCII version: 2\nsender\ttime_ms\n7\t1.000\n9\t2.000\n", options{}, one, []string{"7", "9"}, []spike{{10, 0, 0}, {20, 0, 1}}, "neurons of all are numbered from 0"},
		{"NEST events", "senders,times\n7,1\n9,2\n", options{}, one, []string{"7", "9"}, []spike{{10, 0, 0}, {20, 0, 1}}, "times in ms, as NEST has them"},
		{"blanks, no header, places", "  0.001   3\n0.002 4\n\n", options{TimeColumn: "1", NeuronColumn: "2"}, one, []string{"3", "4"}, []spike{{10, 0, 0}, {20, 0, 1}}, "times in s, since nothing"},
		{"Brian", "i,t\n1,0.001\n0,0.002\n", options{}, one, nil, []spike{{10, 0, 1}, {20, 0, 0}}, "times in column t"},
		{"names", "t,unit\n0.001,B\n0.002,\"A, \"\"1\"\"\"\n", options{}, one, []string{`A, "1"`, "B"}, []spike{{10, 0, 1}, {20, 0, 0}}, ""},
		{"007 is a name", "t,i\n0.001,7\n0.002,007\n", options{}, one, []string{"7", "007"}, []spike{{10, 0, 0}, {20, 0, 1}}, ""},
		{"a long comment", "#" + strings.Repeat("x\n#", 1<<20) + "\nt,i\n0.001,1\n0.002,0\n", options{}, one, nil, []spike{{10, 0, 1}, {20, 0, 0}}, ""},
		{"numbers with a point", "t,i\n0.001,1.0\n0.002,0.00\n0.003,1\n", options{}, one, nil, []spike{{10, 0, 1}, {20, 0, 0}, {30, 0, 1}}, ""},
		{"negative and large", "t,i\n0.001,-3\n0.002,900719925474099\n", options{}, one, []string{"-3", "900719925474099"}, []spike{{10, 0, 0}, {20, 0, 1}}, ""},
		{"steps", "step,neuron\n1,0\n3000,1\n", options{StepsPerSecond: 30000}, one, nil, []spike{{1, 0, 0}, {3000, 0, 1}}, ""},
		{"a size keeps numbers", "t,i\n0.001,5\n", options{Sizes: []analysis.Population{{Size: 9}}}, []analysis.Population{{Name: "all", Size: 9}}, nil, []spike{{10, 0, 5}}, ""},
		{"a size and a name", "t,i\n0.001,9\n", options{Sizes: []analysis.Population{{Name: "V1", Size: 9}}}, []analysis.Population{{Name: "V1", Size: 9}}, []string{"9"}, []spike{{10, 0, 0}}, ""},
		{"populations, one silent", "t,i,population\n0.001,5,b\n0.002,5,a\n", options{Sizes: []analysis.Population{{Name: "silent", Size: 4}, {Name: "a", Size: 6}}},
			[]analysis.Population{{Name: "a", Size: 6}, {Name: "b", Size: 1}, {Name: "silent", Size: 4}}, nil, []spike{{10, 1, 0}, {20, 0, 5}}, "unknown in b, so"},
		{"numbered populations", "t,i,pop\n0.001,5,10\n0.002,5,9\n", options{}, []analysis.Population{{Name: "9", Size: 1}, {Name: "10", Size: 1}}, []string{"5"}, []spike{{10, 1, 0}, {20, 0, 0}}, ""},
		{"rounded", "t,i\n0.00104,0\n0.00206,1\n0.003,0\n", options{}, one, nil, []spike{{10, 0, 0}, {21, 0, 1}, {30, 0, 0}}, "2 of 3 times are no whole number of steps and were rounded, the first is 0.00104 in line 2"},
		{"twice in a step", "t,i\n0.00101,0\n0.001,1\n0.00099,0\n", options{}, one, nil, []spike{{10, 0, 0}, {10, 0, 1}}, "1 of 3 spikes are the second of their neuron in a step"},
		{"by neuron", "t,i\n0.001,0\n0.003,0\n0.0005,1\n0.003,1\n", options{}, one, nil, []spike{{5, 0, 1}, {10, 0, 0}, {30, 0, 0}, {30, 0, 1}}, "sorted by time in memory: 1 of 4"},
		{"descending, twice", "t,i\n0.003,0\n0.001,0\n0.003,0\n0.002,1", options{}, one, nil, []spike{{10, 0, 0}, {20, 0, 1}, {30, 0, 0}}, "1 of 4 spikes are the second"},
		{"only some", "t,i,pop\n0.001,5,b\n0.002,5,a\n", options{Populations: []string{"b"}}, []analysis.Population{{Name: "b", Size: 1}}, []string{"5"}, []spike{{10, 0, 0}}, ""},
		{"milliseconds taken for seconds", "t,i\n1,0\n30,1\n9000,0\n", options{UntilS: 10}, one, nil, []spike{{10000, 0, 0}}, "2 of 3 spikes lie outside of the time asked for"},
		{"nothing, silently", "t,i\n", options{Sizes: []analysis.Population{{Size: 9}}, UntilS: 1}, []analysis.Population{{Name: "all", Size: 9}}, nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.opt.UntilS == 0 {
				c.opt.UntilS = 10
			}
			s, err := spiketable.Open(text(t, c.content), c.opt)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if r := s.Recording(); !slices.Equal(r.Populations, c.populations) {
				t.Errorf("populations %+v, want %+v", r.Populations, c.populations)
			}
			for range 2 {
				if got := read(t, s); !slices.Equal(got, c.want) {
					t.Errorf("spikes %v, want %v", got, c.want)
				}
				if err := s.Rewind(); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.Names(0); !slices.Equal(got, c.names) {
				t.Errorf("names %q, want %q", got, c.names)
			}
			if got := strings.Join(s.Warnings(), "\n"); !strings.Contains(got, c.note) {
				t.Errorf("warnings %q, want %q", got, c.note)
			}
		})
	}
}

// Each error is one line that names the file, and the place and value where
// there is one.
func TestTextsThatAreRefused(t *testing.T) {
	type options = spiketable.Options
	for _, c := range []struct {
		content string
		opt     options
		want    string
	}{
		{"", options{}, "is empty, want a table of spikes"},
		{"\n# nothing\n", options{}, "has no rows"},
		{"t,i\n", options{}, "no spikes, and nothing says whose there could be; give --neurons"},
		{"t,i\n1,0\nNaN,0\n", options{}, "line 3: time NaN, want 0 or later"},
		{"t,i\n1,0\n-0.5,0\n", options{}, "line 3: time -0.5, want 0 or later"},
		{"t,i\n1e300,0\n", options{}, "line 2: time 1e+300"},
		{"t,i\n1,0\n,0\n", options{}, "line 3: the time is missing"},
		{"t,i\n1,0\n1,\n", options{}, "line 3: the neuron is missing"},
		{"t,i\n1,0\nsoon,0\n", options{}, `line 3: time "soon", want a number`},
		{"t;i\n0,5;1\n", options{}, `line 2: time "0,5", want a number`},
		{"t,i\n1,0\n2\n", options{}, "line 3: 1 columns, want at least 2"},
		{"when,i\n1,0\n", options{}, "no column looks like times; name one with --time-column, there are when, i"},
		{"t,who\n1,0\n", options{}, "no column looks like neurons; name one with --neuron-column, there are t, who"},
		{"1,0\n", options{}, "no column looks like times; name one with --time-column, there are 1, 2"},
		{"t,i\n1,0\n", options{TimeColumn: "tt"}, `time-column: there is no column "tt"; there are t, i`},
		{"t,i\n1,0\n", options{TimeColumn: "3"}, `there is no column "3"`},
		{"t,i\n1,0\n", options{NeuronColumn: "t"}, "in columns of their own"},
		{"t,i\n1,0\n", options{Unit: "minutes"}, `unit: "minutes", want one of s, ms, us, ns, steps`},
		{"step,i\n1,0\n", options{}, "times are in steps, but of which length?"},
		{"t,i\n1,0\n1,1\n", options{Sizes: []analysis.Population{{Size: 1}}}, `population "all" has 2 neurons with spikes, more than the 1 given`},
		{"t,i\n1,0\n", options{Sizes: []analysis.Population{{Name: "a", Size: 1}, {Name: "b", Size: 1}}}, `population "a": the file has no column of populations`},
		{"t,i\n2,0\n1,0\n", options{MaxSorted: 1}, "2 spikes are not in the order of time, and only 1 are sorted in memory; sort the file by time"},
		{"\x89HDF\r\n\x1a\n", options{}, "is an HDF5 file (NWB, SONATA, NIX), which is not read; convert it"},
		{"\x1f\x8b\x08", options{}, "is compressed as a whole"},
		{"PK\x03\x04", options{}, "NumPy archive"},
		{"a\x00b", options{}, "neither text nor Arrow nor Parquet"},
		{"PAR1PAR1", options{}, "is no readable Parquet file"},
	} {
		_, err := spiketable.Open(text(t, c.content), c.opt)
		var input *spiketable.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", c.content, err, c.want)
		}
	}
}

// TestSecondsOfSteps reads times that were made of steps in either way, neither
// of which is always the nearest double: each is that step again, and none
// counts as rounded.
func TestSecondsOfSteps(t *testing.T) {
	for _, form := range []func(k int64) float64{
		func(k int64) float64 { return float64(k) * 1e-4 },
		func(k int64) float64 { return float64(k) / 1e4 },
		func(k int64) float64 { return float64(k) * 0.1 / 1000 },
	} {
		var b strings.Builder
		b.WriteString("time_s,neuron\n")
		var want []spike
		for k := int64(0); k < 3e9; k = 3*k/2 + 17 {
			for _, step := range []int64{k, k + 160} { // 160 steps apart, as long as a burst's interval
				want = append(want, spike{step: step})
			}
		}
		slices.SortFunc(want, func(a, b spike) int { return int(a.step - b.step) })
		want = slices.Compact(want)
		for _, s := range want {
			fmt.Fprintf(&b, "%v,0\n", form(s.step))
		}
		s, err := spiketable.Open(text(t, b.String()), spiketable.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, s); !slices.Equal(got, want) {
			t.Errorf("%d spikes at %v, want %d", len(got), got[:3], len(want))
		}
		if notes := strings.Join(s.Warnings(), "\n"); strings.Contains(notes, "rounded") {
			t.Error(notes)
		}
	}
}
