package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
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
			return describe(a.out, e, columns(a.out))
		},
	}
}

// The widths of columns of text, in characters: what a range gets, and a meaning at
// least and at most, whatever the width of the terminal.
const (
	rangeColumns  = 28
	leastMeaning  = 30
	mostMeaning   = 80
	mostParagraph = 100
)

// describe writes all there is to know about an experiment, for a terminal of so
// many columns.
func describe(out io.Writer, e *experiment.Experiment, columns int) error {
	paragraph := min(columns, mostParagraph)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n\n", fill(e.Name+": "+e.Title, paragraph))
	if e.Summary != "" {
		fmt.Fprintf(w, "%s\n\n", fill(e.Summary, paragraph))
	}
	if len(e.Params) > 0 {
		fmt.Fprint(w, "Parameters (--set key=value)\n")
		fmt.Fprint(w, "  KEY\tDEFAULT\tRANGE\tMEANING\n")
		meaning := meaningColumns(e, columns)
		for i := range e.Params {
			q := &e.Params[i]
			ranges, doc := strings.Split(fill(q.Range(), rangeColumns), "\n"), strings.Split(fill(q.Doc, meaning), "\n")
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", q.Key, q.DefaultText(), ranges[0], doc[0])
			for j := 1; j < max(len(ranges), len(doc)); j++ {
				fmt.Fprintf(w, "\t\t%s\t%s\n", line(ranges, j), line(doc, j))
			}
		}
		if flags := ownFlags(e); flags != "" {
			fmt.Fprintln(w)
			fmt.Fprintln(w, fill("Without --set too: "+flags, paragraph))
		}
		fmt.Fprintln(w)
	}
	for _, t := range e.Tables {
		describeTable(w, t, paragraph)
	}
	if len(e.Presets) > 0 {
		fmt.Fprint(w, "Presets (--preset NAME)\n")
		width := 0
		for _, s := range e.Presets {
			width = max(width, len(s.Name))
		}
		width = max(leastMeaning, paragraph-width-len("    "))
		for _, s := range e.Presets {
			var sets []string
			for key, text := range s.Set {
				sets = append(sets, key+"="+text)
			}
			slices.Sort(sets)
			name := s.Name
			for text := range strings.SplitSeq(fill(s.Doc, width)+"\n"+fill(strings.Join(sets, " "), width), "\n") {
				fmt.Fprintf(w, "  %s\t%s\n", name, text)
				name = ""
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
		fmt.Fprintf(w, "\nCitation\n  %s\n", strings.ReplaceAll(fill(e.Citation, paragraph-2), "\n", "\n  "))
	}
	return w.Flush()
}

// ownFlags lists the parameters that are flags, as they are typed.
func ownFlags(e *experiment.Experiment) string {
	var flags []string
	for i := range e.Params {
		if q := &e.Params[i]; q.Flag {
			flags = append(flags, flagName(q.Key)+" "+q.DefaultText())
		}
	}
	return strings.Join(flags, ", ")
}

// describeTable writes a table whose last column gets what the others leave.
func describeTable(w io.Writer, t experiment.Table, paragraph int) {
	fmt.Fprintln(w, fill(t.Title, paragraph))
	last := len(t.Columns) - 1
	rows := append([][]string{t.Columns}, t.Rows...)
	left := paragraph - len("  ")*len(t.Columns)
	for c := range last {
		width := 0
		for _, row := range rows {
			width = max(width, min(len(row[c]), rangeColumns))
		}
		left -= width
	}
	for _, row := range rows {
		lines := 1
		cells := make([][]string, len(row))
		for c, cell := range row {
			width := rangeColumns
			if c == last {
				width = max(left, rangeColumns)
			}
			cells[c] = strings.Split(fill(cell, width), "\n")
			lines = max(lines, len(cells[c]))
		}
		for i := range lines {
			for c := range cells {
				fmt.Fprint(w, map[bool]string{true: "  ", false: "\t"}[c == 0], line(cells[c], i))
			}
			fmt.Fprintln(w)
		}
	}
	fmt.Fprintln(w)
}

// exampleLines are commands that work as they stand.
func exampleLines(e *experiment.Experiment) []string {
	lines := []string{"  apical run " + e.Name}
	for _, s := range e.Presets {
		lines = append(lines, fmt.Sprintf("  apical run %s --preset %s", e.Name, s.Name))
	}
	if set := change(e); set != "" {
		lines = append(lines, fmt.Sprintf("  apical run %s --seeds 1..5 --set %s", e.Name, set))
	}
	return lines
}

// change is an assignment that the experiment takes and that changes a value: the
// first parameter for which half of the default, or another word, will do. It is
// empty if there is none.
func change(e *experiment.Experiment) string {
	for _, q := range e.Params {
		var words []string
		switch d := e.Defaults(); q.Kind {
		case experiment.Number:
			words = []string{experiment.FormatQuantity(d.Float(q.Key)/2, q.Unit)}
		case experiment.Integer:
			words = []string{strconv.Itoa(d.Int(q.Key) / 2)}
		case experiment.Choice:
			words = q.Choices
		case experiment.Bool:
			words = []string{strconv.FormatBool(!d.Bool(q.Key))}
		}
		for _, word := range words {
			set := q.Key + "=" + word
			if v, err := e.Resolve("", []string{set}); err == nil && len(v.Changed()) > 0 {
				return set
			}
		}
	}
	return ""
}

// meaningColumns is what remains for the meaning of parameters beside the other
// three columns.
func meaningColumns(e *experiment.Experiment, columns int) int {
	var key, value, limits int
	for i := range e.Params {
		q := &e.Params[i]
		key, value = max(key, len(q.Key)), max(value, len("DEFAULT"), len(q.DefaultText()))
		for text := range strings.SplitSeq(fill(q.Range(), rangeColumns), "\n") {
			limits = max(limits, len(text))
		}
	}
	return min(max(columns-key-value-limits-len("  ")*4, leastMeaning), mostMeaning)
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
