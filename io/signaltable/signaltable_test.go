package signaltable

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
)

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadCSV(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		times []float64
		names []string
		first []float64 // of the first column
	}{
		"names":      {"time_s,soma\n0,1\n0.5,-2e3\n", []float64{0, 0.5}, []string{"soma"}, []float64{1, -2000}},
		"no names":   {"0,1\n0.5,2\n1.5,3", []float64{0, 0.5, 1.5}, []string{"trace"}, []float64{1, 2, 3}},
		"ms":         {"a;T_MS;b\n1;100;3\n2;100.1;4\n", []float64{0.1, 0.1001}, []string{"a", "b"}, []float64{1, 2}},
		"tabs":       {"# by hand\n# twice, with commas\nt\tx\n1\t 2\n3\t 4\n", []float64{1, 3}, []string{"x"}, []float64{2, 4}},
		"byte order": {"\xef\xbb\xbftime,v\r\n0,1\r\n1,2\r\n", []float64{0, 1}, []string{"v"}, []float64{1, 2}},
		"quotes":     {"\"t_s\",\"a, b\"\n0,1\n1,2\n", []float64{0, 1}, []string{"a, b"}, []float64{1, 2}},
	} {
		table, err := Read(write(t, "trace.csv", c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var names []string
		for _, k := range table.Columns {
			names = append(names, k.Name)
		}
		if !slices.Equal(table.TimeS, c.times) || !slices.Equal(names, c.names) || !slices.Equal(table.Columns[0].Values, c.first) {
			t.Errorf("%s: %+v", name, table)
		}
	}
}

func TestReadRejects(t *testing.T) {
	for want, text := range map[string]string{
		"is empty, want a table":          "",
		"holds no line":                   "# nothing\n",
		"1 columns, want 2 to 1024":       "time_s\n1\n2\n",
		"no column of times, want":        "x,y\n1,2\n",
		"columns t_s and time both are":   "t_s,time,v\n1,2,3\n",
		"line 3, column v: \"\", want a":  "t,v\n0,1\n1,\n",
		"line 2, column v: \"NA\", want":  "t,v\n0,NA\n1,2\n",
		"line 3: has another number of":   "t,v\n0,1\n1,2,3\n",
		"1 samples, want at least 2":      "t,v\n0,1\n",
		"0 samples, want at least 2":      "t,v\n",
		"sample 3 has the time 1 s after": "t,v\n0,1\n1,2\n1,3\n",
		"sample 2 has the time NaN":       "t,v\n0,1\nnan,2\n",
		"column v is +Inf at 1 s, want":   "t,v\n0,1\n1,inf\n",
		"line 2: ":                        "t,v\n\"0,1\n",
		"not an Arrow file":               "ARROWS\n1,2\n",
	} {
		path := write(t, "bad.csv", text)
		_, err := Read(path)
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), path) > 1 {
			t.Errorf("%q: error %v, want one line that begins with the path", text, err)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %q, want %q", text, err, want)
		}
	}
	if _, err := Read("absent.csv"); err == nil || err.Error() != "absent.csv: no such file or directory" {
		t.Errorf("absent: %v", err)
	}
}

func TestReadArrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signal.arrow")
	n := 2500
	times, values, counts, index := make([]float64, n), make([]float64, n), make([]int64, n), make([]int16, n)
	for i := range times {
		times[i], values[i], counts[i] = float64(i)/1000, math.Sin(float64(i)), int64(i)-7
	}
	columns := []spikefile.ResultColumn{
		{Name: "power", Numbers: values}, {Name: "who", Index: index, Names: []string{"me"}},
		{Name: "time_s", Unit: "s", Numbers: times}, {Name: "level", Counts: counts},
	}
	if err := spikefile.WriteResults(path, "signal", spikefile.Meta{}, columns, spikefile.Options{BatchRows: 1000}); err != nil {
		t.Fatal(err)
	}
	table, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(table.TimeS, times) || len(table.Columns) != 2 || table.Columns[0].Name != "power" || !slices.Equal(table.Columns[0].Values, values) ||
		table.Columns[1].Name != "level" || table.Columns[1].Values[3] != -4 {
		t.Errorf("columns %v", table.Columns)
	}
	if _, err := table.Column(""); err == nil || !strings.Contains(err.Error(), "2 columns of values, want the name of one of power, level") {
		t.Errorf("no name: %v", err)
	}
	if _, err := table.Column("leve"); err == nil || !strings.Contains(err.Error(), `no column "leve" of values`) {
		t.Errorf("wrong name: %v", err)
	}
	if c, err := table.Column("level"); err != nil || c.Name != "level" {
		t.Errorf("level: %v", err)
	}

	columns[0] = spikefile.ResultColumn{Name: "power", Numbers: slices.Clone(values), Nullable: true}
	columns[0].Numbers[17] = math.NaN()
	missing := filepath.Join(t.TempDir(), "missing.arrow")
	if err := spikefile.WriteResults(missing, "signal", spikefile.Meta{}, columns, spikefile.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(missing); err == nil || !strings.Contains(err.Error(), "column power: 1 values are missing, want all of them") {
		t.Errorf("missing value: %v", err)
	}
}

// Whatever the bytes, an error of one line or a table that keeps its promises.
func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{"t,v\n0,1\n1,2\n", "0,1\n1,2\n", "a;t_ms\n1;2\n", "\xef\xbb\xbft\tx\n\"", "#\n,,\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := readCSV(bytes.NewReader(text), "x")
		if err == nil {
			err = table.check()
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q", err)
			}
			return
		}
		if len(table.Columns) == 0 || len(table.TimeS) < 2 {
			t.Errorf("%+v", table)
		}
		for _, c := range table.Columns {
			if len(c.Values) != len(table.TimeS) {
				t.Errorf("%d values at %d times", len(c.Values), len(table.TimeS))
			}
		}
	})
}
