package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestOneRunADirectory(t *testing.T) {
	switch runtime.GOOS {
	case "linux", "darwin", "windows":
	default:
		t.Skip("no locks here")
	}
	var second error
	p := newPlan(t, func(_ context.Context, r *Run) error {
		// Another run with --force, while this one writes.
		q := &Plan{Experiment: r.Experiment, Values: r.Values, Seeds: []uint64{2}, Dir: r.Dir, Force: true}
		_, second = q.Execute(context.Background())
		return r.Metrics(map[string]float64{"cost": 1})
	}, 1)
	if err := os.MkdirAll(p.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	// What a run leaves that was killed: a file that nobody has locked.
	if err := os.WriteFile(filepath.Join(p.Dir, lockName), []byte("process 1, started yesterday, and much longer than the next"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Execute(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("out: %s is in use by a run (process %d, started ", p.Dir, os.Getpid())
	if second == nil || !strings.HasPrefix(second.Error(), want) || !strings.HasSuffix(second.Error(), "Z), want another --out") {
		t.Errorf("the second run: %v, want %q...", second, want)
	}
	if m := readManifest(t, p.Dir); m.Status != Done || m.Seed != 1 {
		t.Errorf("manifest %+v", m)
	}
	if got := allFiles(t, p.Dir); !slices.Equal(got, []string{"manifest.json", "metrics.json"}) {
		t.Errorf("left %v", got)
	}
}
