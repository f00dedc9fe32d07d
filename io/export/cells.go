package export

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// kind is what the values of a column are.
type kind uint8

const (
	numbers kind = iota
	integers
	texts
)

// column describes a column and holds its values of a batch.
type column struct {
	name     string
	kind     kind
	bits     int // of numbers and integers
	unsigned bool
	nullable bool

	values arrow.Array
	floats []float64
	ints   []int64
	names  array.StringLike // of a column of texts, or of a dictionary
	index  *array.Dictionary
}

// columnsOf describes the columns of a table.
func columnsOf(s *arrow.Schema) ([]column, error) {
	var all []column
	for _, f := range s.Fields() {
		c := column{name: f.Name, nullable: f.Nullable}
		dt := f.Type
		if d, ok := dt.(*arrow.DictionaryType); ok {
			if dt = d.ValueType; dt.ID() != arrow.STRING {
				dt = f.Type // no dictionary of texts: refused below
			}
		}
		switch dt.ID() {
		case arrow.FLOAT32, arrow.FLOAT64:
			c.kind = numbers
		case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64:
			c.kind = integers
		case arrow.UINT8, arrow.UINT16, arrow.UINT32:
			c.kind, c.unsigned = integers, true
		case arrow.STRING:
			c.kind = texts
		default:
			return nil, fmt.Errorf("column %s is %v, which is not exported", f.Name, f.Type)
		}
		if fixed, ok := dt.(arrow.FixedWidthDataType); ok {
			c.bits = fixed.BitWidth()
		}
		all = append(all, c)
	}
	return all, nil
}

// load takes the values of a batch.
func (c *column) load(values arrow.Array) error {
	c.values = values
	c.ints = c.ints[:0]
	switch a := values.(type) {
	case *array.Float64:
		c.floats = append(c.floats[:0], a.Float64Values()...)
	case *array.Float32:
		c.floats = widen(c.floats[:0], a.Float32Values())
	case *array.Int64:
		c.ints = append(c.ints, a.Int64Values()...)
	case *array.Int32:
		c.ints = widen(c.ints, a.Int32Values())
	case *array.Int16:
		c.ints = widen(c.ints, a.Int16Values())
	case *array.Int8:
		c.ints = widen(c.ints, a.Int8Values())
	case *array.Uint32:
		c.ints = widen(c.ints, a.Uint32Values())
	case *array.Uint16:
		c.ints = widen(c.ints, a.Uint16Values())
	case *array.Uint8:
		c.ints = widen(c.ints, a.Uint8Values())
	case *array.Dictionary:
		c.index, c.names = a, a.Dictionary().(array.StringLike)
	case array.StringLike:
		c.names = a
	default:
		return fmt.Errorf("column %s is %v, which is not exported", c.name, values.DataType())
	}
	return nil
}

// null reports that row i has no value.
func (c *column) null(i int) bool { return c.values.NullN() > 0 && c.values.IsNull(i) }

// text is the value of row i of a column of texts, which is not null.
func (c *column) text(i int) string {
	if c.index != nil {
		i = c.index.GetValueIndex(i)
	}
	return c.names.Value(i)
}

// widen appends numbers of a narrower type.
func widen[To, From int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | float32 | float64](into []To, values []From) []To {
	for _, v := range values {
		into = append(into, To(v))
	}
	return into
}

// load takes the values of all columns.
func load(columns []column, rec arrow.Record) error {
	for i := range columns {
		if err := columns[i].load(rec.Column(i)); err != nil {
			return err
		}
	}
	return nil
}
