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
	// DroppedBytes is what follows the last batch that could be read, up to the
	// end of the file, or up to the end-of-stream mark or the footer if the
	// file has them.
	DroppedBytes int64
	// Complete reports whether the input was a complete file already. The new
	// file then has all its rows.
	Complete bool
}

// Repair writes all complete batches of the file in to the new file out, with
// the schema, metadata and compression of in. It reads files that lost their
// end (a killed run's .partial, a full disk, a broken copy), Arrow streams,
// and complete files, of all tables of this package. It stops at the first
// batch that cannot be decoded. out must not exist, and gets its name only
// when it is complete. A file that has not even a whole schema gives a
// *[CorruptError].
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
		c := describe(in, err).(*CorruptError)
		if c.Kind != ErrEmpty && c.Kind != ErrNotArrow {
			c.Reason += "; not one batch can be recovered"
			c.Remedy = "run it again"
		}
		return Report{}, c
	}
	defer s.close()
	dst, err := copyBatches(s, out, mem, &rep)
	if err != nil {
		return Report{}, fmt.Errorf("spikefile: repair %s: %w", in, err)
	}
	if err := dst.close(); err != nil {
		os.Remove(repairName(out)) // the input still has everything
		return Report{}, err
	}
	rep.DroppedBytes = end - s.good
	if _, err := readFrame(src.r, s.good, end, nil); errors.Is(err, io.EOF) {
		rep.DroppedBytes = 0
	}
	rep.Complete = rep.Complete && rep.DroppedBytes == 0
	return rep, nil
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
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: it ends before the schema", ErrTruncated)
	}
	return rep, s, end, err
}

// copyBatches writes what s can decode to the new file out. Where decoding
// ends, by the input's damage or its end, the copy ends too.
func copyBatches(s *recordStream, out string, mem memory.Allocator, rep *Report) (*arrowFile, error) {
	var dst *arrowFile
	for {
		ok, _ := s.nextAny()
		if !ok && dst != nil {
			return dst, nil
		}
		if dst == nil {
			var err error
			if dst, err = createLike(s, out, mem); err != nil {
				return nil, err
			}
		}
		if !ok {
			return dst, nil
		}
		if s.rec.NumRows() == 0 {
			continue
		}
		if err := dst.writeRecord(s.rec); err != nil {
			dst.close()
			os.Remove(repairName(out))
			return nil, err
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
