package spikefile

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// messages feeds the Arrow library with messages whose lengths have been
// checked. It is an ipc.MessageReader over [pos, end) of a file.
type messages struct {
	r        io.ReaderAt
	pos, end int64
	at       int64 // where the last message begins, also if it could not be read
	resume   int64 // where the first record batch is to be read, if not 0
	widths   []int64
	msg      *ipc.Message
	mem      *budget
	frames   frameCheck
	err      error // of the last message; io.EOF at the end
	first    bool
	codec    Codec // of the last record batch
}

// Retain and Release complete ipc.MessageReader; recordStream owns messages.
func (m *messages) Retain()  {}
func (m *messages) Release() {}

// drop releases the current message.
func (m *messages) drop() {
	if m.msg != nil {
		m.msg.Release()
		m.msg = nil
	}
}

// Message returns the next message, valid until the next call, or io.EOF.
func (m *messages) Message() (*ipc.Message, error) {
	var msg *ipc.Message
	msg, m.err = m.message()
	return msg, m.err
}

func (m *messages) message() (*ipc.Message, error) {
	m.drop()
	m.at = m.pos
	f, err := readFrame(m.r, m.pos, m.end, nil)
	if err == nil && f.kind == kindBatch && m.resume > 0 {
		m.at, m.pos, m.resume = m.resume, m.resume, 0
		f, err = readFrame(m.r, m.pos, m.end, nil)
	}
	if err != nil {
		return nil, err
	}
	if err := f.verify(); err != nil {
		return nil, err
	}
	if m.first {
		if f.kind != kindSchema {
			return nil, fmt.Errorf("message at byte %d: the schema must come first", f.pos)
		}
		err = checkSchema(f.meta)
		m.first = false
	} else if f.kind == kindSchema {
		err = fmt.Errorf("message at byte %d: a second schema", f.pos)
	} else {
		err = checkBody(&f, m.r, m.widths)
	}
	if err != nil {
		return nil, err
	}
	body := memory.NewResizableBuffer(m.mem)
	defer body.Release()
	body.Resize(int(f.bodyLen)) // at most the file's own length
	if err := readAt(m.r, body.Bytes(), f.bodyPos, m.end); err != nil {
		return nil, err
	}
	if f.kind != kindSchema {
		if err := m.frames.check(&f, body.Bytes()); err != nil {
			return nil, err
		}
	}
	meta := memory.NewBufferBytes(f.meta)
	defer meta.Release()
	m.msg = ipc.NewMessage(meta, body)
	m.pos = f.end()
	if f.kind == kindBatch {
		m.codec = f.codec
	}
	return m.msg, nil
}

// failure turns what the library made of an error into a plain one. The
// library wraps errors, and reports its own panics as they are.
func (m *messages) failure() error {
	switch {
	case m.mem.exceeded != nil:
		return fmt.Errorf("message at byte %d: %w", m.at, m.mem.exceeded)
	case errors.Is(m.err, io.EOF) && m.first:
		return fmt.Errorf("%w: it ends before the schema", ErrTruncated)
	case errors.Is(m.err, io.EOF):
		return fmt.Errorf("%w: it ends before the first batch", ErrTruncated)
	case m.err != nil:
		return m.err
	}
	return fmt.Errorf("the message at byte %d cannot be decoded", m.at)
}

// recordStream decodes the batches of a file one by one, and turns the
// library's panics on malformed data into errors.
type recordStream struct {
	src    *messages
	r      *ipc.Reader
	schema *arrow.Schema
	rec    arrow.Record
	good   int64 // end of the last batch that decoded, or was skipped
	start  int64 // of the messages
	mem    memory.Allocator
}

// newRecordStream reads the schema of the messages in [pos, end).
func newRecordStream(r io.ReaderAt, pos, end int64, mem memory.Allocator) (s *recordStream, err error) {
	limited := newBudget(mem, end)
	src := &messages{r: r, pos: pos, end: end, mem: limited, first: true}
	defer func() {
		if v := recover(); v != nil {
			s, err = nil, src.failure()
		}
	}()
	ir, err := ipc.NewReaderFromMessageReader(src, ipc.WithAllocator(limited))
	if err != nil {
		src.drop()
		return nil, src.failure()
	}
	s = &recordStream{src: src, r: ir, schema: ir.Schema(), good: src.pos, start: pos, mem: mem}
	src.widths = columnWidths(s.schema)
	return s, nil
}

// nextAny decodes the next batch into s.rec; false at the end.
func (s *recordStream) nextAny() (ok bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			ok, err = false, s.src.failure()
		}
	}()
	s.rec = nil
	if !s.r.Next() {
		if s.r.Err() != nil {
			err = s.src.failure()
		}
		return false, err
	}
	s.rec = s.r.Record()
	s.good = s.src.pos
	return true, nil
}

// next is nextAny but for batches without rows, which it skips.
func (s *recordStream) next() (bool, error) {
	for {
		ok, err := s.nextAny()
		if err != nil || !ok || s.rec.NumRows() > 0 {
			return ok, err
		}
	}
}

// skip goes on behind the record batch that could not be decoded. The library
// stops for good at an error, so the stream begins anew, with schema and
// dictionaries. It returns false if what failed is not such a batch, or where
// it ends is unknown.
func (s *recordStream) skip() bool {
	f, err := readFrame(s.src.r, s.src.at, s.src.end, nil)
	if err != nil || f.kind != kindBatch {
		return false
	}
	again, err := newRecordStream(s.src.r, s.start, s.src.end, s.mem)
	if err != nil {
		return false
	}
	s.close()
	again.src.resume, again.good, again.src.codec = f.end(), f.end(), s.src.codec
	*s = *again
	return true
}

// close releases what the library holds.
func (s *recordStream) close() {
	// Malformed data can leave a dictionary half built, and releasing that
	// panics too.
	defer func() { _ = recover() }()
	s.src.drop()
	s.src.frames.close()
	s.r.Release()
}

// source is an open file to read from.
type source struct {
	path string
	r    io.ReaderAt
	size int64
	c    io.Closer
}

// openSource opens the regular file path.
func openSource(path string) (source, error) {
	f, err := os.Open(path)
	if err != nil {
		return source{}, fmt.Errorf("spikefile: %w", err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return source{}, fmt.Errorf("spikefile: %w", err)
	}
	return source{path: path, r: f, size: st.Size(), c: f}, nil
}

// decode checks the structure of a complete file and starts to decode it.
func (src source) decode(mem memory.Allocator) (*layout, *recordStream, error) {
	l, err := scanFile(src.r, src.size, nil)
	if err != nil {
		return nil, nil, describe(src.path, err)
	}
	s, err := newRecordStream(src.r, int64(len(opening)), l.end, mem)
	if err != nil {
		return nil, nil, describe(src.path, err)
	}
	return l, s, nil
}

// describe turns an error about the content of path into a CorruptError that
// says what would be right.
func describe(path string, err error) error {
	if err == nil {
		return nil
	}
	c := &CorruptError{Path: path, Reason: err.Error()}
	switch {
	case errors.Is(err, ErrEmpty):
		c.Kind, c.Remedy = ErrEmpty, "the run stopped before it wrote anything; run it again"
	case errors.Is(err, ErrNotArrow):
		c.Kind, c.Remedy = ErrNotArrow, `it should begin with "ARROW1"; give an .arrow file that apical wrote`
	case errors.Is(err, ErrStream):
		c.Kind, c.Remedy = ErrStream, fmt.Sprintf("turn it into a file with: apical repair %s --out FILE", path)
	default:
		return damaged(path, "", err)
	}
	return c
}
