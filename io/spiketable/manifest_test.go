package spiketable_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spiketable"
)

// beside writes a manifest beside a file.
func beside(t *testing.T, path, manifest string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "manifest.json"), []byte(manifest), 0o666); err != nil {
		t.Fatal(err)
	}
}

// manifest has the recorded stretches in JSON, of a file of that many bytes.
func manifest(recorded string, bytes int64) string {
	return fmt.Sprintf(`{"format": "apical.run", "recorded": {"spikes.arrow": %s}, "files": [{"name": "spikes.arrow", "bytes": %d}]}`, recorded, bytes)
}

func TestTheManifestSaysWhatWasRecorded(t *testing.T) {
	path := record(t, some...)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	size := info.Size()
	two := `[{"from_s": 0, "until_s": 0.002}, {"from_s": 0.002, "until_s": 0.003}, {"from_s": 0.004, "until_s": 0.1}]`
	apart := `[{"from_s": 0, "until_s": 0.002}, {"from_s": 0.004, "until_s": 0.1, "populations": ["a"]}]`
	for _, c := range []struct {
		name, manifest string
		opt            spiketable.Options
		windows        []analysis.Window // nil if the error is to say want
		populations    int
		want           string // in the only warning
	}{
		{"two", manifest(two, size), spiketable.Options{}, []analysis.Window{{From: 0, To: 30}, {From: 40, To: 1000}}, 2, ""},
		{"cut", manifest(two, size), spiketable.Options{FromS: 0.001, UntilS: 0.05}, []analysis.Window{{From: 10, To: 30}, {From: 40, To: 500}}, 2, ""},
		{"overruled", manifest(two, size), spiketable.Options{Windows: []spiketable.Span{{0, 0.2}}}, []analysis.Window{{From: 0, To: 2000}}, 2, ""},
		{"outside", manifest(two, size), spiketable.Options{FromS: 1, UntilS: 2}, nil, 0, "nothing was recorded in the time asked for, only 0 s to 0.003 s, 0.004 s to 0.1 s"},
		{"nothing", manifest(`[]`, size), spiketable.Options{}, nil, 0, "no spikes were recorded, as manifest.json beside it says"},
		{"apart", manifest(apart, size), spiketable.Options{}, nil, 0, "populations were recorded at different times: a 0 s to 0.002 s, 0.004 s to 0.1 s, b 0 s to 0.002 s; choose"},
		{"one of those apart", manifest(apart, size), spiketable.Options{Populations: []string{"b"}}, []analysis.Window{{From: 0, To: 20}}, 1, ""},
		{"not all", manifest(`[{"from_s": 0, "until_s": 1, "populations": ["b"]}]`, size), spiketable.Options{}, []analysis.Window{{From: 0, To: 10000}}, 1, "left out, because they were not recorded: a"},
		{"not this", manifest(`[{"from_s": 0, "until_s": 1, "populations": ["b"]}]`, size), spiketable.Options{Populations: []string{"a"}}, nil, 0, "population a was not recorded"},
		{"another file", manifest(two, size+1), spiketable.Options{UntilS: 1}, []analysis.Window{{From: 0, To: 10000}}, 2, "of another file"},
		{"descending", manifest(`[{"from_s": 1, "until_s": 2}, {"from_s": 0, "until_s": 1}]`, size), spiketable.Options{UntilS: 1}, []analysis.Window{{From: 0, To: 10000}}, 2, "do not ascend"},
		{"another program", `{"name": "web app"}`, spiketable.Options{}, []analysis.Window{{From: 0, To: 61}}, 2, "nothing says for how long"},
		{"no JSON", `recorded: all`, spiketable.Options{}, []analysis.Window{{From: 0, To: 61}}, 2, "nothing says for how long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			beside(t, path, c.manifest)
			s, err := spiketable.Open(path, c.opt)
			if c.windows == nil {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			r := s.Recording()
			if !slices.Equal(r.Windows, c.windows) || len(r.Populations) != c.populations {
				t.Errorf("recording %+v, want %+v", r, c.windows)
			}
			if got := strings.Join(s.Warnings(), "\n"); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("warnings %q, want %q", got, c.want)
			}
			read(t, s)
		})
	}
}
