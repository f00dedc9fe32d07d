package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/experiment/detection"
)

// TestDetectionIsFoundByTheCommandLine: what the experiment finds in its recording
// is what 'apical analyze trials' finds in its files, with the options that its
// documentation names.
func TestDetectionIsFoundByTheCommandLine(t *testing.T) {
	apical := func(args ...string) {
		t.Helper()
		var out, complaints bytes.Buffer
		a := &app{table: experiments(), out: &out, err: &complaints}
		if code := a.execute(t.Context(), args); code != 0 {
			t.Fatalf("apical %q: exit code %d\n%s", args, code, complaints.String())
		}
	}
	read := func(dir string, into any) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	run, errors, cells := filepath.Join(dir, "run"), filepath.Join(dir, "errors"), filepath.Join(dir, "cells")
	apical("run", "detection", "--preset", "quick", "--set", "error_effect=0.5", "--set", "permutations=300", "--set", "decode_permutations=1", "--out", run)
	common := []string{"analyze", "trials", filepath.Join(run, "spikes.arrow"), "--session-column", "session", "--around", "-1s..1220ms",
		"--permutations", "300", "--bootstrap", "0", "--decode-permutations", "0"}
	apical(append(common, "--trials", filepath.Join(run, "trials.csv"), "--condition-column", "outcome", "--contrast", "hit,miss", "--out", errors)...)
	apical(append(common, "--trials", filepath.Join(run, "trials.arrow"), "--cells-condition", "stimulated", "--response", "0ms..600ms", "--out", cells)...)

	var m detection.Metrics
	var compared, tested trialsMetrics
	read(run, &m)
	read(errors, &compared)
	read(cells, &tested)

	var clusters []detection.Cluster
	for _, c := range compared.Populations[0].Contrast.Signals["burst_fraction"].Clusters {
		if c.P <= 0.05 {
			clusters = append(clusters, detection.Cluster{FromS: c.FromS, UntilS: c.ToS, P: c.P})
		}
	}
	if len(clusters) == 0 || len(clusters) != len(m.Errors.Clusters) {
		t.Fatalf("clusters of bins in which hits and misses differ: %v, the experiment found %v", clusters, m.Errors.Clusters)
	}
	for i, c := range clusters {
		if c != m.Errors.Clusters[i] {
			t.Errorf("cluster %+v, the experiment found %+v", c, m.Errors.Clusters[i])
		}
	}
	found := map[string]int{}
	for _, c := range m.Cells {
		found[c.Found]++
	}
	table := tested.Populations[0].Cells.Table
	for name, n := range map[string]int{"none": table["unresponsive"]["unresponsive"], "event_rate": table["on"]["unresponsive"],
		"burst_fraction": table["unresponsive"]["on"], "both": table["on"]["on"]} {
		if n != found[name] {
			t.Errorf("%d cells are %s, the experiment found %d", n, name, found[name])
		}
	}
}
