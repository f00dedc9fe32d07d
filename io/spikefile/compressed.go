package spikefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// checkCompressed reads the head of a compressed buffer and returns its plain
// length.
func checkCompressed(r io.ReaderAt, pos, size int64, codec byte) (int64, error) {
	var head [8 + 6]byte
	if size < 8 {
		return 0, fmt.Errorf("%d bytes, want at least 8", size)
	}
	got := head[:min(size, int64(len(head)))]
	if n, err := r.ReadAt(got, pos); n < len(got) {
		return 0, err
	}
	plain := int64(binary.LittleEndian.Uint64(head[:]))
	if plain == -1 { // stored as it is
		return size - 8, nil
	}
	if plain < 0 {
		return 0, fmt.Errorf("plain length %d, want >= 0", plain)
	}
	// RFC 8878 §3.1.1.1: magic number, descriptor, then the window unless the
	// frame is a single segment, whose window is its content.
	if codec == 1 && len(got) == len(head) && head[12]&0x20 == 0 {
		exponent := head[13] >> 3
		if base := int64(1) << (10 + exponent); base > maxZstdWindow {
			return 0, fmt.Errorf("ZSTD window of %d bytes, want at most %d", base, maxZstdWindow)
		}
	}
	return plain, nil
}

// frameCheck tests compressed buffers as other readers do. The library stops
// decoding as soon as it has the bytes it wants: it never sees how a frame ends
// and never compares ZSTD's checksum.
type frameCheck struct{ zstd *zstd.Decoder }

// check tests all buffers of a batch that checkBody accepts, in the batch's body.
func (c *frameCheck) check(f *frame, body []byte) error {
	var bad bool
	batch, _ := rootTable(f.meta, &bad).tableAt(2)
	if f.kind == kindDictionary {
		batch, _ = batch.tableAt(1)
	}
	compression, ok := batch.tableAt(3)
	if !ok {
		return nil
	}
	test := checkLZ4
	if compression.byteAt(0, 0) == 1 {
		test = c.checkZSTD
	}
	buffers, k := batch.vectorAt(2, 16)
	for i := range k {
		off, size := batch.i64(buffers+16*i), batch.i64(buffers+16*i+8)
		if size == 0 {
			continue
		}
		b := body[off : off+size]
		plain := int64(binary.LittleEndian.Uint64(b))
		if plain == -1 { // stored as it is
			continue
		}
		if err := test(b[8:], plain); err != nil {
			return fmt.Errorf("batch at byte %d: buffer %d: %w", f.pos, i, err)
		}
	}
	return nil
}

// checkZSTD tests that b is ZSTD frames of plain bytes, with right checksums.
func (c *frameCheck) checkZSTD(b []byte, plain int64) (err error) {
	if c.zstd == nil {
		c.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return err
		}
	}
	if err := c.zstd.Reset(bytes.NewReader(b)); err != nil {
		return fmt.Errorf("invalid ZSTD frame: %w", err)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(c.zstd, plain+1))
	if err != nil {
		return fmt.Errorf("invalid ZSTD frame: %w", err)
	}
	if n != plain {
		return fmt.Errorf("the ZSTD frame does not hold %d bytes", plain)
	}
	return nil
}

// close releases the decoder.
func (c *frameCheck) close() {
	if c.zstd != nil {
		c.zstd.Close()
		c.zstd = nil
	}
}

// errLZ4 is an LZ4 frame that the format does not allow.
var errLZ4 = errors.New("invalid LZ4 frame")

// checkLZ4 tests that b is one whole LZ4 frame of plain bytes. Checksums are not tested: neither
// library writes any but that of the frame's header, which decoding tests.
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
func checkLZ4(b []byte, plain int64) error {
	if len(b) < 7 || binary.LittleEndian.Uint32(b) != 0x184d2204 {
		return errLZ4
	}
	flags, size := b[4], b[5]>>4&7
	if flags>>6 != 1 || flags&2 != 0 || b[5]&0x8f != 0 || size < 4 {
		return errLZ4
	}
	most := int64(1) << (8 + 2*size) // bytes in a block
	p := 6
	if flags&8 != 0 { // the plain length
		if len(b) < p+8 || int64(binary.LittleEndian.Uint64(b[p:])) != plain {
			return errLZ4
		}
		p += 8
	}
	if flags&1 != 0 { // the dictionary
		return errLZ4
	}
	p++ // checksum of the header
	total := int64(0)
	for {
		if len(b)-p < 4 {
			return errLZ4
		}
		n := binary.LittleEndian.Uint32(b[p:])
		p += 4
		if n == 0 {
			break
		}
		stored := n>>31 != 0
		n &= 1<<31 - 1
		if int64(n) > int64(len(b)-p) {
			return errLZ4
		}
		got := int64(n)
		if !stored {
			var ok bool
			if got, ok = plainLength(b[p : p+int(n)]); !ok {
				return errLZ4
			}
		}
		if got > most {
			return errLZ4
		}
		total += got
		p += int(n)
		if flags&16 != 0 { // checksum of the block
			p += 4
		}
		if p > len(b) {
			return errLZ4
		}
	}
	if flags&4 != 0 { // checksum of the content
		p += 4
	}
	if p != len(b) {
		return errLZ4
	}
	if total != plain {
		return fmt.Errorf("the LZ4 frame holds %d bytes, want %d", total, plain)
	}
	return nil
}

// plainLength returns how many bytes a compressed LZ4 block stands for, without
// decoding it, and whether it ends as the format demands: with literals only,
// at least five of them, and no match within the last twelve bytes.
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
func plainLength(b []byte) (n int64, ok bool) {
	p := 0
	// more adds the bytes that continue a length of 15.
	more := func(length int64) int64 {
		for length >= 15 && p < len(b) {
			c := b[p]
			p++
			length += int64(c)
			if c != 255 {
				return length
			}
		}
		if length >= 15 {
			p = len(b) + 1
		}
		return length
	}
	matches, lastMatch := false, int64(0)
	for p < len(b) {
		token := b[p]
		p++
		literals := more(int64(token >> 4))
		if literals > int64(len(b)-p) {
			return 0, false
		}
		p += int(literals)
		n += literals
		if p == len(b) {
			return n, !matches || literals >= 5 && n-lastMatch >= 12
		}
		if len(b)-p < 2 || binary.LittleEndian.Uint16(b[p:]) == 0 {
			return 0, false
		}
		p += 2
		matches, lastMatch = true, n
		n += more(int64(token&15)) + 4
	}
	return 0, false
}
