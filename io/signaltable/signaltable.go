// Package signaltable reads signals that were sampled beside spikes: a column of
// times and columns of values, from CSV or Arrow files.
//
// # Columns
//
// The time is the column time_s, t_s, time or t, in s, or time_ms or t_ms; letter
// case does not matter. All other columns of numbers are values. In a CSV file they
// are separated by commas, semicolons or tabs, whichever the first line has; lines
// that begin with # are skipped; a file whose first line is two numbers has no
// names, and its columns are the time in s and the value. Times ascend.
//
// Values that are missing or no finite numbers are errors: what a signal was in
// between is for its owner to know.
package signaltable

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Table holds signals that were sampled at the same times.
type Table struct {
	TimeS   []float64 // ascending
	Columns []Column  // at least one
}

// Column is a column of values, one for each time.
type Column struct {
	Name   string
	Values []float64
}

// InputError reports a file that holds no signals, on one line.
type InputError struct {
	Path   string
	Reason string // what is wrong, and what would be right
	Err    error  // the error underneath, if there is one
}

// Error returns the file and the reason.
func (e *InputError) Error() string { return e.Path + ": " + e.Reason }

// Unwrap returns the error underneath, or nil.
func (e *InputError) Unwrap() error { return e.Err }

// Read reads the file path, an Arrow file or stream if it begins like one, else
// CSV. What is wrong with the file is an *InputError.
func Read(path string) (*Table, error) {
	t, err := read(path)
	if err == nil {
		err = t.check()
	}
	var input *InputError
	switch {
	case err == nil:
		return t, nil
	case errors.As(err, &input):
		return nil, err
	}
	return nil, &InputError{Path: path, Reason: strings.TrimPrefix(err.Error(), path+": "), Err: err}
}

func read(path string) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			return nil, p.Err
		}
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	switch head := string(head[:n]); {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case n == 0:
		return nil, errors.New("is empty, want a table with times and values")
	case head == "ARRO" || head == "\xff\xff\xff\xff":
		return readArrow(path)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	return readCSV(f, strings.TrimSuffix(name, filepath.Ext(name)))
}

// Column returns the column of a name, or the only one if name is empty.
func (t *Table) Column(name string) (Column, error) {
	var names []string
	for _, c := range t.Columns {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	switch {
	case name != "":
		return Column{}, fmt.Errorf("no column %q of values, want one of %s", name, strings.Join(names, ", "))
	case len(t.Columns) > 1:
		return Column{}, fmt.Errorf("%d columns of values, want the name of one of %s", len(names), strings.Join(names, ", "))
	}
	return t.Columns[0], nil
}

// timeScale returns the number of seconds in the unit of a column of times; ok is
// false for the name of another column.
func timeScale(name string) (scale float64, ok bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "time_s", "t_s", "time", "t":
		return 1, true
	case "time_ms", "t_ms":
		return 1e-3, true
	}
	return 0, false
}

// findTime returns the only column of times.
func findTime(names []string) (at int, scale float64, err error) {
	at = -1
	for i, name := range names {
		if s, ok := timeScale(name); ok {
			if at >= 0 {
				return 0, 0, fmt.Errorf("columns %s and %s both are times, want one", names[at], name)
			}
			at, scale = i, s
		}
	}
	if at < 0 {
		return 0, 0, fmt.Errorf("no column of times, want time_s, t_s, time, t, time_ms or t_ms among %s", strings.Join(names, ", "))
	}
	return at, scale, nil
}

// scaleTime converts times to s. A product with 1e-3 would not give the number that
// stands for the quotient.
func (t *Table) scaleTime(scale float64) {
	if scale == 1 {
		return
	}
	for i := range t.TimeS {
		t.TimeS[i] /= math.Round(1 / scale)
	}
}

// check tests what all readers rely on.
func (t *Table) check() error {
	if len(t.TimeS) < 2 {
		return fmt.Errorf("%d samples, want at least 2", len(t.TimeS))
	}
	for i, v := range t.TimeS {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("sample %d has the time %v, want a finite number", i+1, v)
		}
		if i > 0 && v <= t.TimeS[i-1] {
			return fmt.Errorf("sample %d has the time %v s after %v s, want ascending times", i+1, v, t.TimeS[i-1])
		}
	}
	for _, c := range t.Columns {
		if i := slices.IndexFunc(c.Values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); i >= 0 {
			return fmt.Errorf("column %s is %v at %v s, want finite numbers", c.Name, c.Values[i], t.TimeS[i])
		}
	}
	return nil
}
