package trialtable

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apical-sim/apical/io/spikefile"
)

// Options names the columns that are read; the others are not looked at.
type Options struct {
	// Onset is the column of the times that trials are aligned to.
	Onset string
	// Unit of the onsets: "s", "ms" or "steps"; empty takes it from the end of the
	// column's name: _s, _ms, or step and steps.
	Unit string
	// Text are columns that are taken as they are, such as that of the condition.
	Text []string
	// StepsPerSecond turns times into steps, > 0.
	StepsPerSecond int64
}

// Row is a trial.
type Row struct {
	Line  int      // in a CSV file; of an Arrow file the number of the row, from 1
	Onset int64    // step nearest to the onset
	Text  []string // of the columns of Options.Text; never empty
}

// Error says what is wrong with a table, on one line.
type Error struct {
	Path   string
	Reason string
	// Unknown is the name of the column that was not found among Known, if that is
	// the problem.
	Unknown string
	Known   []string
	// Err is the error underneath, if there is one.
	Err error
}

// Error returns the file and the reason.
func (e *Error) Error() string { return e.Path + ": " + e.Reason }

// Unwrap returns the error underneath, or nil.
func (e *Error) Unwrap() error { return e.Err }

// maxBytes bounds the size of a table: a million trials with many columns are
// within it.
const maxBytes = 1 << 30

// cells is a table as text, however it was stored. A cell without a value is
// empty.
type cells struct {
	names   []string
	columns [][]string
	lines   []int  // of each row
	what    string // "line" or "row"
}

// Read reads the trials of the file path, in the order of the file, which need
// not be that of time. What is wrong with it is an *Error: that it cannot be
// opened or is no table, a column that it does not have, an onset that is no
// number, an empty cell.
func Read(path string, opt Options) ([]Row, error) {
	fail := func(err error, format string, args ...any) ([]Row, error) {
		return nil, &Error{Path: path, Reason: fmt.Sprintf(format, args...), Err: err}
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fail(err, "%v", cause(err))
	case !info.Mode().IsRegular():
		return fail(nil, "is not a regular file, want a table of trials")
	case info.Size() > maxBytes:
		return fail(nil, "has %d bytes, want a table of trials of at most %d", info.Size(), maxBytes)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(err, "%v", cause(err))
	}
	var table *cells
	if bytes.HasPrefix(content, []byte("ARROW1")) {
		table, err = decodeArrow(path)
	} else {
		table, err = decodeCSV(content)
	}
	var corrupt *spikefile.CorruptError
	if errors.As(err, &corrupt) {
		return fail(err, "%s", corrupt.Reason)
	}
	if err != nil {
		return fail(err, "%v", err)
	}
	rows, err := table.rows(opt)
	if e, ok := err.(*Error); ok {
		e.Path = path
		return nil, e
	}
	return rows, err
}

// cause leaves out what the line says already.
func cause(err error) error {
	if p, ok := err.(*os.PathError); ok {
		return p.Err
	}
	return err
}

// rows takes the columns out of a table.
func (c *cells) rows(opt Options) ([]Row, error) {
	onsets, err := c.column(opt.Onset)
	if err != nil {
		return nil, err
	}
	unit, err := unitOf(opt.Onset, opt.Unit)
	if err != nil {
		return nil, err
	}
	var texts [][]string
	for _, name := range opt.Text {
		column, err := c.column(name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, column)
	}
	if len(onsets) == 0 {
		return nil, &Error{Reason: "has no trials, want at least one"}
	}
	rows := make([]Row, len(onsets))
	for i, text := range onsets {
		rows[i] = Row{Line: c.lines[i], Text: make([]string, len(texts))}
		if rows[i].Onset, err = steps(text, unit, opt.StepsPerSecond); err != nil {
			return nil, &Error{Reason: fmt.Sprintf("%s %d: %s is %q, want %v", c.what, c.lines[i], opt.Onset, text, err)}
		}
		for k, column := range texts {
			if column[i] == "" {
				return nil, &Error{Reason: fmt.Sprintf("%s %d: %s is empty, want a value", c.what, c.lines[i], opt.Text[k])}
			}
			rows[i].Text[k] = column[i]
		}
	}
	return rows, nil
}

// column finds a column by its name.
func (c *cells) column(name string) ([]string, error) {
	i := slices.Index(c.names, name)
	if i < 0 {
		return nil, &Error{Reason: fmt.Sprintf("has no column %q, its columns are %s", name, strings.Join(c.names, ", ")), Unknown: name, Known: c.names}
	}
	return c.columns[i], nil
}

// unitOf is the unit of a column of times.
func unitOf(name, unit string) (string, error) {
	switch unit {
	case "s", "ms", "steps":
		return unit, nil
	case "":
	default:
		return "", &Error{Reason: fmt.Sprintf("onsets in %q, want s, ms or steps", unit)}
	}
	switch {
	case strings.HasSuffix(name, "_ms"):
		return "ms", nil
	case strings.HasSuffix(name, "_s"):
		return "s", nil
	case name == "step", strings.HasSuffix(name, "_step"), strings.HasSuffix(name, "steps"):
		return "steps", nil
	}
	return "", &Error{Reason: fmt.Sprintf("the name of column %s does not end in a unit, want to be told whether it is in s, ms or steps", name)}
}

// steps reads an onset. The error says what would be right.
func steps(text, unit string, perSecond int64) (int64, error) {
	text = strings.TrimSpace(text)
	if unit == "steps" {
		step, err := strconv.ParseInt(text, 10, 64)
		if err != nil || step < 0 || step > maxStep {
			return 0, fmt.Errorf("a whole number of steps")
		}
		return step, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if unit == "ms" {
		x /= 1000
	}
	exact := math.Round(x * float64(perSecond))
	if err != nil || !(exact >= 0 && exact <= maxStep) {
		return 0, fmt.Errorf("a time in %s, from 0 on", unit)
	}
	return int64(exact), nil
}

// maxStep leaves room for adding a window.
const maxStep = 1 << 53

// checkNames rejects a header that is none.
func checkNames(names []string) error {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		switch {
		case name == "" || !utf8.ValidString(name):
			return fmt.Errorf("column %d is named %q, want the names of the columns in the first line", i+1, name)
		case seen[name]:
			return fmt.Errorf("two columns are named %q", name)
		}
		seen[name] = true
	}
	return nil
}
