package spikefile

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// ResultColumn is a column of a table of results with its values. Exactly one of
// Numbers, Counts, Index and Texts is used.
type ResultColumn struct {
	Name string // not empty, unique in the table; ends in the unit, as t_s
	Unit string // such as "s" or "Hz per neuron"; "1" for what has none
	What string // what it is, for people; may be empty
	// Numbers are stored as float64. A NaN is stored as null where the column is
	// nullable, and rejected where it is not.
	Numbers  []float64
	Nullable bool
	Counts   []int64 // stored as int64
	// Index are the places in Names of a column of names. Names may be more than
	// are used, at most 32767.
	Index []int16
	Names []string
	// Texts are stored as utf8, an empty one as null, which needs a nullable column.
	Texts []string
}

// WriteResults writes a table of results: what an analysis found, complete at
// once and small beside the spikes that it comes from. kind is what follows
// "apical." in the metadata key format, such as "psth". The rules of [Create]
// apply: path must not exist, and gets its name when it is complete. The columns
// have equal lengths; an error names the column and what would be right.
//
// [Inspect] and [Repair] know the files, and any reader of Arrow opens them.
func WriteResults(path, kind string, meta Meta, columns []ResultColumn, opt Options) error {
	if err := checkResults(kind, columns); err != nil {
		return err
	}
	w, err := CreateResults(path, kind, meta, columns, opt)
	if err != nil {
		return err
	}
	w.append(columns)
	return w.Close()
}

// ResultsWriter writes a table of results that grows while it is found. It is not
// safe for concurrent use. Close must be called.
type ResultsWriter struct {
	*rowTable
	kind    string
	columns []ResultColumn
}

// CreateResults starts a table of results, with the rules of [WriteResults]. It takes
// names, types and units from columns, and not their values.
func CreateResults(path, kind string, meta Meta, columns []ResultColumn, opt Options) (*ResultsWriter, error) {
	if err := checkResults(kind, columns); err != nil {
		return nil, err
	}
	fields := make([]arrow.Field, len(columns))
	names := map[int][]string{}
	for i, c := range columns {
		fields[i] = c.field()
		if c.Names != nil {
			names[i] = c.Names
		}
	}
	t, err := createTable(path, "apical."+kind, meta, opt, fields, names, nil, nil, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	return &ResultsWriter{rowTable: t, kind: kind, columns: slices.Clone(columns)}, nil
}

// Append adds as many rows as the columns have values. They are those that the table
// was started with, in their order; values that do not fit are rejected and leave the
// file as it was.
func (w *ResultsWriter) Append(columns []ResultColumn) error {
	switch {
	case w.failed != nil:
		return w.failed
	case w.closed:
		return errClosed
	case len(columns) != len(w.columns):
		return fmt.Errorf("spikefile: %d columns, want the %d of the table", len(columns), len(w.columns))
	}
	for i, c := range columns {
		if want := w.columns[i]; c.Name != want.Name || c.Nullable != want.Nullable || !slices.Equal(c.Names, want.Names) ||
			!arrow.TypeEqual(c.field().Type, want.field().Type) {
			return fmt.Errorf("spikefile: column %s differs from %s of the table", c.Name, want.Name)
		}
	}
	if err := checkResults(w.kind, columns); err != nil {
		return err
	}
	return w.append(columns)
}

// append adds columns that fit.
func (w *ResultsWriter) append(columns []ResultColumn) error {
	for row := range columns[0].rows() {
		for i := range columns {
			columns[i].copy(&w.cols[i], w.n, row)
		}
		if err := w.end(); err != nil {
			return err // which Close returns too
		}
	}
	return nil
}

// field is the column in the schema.
func (c *ResultColumn) field() arrow.Field {
	keys, values := []string{"unit"}, []string{c.Unit}
	if c.What != "" {
		keys, values = append(keys, "what"), append(values, c.What)
	}
	f := arrow.Field{Name: c.Name, Nullable: c.Nullable, Metadata: arrow.NewMetadata(keys, values)}
	switch {
	case c.Names != nil:
		f.Type, f.Metadata = nameIndex(), arrow.NewMetadata(keys[1:], values[1:])
	case c.Texts != nil:
		f.Type = arrow.BinaryTypes.String
	case c.Counts != nil:
		f.Type = arrow.PrimitiveTypes.Int64
	default:
		f.Type = arrow.PrimitiveTypes.Float64
	}
	return f
}

// rows is the number of values.
func (c *ResultColumn) rows() int {
	return len(c.Numbers) + len(c.Counts) + len(c.Index) + len(c.Texts)
}

// copy appends the value of a row to the buffer, as its row n.
func (c *ResultColumn) copy(to *column, n, row int) {
	switch {
	case c.Names != nil:
		to.i16 = append(to.i16, c.Index[row])
	case c.Texts != nil:
		to.addText(n, c.Texts[row])
	case c.Counts != nil:
		to.i64 = append(to.i64, c.Counts[row])
	default:
		to.f64 = append(to.f64, c.Numbers[row])
		if c.Nullable {
			to.setValid(n, !math.IsNaN(c.Numbers[row]))
		}
	}
}

// checkResults rejects what makes no table.
func checkResults(kind string, columns []ResultColumn) error {
	if kind == "" || !results("apical."+kind) {
		return fmt.Errorf("spikefile: kind %q, want the name of a table of results", kind)
	}
	if !utf8.ValidString(kind) || len(columns) == 0 {
		return fmt.Errorf("spikefile: kind %q with %d columns, want UTF-8 and at least one column", kind, len(columns))
	}
	var names []string
	for i := range columns {
		c := &columns[i]
		names = append(names, c.Name)
		if n := c.rows(); n != columns[0].rows() {
			return fmt.Errorf("spikefile: column %s: %d values, want %d as in %s", c.Name, n, columns[0].rows(), columns[0].Name)
		}
		if err := c.check(); err != nil {
			return fmt.Errorf("spikefile: column %s: %w", c.Name, err)
		}
	}
	return checkNames("columns", names)
}

func (c *ResultColumn) check() error {
	kinds := 0
	for _, used := range []bool{c.Numbers != nil, c.Counts != nil, c.Names != nil || c.Index != nil, c.Texts != nil} {
		if used {
			kinds++
		}
	}
	switch {
	case kinds > 1 || (c.Index != nil) && c.Names == nil:
		return fmt.Errorf("want one of Numbers, Counts, Texts, and Index with Names")
	case c.Nullable && (c.Names != nil || c.Counts != nil):
		return fmt.Errorf("is nullable, want that only of Numbers and Texts")
	case !utf8.ValidString(c.Unit) || !utf8.ValidString(c.What):
		return fmt.Errorf("unit %q, what %q, want UTF-8", c.Unit, c.What)
	}
	for row, x := range c.Numbers {
		if math.IsNaN(x) && !c.Nullable {
			return fmt.Errorf("row %d is not a number, want one in a column that is not nullable", row)
		}
	}
	for row, s := range c.Texts {
		if s == "" && !c.Nullable || !utf8.ValidString(s) {
			return fmt.Errorf("row %d is %q, want UTF-8, and a text in a column that is not nullable", row, s)
		}
	}
	for row, k := range c.Index {
		if k < 0 || int(k) >= len(c.Names) {
			return fmt.Errorf("row %d has name %d, want 0 to %d", row, k, len(c.Names)-1)
		}
	}
	return checkNames("names of "+c.Name, c.Names)
}
