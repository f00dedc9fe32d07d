package spiketable

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// maxPageValues bounds what a page may claim to have, since a few bytes can stand
// for any number of equal values. Writers make pages of at most a row group, which
// is a million rows or less.
const maxPageValues = 1 << 24

// byteStreamSplit is an encoding that the library does not know.
const byteStreamSplit parquet.Encoding = 9

// pageColumn decodes the pages of a flat column. The library's own decoders would
// do, were it not that damaged pages make them run for ever.
type pageColumn struct {
	index    int // in the file
	descr    *schema.Column
	physical parquet.Type
	unsigned bool

	pages file.PageReader // of the current row group
	dict  values          // of the current row group
	page  values          // of the current page
	at    int             // values of the page that were taken

	levels, indices []uint32
}

// values holds values of a column: floats of floating-point types, ints of
// integers, texts of byte arrays.
type values struct {
	floats []float64
	ints   []int64
	texts  []string
	rows   int
	null   int // index of the first row without a value, -1 if all have one
}

func (v *values) reset() {
	v.floats, v.ints, v.texts, v.rows, v.null = v.floats[:0], v.ints[:0], v.texts[:0], 0, -1
}

// newPageColumn describes column index of a file.
func newPageColumn(index int, descr *schema.Column) *pageColumn {
	c := &pageColumn{index: index, descr: descr, physical: descr.PhysicalType()}
	switch l := descr.LogicalType().(type) {
	case *schema.IntLogicalType:
		c.unsigned = !l.IsSigned()
	case schema.IntLogicalType:
		c.unsigned = !l.IsSigned()
	}
	return c
}

// begin turns to a row group.
func (c *pageColumn) begin(pages file.PageReader) {
	c.pages, c.at = pages, 0
	c.dict.reset()
	c.page.reset()
}

// read fills a column with the next n values of the row group.
func (c *pageColumn) read(n int, into *column) error {
	into.null = -1
	floats, ints := into.ownFloats[:0], into.ownInts[:0]
	into.texts = into.texts[:0]
	for rows := 0; rows < n; {
		if c.at == c.page.rows {
			if err := c.load(); err != nil {
				return err
			}
			continue
		}
		take := min(n-rows, c.page.rows-c.at)
		if c.page.null >= 0 {
			into.null = rows + c.page.null - c.at // perhaps beyond the chunk
			return nil
		}
		switch {
		case c.physical == parquet.Types.ByteArray:
			into.texts = append(into.texts, c.page.texts[c.at:c.at+take]...)
		case c.isFloat():
			floats = append(floats, c.page.floats[c.at:c.at+take]...)
		default:
			ints = append(ints, c.page.ints[c.at:c.at+take]...)
		}
		c.at += take
		rows += take
	}
	switch {
	case c.physical == parquet.Types.ByteArray:
	case c.isFloat():
		into.ownFloats, into.floats = floats, floats
	default:
		into.takeInts(ints)
	}
	return nil
}

func (c *pageColumn) isFloat() bool {
	return c.physical == parquet.Types.Float || c.physical == parquet.Types.Double
}

// load decodes the next page.
func (c *pageColumn) load() error {
	if !c.pages.Next() {
		if err := c.pages.Err(); err != nil {
			return err
		}
		return fmt.Errorf("the row group has fewer values than rows")
	}
	var levels, data []byte
	var n int
	var encoding parquet.Encoding
	most := c.descr.MaxDefinitionLevel()
	switch p := c.pages.Page().(type) {
	case *file.DictionaryPage:
		c.dict.reset()
		if e := parquet.Encoding(p.Encoding()); e != parquet.Encodings.Plain && e != parquet.Encodings.PlainDict {
			return fmt.Errorf("a dictionary with encoding %v", e)
		}
		return c.decode(&c.dict, p.Data(), int(p.NumValues()), parquet.Encodings.Plain)
	case *file.DataPageV1:
		n, encoding, data = int(p.NumValues()), parquet.Encoding(p.Encoding()), p.Data()
		if most > 0 {
			if e := p.DefinitionLevelEncoding(); e != parquet.Encodings.RLE {
				return fmt.Errorf("definition levels with encoding %v are not read", e)
			}
			if len(data) < 4 || uint64(len(data)-4) < uint64(binary.LittleEndian.Uint32(data)) {
				return errShort
			}
			size := binary.LittleEndian.Uint32(data)
			levels, data = data[4:4+size], data[4+size:]
		}
	case *file.DataPageV2:
		n, encoding, data = int(p.NumValues()), parquet.Encoding(p.Encoding()), p.Data()
		before, size := int(p.RepetitionLevelByteLen()), int(p.DefinitionLevelByteLen())
		if before < 0 || size < 0 || before > len(data) || size > len(data)-before {
			return errShort
		}
		levels, data = data[before:before+size], data[before+size:]
	default:
		return nil // an index or the like
	}
	c.at = 0
	c.page.reset()
	if n < 0 || n > maxPageValues {
		return fmt.Errorf("a page of %d values, want 0 to %d", n, maxPageValues)
	}
	if most > 0 {
		var err error
		if c.levels, err = hybrid(c.levels[:0], levels, bitsFor(most), n); err != nil {
			return err
		}
		for i, level := range c.levels {
			if level < uint32(most) {
				// A value that is missing is an error, so that no other is needed.
				c.page.null, c.page.rows = i, n
				return nil
			}
		}
	}
	return c.decode(&c.page, data, n, encoding)
}

