package spikefile

import (
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
	filled  int     // record batches with rows
	rows    int64
	end     int64 // of the messages
	codec   Codec // of the first batch
}

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
			l.end = pos
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
		if first {
			err = checkSchema(f.meta)
		} else {
			err = checkBody(&f, r, widths)
		}
		if err != nil {
			return nil, err
		}
		if f.kind == kindBatch {
			l.note(&f)
		}
		first, pos = false, f.end()
	}
}

// note counts a record batch.
func (l *layout) note(f *frame) {
	l.batches = append(l.batches, f.pos)
	l.rows += f.rows
	if f.rows > 0 {
		l.filled++
	}
	if len(l.batches) == 1 {
		l.codec = f.codec
	}
}

// compareFooter checks that the footer points to the batches that were found.
func (l *layout) compareFooter(footer []byte) error {
	var bad bool
	root := rootTable(footer, &bad)
	pos, n := root.vectorAt(3, 24)
	if bad || n != len(l.batches) {
		return fmt.Errorf("the footer lists %d batches, the file has %d", n, len(l.batches))
	}
	for i, want := range l.batches {
		if got := root.i64(pos + 24*i); got != want {
			return fmt.Errorf("the footer has batch %d at byte %d, the file at byte %d", i, got, want)
		}
	}
	return nil
}
