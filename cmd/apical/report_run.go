package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/analysis/report"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
)

// reportRun is the report about the directory of a run.
func (a *app) reportRun(ctx context.Context, dir, out string, f *reportFlags) (*report.Report, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	if err := wantOutput("out", out, f.force); err != nil {
		return nil, err
	}
	r := &report.Report{Title: fmt.Sprintf("%s, seed %d", m.Experiment, m.Seed)}
	if e, err := a.find(m.Experiment); err == nil {
		r.Lead = e.Title + ". " + sentence(e.Citation)
	}
	if m.Status != experiment.Done {
		r.Warnings = append(r.Warnings, strings.TrimSuffix(fmt.Sprintf("The run is not complete: its status is %q. %s", m.Status, m.Error), " "))
	}
	spikes := filepath.Join(dir, "spikes.arrow")
	if exists(spikes) {
		if err := f.describe(ctx, r, spikes); err != nil {
			return nil, err
		}
	} else {
		r.Warnings = append(r.Warnings, "The run recorded no spikes: there is no spikes.arrow.")
	}
	for _, part := range []func(string) (report.Section, bool, error){weightSection, expectedSection} {
		s, ok, err := part(dir)
		if err != nil {
			return nil, err
		}
		if ok {
			r.Sections = append(r.Sections, s)
		}
	}
	provenance, warnings, err := m.section(dir, f)
	if err != nil {
		return nil, err
	}
	r.Sections, r.Warnings = append(r.Sections, provenance), append(r.Warnings, warnings...)
	return r, nil
}

// sentence begins with a capital.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// runManifest is what a run says of itself.
type runManifest struct{ experiment.Manifest }

// readManifest reads the manifest of a run's directory.
func readManifest(dir string) (*runManifest, error) {
	path := filepath.Join(dir, "manifest.json")
	b, err := os.ReadFile(path)
	if err != nil {
		if exists(filepath.Join(dir, "summary.json")) {
			return nil, experiment.Inputf("%s: holds several seeds, want the directory of one, such as %s", dir, filepath.Join(dir, "seed-1"))
		}
		return nil, experiment.Inputf("%s: holds no run, since it has no manifest.json; want the directory of a run, or a spike file", dir)
	}
	m := &runManifest{}
	if err := json.Unmarshal(b, &m.Manifest); err != nil || m.Format != "apical.run" {
		return nil, experiment.Inputf("%s: is not the manifest of a run", path)
	}
	return m, nil
}

// weightSection shows the weights of a run, if it has some.
func weightSection(dir string) (s report.Section, ok bool, err error) {
	path := filepath.Join(dir, "weights.arrow")
	if !exists(path) {
		return s, false, nil
	}
	projections, err := readWeights(path)
	if err != nil || len(projections) == 0 {
		return s, false, err
	}
	s, err = report.Weights(projections)
	return s, true, err
}

