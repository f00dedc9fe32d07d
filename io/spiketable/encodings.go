package spiketable

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// The encodings of Parquet
// (https://parquet.apache.org/docs/file-format/data-pages/encodings). Each
// decoder takes the bytes of a page and the number of values that it has to have,
// and ends, with an error if the bytes are too few or contradict that.

var (
	errShort  = errors.New("a page ends too early")
	errPacked = errors.New("a page has packed numbers that cannot be unpacked")
)

// uvarint cuts an unsigned number of variable length from b.
func uvarint(b []byte) (uint64, []byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 {
		return 0, nil, errShort
	}
	return n, b[size:], nil
}

// varint cuts a signed number of variable length, in zigzag form, from b.
func varint(b []byte) (int64, []byte, error) {
	n, size := binary.Varint(b)
	if size <= 0 {
		return 0, nil, errShort
	}
	return n, b[size:], nil
}

// packed returns the i-th number of width bits, 1 to 64, of those packed one
// behind the other from the lowest bit of b on. The bytes are there.
func packed(b []byte, i, width int) uint64 {
	at := i * width
	b = b[at/8:]
	shift := uint(at % 8)
	var word [9]byte
	copy(word[:], b)
	v := binary.LittleEndian.Uint64(word[:]) >> shift
	if shift > 0 {
		v |= uint64(word[8]) << (64 - shift)
	}
	return v << (64 - uint(width)) >> (64 - uint(width))
}

// hybrid appends n numbers of width bits, 0 to 32, in runs of equals and packed
// groups of eight.
func hybrid(into []uint32, b []byte, width, n int) ([]uint32, error) {
	if width < 0 || width > 32 {
		return into, errPacked
	}
	for end := len(into) + n; len(into) < end; {
		head, rest, err := uvarint(b)
		if err != nil {
			return into, err
		}
		b = rest
		left := end - len(into)
		if head>>1 == 0 {
			return into, errPacked // would not get on
		}
		if head&1 == 0 {
			var word [4]byte
			size := (width + 7) / 8
			if len(b) < size {
				return into, errShort
			}
			copy(word[:], b[:size])
			b = b[size:]
			value := binary.LittleEndian.Uint32(word[:])
			for range min(uint64(left), head>>1) {
				into = append(into, value)
			}
			continue
		}
		count := int(min(uint64(left), min(head>>1, 1<<40)*8))
		if width == 0 {
			into = append(into, make([]uint32, count)...)
			continue
		}
		// The last group may lack what is not needed of it.
		if need := (count*width + 7) / 8; len(b) < need {
			return into, errShort
		}
		for i := range count {
			into = append(into, uint32(packed(b, i, width)))
		}
		b = b[min(uint64(len(b)), min(head>>1, 1<<40)*uint64(width)):]
	}
	return into, nil
}

// differences appends n integers that are stored as differences, in blocks of
// small blocks of a width each, and returns what follows.
func differences(into []int64, b []byte, n int) ([]int64, []byte, error) {
	var head [3]uint64 // values in a block, small blocks in a block, values in all
	var err error
	for i := range head {
		if head[i], b, err = uvarint(b); err != nil {
			return into, nil, err
		}
	}
	value, b, err := varint(b)
	if err != nil {
		return into, nil, err
	}
	size, small := head[0], head[1]
	if head[2] != uint64(n) || small == 0 || small > 1<<16 || size > 1<<24 || size/small == 0 || size/small%8 != 0 {
		return into, nil, errPacked
	}
	if n == 0 {
		return into, b, nil
	}
	each := int(size / small)
	into = append(into, value)
	for left := n - 1; left > 0; {
		least, rest, err := varint(b)
		if err != nil {
			return into, nil, err
		}
		if uint64(len(rest)) < small {
			return into, nil, errShort
		}
		widths := rest[:small]
		b = rest[small:]
		for _, w := range widths {
			if left == 0 {
				break
			}
			width := int(w)
			if width > 64 {
				return into, nil, errPacked
			}
			if len(b) < each/8*width {
				return into, nil, errShort
			}
			for i := range min(left, each) {
				value += least
				if width > 0 {
					value += int64(packed(b, i, width))
				}
				into = append(into, value)
			}
			left -= min(left, each)
			b = b[each/8*width:]
		}
	}
	return into, b, nil
}

// plainTexts appends n texts, each behind its length.
func plainTexts(into []string, b []byte, n int) ([]string, error) {
	all := string(b)
	for range n {
		if len(b) < 4 {
			return into, errShort
		}
		size := uint64(binary.LittleEndian.Uint32(b))
		if uint64(len(b)-4) < size {
			return into, errShort
		}
		into = append(into, all[4:4+size])
		b, all = b[4+size:], all[4+size:]
	}
	return into, nil
}

// lengthTexts appends n texts that follow the differences of their lengths.
func lengthTexts(into []string, b []byte, n int) ([]string, error) {
	lengths, b, err := differences(nil, b, n)
	if err != nil {
		return into, err
	}
	all := string(b)
	for _, size := range lengths {
		if size < 0 || size > int64(len(all)) {
			return into, errShort
		}
		into = append(into, all[:size])
		all = all[size:]
	}
	return into, nil
}

// prefixTexts appends n texts, each of which begins like the one before.
func prefixTexts(into []string, b []byte, n int) ([]string, error) {
	shared, b, err := differences(nil, b, n)
	if err != nil {
		return into, err
	}
	ends, err := lengthTexts(nil, b, n)
	if err != nil {
		return into, err
	}
	before, total := "", 0
	for i, end := range ends {
		if shared[i] < 0 || shared[i] > int64(len(before)) {
			return into, errPacked
		}
		if shared[i] < int64(len(before)) || end != "" {
			before = before[:shared[i]] + end
		}
		if total += len(before); total > maxTexts {
			return into, fmt.Errorf("the texts of a page are longer than %d bytes", maxTexts)
		}
		into = append(into, before)
	}
	return into, nil
}

// maxTexts bounds the texts of a page of which each repeats the one before: a few
// bytes could stand for a lot.
const maxTexts = 1 << 28

// bitsFor is the width of numbers from 0 to most.
func bitsFor(most int16) int { return bits.Len16(uint16(most)) }
