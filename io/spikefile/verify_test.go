package spikefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// wholeFile returns a small spike file.
func wholeFile(t *testing.T, c Codec) ([]byte, *layout) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	writeSpikes(t, path, Options{Codec: c, BatchRows: 40}, 25)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := scanFile(bytes.NewReader(data), int64(len(data)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return data, l
}

func inspectBytes(data []byte) error {
	_, err := source{path: "x", r: bytes.NewReader(data), size: int64(len(data))}.inspect(memory.DefaultAllocator)
	return err
}

// TestFooterFlips changes each bit of the footer: nothing passes but a change
// of what no reader looks at, which is padding and references into vtables
// that mean the same.
func TestFooterFlips(t *testing.T) {
	data, l := wholeFile(t, None)
	begin, passed, n := int(l.end)+len(endOfStream), 0, 0
	for at := begin; at < len(data)-tailBytes; at++ {
		for bit := range 8 {
			data[at] ^= 1 << bit
			if n++; inspectBytes(data) == nil {
				passed++
			}
			data[at] ^= 1 << bit
		}
	}
	if t.Logf("%d of %d pass", passed, n); passed*10 > n {
		t.Errorf("%d of %d changes of the footer pass", passed, n)
	}
	for what, change := range map[string]func(b []byte){
		"another schema": func(b []byte) { b[bytes.LastIndex(b, []byte("neuron"))] = 'm' },
		"another length": func(b []byte) { binary.LittleEndian.PutUint32(b[bytes.LastIndex(b, entry(l.batches[2]))+8:], 8) },
		"at byte":        func(b []byte) { b[bytes.LastIndex(b, entry(l.batches[2]))]++ },
		"dictionary":     func(b []byte) { b[bytes.LastIndex(b, entry(l.dicts[0].pos))]++ },
	} {
		b := bytes.Clone(data)
		change(b)
		if err := inspectBytes(b); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// entry is a position as the footer has it.
func entry(pos int64) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(pos)) }

// TestFrames: frames that do not decode to exactly the announced length, or
// whose checksum is wrong, are found.
func TestFrames(t *testing.T) {
	for _, c := range []Codec{LZ4, ZSTD} {
		data, l := wholeFile(t, c)
		f, err := readFrame(bytes.NewReader(data), l.batches[1], l.end, nil)
		if err != nil {
			t.Fatal(err)
		}
		// The first buffer with bytes is that of time_s.
		body := data[f.bodyPos:f.end()]
		var bad bool
		batch, _ := rootTable(f.meta, &bad).tableAt(2)
		at, _ := batch.vectorAt(2, 16)
		size := batch.i64(at + 16 + 8)
		plain, frame := int64(40*8), body[8:size]
		var check frameCheck
		test := checkLZ4
		if c == ZSTD {
			test = check.checkZSTD
		}
		if err := test(frame, plain); err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		for _, n := range []int64{plain - 1, plain + 1, 0} {
			if test(frame, n) == nil {
				t.Errorf("%v: a frame of %d bytes passes as %d", c, plain, n)
			}
		}
		for n := range frame {
			if test(frame[:n], plain) == nil {
				t.Errorf("%v: %d of %d bytes of a frame pass", c, n, len(frame))
			}
		}
		if test(append(bytes.Clone(frame), 0), plain) == nil {
			t.Errorf("%v: a byte after the frame passes", c)
		}
		passed := 0
		for i := range 8 * len(frame) {
			b := bytes.Clone(frame)
			b[i/8] ^= 1 << (i % 8)
			if test(b, plain) == nil {
				passed++
			}
		}
		if t.Logf("%v: %d of %d changed bits pass", c, passed, 8*len(frame)); c == ZSTD && passed > 20 { // those of the window size, say
			t.Errorf("%d of %d changed bits pass the checksum", passed, 8*len(frame))
		}
		check.close()
	}
}

// TestPlainErrors: no damage is reported in the words of a library's panic.
func TestPlainErrors(t *testing.T) {
	for _, c := range codecs {
		data, _ := wholeFile(t, c)
		for at := 8; at < len(data); at += 3 {
			b := bytes.Clone(data)
			b[at] ^= 0x41
			err := inspectBytes(b)
			if err == nil {
				continue
			}
			for _, word := range []string{"runtime", "arrow/ipc", "\n"} {
				if strings.Contains(err.Error(), word) {
					t.Fatalf("%v, byte %d: %v", c, at, err)
				}
			}
		}
	}
}

// TestBytesAfterEnd: what follows a complete file is no truncation.
func TestBytesAfterEnd(t *testing.T) {
	data, _ := wholeFile(t, LZ4)
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.WriteFile(in, append(bytes.Clone(data), make([]byte, 123)...), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Inspect(in)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "123 bytes follow the end") {
		t.Errorf("Inspect: %v", err)
	}
	rep, err := Repair(in, in+".out")
	if err != nil || rep.Complete || rep.Rows != 100 || rep.DroppedBytes != 123 {
		t.Errorf("Repair: %+v, %v", rep, err)
	}
	if b, _ := os.ReadFile(in + ".out"); !bytes.Equal(b, data) {
		t.Error("the repaired file differs from the one without the bytes")
	}
	// The same file twice ends as a file does.
	if err := inspectBytes(append(bytes.Clone(data), data...)); err == nil || !strings.Contains(err.Error(), "the footer") {
		t.Errorf("twice the same file: %v", err)
	}
}