// decode appends n values, which are all there.
func (c *pageColumn) decode(to *values, data []byte, n int, encoding parquet.Encoding) (err error) {
	if n < 0 || n > maxPageValues {
		return fmt.Errorf("a page of %d values, want 0 to %d", n, maxPageValues)
	}
	width := 8
	if c.physical == parquet.Types.Int32 || c.physical == parquet.Types.Float {
		width = 4
	}
	switch isText := c.physical == parquet.Types.ByteArray; {
	case encoding == parquet.Encodings.PlainDict || encoding == parquet.Encodings.RLEDict:
		err = c.lookUp(to, data, n)
	case encoding == parquet.Encodings.Plain && isText:
		to.texts, err = plainTexts(to.texts, data, n)
	case encoding == parquet.Encodings.DeltaLengthByteArray && isText:
		to.texts, err = lengthTexts(to.texts, data, n)
	case encoding == parquet.Encodings.DeltaByteArray && isText:
		to.texts, err = prefixTexts(to.texts, data, n)
	case encoding == parquet.Encodings.Plain && len(data) >= n*width:
		for i := range n {
			c.append(to, data[i*width:], width)
		}
	case encoding == byteStreamSplit && !isText && len(data) >= n*width:
		var word [8]byte
		for i := range n {
			for k := range width {
				word[k] = data[k*n+i]
			}
			c.append(to, word[:], width)
		}
	case encoding == parquet.Encodings.DeltaBinaryPacked && !isText && !c.isFloat():
		if to.ints, _, err = differences(to.ints, data, n); err == nil {
			for i, v := range to.ints {
				if width == 4 {
					v = int64(int32(v))
				}
				to.ints[i] = c.sign(v, width)
			}
		}
	case encoding == parquet.Encodings.Plain, encoding == byteStreamSplit:
		err = errShort
	default:
		err = fmt.Errorf("encoding %v of %s is not read", encoding, parquetType(c.descr))
	}
	to.rows += n
	if err == nil && c.unsigned && width == 8 {
		for _, v := range to.ints {
			if v < 0 {
				return fmt.Errorf("%d, want at most %d", uint64(v), int64(math.MaxInt64))
			}
		}
	}
	return err
}

// lookUp appends n values of the dictionary.
func (c *pageColumn) lookUp(to *values, data []byte, n int) (err error) {
	if n == 0 {
		return nil
	}
	if len(data) == 0 {
		return errShort
	}
	if c.indices, err = hybrid(c.indices[:0], data[1:], int(data[0]), n); err != nil {
		return err
	}
	for _, k := range c.indices {
		if uint64(k) >= uint64(c.dict.rows) {
			return fmt.Errorf("value %d of a dictionary of %d", k, c.dict.rows)
		}
		switch {
		case c.physical == parquet.Types.ByteArray:
			to.texts = append(to.texts, c.dict.texts[k])
		case c.isFloat():
			to.floats = append(to.floats, c.dict.floats[k])
		default:
			to.ints = append(to.ints, c.dict.ints[k])
		}
	}
	return nil
}

// append appends the number whose bytes begin b.
func (c *pageColumn) append(to *values, b []byte, width int) {
	switch c.physical {
	case parquet.Types.Double:
		to.floats = append(to.floats, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case parquet.Types.Float:
		to.floats = append(to.floats, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case parquet.Types.Int64:
		to.ints = append(to.ints, int64(binary.LittleEndian.Uint64(b)))
	default:
		to.ints = append(to.ints, c.sign(int64(int32(binary.LittleEndian.Uint32(b))), width))
	}
}

// sign makes what it stands for of a number that was read as signed.
func (c *pageColumn) sign(v int64, width int) int64 {
	if c.unsigned && width == 4 && v < 0 {
		return v + 1<<32
	}
	return v
}
