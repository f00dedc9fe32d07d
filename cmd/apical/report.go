package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apical-sim/apical/analysis/report"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/spf13/cobra"
)

// reportFlags are the flags of report.
type reportFlags struct {
	source         sourceFlags
	burst          burstFlags
	out, dead, bin string
	force          bool
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report DIR|FILE",
		Short: "Write what a run or a spike file says on one page of HTML",
		Long: `Writes a page about the directory of a run, or about one spike file: spikes,
events and bursts of each population, rates and burst fraction over time beside
their chance level, intervals, how much depends on the threshold, and reasons to
doubt all this; of a run also weights, expected results and where it comes from.

The page is one file that loads nothing from anywhere. It goes to report.html in
DIR, or to NAME-report.html beside FILE, unless --out says otherwise.`,
		Example: `  apical report runs/xor-quick-seed1
  apical report spikes.arrow --until 20s --burst-isi 10ms --out spikes.html`,
		Args:   wantArgs(1, 1, "DIR or FILE"),
		PreRun: outliveReaders,
		RunE:   func(cmd *cobra.Command, args []string) error { return a.report(cmd.Context(), args[0], &f) },
	}
	fl := cmd.Flags()
	onceVar(fl, &f.out, "out", "", "the page, `FILE` (default report.html in DIR, or NAME-report.html)")
	fl.BoolVar(&f.force, "force", false, "replace the page")
	f.source.Register(fl)
	f.burst.Register(fl)
	onceVar(fl, &f.dead, "dead-time", "0", "dead `TIME` after a spike, of the chance level")
	onceVar(fl, &f.bin, "bin", "", "`TIME` of a bin of rates (default a round one, about a 200th of the recording)")
	return cmd
}

// report writes the page about what path names.
func (a *app) report(ctx context.Context, path string, f *reportFlags) error {
	info, err := os.Stat(path)
	if err != nil {
		return fileError(path, err)
	}
	var r *report.Report
	out := f.out
	if info.IsDir() {
		if out == "" {
			out = filepath.Join(path, "report.html")
		}
		r, err = a.reportRun(ctx, path, out, f)
	} else {
		if out == "" {
			out = strings.TrimSuffix(path, filepath.Ext(path)) + "-report.html"
		}
		r, err = a.reportFile(ctx, path, out, f)
	}
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := r.Write(&page); err != nil {
		return err
	}
	if err := writeBytes(out, page.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s\n", out, counted(len(r.Warnings), "warning"))
	return nil
}

// counted writes a number of things.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// reportFile is the report about one spike file.
func (a *app) reportFile(ctx context.Context, path, out string, f *reportFlags) (*report.Report, error) {
	if err := wantOutput("out", out, f.force, path); err != nil {
		return nil, err
	}
	r := &report.Report{Title: filepath.Base(path), Lead: "Events and bursts of a spike file."}
	if err := f.describe(ctx, r, path); err != nil {
		return nil, err
	}
	file, err := fileRow(path)
	if err != nil {
		return nil, err
	}
	r.Sections = append(r.Sections, report.Section{ID: "provenance", Title: "Provenance", Tables: []report.Table{
		factTable(f.facts()), fileTable([][]report.Cell{file})}})
	return r, nil
}

// describe adds what the spikes of a file say.
func (f *reportFlags) describe(ctx context.Context, r *report.Report, path string) error {
	t, err := f.source.Open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	o := report.Options{}
	rec := t.Recording()
	if o.Criterion, o.Detector, err = f.burst.Criterion(rec); err != nil {
		return err
	}
	wrong := &experiment.InputError{}
	dead, err := wholeSteps(rec, "dead-time", f.dead, 0)
	if err != nil {
		wrong.Problems = append(wrong.Problems, err.Error())
	} else if dead >= o.Criterion.ISI {
		wrong.Problems = append(wrong.Problems, fmt.Sprintf("dead-time: %s, want less than --burst-isi", f.dead))
	}
	bin := int64(0)
	if f.bin != "" {
		if bin, err = wholeSteps(rec, "bin", f.bin, 1); err != nil {
			wrong.Problems = append(wrong.Problems, err.Error())
		}
	}
	if len(wrong.Problems) > 0 {
		return wrong
	}
	o.DeadTimeS, o.BinS = rec.Seconds(dead), rec.Seconds(bin)
	for _, line := range t.Warnings() {
		r.Warnings = append(r.Warnings, strings.TrimPrefix(line, filepath.Dir(path)+string(filepath.Separator)))
	}
	sections, warnings, err := report.Describe(rewindable{stoppable{t, ctx}, t}, o)
	if err != nil {
		return sourceFailed(ctx, path, t, err)
	}
	r.Sections = append(r.Sections, sections...)
	r.Warnings = append(r.Warnings, warnings...)
	return nil
}

// rewindable is a table that stops and can be read again.
type rewindable struct {
	stoppable
	table *spiketable.Table
}

func (r rewindable) Rewind() error { return r.table.Rewind() }

// facts are what the flags chose.
func (f *reportFlags) facts() []fact {
	build := experiment.ReadBuild()
	facts := []fact{{"report made by", "apical " + strings.TrimSpace(build.Version+" "+build.Revision)},
		{"burst criterion", fmt.Sprintf("--burst-isi %s --burst-pre-silence %s --burst-cap %s --burst-rule %s", f.burst.isi, f.burst.preSilence, f.burst.limit, f.burst.rule)}}
	for _, flag := range []struct{ name, text string }{
		{"--population", strings.Join(f.source.populations, ", ")}, {"--from", f.source.from}, {"--until", f.source.until},
		{"--window", strings.Join(f.source.windows, ", ")}, {"--dead-time", strings.TrimPrefix(f.dead, "0")}, {"--bin", f.bin},
	} {
		if flag.text != "" {
			facts = append(facts, fact{flag.name, flag.text})
		}
	}
	return facts
}

// fact is a line of provenance.
type fact struct{ name, text string }

func factTable(facts []fact) report.Table {
	t := report.Table{Columns: []report.Column{{Name: "what"}, {Name: "value"}}}
	for _, f := range facts {
		t.Rows = append(t.Rows, []report.Cell{{Text: f.name}, {Text: f.text}})
	}
	return t
}

func fileTable(rows [][]report.Cell) report.Table {
	return report.Table{Caption: "Files", Rows: rows, Columns: []report.Column{{Name: "name"}, {Name: "bytes", Number: true}, {Name: "SHA-256"}}}
}

// fileRow describes a file as it is now.
func fileRow(path string) ([]report.Cell, error) {
	file, err := experiment.HashFile(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return nil, fileError(path, err)
	}
	return []report.Cell{{Text: file.Name}, {Text: fmt.Sprint(file.Bytes)}, {Text: file.SHA256, Code: true}}, nil
}

// exists tells whether there is a file, whatever else may be wrong with it.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
