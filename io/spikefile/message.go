package spikefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Message kinds, from Arrow's Message.fbs.
const (
	kindSchema     = 1
	kindDictionary = 2
	kindBatch      = 3
)

const (
	// maxMetaBytes bounds the metadata of one message. A schema holds the
	// configuration (up to 1 MiB) and the population names.
	maxMetaBytes = 64 << 20
	// maxStringBytes bounds the text of a schema. A flatbuffer may refer to the
	// same string many times, so its own length is no bound.
	maxStringBytes = 64 << 20
	// maxZstdWindow bounds the history a ZSTD frame may ask its decoder for;
	// the format's own recommendation for decoders is 8 MiB.
	maxZstdWindow = 128 << 20
	// compressRatio is more than LZ4 reaches (255), and more than ZSTD does on
	// a whole table; with baseBudget it bounds the memory spent on a file.
	compressRatio = 256
	baseBudget    = 64 << 20
)

// frame is one message of a file: its metadata, and where its body lies.
type frame struct {
	meta    []byte // flatbuffer, without the length prefix
	kind    byte
	pos     int64 // of the length prefix
	bodyPos int64
	bodyLen int64
	rows    int64  // of a record batch
	codec   Codec  // of a record batch
	values  []byte // of the header, see verifier
}

// end is the position after the frame.
func (f *frame) end() int64 { return f.bodyPos + f.bodyLen }

// readFrame reads the message at pos of a region that ends at end. It returns
// io.EOF at the end-of-stream mark or when pos is end, an ErrTruncated if the
// region ends inside the message. buf is reused for the metadata if it is
// large enough.
func readFrame(r io.ReaderAt, pos, end int64, buf []byte) (f frame, err error) {
	f.pos = pos
	if pos == end {
		return f, io.EOF
	}
	var prefix [8]byte
	if err := readAt(r, prefix[:], pos, end); err != nil {
		return f, err
	}
	if string(prefix[:]) == endOfStream {
		return f, io.EOF
	}
	n := int64(binary.LittleEndian.Uint32(prefix[4:]))
	if binary.LittleEndian.Uint32(prefix[:]) != 0xffffffff {
		return f, fmt.Errorf("no message at byte %d", pos)
	}
	if n < 8 || n > maxMetaBytes {
		return f, fmt.Errorf("message at byte %d: %d bytes of metadata, want 8 to %d", pos, n, maxMetaBytes)
	}
	if n > end-pos-8 {
		return f, fmt.Errorf("%w: the message at byte %d ends after the last byte", ErrTruncated, pos)
	}
	if int64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	f.meta = buf[:n]
	if err := readAt(r, f.meta, pos+8, end); err != nil {
		return f, err
	}
	var bad bool
	msg := rootTable(f.meta, &bad)
	f.kind, f.bodyLen, f.bodyPos = msg.byteAt(1, 0), msg.int64At(3), pos+8+n
	if head, ok := msg.tableAt(2); ok && f.kind == kindBatch {
		f.rows, f.codec = head.int64At(0), None
		if c, ok := head.tableAt(3); ok {
			f.codec = LZ4
			if c.byteAt(0, 0) == 1 {
				f.codec = ZSTD
			}
		}
	}
	switch {
	case bad || f.kind < kindSchema || f.kind > kindBatch || f.bodyLen < 0 || f.rows < 0:
		return f, fmt.Errorf("message at byte %d: invalid metadata", pos)
	case f.bodyLen > end-f.bodyPos:
		return f, fmt.Errorf("%w: the message at byte %d ends after the last byte", ErrTruncated, pos)
	}
	return f, nil
}

// verify tests the metadata as other readers do.
func (f *frame) verify() (err error) {
	if f.values, err = verifyMessage(f.meta, f.kind); err != nil {
		return fmt.Errorf("message at byte %d: %w", f.pos, err)
	}
	return nil
}

// readAt fills p from pos; a region that ends before that is truncated.
func readAt(r io.ReaderAt, p []byte, pos, end int64) error {
	if int64(len(p)) > end-pos {
		return fmt.Errorf("%w: it ends inside the message at byte %d", ErrTruncated, pos)
	}
	n, err := r.ReadAt(p, pos)
	if n == len(p) {
		return nil
	}
	if errors.Is(err, io.EOF) || err == nil {
		return fmt.Errorf("%w: it ends inside the message at byte %d", ErrTruncated, pos)
	}
	return err
}

// checkSchema bounds what decoding a schema message can cost. Columns of
// columns are refused: no table of this package has them.
func checkSchema(meta []byte) error {
	var bad bool
	msg := rootTable(meta, &bad)
	schema, ok := msg.tableAt(2)
	if !ok {
		return errors.New("the schema message is invalid")
	}
	return checkSchemaTable(schema)
}

