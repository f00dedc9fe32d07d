package spiketable

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// parquetRows is how many rows of a Parquet file are decoded at once.
const parquetRows = 1 << 16

// parquetDecoder reads the flat columns of Parquet files. It takes the columns
// from the pages itself: the library's bridge to Arrow needs gRPC.
type parquetDecoder struct {
	f      *os.File
	r      *file.Reader
	chosen [3]*parquetColumn
	group  int   // the next row group
	left   int64 // rows of the current one still to be read
	row    int64 // rows before the chunk
	rows   int64 // of the chunk
}

// parquetColumn is a column that chunks have.
type parquetColumn struct {
	index   int // in the file
	descr   *schema.Column
	reader  file.ColumnChunkReader  // of the current row group, but for texts
	strings file.BinaryRecordReader // of texts
	arrays  []arrow.Array           // texts of the chunk
	defs    []int16
	f32     []float32
	i32     []int32
}

func openParquet(path string) (d decoder, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	p := &parquetDecoder{f: f}
	props := parquet.NewReaderProperties(newLimited(info.Size()))
	props.BufferedStreamEnabled = true // page by page instead of whole column chunks
	err = guard(func() (err error) {
		p.r, err = file.NewParquetReader(f, file.WithReadProps(props))
		return err
	})
	if err != nil {
		return nil, errors.Join(inputf(path, "is no readable Parquet file: %v", err), f.Close())
	}
	return p, nil
}

func (d *parquetDecoder) columns() []columnInfo {
	var all []columnInfo
	s := d.r.MetaData().Schema
	for i := range s.NumColumns() {
		c := s.Column(i)
		all = append(all, columnInfo{name: c.Path(), kind: parquetKind(c), typ: parquetType(c)})
	}
	return all
}

// parquetKind tells what a column can be.
func parquetKind(c *schema.Column) kind {
	if c.MaxRepetitionLevel() > 0 {
		return other
	}
	switch c.PhysicalType() {
	case parquet.Types.Float, parquet.Types.Double:
		return floats
	case parquet.Types.ByteArray:
		return texts
	case parquet.Types.Int32, parquet.Types.Int64:
		switch c.LogicalType().(type) {
		case schema.DecimalLogicalType, *schema.DecimalLogicalType, schema.TimestampLogicalType, *schema.TimestampLogicalType,
			schema.TimeLogicalType, *schema.TimeLogicalType, schema.DateLogicalType:
			return other
		}
		return ints
	}
	return other
}

// parquetType names a column's type.
func parquetType(c *schema.Column) string {
	name := c.PhysicalType().String()
	if l := c.LogicalType(); l != nil && !l.IsNone() {
		name += " " + l.String()
	}
	if c.MaxRepetitionLevel() > 0 {
		name = "list of " + name
	}
	return name
}

func (d *parquetDecoder) metadata(key string) string {
	for _, kv := range d.r.MetaData().KeyValueMetadata() {
		if kv != nil && kv.GetKey() == key {
			return kv.GetValue()
		}
	}
	return ""
}

func (d *parquetDecoder) choose(time, neuron, population int) error {
	for i, index := range []int{time, neuron, population} {
		if index < 0 {
			continue
		}
		c := &parquetColumn{index: index, descr: d.r.MetaData().Schema.Column(index), defs: make([]int16, parquetRows)}
		if c.descr.PhysicalType() == parquet.Types.ByteArray {
			levels := file.LevelInfo{NullSlotUsage: 1, DefLevel: c.descr.MaxDefinitionLevel()}
			c.strings = file.NewRecordReader(c.descr, levels, arrow.BinaryTypes.Binary, memory.DefaultAllocator, d.r.BufferPool()).(file.BinaryRecordReader)
		}
		d.chosen[i] = c
	}
	return nil
}

func (d *parquetDecoder) next(c *chunk) (bool, error) {
	d.row += d.rows
	d.rows = 0
	for d.left == 0 {
		if d.group == d.r.NumRowGroups() {
			return false, nil
		}
		if err := d.nextGroup(); err != nil {
			return false, err
		}
	}
	n := int(min(d.left, parquetRows))
	for i, into := range []*column{&c.time, &c.neuron, &c.population} {
		if d.chosen[i] == nil {
			continue
		}
		if err := d.chosen[i].read(n, into); err != nil {
			return false, fmt.Errorf("column %s: %w", d.chosen[i].descr.Path(), err)
		}
	}
	d.left -= int64(n)
	d.rows, c.rows = int64(n), n
	return true, nil
}

// nextGroup turns to the next row group.
func (d *parquetDecoder) nextGroup() error {
	g := d.r.RowGroup(d.group)
	d.group++
	d.left = g.NumRows()
	if d.left < 0 {
		return fmt.Errorf("a row group of %d rows", d.left)
	}
	for _, c := range d.chosen {
		if c == nil {
			continue
		}
		var err error
		if c.strings != nil {
			var pages file.PageReader
			if pages, err = g.GetColumnPageReader(c.index); err == nil {
				c.strings.SetPageReader(pages)
			}
		} else {
			c.reader, err = g.Column(c.index)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", c.descr.Path(), err)
		}
	}
	return nil
}

