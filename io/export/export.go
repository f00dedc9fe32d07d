// Package export writes tables in the formats of other programs: CSV, Parquet,
// Arrow streams and NumPy archives. It reads a batch at a time, so that a table
// need not fit into memory.
//
// # What becomes of the columns
//
//	Arrow                 CSV       Parquet                        NumPy
//	float32, float64      decimal   FLOAT, DOUBLE                  float32, float64
//	int8 to int64         decimal   INT32, INT64                   int8 to int64
//	uint8 to uint32       decimal   INT32 (unsigned)               uint8 to uint32
//	utf8, dictionaries    text      BYTE_ARRAY (string)            <U, as wide as the longest
//	null                  empty     null                           NaN; -1 in integers
//
// Numbers in CSV have the fewest digits that read back as the same number. An
// empty text is "" in CSV, so that it differs from null. Parquet files have row
// groups of 1 048 576 rows and ZSTD compression; the column step is packed as
// differences, only texts are in dictionaries. The metadata of the table are in
// Parquet files and Arrow streams, and not in the other two. NumPy archives are
// not compressed, as those of numpy.savez; they take one reading for the lengths
// and one for each column.
//
// The same table gives the same bytes.
package export

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
)

// Format is a format to write.
type Format string

// The formats.
const (
	CSV         Format = "csv"
	Parquet     Format = "parquet"
	ArrowStream Format = "arrow-stream"
	NumPy       Format = "npz"
)

// Formats are the names of all of them.
func Formats() []string { return []string{"csv", "parquet", "arrow-stream", "npz"} }

// Rows is a table, read a batch at a time.
type Rows interface {
	Schema() *arrow.Schema
	// Next loads a batch with rows; it returns false at the end and at an error.
	Next() bool
	// Record is the batch, valid until the next call of Next.
	Record() arrow.Record
	Err() error
	Close() error
}

// sink takes the batches of one format.
type sink interface {
	write(arrow.Record) error
	// close writes the end.
	close() error
}

// Write writes the table that open begins to read to w, and returns the number of
// its rows. For NumPy archives the table is opened several times. A column of a
// type that the package does not know is an error that names it.
func Write(w io.Writer, format Format, open func() (Rows, error)) (rows int64, err error) {
	out := &checked{w: w}
	if format == NumPy {
		rows, err = writeNumPy(out, open)
	} else {
		rows, err = write(out, format, open)
	}
	if out.err != nil {
		err = out.err
	}
	return rows, err
}

func write(w io.Writer, format Format, open func() (Rows, error)) (rows int64, err error) {
	table, err := open()
	if err != nil {
		return 0, err
	}
	defer table.Close()
	columns, err := columnsOf(table.Schema())
	if err != nil {
		return 0, err
	}
	var to sink
	err = guard(func() (err error) {
		to, err = begin(w, format, table.Schema(), columns)
		return err
	})
	if err != nil {
		return 0, err
	}
	for table.Next() {
		rec := table.Record()
		if err := guard(func() error { return to.write(rec) }); err != nil {
			return rows, err
		}
		rows += rec.NumRows()
	}
	if err := table.Err(); err != nil {
		return rows, err
	}
	return rows, guard(to.close)
}

func begin(w io.Writer, format Format, s *arrow.Schema, columns []column) (sink, error) {
	switch format {
	case CSV:
		return newCSV(w, columns), nil
	case Parquet:
		return newParquet(w, s, columns)
	case ArrowStream:
		return newStream(w, s), nil
	}
	return nil, fmt.Errorf("format %q, want one of %v", format, Formats())
}

// checked keeps the first error of w, which the Arrow library can lose, and hides
// that w can be closed, which the library would do.
type checked struct {
	w   io.Writer
	err error
}

func (c *checked) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(b)
	c.err = err
	return n, err
}

// guard makes errors of the panics of the Arrow library's writers.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("writing failed: %v", v)
		}
	}()
	return f()
}