// readWeights reads a weights file by projection.
func readWeights(path string) ([]figure.Weights, error) {
	if err := wantFile(path); err != nil {
		return nil, err
	}
	_, names, rows, err := spikefile.ReadWeights(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	all := make([]figure.Weights, len(names))
	for _, r := range rows {
		w := &all[r.Projection]
		w.Projection, w.Synapses = names[r.Projection], r.NSynapses
		w.TimeS = append(w.TimeS, r.TimeS)
		w.Mean, w.SD = append(w.Mean, r.Mean), append(w.SD, r.SD)
		w.Min, w.Max = append(w.Min, r.Min), append(w.Max, r.Max)
	}
	return slices.DeleteFunc(all, func(w figure.Weights) bool { return len(w.TimeS) == 0 }), nil
}

// expectedSection shows what was expected of a run and what came out.
func expectedSection(dir string) (s report.Section, ok bool, err error) {
	path := filepath.Join(dir, "metrics.json")
	if !exists(path) {
		return s, false, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return s, false, fileError(path, err)
	}
	var metrics struct {
		Expected []experiment.Outcome `json:"expected"`
	}
	if err := json.Unmarshal(b, &metrics); err != nil {
		return s, false, experiment.Inputf("%s: %v", path, err)
	}
	t := report.Table{Columns: []report.Column{{Name: "expected"}, {Name: "value", Number: true}, {Name: "reference", Number: true}, {Name: "band", Number: true}, {Name: "verdict"}, {Name: "source"}}}
	for _, o := range metrics.Expected {
		value, reference, band, verdict := o.Words()
		mark := report.Plain
		if o.Met != nil {
			mark = map[bool]report.Mark{true: report.Good, false: report.Bad}[*o.Met]
		}
		t.Rows = append(t.Rows, []report.Cell{{Text: o.Name()}, {Text: value}, {Text: reference}, {Text: band}, {Text: verdict, Mark: mark}, {Text: o.Source}})
	}
	return report.Section{ID: "expected", Title: "Expected results", Tables: []report.Table{t}}, len(t.Rows) > 0, nil
}

// section says where a run comes from, and warns of files that are not as it
// left them.
func (m *runManifest) section(dir string, f *reportFlags) (s report.Section, warnings []string, err error) {
	facts := []fact{{"experiment", m.Experiment}, {"preset", m.Preset}, {"seed", fmt.Sprint(m.Seed)}, {"status", string(m.Status)}, {"error", m.Error},
		{"started", m.Started.UTC().Format(time.RFC3339)},
		{"took", fmt.Sprintf("%.4g s for %.6g s of model time, %s", m.WallSeconds, m.ModelSeconds, counted(m.Workers, "worker"))},
		{"recorded spikes", m.Record}, {"codec", m.Codec},
		{"built from", strings.TrimSpace("apical " + m.Build.Version + " " + m.Build.Revision)},
		{"built with", strings.TrimSpace(fmt.Sprintf("%s for %s/%s %s", m.Build.Go, m.Build.OS, m.Build.Arch, m.Build.Level))},
		{"SHA-256 of the values", m.ConfigSHA256}}
	facts = append(slices.DeleteFunc(facts, func(x fact) bool { return x.text == "" }), f.facts()...)
	values, err := m.values()
	if err != nil {
		return s, nil, experiment.Inputf("%s: %v", filepath.Join(dir, "manifest.json"), err)
	}
	s = report.Section{ID: "provenance", Title: "Provenance", Tables: []report.Table{factTable(facts), values}}
	var rows [][]report.Cell
	for _, left := range m.Files {
		rows = append(rows, []report.Cell{{Text: left.Name}, {Text: fmt.Sprint(left.Bytes)}, {Text: left.SHA256, Code: true}})
		if left.Name != filepath.Base(left.Name) || !exists(filepath.Join(dir, left.Name)) {
			continue
		}
		now, err := experiment.HashFile(dir, left.Name)
		if err != nil {
			return s, nil, fileError(filepath.Join(dir, left.Name), err)
		}
		if now != left {
			warnings = append(warnings, left.Name+" is not as the run left it: its hash differs from that in manifest.json.")
		}
	}
	s.Tables = append(s.Tables, fileTable(rows))
	return s, warnings, nil
}

// values is the table of all values, those changed first.
func (m *runManifest) values() (report.Table, error) {
	var values map[string]struct {
		Value any    `json:"value"`
		Unit  string `json:"unit"`
	}
	if err := json.Unmarshal(m.Values, &values); err != nil {
		return report.Table{}, fmt.Errorf("values: %v", err)
	}
	t := report.Table{Caption: "Values", Columns: []report.Column{{Name: "key"}, {Name: "value"}}}
	var keys []string
	for key := range values {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if x, y := slices.Contains(m.Changed, a), slices.Contains(m.Changed, b); x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		return strings.Compare(a, b)
	})
	for _, key := range keys {
		detail := ""
		if slices.Contains(m.Changed, key) {
			detail = "changed"
		}
		v := values[key]
		t.Rows = append(t.Rows, []report.Cell{{Text: key, Detail: detail}, {Text: strings.TrimSpace(fmt.Sprint(v.Value) + " " + v.Unit)}})
	}
	return t, nil
}
