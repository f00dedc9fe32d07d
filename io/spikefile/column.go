package spikefile

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// nameIndex is the type of every column of names.
func nameIndex() *arrow.DictionaryType {
	return &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
}

// fewNameIndex is the type of a column of at most 127 names.
func fewNameIndex() *arrow.DictionaryType {
	return &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
}

// nameDictionary returns the values of a column of names. The library allows
// one dictionary a file, so all names are in it from the start, and each batch
// carries this same one.
func nameDictionary(names []string) arrow.ArrayData {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(names, nil)
	return b.NewStringArray().Data()
}

// makeArray wraps n values stored as bytes, without copying. The bytes must
// stay unchanged until the array is released. dict is nil but for a column of
// names.
func makeArray(dt arrow.DataType, values []byte, n int, dict arrow.ArrayData) arrow.Array {
	return makeNullable(dt, nil, values, n, 0, dict)
}

// makeNullable is makeArray with a validity bitmap and its number of nulls.
func makeNullable(dt arrow.DataType, valid, values []byte, n, nulls int, dict arrow.ArrayData) arrow.Array {
	if dt.ID() == arrow.STRING && n == 0 {
		return makeText(nil, nil, nil, 0)
	}
	var validity *memory.Buffer
	if nulls > 0 {
		validity = memory.NewBufferBytes(valid)
	}
	buffers := []*memory.Buffer{validity, memory.NewBufferBytes(values)}
	var data *array.Data
	if dict == nil {
		data = array.NewData(dt, n, buffers, nil, nulls, 0)
	} else {
		data = array.NewDataWithDictionary(dt, n, buffers, nulls, 0, dict.(*array.Data))
	}
	defer data.Release()
	return array.MakeFromData(data)
}

// makeText wraps texts, which end in text where ends says, as an array.
func makeText(valid, text []byte, ends []int32, nulls int) arrow.Array {
	var validity *memory.Buffer
	if nulls > 0 {
		validity = memory.NewBufferBytes(valid)
	}
	offsets := append([]int32{0}, ends...)
	data := array.NewData(arrow.BinaryTypes.String, len(ends), []*memory.Buffer{validity,
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)), memory.NewBufferBytes(text)}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// columnWidths returns the bytes a value takes in each column, or nil if some
// column has values of varying length.
func columnWidths(s *arrow.Schema) []int64 {
	widths := make([]int64, s.NumFields())
	for i := range widths {
		dt := s.Field(i).Type
		if d, ok := dt.(*arrow.DictionaryType); ok {
			dt = d.IndexType
		}
		fixed, ok := dt.(arrow.FixedWidthDataType)
		if !ok || fixed.BitWidth()%8 != 0 || fixed.BitWidth() == 0 || fixed.Layout().HasDict {
			return nil
		}
		widths[i] = int64(fixed.BitWidth() / 8)
	}
	return widths
}

// column buffers the values of one column, in the slice of its type.
type column struct {
	f64   []float64
	i64   []int64
	u32   []uint32
	i16   []int16
	i8    []int8
	text  []byte  // the texts, one after another
	ends  []int32 // of each in text
	valid []byte  // bitmap, only of a nullable column
	nulls int
}

// setValid records for row i of a nullable column whether it has a value.
func (c *column) setValid(i int, ok bool) {
	if i/8 >= len(c.valid) {
		c.valid = append(c.valid, 0)
	}
	bitutil.SetBitTo(c.valid, i, ok)
	if !ok {
		c.nulls++
	}
}

// addText appends a text as row i of a nullable column; an empty one is null.
func (c *column) addText(i int, s string) {
	c.text = append(c.text, s...)
	c.ends = append(c.ends, int32(len(c.text)))
	c.setValid(i, s != "")
}

// array returns the buffered n values as an array that shares their memory.
func (c *column) array(dt arrow.DataType, n int, dict arrow.ArrayData) arrow.Array {
	var b []byte
	switch dt.ID() {
	case arrow.FLOAT64:
		b = arrow.Float64Traits.CastToBytes(c.f64)
	case arrow.INT64:
		b = arrow.Int64Traits.CastToBytes(c.i64)
	case arrow.UINT32:
		b = arrow.Uint32Traits.CastToBytes(c.u32)
	case arrow.INT8:
		b = arrow.Int8Traits.CastToBytes(c.i8)
	case arrow.STRING:
		return makeText(c.valid, c.text, c.ends, c.nulls)
	case arrow.DICTIONARY:
		if b = arrow.Int16Traits.CastToBytes(c.i16); c.i16 == nil {
			b = arrow.Int8Traits.CastToBytes(c.i8)
		}
	}
	return makeNullable(dt, c.valid, b, n, c.nulls, dict)
}

// reset empties the column and keeps its memory.
func (c *column) reset() {
	c.f64, c.i64, c.u32, c.i16, c.i8 = c.f64[:0], c.i64[:0], c.u32[:0], c.i16[:0], c.i8[:0]
	c.text, c.ends = c.text[:0], c.ends[:0]
	c.valid, c.nulls = c.valid[:0], 0
}
