package spikefile

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestRecordsByFooter reads a file of this package both ways: message by message,
// and by its footer, as files of other writers are. The batches are the same.
func TestRecordsByFooter(t *testing.T) {
	for _, c := range codecs {
		path := filepath.Join(t.TempDir(), "spikes.arrow")
		writeSpikes(t, path, Options{Codec: c, BatchRows: 16}, 40)
		r, err := OpenRecords(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFooterReader(r.src, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		batches := 0
		for r.Next() {
			ok, err := f.next()
			if !ok || err != nil || !array.RecordEqual(r.Record(), f.rec) {
				t.Fatalf("%v, batch %d: %v", c, batches, err)
			}
			batches++
		}
		if ok, err := f.next(); ok || err != nil || r.Err() != nil || batches < 2 {
			t.Errorf("%v: %d batches, another %v, %v, %v", c, batches, ok, err, r.Err())
		}
		if r.Format() != formatSpikes || r.Stream() {
			t.Errorf("format %q, stream %v", r.Format(), r.Stream())
		}
		f.close()
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
		if r.Next() {
			t.Error("a batch after Close")
		}
	}
}

// A footer that refers to something else is refused before anything is decoded.
func TestFooterReaderChecksWhatItIsTold(t *testing.T) {
	for _, data := range seedFiles(t) {
		src := source{path: "x", r: bytes.NewReader(data), size: int64(len(data))}
		whole, err := newFooterReader(src, memory.DefaultAllocator)
		if err != nil {
			continue // cut, or a stream
		}
		whole.close()
		for i := len(data) - 400; i < len(data); i++ {
			changed := bytes.Clone(data)
			changed[i] ^= 0x41
			f, err := newFooterReader(source{path: "x", r: bytes.NewReader(changed), size: int64(len(changed))}, memory.DefaultAllocator)
			if err != nil {
				continue
			}
			for ok, _ := f.next(); ok; ok, _ = f.next() {
				_ = f.rec.NumRows()
			}
			f.close()
		}
	}
}
