package signaltable

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apical-sim/apical/io/spikefile"
)

// readArrow reads a table that any program wrote.
func readArrow(path string) (t *Table, err error) {
	r, err := spikefile.OpenRecords(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var names []string // of the columns of numbers
	var places []int
	for i, f := range r.Schema().Fields() {
		if numeric(f.Type) {
			names, places = append(names, f.Name), append(places, i)
		}
	}
	at, scale, err := findTime(names)
	if err != nil {
		return nil, err
	}
	if len(places) < 2 {
		return nil, fmt.Errorf("no column of numbers beside %s, want the values of a signal", names[at])
	}
	columns := make([]Column, len(places))
	for r.Next() {
		for i, place := range places {
			columns[i].Name = names[i]
			if columns[i].Values, err = appendNumbers(columns[i].Values, r.Record().Column(place)); err != nil {
				return nil, fmt.Errorf("column %s: %w", names[i], err)
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	t = &Table{TimeS: columns[at].Values, Columns: append(columns[:at:at], columns[at+1:]...)}
	t.scaleTime(scale)
	return t, nil
}

// numeric tells the types that appendNumbers takes.
func numeric(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.FLOAT64, arrow.FLOAT32, arrow.INT64, arrow.INT32, arrow.INT16, arrow.INT8,
		arrow.UINT64, arrow.UINT32, arrow.UINT16, arrow.UINT8:
		return true
	}
	return false
}

// appendNumbers appends a column, none of whose values may be missing.
func appendNumbers(into []float64, col arrow.Array) ([]float64, error) {
	if n := col.NullN(); n > 0 {
		return nil, fmt.Errorf("%d values are missing, want all of them", n)
	}
	switch c := col.(type) {
	case *array.Float64:
		return append(into, c.Float64Values()...), nil
	case *array.Float32:
		return widen(into, c.Float32Values()), nil
	case *array.Int64:
		return widen(into, c.Int64Values()), nil
	case *array.Int32:
		return widen(into, c.Int32Values()), nil
	case *array.Int16:
		return widen(into, c.Int16Values()), nil
	case *array.Int8:
		return widen(into, c.Int8Values()), nil
	case *array.Uint64:
		return widen(into, c.Uint64Values()), nil
	case *array.Uint32:
		return widen(into, c.Uint32Values()), nil
	case *array.Uint16:
		return widen(into, c.Uint16Values()), nil
	case *array.Uint8:
		return widen(into, c.Uint8Values()), nil
	}
	return nil, fmt.Errorf("type %v, want numbers", col.DataType())
}

func widen[T float32 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](into []float64, values []T) []float64 {
	for _, v := range values {
		into = append(into, float64(v))
	}
	return into
}
