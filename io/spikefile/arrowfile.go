package spikefile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// endOfStream is the mark that ends an Arrow stream. An Arrow file has it too,
// just before the footer.
const endOfStream = "\xff\xff\xff\xff\x00\x00\x00\x00"

// errClosed is returned for calls after Close.
var errClosed = errors.New("spikefile: the file is already closed")

// partialName is the name a file has until it is complete.
func partialName(path string) string { return path + ".partial" }

// checkedWriter counts what reaches w and keeps its first error, because the
// Arrow library can lose it. After an error nothing more is written, so the
// bytes on the disk end where the failure was.
type checkedWriter struct {
	w   io.Writer
	pos int64
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	if n < len(p) && err == nil {
		err = io.ErrShortWrite
	}
	c.pos += int64(max(n, 0))
	c.err = err
	return n, err
}

// Seek tells the position, which is all that the Arrow library asks for. A
// file is never written out of order.
func (c *checkedWriter) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, errors.New("spikefile: files are written in order")
	}
	return c.pos, nil
}

// arrowFile is one table under construction: NAME.partial until publish renames
// it. It is not safe for concurrent use.
type arrowFile struct {
	path    string   // the final name
	partial string   // the name until then
	file    *os.File // nil when a test writes elsewhere
	out     *checkedWriter
	fw      *ipc.FileWriter
	schema  *arrow.Schema
	rows    int64 // in complete batches
	batches int64 // complete, the empty opening one included
	err     error // the first failure; nothing is written after it
	// inspected asks for all rows to be read back at the end, not only the
	// structure.
	inspected bool
}

// createArrowFile makes the file partial, to become path, and writes its
// opening: schema, dictionaries and the batch empty, which has no rows.
func createArrowFile(path, partial string, empty arrow.Record, codec Codec, mem memory.Allocator) (*arrowFile, error) {
	if err := mustNotExist(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("spikefile: %w: %s; an interrupted run left it: %s, or remove it", os.ErrExist, partial, repairRemedy(partial))
	}
	if err != nil {
		return nil, fmt.Errorf("spikefile: cannot create %s: %w", path, err)
	}
	a, err := newArrowFile(f, path, partial, empty, codec, mem)
	if err != nil {
		// Nothing of value is in the file yet, and leaving it would block the
		// next attempt.
		f.Close()
		os.Remove(partial)
		return nil, err
	}
	a.file = f
	return a, nil
}

// newArrowFile starts a file on w.
func newArrowFile(w io.Writer, path, partial string, empty arrow.Record, codec Codec, mem memory.Allocator) (*arrowFile, error) {
	a := &arrowFile{path: path, partial: partial, out: &checkedWriter{w: w}, schema: empty.Schema()}
	opts := codec.option([]ipc.Option{ipc.WithSchema(a.schema), ipc.WithAllocator(mem)})
	fw, err := ipc.NewFileWriter(a.out, opts...)
	if err != nil {
		return nil, fmt.Errorf("spikefile: start %s: %w", path, err)
	}
	a.fw = fw
	if err := a.writeRecord(empty); err != nil {
		return nil, err
	}
	return a, nil
}

// startFile starts the file path or, in tests of failing disks, one on dst.
// dicts holds the values of each column of names, by column index.
func startFile(path string, dst io.Writer, schema *arrow.Schema, dicts []arrow.ArrayData, codec Codec, mem memory.Allocator) (*arrowFile, error) {
	cols := make([]arrow.Array, schema.NumFields())
	for i := range cols {
		cols[i] = makeArray(schema.Field(i).Type, nil, 0, dicts[i])
		defer cols[i].Release()
	}
	empty := array.NewRecord(schema, cols, 0)
	defer empty.Release()
	if dst != nil {
		return newArrowFile(dst, path, partialName(path), empty, codec, mem)
	}
	return createArrowFile(path, partialName(path), empty, codec, mem)
}

// mustNotExist refuses to replace a file: a run that took a day is worth more
// than the convenience of running again.
func mustNotExist(path string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return fmt.Errorf("spikefile: %w: %s; choose another name or remove it", os.ErrExist, path)
	case errors.Is(err, os.ErrNotExist):
		return nil
	default:
		return fmt.Errorf("spikefile: cannot create %s: %w", path, err)
	}
}

