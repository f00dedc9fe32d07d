package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

func (a *app) describeCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "describe EXPERIMENT",
		Short:             "Show what an experiment does and every value that can be set",
		Example:           "  apical describe xor",
		Args:              wantArgs(1, 1, "EXPERIMENT"),
		ValidArgsFunction: a.experimentNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := a.find(args[0])
			if err != nil {
				return err
			}
			return describe(a.out, e)
		},
	}
}

// describe writes all there is to know about an experiment.
func describe(out io.Writer, e *experiment.Experiment) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s: %s\n\n", e.Name, e.Title)
	if e.Summary != "" {
		fmt.Fprintf(w, "%s\n\n", fill(e.Summary, 80))
	}
	if len(e.Params) > 0 {
		fmt.Fprint(w, "Parameters (--set key=value)\n")
		fmt.Fprint(w, "  KEY\tDEFAULT\tRANGE\tMEANING\n")
		for i := range e.Params {
			q := &e.Params[i]
			ranges, doc := strings.Split(fill(q.Range(), 28), "\n"), strings.Split(fill(q.Doc, 48), "\n")
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", q.Key, q.DefaultText(), ranges[0], doc[0])
			for j := 1; j < max(len(ranges), len(doc)); j++ {
				fmt.Fprintf(w, "\t\t%s\t%s\n", line(ranges, j), line(doc, j))
			}
		}
		fmt.Fprintln(w)
	}
	if len(e.Presets) > 0 {
		fmt.Fprint(w, "Presets (--preset NAME)\n")
		for _, s := range e.Presets {
			var sets []string
			for key, text := range s.Set {
				sets = append(sets, key+"="+text)
			}
			slices.Sort(sets)
			fmt.Fprintf(w, "  %s\t%s\n", s.Name, s.Doc)
			for text := range strings.SplitSeq(fill(strings.Join(sets, " "), 76), "\n") {
				fmt.Fprintf(w, "\t%s\n", text)
			}
		}
		fmt.Fprintln(w)
	}
	if names := slices.Concat(e.Record.Populations, e.Record.Phases); len(names) > 0 {
		def, err := e.Record.Parse("")
		if err != nil {
			return err
		}
		fmt.Fprint(w, "Recording (--record all, none, or names separated by commas)\n")
		fmt.Fprintf(w, "  populations\t%s\n", orNone(e.Record.Populations))
		fmt.Fprintf(w, "  phases\t%s\n", orNone(e.Record.Phases))
		fmt.Fprintf(w, "  default\t%s\n\n", def.Text())
	}
	fmt.Fprintf(w, "Examples\n%s\n", strings.Join(exampleLines(e), "\n"))
	if e.Citation != "" {
		fmt.Fprintf(w, "\nCitation\n  %s\n", strings.ReplaceAll(fill(e.Citation, 78), "\n", "\n  "))
	}
	return w.Flush()
}

// exampleLines are commands that work as they stand.
func exampleLines(e *experiment.Experiment) []string {
	lines := []string{"  apical run " + e.Name}
	for _, s := range e.Presets {
		lines = append(lines, fmt.Sprintf("  apical run %s --preset %s", e.Name, s.Name))
	}
	if len(e.Params) > 0 {
		q := &e.Params[0]
		lines = append(lines, fmt.Sprintf("  apical run %s --seeds 1..5 --set %s=%s", e.Name, q.Key, q.DefaultText()))
	}
	return lines
}

// line is the i-th of the lines, "" beyond the last.
func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " ")
}

// fill breaks text into lines of at most so many bytes, between words.
func fill(text string, columns int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		switch {
		case used == 0:
		case used+1+len(word) > columns:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += len(word)
	}
	return b.String()
}
