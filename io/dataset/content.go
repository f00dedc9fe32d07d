package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// MaxBytes is the largest content of one file, unpacked: twenty times the images of
// MNIST, and about twice those of EMNIST by class (Cohen et al. 2017, arXiv 1702.05373),
// 697 932 of 28 × 28.
const MaxBytes = 1 << 30

// inflation is the most bytes that one byte of gzip can stand for: DEFLATE copies 258
// bytes by a pair of codes of a bit each.
const inflation = 1032

// content is what a file holds, unpacked.
type content struct {
	path   string
	r      io.Reader
	at     int64 // the byte that is read next
	size   int64 // bytes in it, or -1 if they are packed
	bound  int64 // no more bytes can be in it
	packed bool
}

// newContent looks at the first bytes of a file of a size.
func newContent(path string, r io.Reader, size int64) (*content, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	c := &content{path: path, r: buffered, size: size, bound: size}
	if first, _ := buffered.Peek(2); len(first) < 2 || first[0] != 0x1f || first[1] != 0x8b {
		return c, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, wrong(path, "gzip header: %v", ending(err))
	}
	c.r, c.size, c.bound, c.packed = unpacked, -1, MaxBytes, true
	if size < MaxBytes/inflation {
		c.bound = size * inflation
	}
	return c, nil
}

// readFile has a regular file decoded, which has to be read to its end.
func readFile(path string, decode func(*content) error) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return unreadable(path, err)
	case !info.Mode().IsRegular(): // a pipe would have us wait
		return wrong(path, "is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return unreadable(path, err)
	}
	defer f.Close()
	c, err := newContent(path, f, info.Size())
	if err != nil {
		return err
	}
	return decode(c)
}

// wrong is an InputError at a byte.
func (c *content) wrong(at int64, format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	if c.packed {
		reason += " (byte of the unpacked content)"
	}
	return &InputError{Path: c.path, Offset: at, Reason: reason}
}

// read fills p with the next bytes, of which an error says why they are wanted.
func (c *content) read(p []byte, why string) error {
	want := c.at + int64(len(p))
	n, err := io.ReadFull(c.r, p)
	c.at += int64(n)
	if err == nil {
		return nil
	}
	return c.failed(err, fmt.Sprintf("ends here, want %d bytes%s", want, why))
}

// end is an error if anything follows.
func (c *content) end() error {
	var more [1]byte
	n, err := io.ReadFull(c.r, more[:])
	switch {
	case n > 0:
		return c.wrong(c.at, "goes on here, want the end")
	case err == io.EOF:
		return nil
	}
	return c.failed(err, "ends within the gzip stream")
}

// failed tells a file that is too short from one that cannot be unpacked or read.
func (c *content) failed(err error, short string) error {
	switch {
	case c.packed && err != io.EOF && err != io.ErrUnexpectedEOF:
		return c.wrong(c.at, "gzip stream: %v", err)
	case ending(err) == io.ErrUnexpectedEOF:
		return c.wrong(c.at, "%s", short)
	}
	return unreadable(c.path, err)
}

// ending makes one of the two errors of an early end.
func ending(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