// write appends one batch of n rows and releases the columns.
func (a *arrowFile) write(cols []arrow.Array, n int) error {
	rec := array.NewRecord(a.schema, cols, int64(n))
	for _, c := range cols {
		c.Release()
	}
	defer rec.Release()
	return a.writeRecord(rec)
}

// writeRecord appends rec as one batch. The first failure is final.
func (a *arrowFile) writeRecord(rec arrow.Record) error {
	if a.err != nil {
		return a.err
	}
	if err := a.encode(rec); err != nil {
		return a.fail(err)
	}
	a.rows += rec.NumRows()
	a.batches++
	return nil
}

// encode hands rec to the Arrow library and collects every way in which that
// fails: an error, a panic, or a write error that it kept to itself.
func (a *arrowFile) encode(rec arrow.Record) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("encode batch %d: %v", a.batches, v)
		}
		if a.out.err != nil {
			err = a.out.err // without the library's layers of wrapping
		}
	}()
	return a.fw.Write(rec)
}

// fail makes err the file's final error and says what is left of the file.
func (a *arrowFile) fail(err error) error {
	if a.err != nil {
		return a.err
	}
	if a.rows == 0 {
		a.err = fmt.Errorf("spikefile: write %s: %w", a.path, err)
	} else {
		a.err = fmt.Errorf("spikefile: write %s: %w; its first %d rows are safe: %s",
			a.path, err, a.rows, repairRemedy(a.partial))
	}
	return a.err
}

// sync makes all complete batches durable.
func (a *arrowFile) sync() error {
	if a.err == nil && a.file != nil {
		if err := a.file.Sync(); err != nil {
			return a.fail(err)
		}
	}
	return a.err
}

// close finishes the file if nothing failed, and gives up the file handle in
// any case.
func (a *arrowFile) close() error {
	if a.err == nil {
		a.finish()
	}
	if a.file != nil {
		if err := a.file.Close(); err != nil && a.err == nil {
			a.fail(err)
		}
	}
	if a.err == nil && a.file != nil {
		a.publish()
	}
	return a.err
}

// discard gives up the file and removes it.
func (a *arrowFile) discard() {
	a.fail(errors.New("discarded"))
	a.close()
	os.Remove(a.partial)
}

// finish writes the end of the file and reads its structure back.
func (a *arrowFile) finish() {
	// The library asks for the position before it writes the footer, so bytes
	// written here in between are accounted for.
	if _, err := io.WriteString(a.out, endOfStream); err != nil {
		a.fail(err)
		return
	}
	err := a.fw.Close()
	if a.out.err != nil {
		err = a.out.err
	}
	if err != nil {
		a.fail(err)
		return
	}
	if a.file == nil || a.sync() != nil {
		return
	}
	if err := a.verify(); err != nil {
		a.fail(fmt.Errorf("the file read back differs from what was written: %w", err))
	}
}

// verify reads the finished file's structure: every message, the sizes its
// buffers claim, and the footer, against the counts kept while writing.
func (a *arrowFile) verify() error {
	st, err := a.file.Stat()
	if err != nil {
		return err
	}
	if st.Size() != a.out.pos {
		return fmt.Errorf("%d bytes, want %d", st.Size(), a.out.pos)
	}
	l, err := scanFile(a.file, st.Size(), columnWidths(a.schema))
	if err != nil {
		return err
	}
	if l.rows != a.rows || int64(len(l.batches)) != a.batches {
		return fmt.Errorf("%d rows in %d batches, want %d in %d", l.rows, len(l.batches), a.rows, a.batches)
	}
	if a.inspected {
		_, err = source{path: a.path, r: a.file, size: st.Size()}.inspect(memory.DefaultAllocator)
	}
	return err
}

// publish gives the finished file its name.
func (a *arrowFile) publish() {
	if err := mustNotExist(a.path); err != nil {
		a.fail(err)
		return
	}
	if err := os.Rename(a.partial, a.path); err != nil {
		a.fail(err)
		return
	}
	// The new name is durable only with its directory. Not every file system
	// can sync one, and the data are safe by now, so a failure is ignored.
	if dir, err := os.Open(filepath.Dir(a.path)); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
}