// read fills a column with the next n values of the row group.
func (c *parquetColumn) read(n int, into *column) error {
	into.null = -1
	var got int64
	var values int
	var err error
	defs := c.defs[:n]
	unsigned := false
	if l, ok := c.descr.LogicalType().(*schema.IntLogicalType); ok {
		unsigned = !l.IsSigned()
	} else if l, ok := c.descr.LogicalType().(schema.IntLogicalType); ok {
		unsigned = !l.IsSigned()
	}
	switch r := c.reader.(type) {
	case nil:
		return c.readStrings(n, into)
	case *file.Float64ColumnChunkReader:
		into.floats = sized(into.floats, n)
		got, values, err = r.ReadBatch(int64(n), into.floats, defs, nil)
	case *file.Float32ColumnChunkReader:
		c.f32 = sized(c.f32, n)
		got, values, err = r.ReadBatch(int64(n), c.f32, defs, nil)
		into.floats = widen(into.floats[:0], c.f32[:values])
	case *file.Int64ColumnChunkReader:
		into.ints = sized(into.ints, n)
		got, values, err = r.ReadBatch(int64(n), into.ints, defs, nil)
		for _, v := range into.ints[:values] {
			if unsigned && v < 0 {
				return fmt.Errorf("%d, want at most %d", uint64(v), int64(1<<63-1))
			}
		}
	case *file.Int32ColumnChunkReader:
		c.i32 = sized(c.i32, n)
		got, values, err = r.ReadBatch(int64(n), c.i32, defs, nil)
		into.ints = widen(into.ints[:0], c.i32[:values])
		for i, v := range into.ints {
			if unsigned && v < 0 {
				into.ints[i] = v + 1<<32
			}
		}
	default:
		return fmt.Errorf("type %s is not read", parquetType(c.descr))
	}
	if err == nil {
		err = c.reader.Err()
	}
	if err != nil {
		return err
	}
	if got != int64(n) {
		return fmt.Errorf("%d rows where the row group has %d", got, n)
	}
	if values < n {
		for i, level := range defs {
			if level < c.descr.MaxDefinitionLevel() {
				into.null = i
				return nil
			}
		}
		return fmt.Errorf("%d values in %d rows", values, n)
	}
	return nil
}

// readStrings fills a column with the next n texts. Their memory is that of
// arrays which live until the next call.
func (c *parquetColumn) readStrings(n int, into *column) error {
	for _, a := range c.arrays {
		a.Release()
	}
	c.arrays, into.texts = nil, into.texts[:0]
	c.strings.Reset()
	got, err := c.strings.ReadRecords(int64(n))
	if err != nil {
		return err
	}
	c.arrays = c.strings.GetBuilderChunks()
	for _, a := range c.arrays {
		s, ok := a.(*array.Binary)
		if !ok {
			return fmt.Errorf("type %s is not read", parquetType(c.descr))
		}
		for i := range s.Len() {
			if s.IsNull(i) && into.null < 0 {
				into.null = len(into.texts)
			}
			into.texts = append(into.texts, s.ValueString(i))
		}
	}
	if got != int64(n) || len(into.texts) != n {
		return fmt.Errorf("%d rows where the row group has %d", len(into.texts), n)
	}
	return nil
}

func (d *parquetDecoder) place(i int) string { return fmt.Sprintf("row %d", d.row+int64(i)+1) }

func (d *parquetDecoder) close() error {
	for _, c := range d.chosen {
		if c != nil {
			for _, a := range c.arrays {
				a.Release()
			}
			c.arrays = nil
		}
	}
	return d.f.Close()
}

// sized returns a slice of n values, reusing memory.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// limited is an allocator that panics rather than hand out more at once than a
// file of its size can need; guard makes an error of it. The library returns
// memory from finalizers, hence the atomic counter.
type limited struct {
	memory.Allocator
	left atomic.Int64
}

// newLimited returns the allocator for a file of size bytes: 64 MiB, and 256 times
// its size, which no codec exceeds on a whole table.
func newLimited(size int64) *limited {
	l := &limited{Allocator: memory.NewGoAllocator()}
	l.left.Store(64<<20 + 256*min(size, 1<<40))
	return l
}

func (l *limited) take(n int) {
	if l.left.Add(-int64(n)) < 0 || n < 0 {
		panic(fmt.Sprintf("a buffer of %d bytes", n))
	}
}

func (l *limited) Allocate(n int) []byte {
	l.take(n)
	return l.Allocator.Allocate(n)
}

func (l *limited) Reallocate(n int, b []byte) []byte {
	l.take(n - len(b))
	return l.Allocator.Reallocate(n, b)
}

func (l *limited) Free(b []byte) {
	l.left.Add(int64(len(b)))
	l.Allocator.Free(b)
}
