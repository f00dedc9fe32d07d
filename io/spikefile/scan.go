package spikefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	magic     = "ARROW1"
	opening   = "ARROW1\x00\x00"
	tailBytes = 4 + len(magic)
)

// layout is what a walk over a file's messages finds, without decoding rows.
type layout struct {
	batches []int64 // positions of the record batches, the empty ones included
	blocks  []block // the same batches
	dicts   []block // the dictionaries
	schema  []byte  // the schema's values, see verifier
	filled  int     // record batches with rows
	rows    int64
	end     int64 // of the messages
	marked  bool  // whether the end-of-stream mark follows
	codec   Codec // of the first batch
}

// block is where a message lies, as the footer has it.
type block struct {
	pos  int64
	meta int32 // bytes of metadata, with their length prefix
	body int64 // bytes of the body
}

// block returns the footer's entry for a message.
func (f *frame) block() block { return block{f.pos, int32(f.bodyPos - f.pos), f.bodyLen} }

// findFooter checks both ends of a complete file and returns the footer.
func findFooter(r io.ReaderAt, size int64) (footer []byte, pos int64, err error) {
	if size == 0 {
		return nil, 0, ErrEmpty
	}
	var head [8]byte
	n, err := r.ReadAt(head[:min(size, 8)], 0)
	if int64(n) < min(size, 8) {
		return nil, 0, err
	}
	switch {
	case size >= 8 && string(head[:4]) == endOfStream[:4]:
		return nil, 0, ErrStream
	case string(head[:n]) != opening[:n] || n < 4:
		return nil, 0, ErrNotArrow
	}
	missing := fmt.Errorf("%w: the end of the file is missing, as after an interrupted run", ErrTruncated)
	if size < int64(len(opening)+tailBytes) {
		return nil, 0, missing
	}
	var tail [4 + len(magic)]byte
	if err := readAt(r, tail[:], size-int64(tailBytes), size); err != nil {
		return nil, 0, err
	}
	if string(tail[4:]) != magic {
		if n := bytesAfterEnd(r, size); n > 0 {
			return nil, 0, fmt.Errorf("%d bytes follow the end of the file", n)
		}
		return nil, 0, missing
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	pos = size - int64(tailBytes) - length
	if length < 8 || length > 2*maxMetaBytes || pos < int64(len(opening)) {
		return nil, 0, fmt.Errorf("footer of %d bytes in a file of %d", length, size)
	}
	footer = make([]byte, length)
	return footer, pos, readAt(r, footer, pos, size)
}

// bytesAfterEnd returns how many bytes follow a complete file at the beginning
// of r, or 0 if there is none.
func bytesAfterEnd(r io.ReaderAt, size int64) int64 {
	pos := int64(len(opening))
	var buf []byte
	for {
		f, err := readFrame(r, pos, size, buf)
		if err != nil {
			if !errors.Is(err, io.EOF) || pos == size {
				return 0
			}
			break
		}
		pos, buf = f.end(), f.meta
	}
	// A footer holds the schema and the blocks, so it is hardly longer than this.
	pos += int64(len(endOfStream))
	rest := make([]byte, min(size-pos, 4<<20))
	if readAt(r, rest, pos, size) != nil {
		return 0
	}
	for at := 0; ; at++ {
		i := bytes.Index(rest[at:], []byte(magic))
		if i < 0 {
			return 0
		}
		if at += i; at >= 12 && int64(binary.LittleEndian.Uint32(rest[at-4:])) == int64(at-4) {
			return size - pos - int64(at+len(magic))
		}
	}
}

// scanFile walks a complete file of size bytes and checks its structure: both
// ends, every message, and that the footer lists the batches that are there.
// widths is passed on to checkBody; nil derives nothing from the schema.
func scanFile(r io.ReaderAt, size int64, widths []int64) (*layout, error) {
	footer, pos, err := findFooter(r, size)
	if err != nil {
		return nil, err
	}
	l, err := scanMessages(r, int64(len(opening)), pos, widths)
	if err != nil {
		return nil, err
	}
	if gap := pos - l.end; gap != 0 && (gap != int64(len(endOfStream)) || !l.marked) {
		return nil, fmt.Errorf("%d bytes between the last message and the footer", gap)
	}
	return l, l.compareFooter(footer)
}

// scanMessages walks the messages from pos to the end-of-stream mark or end.
func scanMessages(r io.ReaderAt, pos, end int64, widths []int64) (*layout, error) {
	l := &layout{}
	buf := make([]byte, 4096)
	first := true
	for {
		f, err := readFrame(r, pos, end, buf)
		if errors.Is(err, io.EOF) {
			l.end, l.marked = pos, pos < end
			if first {
				return nil, errors.New("no schema")
			}
			return l, nil
		}
		if err != nil {
			return nil, err
		}
		if first != (f.kind == kindSchema) {
			return nil, fmt.Errorf("message at byte %d: the schema must come first, and once", pos)
		}
		if err := f.verify(); err != nil {
			return nil, err
		}
		if first {
			l.schema = f.values
			err = checkSchema(f.meta)
		} else {
			err = checkBody(&f, r, widths)
		}
		if err != nil {
			return nil, err
		}
		switch f.kind {
		case kindDictionary:
			l.dicts = append(l.dicts, f.block())
		case kindBatch:
			l.note(&f)
		}
		first, pos = false, f.end()
	}
}

// note counts a record batch.
func (l *layout) note(f *frame) {
	l.batches = append(l.batches, f.pos)
	l.blocks = append(l.blocks, f.block())
	l.rows += f.rows
	if f.rows > 0 {
		l.filled++
	}
	if len(l.batches) == 1 {
		l.codec = f.codec
	}
}

// compareFooter checks that the footer has the schema that the file begins
// with, and points to the dictionaries and batches that were found.
func (l *layout) compareFooter(footer []byte) error {
	schema, err := verifyFooter(footer)
	if err != nil {
		return err
	}
	if !bytes.Equal(schema, l.schema) {
		return errors.New("the footer has another schema than the beginning of the file")
	}
	var bad bool
	root := rootTable(footer, &bad)
	if err := compareBlocks(root, 2, "dictionary", l.dicts); err != nil {
		return err
	}
	return compareBlocks(root, 3, "batch", l.blocks)
}

// compareBlocks checks a list of the footer against what was found.
func compareBlocks(root table, slot int, what string, found []block) error {
	pos, n := root.vectorAt(slot, 24)
	if *root.bad || n != len(found) {
		return fmt.Errorf("the footer lists %d of kind %s, the file has %d", n, what, len(found))
	}
	for i, want := range found {
		p := pos + 24*i
		got := block{root.i64(p), int32(root.u32(p + 8)), root.i64(p + 16)}
		if got.pos != want.pos {
			return fmt.Errorf("the footer has %s %d at byte %d, the file at byte %d", what, i, got.pos, want.pos)
		}
		if got != want {
			return fmt.Errorf("the footer has another length of %s %d than the file", what, i)
		}
	}
	return nil
}
