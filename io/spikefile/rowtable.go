package spikefile

import (
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// rowTable is a table that grows by single rows. It serves tables of a few
// rows a simulated second, so it encodes where it is called instead of on its
// own goroutine. It is not safe for concurrent use.
type rowTable struct {
	file      *arrowFile
	dicts     []arrow.ArrayData
	cols      []column
	n         int // buffered rows
	batchRows int
	rows      int64
	last      float64 // time of the last row, s
	closed    bool
	result    error
	failed    error
}

// createTable starts the table file path. names holds the values of each
// column of names, by column index.
func createTable(path, format string, meta Meta, opt Options, fields []arrow.Field, names map[int][]string, more []pair, dst io.Writer, mem memory.Allocator) (*rowTable, error) {
	meta, err := meta.validate(format)
	if err != nil {
		return nil, err
	}
	if opt, err = opt.validate(); err != nil {
		return nil, err
	}
	md, err := meta.encode(format, more...)
	if err != nil {
		return nil, err
	}
	t := &rowTable{
		dicts:     make([]arrow.ArrayData, len(fields)),
		cols:      make([]column, len(fields)),
		batchRows: opt.BatchRows,
		last:      math.Inf(-1),
	}
	for i, n := range names {
		t.dicts[i] = nameDictionary(n)
	}
	schema := arrow.NewSchema(fields, &md)
	t.file, err = startFile(path, dst, schema, t.dicts, opt.Codec, mem)
	return t, err
}

// begin tests what all rows have in common: the time in s, and an index into
// names, of which there are n.
func (t *rowTable) begin(time float64, what string, index, n int) error {
	switch {
	case t.failed != nil:
		return t.failed
	case t.closed:
		return errClosed
	case math.IsNaN(time) || math.IsInf(time, 0):
		return fmt.Errorf("spikefile: t_s: %v, want a finite time", time)
	case time < t.last:
		return fmt.Errorf("spikefile: t_s: %v follows %v, want times that do not decrease", time, t.last)
	case index < 0 || index >= n:
		return fmt.Errorf("spikefile: t_s %v: %s %d, want 0 to %d", time, what, index, n-1)
	}
	t.last = time
	return nil
}

// end counts the row just appended, and writes the batch if it is full.
func (t *rowTable) end() error {
	t.n++
	t.rows++
	if t.n == t.batchRows {
		return t.writeBatch()
	}
	return nil
}

// writeBatch writes the buffered rows.
func (t *rowTable) writeBatch() error {
	if t.n == 0 || t.failed != nil {
		return t.failed
	}
	arrays := make([]arrow.Array, len(t.cols))
	for i := range t.cols {
		arrays[i] = t.cols[i].array(t.file.schema.Field(i).Type, t.n, t.dicts[i])
	}
	t.failed = t.file.write(arrays, t.n)
	for i := range t.cols {
		t.cols[i].reset()
	}
	t.n = 0
	return t.failed
}

// Rows returns the number of rows appended so far.
func (t *rowTable) Rows() int64 { return t.rows }

// Flush writes the buffered rows as one batch and makes it durable, so that
// [Repair] can find them if the run is killed.
func (t *rowTable) Flush() error {
	if t.closed {
		return errClosed
	}
	if err := t.writeBatch(); err != nil {
		return err
	}
	t.failed = t.file.sync()
	return t.failed
}

// Close writes what is buffered and the end of the file and gives it its final
// name. If anything failed before, it returns that failure and leaves
// path.partial with all complete batches. Further calls return the same.
func (t *rowTable) Close() error {
	if !t.closed {
		t.closed = true
		_ = t.writeBatch() // kept by the file, which then refuses to finish
		t.result = t.file.close()
	}
	return t.result
}

// Discard gives up the file and removes it, as if it had never been started.
// Meant for what can be made again.
func (t *rowTable) Discard() {
	if !t.closed {
		t.closed, t.result = true, errClosed
		t.file.discard()
	}
}
