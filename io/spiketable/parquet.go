package spiketable

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// parquetRows is how many rows of a Parquet file are decoded at once.
const parquetRows = 1 << 16

// parquetDecoder reads the flat columns of Parquet files. It decodes the pages
// itself, see [pageColumn]; the library's bridge to Arrow would also need gRPC.
type parquetDecoder struct {
	f      *os.File
	r      *file.Reader
	chosen [3]*pageColumn
	group  int   // the next row group
	left   int64 // rows of the current one still to be read
	row    int64 // rows before the chunk
	rows   int64 // of the chunk
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
		if index >= 0 {
			d.chosen[i] = newPageColumn(index, d.r.MetaData().Schema.Column(index))
		}
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
		pages, err := g.GetColumnPageReader(c.index)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.descr.Path(), err)
		}
		c.begin(pages)
	}
	return nil
}

func (d *parquetDecoder) place(i int) string { return fmt.Sprintf("row %d", d.row+int64(i)+1) }
func (d *parquetDecoder) close() error       { return d.f.Close() }

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
