package spikefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/ipc"
)

func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	write := func(c Codec, name string, procs int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		path := filepath.Join(dir, c.String()+name)
		w, err := Create(path, testMeta(), Options{Codec: c, BatchRows: 1000})
		if err != nil {
			t.Fatal(err)
		}
		record(t, w, 1000)
		if err := errors.Join(w.Flush(), w.Record(7000, 0, []uint32{1}), w.Close()); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range codecs {
		if a, b := write(c, "a", 1), write(c, "b", 4); !bytes.Equal(a, b) {
			t.Errorf("%v: two writers of the same records differ", c)
		}
	}
	// Uncompressed bytes do not depend on the machine or on a compressor's
	// version. A change of this sum is a change of the format: state it in the
	// changelog, and raise format_version if old readers cannot follow.
	sum := sha256.Sum256(write(None, "golden", 1))
	const want = "a69e01ae5e9eec0ffa6e44210ccedca492ea6d8b8e0cb2d5a428411dad9acbd9"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("SHA-256 of the golden file is %s, want %s", got, want)
	}
}

func TestEndOfStream(t *testing.T) {
	for _, c := range codecs {
		path := filepath.Join(t.TempDir(), "spikes.arrow")
		rows := writeSpikes(t, path, Options{Codec: c, BatchRows: 16}, 10)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ipc.NewReader(bytes.NewReader(b[len(opening):]))
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for r.Next() {
			n += r.Record().NumRows()
		}
		if r.Err() != nil || n != int64(len(rows)) {
			t.Errorf("%v as a stream: %d rows, %v", c, n, r.Err())
		}
		r.Release()
		f, err := ipc.NewFileReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		n = 0
		for i := range f.NumRecords() {
			rec, err := f.Record(i)
			if err != nil {
				t.Fatal(err)
			}
			n += rec.NumRows()
		}
		if n != int64(len(rows)) {
			t.Errorf("%v as a file: %d rows", c, n)
		}
		f.Close()
	}
}
