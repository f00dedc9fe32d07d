package trialtable

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
)

func write(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trials.csv")
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

var plain = Options{Onset: "onset_s", Text: []string{"outcome", "session"}, StepsPerSecond: 10000}

// The same two trials, however they are written down; the order stays.
func TestFormsOfText(t *testing.T) {
	want := []Row{{2, 25000, []string{"hit", "a"}}, {3, 12000, []string{"miss", "b"}}}
	for _, c := range []struct {
		content string
		change  func(*Options)
	}{
		{"onset_s,outcome,session\n2.5,hit,a\n1.2,miss,b\n", nil},
		{"\xef\xbb\xbfsession;outcome;onset_s;more\r\na;hit;2.5;\r\nb;miss; 1.2;x\r\n", nil},
		{"onset_s\toutcome\tsession\n2.49999\t\"hit\"\ta\n1.2\tmiss\tb", nil},
		{"onset_ms, outcome, session\n2500, hit, a\n1.2e3, miss, b\n", func(o *Options) { o.Onset = "onset_ms" }},
		{"when,outcome,session\n2500,hit,a\n1200,miss,b\n", func(o *Options) { o.Onset, o.Unit = "when", "ms" }},
		{"onset_step,outcome,session\n25000,hit,a\n12000,miss,b\n", func(o *Options) { o.Onset = "onset_step" }},
	} {
		opt := plain
		if c.change != nil {
			c.change(&opt)
		}
		got, err := Read(write(t, c.content), opt)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v, want %v", c.content, got, err, want)
		}
	}
	rows, err := Read(write(t, "# made by hand\nonset_s,outcome,session\n# the first\n2.5,hit,a\n"), plain)
	if err != nil || len(rows) != 1 || rows[0].Line != 4 {
		t.Errorf("with remarks: %v, %v", rows, err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"", "is empty"},
		{"onset_s,outcome,session\n", "has no trials"},
		{"onset_s,outcome\n1,hit\n", `has no column "session", its columns are onset_s, outcome`},
		{"onset_s,outcome,session\n1,hit,a\nNaN,hit,a\n", `line 3: onset_s is "NaN", want a time in s, from 0 on`},
		{"onset_s,outcome,session\n-1,hit,a\n", `line 2: onset_s is "-1"`},
		{"onset_s,outcome,session\nInf,hit,a\n", `line 2: onset_s is "Inf"`},
		{"onset_s,outcome,session\n1e300,hit,a\n", `line 2: onset_s is "1e300"`},
		{"onset_s,outcome,session\n,hit,a\n", `line 2: onset_s is ""`},
		{"onset_s,outcome,session\n1,,a\n", "line 2: outcome is empty"},
		{"onset_s,outcome,session\n1,hit\n", "line 2: has another number of fields"},
		{"onset_s,outcome,session\n1,\"hit,a\n", "line "},
		{"onset_s,onset_s,session\n1,2,a\n", `two columns are named "onset_s"`},
		{"onset_s,,session\n1,2,a\n", `column 2 is named ""`},
		{"\x00\xff", "neither text nor an Arrow file"},
	} {
		_, err := Read(write(t, c.content), plain)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v, want one line with %q", c.content, err, c.want)
		}
	}
	opt := plain
	opt.Onset = "when"
	if _, err := Read(write(t, "when,outcome,session\n1,hit,a\n"), opt); err == nil || !strings.Contains(err.Error(), "does not end in a unit") {
		t.Errorf("onsets without a unit: %v", err)
	}
	opt.Unit = "h"
	if _, err := Read(write(t, "when,outcome,session\n1,hit,a\n"), opt); err == nil || !strings.Contains(err.Error(), "want s, ms or steps") {
		t.Errorf("onsets in hours: %v", err)
	}
	opt.Unit = "steps"
	if _, err := Read(write(t, "when,outcome,session\n1.5,hit,a\n"), opt); err == nil || !strings.Contains(err.Error(), "whole number of steps") {
		t.Errorf("half a step: %v", err)
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "absent.csv"), t.TempDir()} {
		var e *Error
		if _, err := Read(path, plain); !errors.As(err, &e) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

// An Arrow file has the same trials; onsets keep all their digits, and may be
// whole numbers.
func TestArrow(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "trials.arrow")
	columns := []spikefile.ResultColumn{
		{Name: "onset_s", Unit: "s", Numbers: []float64{2.5, 1.2, math.NaN()}, Nullable: true},
		{Name: "outcome", Index: []int16{1, 0, 0}, Names: []string{"miss", "hit"}},
		{Name: "session", Unit: "1", Counts: []int64{7, 8, 8}},
		{Name: "onset_step", Unit: "dt", Counts: []int64{25000, 12000, 3}},
	}
	if err := spikefile.WriteResults(path, "trials", spikefile.Meta{}, columns, spikefile.Options{BatchRows: 2}); err != nil {
		t.Fatal(err)
	}
	opt := plain
	if _, err := Read(path, opt); err == nil || !strings.Contains(err.Error(), `row 3: onset_s is ""`) {
		t.Errorf("an onset that is null: %v", err)
	}
	opt.Onset = "onset_step"
	want := []Row{{1, 25000, []string{"hit", "7"}}, {2, 12000, []string{"miss", "8"}}, {3, 3, []string{"miss", "8"}}}
	if got, err := Read(path, opt); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.arrow")
	if err := os.WriteFile(cut, content[:len(content)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if _, err := Read(cut, opt); !errors.As(err, &e) || strings.Contains(err.Error(), "\n") {
		t.Errorf("half a file: %v", err)
	}
}

// Whatever the bytes, there is a table or an error.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("onset_s,outcome,session\n2.5,hit,a\n"))
	f.Add([]byte("\xef\xbb\xbfonset_s;outcome;session\r\n\"2.5\";hit;a"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := decodeCSV(content)
		if err != nil {
			return
		}
		rows, err := c.rows(plain)
		if err == nil && len(rows) != len(c.lines) {
			t.Errorf("%d rows of %d", len(rows), len(c.lines))
		}
		for _, r := range rows {
			if r.Onset < 0 || len(r.Text) != 2 || r.Text[0] == "" || r.Text[1] == "" {
				t.Errorf("row %+v", r)
			}
		}
	})
}
