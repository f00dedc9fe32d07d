package spikefile

import (
	"bytes"
	"fmt"

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
	stream *recordStream
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
	var s *recordStream
	var head [4]byte
	piped := false
	_, err := src.r.ReadAt(head[:], 0)
	if err == nil && bytes.Equal(head[:], []byte(endOfStream[:4])) {
		piped = true
		if s, err = newRecordStream(src.r, 0, src.size, mem); err != nil {
			err = damaged(src.path, "", err)
		}
	} else {
		_, s, err = src.decode(mem) // which also says what is wrong with a short file
	}
	if err != nil {
		return nil, err
	}
	check, err := newContentCheck(s.schema)
	if err != nil {
		s.close()
		return nil, wrongSchema(src.path, err)
	}
	return &Records{src: src, stream: s, check: check, piped: piped}, nil
}

// Schema describes the columns.
func (r *Records) Schema() *arrow.Schema { return r.stream.schema }

// Format is the kind of table, such as "apical.spikes"; "" if apical did not
// write it.
func (r *Records) Format() string { return formatOf(r.stream.schema) }

// Stream reports that it is a stream and not a file.
func (r *Records) Stream() bool { return r.piped }

// Next decodes the next batch that has rows. It returns false at the end and at
// the first error, which Err tells apart.
func (r *Records) Next() bool {
	if r.err != nil || r.src.c == nil {
		return false
	}
	ok, err := r.stream.next()
	if err == nil && ok {
		err = r.check.check(r.stream.rec)
	}
	if err != nil {
		r.err = damaged(r.src.path, "", err)
	}
	return ok && r.err == nil
}

// Record returns the batch that Next decoded, valid until the next call of Next
// or Close.
func (r *Records) Record() arrow.Record { return r.stream.rec }

// Err returns the error that ended the batches, nil at the end.
func (r *Records) Err() error { return r.err }

// Close closes the file.
func (r *Records) Close() error {
	if r.src.c == nil {
		return nil
	}
	r.stream.close()
	err := r.src.c.Close()
	r.src.c = nil
	if err != nil {
		return fmt.Errorf("spikefile: %w", err)
	}
	return nil
}