func checkSchemaTable(schema table) error {
	text := 0
	checkPairs := func(t table, slot int) {
		p, n := t.vectorAt(slot, 4)
		for i := range n {
			kv := t.follow(p + 4*i)
			text += 16 // a string header each, so that empty pairs count too
			for s := range 2 {
				_, size := kv.vectorAt(s, 1)
				text += size
			}
			if *t.bad || text > maxStringBytes {
				return
			}
		}
	}
	p, n := schema.vectorAt(1, 4)
	if n > 1024 {
		return fmt.Errorf("%d columns, want at most 1024", n)
	}
	for i := range n {
		field := schema.follow(p + 4*i)
		_, size := field.vectorAt(0, 1)
		text += size
		if _, children := field.vectorAt(5, 4); children > 0 {
			return errors.New("a column has nested columns, which are not read")
		}
		checkPairs(field, 6)
	}
	checkPairs(schema, 2)
	if *schema.bad || text > maxStringBytes {
		return errors.New("the schema message is invalid")
	}
	return nil
}

// checkBody tests the buffers of a dictionary or record batch against its body
// and, if widths gives the bytes a value takes in each column, against the
// number of rows. It keeps the library from allocating what a corrupt length
// asks for, and finds a batch whose compression failed unnoticed.
func checkBody(f *frame, r io.ReaderAt, widths []int64) error {
	var bad bool
	msg := rootTable(f.meta, &bad)
	batch, ok := msg.tableAt(2)
	if f.kind == kindDictionary && ok {
		batch, ok = batch.tableAt(1)
	}
	if !ok {
		return fmt.Errorf("message at byte %d: invalid metadata", f.pos)
	}
	compression, compressed := batch.tableAt(3)
	codec := byte(0)
	if compressed {
		codec = compression.byteAt(0, 0)
	}
	nodes, n := batch.vectorAt(1, 16)
	buffers, k := batch.vectorAt(2, 16)
	exact := f.kind == kindBatch && widths != nil
	if bad || codec > 1 || compressed && compression.byteAt(1, 0) != 0 || exact && (n != len(widths) || k != 2*n) {
		return fmt.Errorf("message at byte %d: invalid metadata", f.pos)
	}
	for i := range n {
		if rows := batch.i64(nodes + 16*i); rows < 0 || exact && rows != f.rows {
			return fmt.Errorf("batch at byte %d: column %d has %d rows, want %d", f.pos, i, rows, f.rows)
		}
		if nulls := batch.i64(nodes + 16*i + 8); nulls < 0 || nulls > batch.i64(nodes+16*i) {
			return fmt.Errorf("batch at byte %d: column %d has %d nulls, want 0 to the number of rows", f.pos, i, nulls)
		}
	}
	for i := range k {
		off, size := batch.i64(buffers+16*i), batch.i64(buffers+16*i+8)
		if off < 0 || off%8 != 0 || size < 0 || off > f.bodyLen || size > f.bodyLen-off {
			return fmt.Errorf("batch at byte %d: buffer %d lies outside its body", f.pos, i)
		}
		plain := size
		if compressed && size > 0 {
			var err error
			if plain, err = checkCompressed(r, f.bodyPos+off, size, codec); err != nil {
				return fmt.Errorf("batch at byte %d: buffer %d: %w", f.pos, i, err)
			}
		}
		if exact && i%2 == 1 {
			// Writers may pad a buffer to a multiple of 64 bytes.
			if w := widths[i/2]; f.rows > (1<<62)/w || plain < f.rows*w || plain > f.rows*w+64 {
				return fmt.Errorf("batch at byte %d: column %d has %d bytes, want %d", f.pos, i/2, plain, f.rows*w)
			}
		}
	}
	return nil
}

// budget is an allocator that panics rather than hand out more than a file of
// its size can need. The panic is recovered where the library is called.
type budget struct {
	mem      memory.Allocator
	left     int64
	exceeded error
}

// newBudget returns the budget for reading a file of size bytes.
func newBudget(mem memory.Allocator, size int64) *budget {
	return &budget{mem: mem, left: baseBudget + compressRatio*min(size, 1<<40)}
}

func (b *budget) take(n int) {
	if n < 0 || int64(n) > b.left {
		b.exceeded = fmt.Errorf("a buffer claims %d bytes", n)
		panic(b.exceeded)
	}
	b.left -= int64(n)
}

func (b *budget) Allocate(n int) []byte {
	b.take(n)
	return b.mem.Allocate(n)
}

func (b *budget) Reallocate(n int, p []byte) []byte {
	b.take(n)
	b.left += int64(len(p))
	return b.mem.Reallocate(n, p)
}

func (b *budget) Free(p []byte) {
	b.left += int64(len(p))
	b.mem.Free(p)
}
