package spikefile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Records reads the record batches of any Arrow IPC file or stream without nested
// columns, whoever wrote it, with all that this package tests of its own files:
//
//	for r.Next() {
//		batch := r.Record()
//	}
//	if err := r.Err(); err != nil {
//
// It holds one batch in memory. It is not safe for concurrent use.
type Records struct {
	src    source
	stream *recordStream // of files as apical writes them, and of streams
	footer *footerReader // of other files
	schema *arrow.Schema
	rec    arrow.Record
	check  contentCheck
	piped  bool
	err    error
}

// OpenRecords opens an Arrow file, or a stream kept in a file. It fails as [Open]
// does.
func OpenRecords(path string) (*Records, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	r, err := newRecords(src, memory.DefaultAllocator)
	if err != nil {
		src.c.Close()
	}
	return r, err
}

// newRecords starts to read src, which stays the caller's if it fails.
func newRecords(src source, mem memory.Allocator) (*Records, error) {
	r := &Records{src: src}
	var head [4]byte
	_, err := src.r.ReadAt(head[:], 0)
	if err == nil && bytes.Equal(head[:], []byte(endOfStream[:4])) {
		r.piped = true
		if r.stream, err = newRecordStream(src.r, 0, src.size, mem); err != nil {
			err = damaged(src.path, "", err)
		}
	} else {
		_, r.stream, err = src.decode(mem) // which also says what is wrong with a short file
	}
	if errors.Is(err, ErrDamaged) && !r.piped {
		other, footerErr := newFooterReader(src, mem)
		if footerErr == nil && !strings.HasPrefix(formatOf(other.r.Schema()), "apical.") {
			r.footer, err = other, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if r.footer != nil {
		r.schema = r.footer.r.Schema()
	} else {
		r.schema = r.stream.schema
	}
	if r.check, err = newContentCheck(r.schema); err != nil {
		r.release()
		return nil, wrongSchema(src.path, err)
	}
	return r, nil
}

// Schema describes the columns.
func (r *Records) Schema() *arrow.Schema { return r.schema }

// Format is the kind of table, such as "apical.spikes"; "" if apical did not
// write it.
func (r *Records) Format() string { return formatOf(r.schema) }

// Stream reports that it is a stream and not a file.
func (r *Records) Stream() bool { return r.piped }

// Next decodes the next batch that has rows. It returns false at the end and at
// the first error, which Err tells apart.
func (r *Records) Next() bool {
	if r.err != nil || r.src.c == nil {
		return false
	}
	ok, err := r.load()
	if err == nil && ok {
		err = r.check.check(r.rec)
	}
	if err != nil {
		r.err = damaged(r.src.path, "", err)
	}
	return ok && r.err == nil
}

// load decodes the next batch into rec.
func (r *Records) load() (ok bool, err error) {
	if r.footer != nil {
		ok, err = r.footer.next()
		r.rec = r.footer.rec
		return ok, err
	}
	ok, err = r.stream.next()
	r.rec = r.stream.rec
	return ok, err
}

// Record returns the batch that Next decoded, valid until the next call of Next
// or Close.
func (r *Records) Record() arrow.Record { return r.rec }

// Err returns the error that ended the batches, nil at the end.
func (r *Records) Err() error { return r.err }

// Close closes the file.
func (r *Records) Close() error {
	if r.src.c == nil {
		return nil
	}
	r.release()
	err := r.src.c.Close()
	r.src.c = nil
	if err != nil {
		return fmt.Errorf("spikefile: %w", err)
	}
	return nil
}

// release gives back what the library holds.
func (r *Records) release() {
	if r.footer != nil {
		r.footer.close()
	} else {
		r.stream.close()
	}
}
