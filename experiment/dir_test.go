package experiment

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fillDir makes files, and the directories above them.
func fillDir(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// allFiles lists the files below dir, sorted.
func allFiles(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// prepareOne prepares and releases dir for a plan of one seed, or of those
// given.
func prepareOne(e *Experiment, dir string, force bool, seeds ...uint64) error {
	p := &Plan{Experiment: e, Dir: dir, Force: force, Seeds: seeds, PerSeed: len(seeds) > 0}
	release, err := p.prepareDir()
	if err == nil {
		release()
	}
	return err
}

func TestPrepareDir(t *testing.T) {
	e := sample()
	e.Files = []string{"cost.png"}
	for _, c := range []struct {
		name  string
		files []string
		held  bool
		after []string // with force
		seeds []uint64
	}{
		{"empty", nil, false, nil, nil},
		{"foreign", []string{"notes.txt", "seed-x/metrics.json"}, false, []string{"notes.txt", "seed-x/metrics.json"}, nil},
		{"manifest", []string{"manifest.json"}, true, nil, nil},
		{"partial", []string{"rates.arrow.partial", "metrics.json.partial"}, true, nil, nil},
		{"declared", []string{"cost.png", "cost.svg"}, true, []string{"cost.svg"}, nil},
		{"other arrow", []string{"mine.arrow"}, true, []string{"mine.arrow"}, nil},
		{"seeds", []string{"summary.json", "seed-1/spikes.arrow", "seed-1/notes", "seed-2/manifest.json", "sub/spikes.arrow"},
			true, []string{"seed-1/notes", "sub/spikes.arrow"}, []uint64{1, 2}},
		{"one of three seeds", []string{"summary.json", "seed-1/spikes.arrow", "seed-2/manifest.json", "seed-3/metrics.json"},
			true, []string{"seed-1/spikes.arrow", "seed-3/metrics.json"}, []uint64{2, 9}},
	} {
		dir := fillDir(t, c.files...)
		err := prepareOne(e, dir, false, c.seeds...)
		var input *InputError
		if c.held != errors.As(err, &input) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if got := allFiles(t, dir); !slices.Equal(got, slices.Sorted(slices.Values(c.files))) {
			t.Errorf("%s: refused, and yet left %v of %v", c.name, got, c.files)
		}
		if err := prepareOne(e, dir, true, c.seeds...); err != nil {
			t.Errorf("%s: forced: %v", c.name, err)
		}
		if got := allFiles(t, dir); !slices.Equal(got, c.after) {
			t.Errorf("%s: force left %v, want %v", c.name, got, c.after)
		}
	}
}

// TestForceRemovesAllOrNothing puts something in the way of a forced run and
// wants every file where it was.
func TestForceRemovesAllOrNothing(t *testing.T) {
	for _, c := range []struct {
		name, want string
		files      []string
		seeds      []uint64
	}{
		{"a directory", "weights.arrow is a directory", []string{"manifest.json", "metrics.json", "weights.arrow/x"}, nil},
		{"a directory of a seed", "seed-2/rates.arrow is a directory", []string{"summary.json", "seed-1/metrics.json", "seed-2/rates.arrow/x"}, []uint64{1, 2}},
		{"a file for a seed", "seed-2 is not a directory", []string{"summary.json", "seed-1/metrics.json", "seed-2"}, []uint64{1, 2}},
		{"several seeds", "holds the seeds 1,2 of --seeds", []string{"summary.json", "seed-1/metrics.json", "seed-2/metrics.json"}, nil},
	} {
		dir := fillDir(t, c.files...)
		err := prepareOne(sample(), dir, true, c.seeds...)
		var input *InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
		if got := allFiles(t, dir); !slices.Equal(got, slices.Sorted(slices.Values(c.files))) {
			t.Errorf("%s: refused, and yet left %v of %v", c.name, got, c.files)
		}
	}
}

func TestForceMovesFilesBack(t *testing.T) {
	dir := fillDir(t, "metrics.json", "seed-1/metrics.json")
	// The last name is gone between listing and removal.
	err := removeHeld(sample(), dir, []string{"metrics.json", "seed-1/metrics.json", "seed-1/spikes.arrow"})
	if err == nil {
		t.Error("a file that is not there was removed")
	}
	if err := os.Chmod(filepath.Join(dir, "seed-1"), 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(filepath.Join(dir, "seed-1"), 0o777)
	if f, err := os.Create(filepath.Join(dir, "seed-1", "x")); err == nil {
		f.Close()
		t.Skip("permissions do not bind this user")
	}
	err = removeHeld(sample(), dir, []string{"metrics.json", "seed-1/metrics.json"})
	if err == nil || !strings.Contains(err.Error(), "seed-1/metrics.json cannot be replaced: permission denied") {
		t.Errorf("error %v", err)
	}
	if got := allFiles(t, dir); !slices.Equal(got, []string{"metrics.json", "seed-1/metrics.json"}) {
		t.Errorf("left %v", got)
	}
}

func TestPrepareDirRemovesLinksNotTargets(t *testing.T) {
	dir := fillDir(t, "elsewhere/spikes.arrow", "run/notes")
	if err := os.Symlink(filepath.Join(dir, "elsewhere/spikes.arrow"), filepath.Join(dir, "run/spikes.arrow")); err != nil {
		t.Skip(err)
	}
	if err := prepareOne(sample(), filepath.Join(dir, "run"), true); err != nil {
		t.Fatal(err)
	}
	if got := allFiles(t, dir); !slices.Equal(got, []string{"elsewhere/spikes.arrow", "run/notes"}) {
		t.Errorf("left %v", got)
	}
}

func TestPrepareDirUnwritable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o777)
	if f, err := os.Create(filepath.Join(dir, "x")); err == nil {
		f.Close()
		t.Skip("permissions do not bind this user")
	}
	err := prepareOne(sample(), dir, false)
	if err == nil || err.Error() != "out: "+dir+" is not writable: permission denied" {
		t.Errorf("error %v", err)
	}
}

func TestMergeMetrics(t *testing.T) {
	var docs []any
	for _, text := range []string{
		`{"cost": 1, "curve": [1, 2], "learned": true, "word": "a", "same": "x", "rows": [{"r": 1}, {"r": 5}], "gap": [1, null], "odd": [1], "mixed": 1, "deep": {"x": 2}, "nothing": null}`,
		`{"cost": 2, "curve": [3, 2], "learned": false, "word": "b", "same": "x", "rows": [{"r": 2}, {"r": 5}], "gap": [3, 4], "odd": [1, 2], "mixed": "1", "deep": {"x": 4, "y": 1}, "nothing": null}`,
		`{"cost": 6, "curve": [5, 2], "learned": true, "word": "c", "same": "x", "rows": [{"r": 3}, {"r": 5}], "gap": [5, null], "odd": [1], "mixed": 1, "deep": {"x": 6}, "nothing": null}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, v)
	}
	merged, ok := mergeMetrics(docs)
	if !ok {
		t.Fatal("nothing merged")
	}
	b, err := json.Marshal(merged)
	// cost: mean 9/3, sample variance (4+1+9)/2 = 7.
	want := `{"cost":{"mean":3,"sd":2.6457513110645907,"min":1,"max":6,"n":3},` +
		`"curve":{"mean":[3,2],"sd":[2,0],"min":[1,2],"max":[5,2],"n":3},` +
		`"deep":{"x":{"mean":4,"sd":2,"min":2,"max":6,"n":3},"y":{"mean":1,"sd":null,"min":1,"max":1,"n":1}},` +
		`"gap":[{"mean":3,"sd":2,"min":1,"max":5,"n":3},{"mean":4,"sd":null,"min":4,"max":4,"n":1}],` +
		`"learned":{"true":2,"n":3},` +
		`"rows":[{"r":{"mean":2,"sd":1,"min":1,"max":3,"n":3}},{"r":{"mean":5,"sd":0,"min":5,"max":5,"n":3}}],` +
		`"same":"x"}`
	if err != nil || string(b) != want {
		t.Errorf("merged\n%s\nwant\n%s (%v)", b, want, err)
	}
	huge, _ := mergeMetrics([]any{1.7e308, -1.7e308, 1.7e308})
	if _, err := json.Marshal(huge); err != nil {
		t.Errorf("huge numbers: %v", err)
	}
	for _, c := range []struct {
		headline []string
		want     string
	}{
		{nil, "cost: mean 3, sd 2.65, 1 to 6\ndeep.x: mean 4, sd 2, 2 to 6\ndeep.y: mean 1, 1 to 1\nlearned: 2 of 3 seeds"},
		{[]string{"learned", "curve.last", "curve.0", "rows.1.r", "rows.last", "gap.0", "deep"},
			"learned: 2 of 3 seeds\ncurve.last: mean 2, sd 0, 2 to 2\ncurve.0: mean 3, sd 2, 1 to 5\n" +
				"rows.1.r: mean 5, sd 0, 5 to 5\nrows.last.r: mean 5, sd 0, 5 to 5\ngap.0: mean 3, sd 2, 1 to 5\n" +
				"deep.x: mean 4, sd 2, 2 to 6\ndeep.y: mean 1, 1 to 1"},
		{[]string{"absent", "curve", "curve.2", "curve.-1", "curve.0.x", "rows.x", "cost.mean", "same", "word"}, ""},
	} {
		e := sample()
		e.Headline = c.headline
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Join(e.summaryLines(merged), "\n"); lines != c.want {
			t.Errorf("headline %v\n%s\nwant\n%s", c.headline, lines, c.want)
		}
	}
	// What is the same in all seeds is no news, and one seed is no seeds.
	same, _ := mergeMetrics([]any{map[string]any{"line": 6.0}, map[string]any{"line": 6.0}})
	one, _ := mergeMetrics([]any{map[string]any{"line": 6.0, "solved": false}})
	if got := append(sample().summaryLines(same), sample().summaryLines(one)...); strings.Join(got, "\n") != "line: mean 6, 6 to 6\nsolved: 0 of 1 seed" {
		t.Errorf("lines %q", got)
	}
}
