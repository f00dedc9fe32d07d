package spikefile

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Report tells what [Repair] recovered.
type Report struct {
	Batches int   // record batches with rows, written to the new file
	Rows    int64 // in those
	// DroppedBatches counts the batches that were left out because they cannot
	// be decoded or hold rows that no reader accepts. FirstDropped says why the
	// first was, on one line.
	DroppedBatches int
	FirstDropped   string
	// DroppedBytes is the size of those batches, and of what follows the last
	// batch that could be read, up to the end of the file, or up to the
	// end-of-stream mark or the footer if the file has them.
	DroppedBytes int64
	// Complete reports whether the input was a complete file already, one that
	// [Inspect] accepts. The new file then has all its rows.
	Complete bool
}

// maxRestarts bounds how often Repair begins anew behind a batch that cannot be
// decoded, because each time costs reading schema and dictionaries.
const maxRestarts = 1000

// Repair writes all sound batches of the file in to the new file out, with the
// schema, metadata and compression of in. It reads files that lost their end (a
// killed run's .partial, a full disk, a broken copy), Arrow streams, and
// complete files, of all tables of this package. A batch is left out if
// [Inspect] would reject it; where it is unknown where the next one begins, the
// rest is left out. out must not exist, and gets its name only when it is
// complete and passes Inspect. A file that has not even a whole schema, or
// whose batches are all unsound, gives a *[CorruptError].
func Repair(in, out string) (Report, error) { return repair(in, out, memory.DefaultAllocator) }

func repair(in, out string, mem memory.Allocator) (Report, error) {
	src, err := openSource(in)
	if err != nil {
		return Report{}, err
	}
	defer src.c.Close()
	if err := mustNotExist(out); err != nil {
		return Report{}, err
	}
	rep, s, end, err := src.salvage(mem)
	if err != nil {
		return Report{}, hopeless(in, err)
	}
	defer s.close()
	c, err := newContentCheck(s.schema)
	if err != nil {
		return Report{}, hopeless(in, wrongSchema(in, err))
	}
	dst, lost, err := copyBatches(s, c, out, mem, &rep)
	if err != nil {
		return Report{}, fmt.Errorf("spikefile: repair %s: %w", in, err)
	}
	// An interrupted run that got no further than the schema is a table
	// without rows; a table of which nothing is sound is not.
	if rep.Rows == 0 && lost != nil && !errors.Is(lost, ErrTruncated) {
		dst.discard()
		return Report{}, hopeless(in, lost)
	}
	dst.inspected = true
	if err := dst.close(); err != nil {
		os.Remove(repairName(out)) // the input still has everything
		return Report{}, err
	}
	if _, err := readFrame(src.r, s.good, end, nil); !errors.Is(err, io.EOF) {
		rep.DroppedBytes += end - s.good
	} else {
		rep.DroppedBytes += bytesAfterEnd(src.r, src.size)
	}
	rep.Complete = rep.Complete && rep.DroppedBytes == 0
	return rep, nil
}

// hopeless reports a file of which nothing can be recovered.
func hopeless(in string, err error) error {
	var c *CorruptError
	if !errors.As(describe(in, err), &c) {
		return err
	}
	if c.Kind != ErrEmpty && c.Kind != ErrNotArrow {
		c.Reason += "; not one batch can be recovered"
		c.Remedy = "run it again"
	}
	return c
}

// salvage finds where the messages of a file begin and end, and reads the
// schema. It reports whether the file is complete.
func (src source) salvage(mem memory.Allocator) (rep Report, s *recordStream, end int64, err error) {
	start, end := int64(len(opening)), src.size
	_, footer, err := findFooter(src.r, src.size)
	switch {
	case err == nil:
		end = footer
		_, err := scanFile(src.r, src.size, nil)
		rep.Complete = err == nil
	case errors.Is(err, ErrEmpty) || errors.Is(err, ErrNotArrow):
		return rep, nil, 0, err
	case errors.Is(err, ErrStream):
		start = 0
	}
	s, err = newRecordStream(src.r, start, end, mem)
	return rep, s, end, err
}

// copyBatches writes what s can decode and c accepts to the new file out, and
// notes in rep what was left out. lost is the first error it met in the input.
func copyBatches(s *recordStream, c contentCheck, out string, mem memory.Allocator, rep *Report) (dst *arrowFile, lost, err error) {
	drop := func(why error, size int64) {
		if lost == nil {
			lost, rep.FirstDropped = why, why.Error()
		}
		rep.DroppedBatches++
		rep.DroppedBytes += size
	}
	for restarts := 0; ; {
		ok, bad := s.nextAny()
		if at := s.src.at; bad != nil && restarts < maxRestarts && s.skip() {
			restarts++
			drop(bad, s.good-at)
			continue
		}
		if bad != nil && lost == nil {
			lost = bad
		}
		if dst == nil {
			if dst, err = createLike(s, out, mem); err != nil {
				return nil, nil, err
			}
		}
		if !ok {
			return dst, lost, nil
		}
		if s.rec.NumRows() == 0 {
			continue
		}
		if bad := c.check(s.rec); bad != nil {
			drop(bad, s.good-s.src.at)
			continue
		}
		if err := dst.writeRecord(s.rec); err != nil {
			dst.discard()
			return nil, nil, err
		}
		rep.Batches++
		rep.Rows += s.rec.NumRows()
	}
}

// repairName is the name of the new file until it is complete. It differs from
// partialName so that repairing NAME.partial to NAME works.
func repairName(out string) string { return out + ".repair" }

// createLike starts a file with the schema of s, and with dictionaries and
// codec of its current batch if there is one.
func createLike(s *recordStream, out string, mem memory.Allocator) (*arrowFile, error) {
	var empty arrow.Record
	codec := LZ4
	if s.rec != nil {
		var err error
		if empty, err = emptyLike(s.rec); err != nil {
			return nil, err
		}
		codec = s.src.codec
	} else {
		b := array.NewRecordBuilder(mem, s.schema)
		defer b.Release()
		empty = b.NewRecord()
	}
	defer empty.Release()
	return createArrowFile(out, repairName(out), empty, codec, mem)
}

// emptyLike returns a batch with no rows and the columns of rec. Names are
// copied, because the library's writer never lets go of a dictionary.
func emptyLike(rec arrow.Record) (empty arrow.Record, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = caught(v)
		}
	}()
	cols := make([]arrow.Array, rec.NumCols())
	for i := range cols {
		cols[i] = emptyColumn(rec.Column(i))
		defer cols[i].Release()
	}
	return array.NewRecord(rec.Schema(), cols, 0), nil
}

// emptyColumn returns the column col without its values.
func emptyColumn(col arrow.Array) arrow.Array {
	if d, ok := col.(*array.Dictionary); ok {
		if values, ok := d.Dictionary().(*array.String); ok {
			names := make([]string, values.Len())
			for k := range names {
				names[k] = values.Value(k)
			}
			return makeArray(d.DataType(), nil, 0, nameDictionary(names))
		}
	}
	return array.NewSlice(col, 0, 0)
}
