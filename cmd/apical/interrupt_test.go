package main

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInterrupted ends every command that reads spikes with the exit code of the
// signal, and without anything left of its files.
func TestInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := encodeInto(4, 4); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("trials.csv", []byte("onset_s,condition\n1,a\n2,b\n3,a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	before := filesBelow(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(&signalError{name: "SIGINT", code: 130})
	for _, line := range []string{
		"analyze events spikes.arrow",
		"analyze events spikes.arrow --out events.arrow",
		"analyze rates spikes.arrow --out rates.arrow",
		"analyze rates spikes.arrow",
		"analyze isi spikes.arrow --out isi.arrow --by-neuron neurons.arrow",
		"analyze sweep spikes.arrow --out sweep.arrow",
		"analyze chance spikes.arrow --out chance.arrow",
		"analyze trials spikes.arrow --trials trials.csv --out trials",
		"analyze information spikes.arrow --signal soma.csv --out information",
		"analyze stp spikes.arrow --out stp",
		"plot raster spikes.arrow --out raster",
		"plot raster spikes.arrow --rates 50ms --out raster",
		"plot rates spikes.arrow --out rates",
		"plot isi spikes.arrow --out isi",
		"report spikes.arrow",
		"export spikes.arrow --to csv --out spikes.csv",
		"export spikes.arrow --from 1s --to npz --out spikes.npz",
		"export spikes.arrow --to csv --out -",
	} {
		var said strings.Builder
		a := &app{out: io.Discard, err: &said}
		if code := a.execute(ctx, strings.Fields(line)); code != 130 {
			t.Errorf("%s: exit code %d, want 130: %s", line, code, said.String())
		}
		if !strings.HasSuffix(said.String(), "apical: interrupted\n") || strings.Contains(said.String(), "context canceled") {
			t.Errorf("%s: says %q", line, said.String())
		}
		if after := filesBelow(t); !slices.Equal(after, before) {
			t.Fatalf("%s: leaves %v, there were %v", line, after, before)
		}
	}
}

// filesBelow lists what is in the working directory.
func filesBelow(t *testing.T) (all []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
