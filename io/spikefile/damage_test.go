package spikefile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// fullDisk keeps the first left bytes and then has no space.
type fullDisk struct {
	kept bytes.Buffer
	left int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(d.left, len(p))
	d.left -= n
	d.kept.Write(p[:n])
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// TestFullDisk fills the disk at many places and checks that the failure is
// reported and that every batch before it is recovered.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.arrow")
	rows := writeSpikes(t, whole, Options{BatchRows: 40}, 100)
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	l, err := scanFile(bytes.NewReader(data), int64(len(data)), nil)
	if err != nil {
		t.Fatal(err)
	}
	for room := 0; room < len(data); room += 1 + len(data)/40 {
		disk := &fullDisk{left: room}
		w, err := create("spikes.arrow", testMeta(), Options{BatchRows: 40}, disk, memory.DefaultAllocator)
		if err != nil {
			if !errors.Is(err, syscall.ENOSPC) || room > int(l.batches[1]) {
				t.Fatalf("%d bytes: Create: %v", room, err)
			}
			continue
		}
		for s, i := int64(0), 0; i < len(rows) && err == nil; s++ {
			var pyr []uint32
			for ; i < len(rows) && len(pyr) < 3; i++ {
				pyr = append(pyr, rows[i].neuron)
			}
			if err = w.Record(rows[i-1].step, 0, pyr); err == nil && i < len(rows) {
				err = w.Record(rows[i].step, 2, []uint32{rows[i].neuron})
				i++
			}
		}
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("%d bytes: Record: %v", room, err)
		}
		err = w.Close()
		if !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "\n") {
			t.Fatalf("%d bytes: Close: %v", room, err)
		}
		if !bytes.Equal(disk.kept.Bytes(), data[:room]) {
			t.Fatalf("%d bytes: the disk holds something else", room)
		}
		complete := 0
		for i := range l.batches {
			end := l.end
			if i+1 < len(l.batches) {
				end = l.batches[i+1]
			}
			if end <= int64(room) {
				complete = i // the first of all is empty
			}
		}
		in, out := filepath.Join(dir, fmt.Sprint(room)), filepath.Join(dir, fmt.Sprint(room, "out"))
		if err := os.WriteFile(in, disk.kept.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		rep, err := Repair(in, out)
		if err != nil || rep.Batches != complete || rep.Complete {
			t.Fatalf("%d bytes: Repair: %+v, %v, want %d batches", room, rep, err, complete)
		}
		if got := readSpikes(t, out); !reflect.DeepEqual(got, rows[:40*complete:40*complete]) && complete > 0 {
			t.Fatalf("%d bytes: the repaired rows differ", room)
		}
	}
}

// TestRealFullDisk writes to the device that is always full.
func TestRealFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := create("spikes.arrow", testMeta(), Options{}, f, memory.DefaultAllocator); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Create: %v", err)
	}
}

// TestClosedPipe writes to a pipe that nobody reads any more.
func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Skip(err)
	}
	defer w.Close()
	sw, err := create("spikes.arrow", testMeta(), Options{BatchRows: 4}, w, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	for s := int64(0); s < 100 && err == nil; s++ {
		err = sw.Record(s, 0, []uint32{1, 2, 3, 4})
	}
	if !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Record: %v", err)
	}
	if err := sw.Close(); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Close: %v", err)
	}
}

// TestTruncated cuts a file at many places, of each codec.
func TestTruncated(t *testing.T) {
	for _, c := range codecs {
		dir := t.TempDir()
		whole := filepath.Join(dir, "whole.arrow")
		rows := writeSpikes(t, whole, Options{Codec: c, BatchRows: 16}, 12)
		data, err := os.ReadFile(whole)
		if err != nil {
			t.Fatal(err)
		}
		l, err := scanFile(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			t.Fatal(err)
		}
		cut := func(n int64) {
			src := source{path: "cut.arrow", r: bytes.NewReader(data[:n]), size: n}
			if _, err := newReader(src, memory.DefaultAllocator); err == nil || !errors.Is(err, ErrTruncated) && n >= 4 {
				t.Fatalf("%v, %d bytes: Open: %v", c, n, err)
			}
			rep, s, end, err := src.salvage(memory.DefaultAllocator)
			if n < l.batches[0] && err != nil {
				return
			} else if err != nil {
				t.Fatalf("%v, %d bytes: %v", c, n, err)
			}
			defer s.close()
			got := 0
			for ok, _ := s.next(); ok; ok, _ = s.next() {
				got += int(s.rec.NumRows())
			}
			want := 0
			for _, pos := range append(l.batches[1:], l.end)[1:] {
				if pos <= n {
					want += 16
				}
			}
			if got != min(want, len(rows)) || rep.Complete || s.good > end {
				t.Fatalf("%v, %d bytes: %d rows, want %d", c, n, got, want)
			}
		}
		for n := int64(1); n < int64(len(data)); n += 13 {
			cut(n)
		}
		for _, pos := range append(l.batches, l.end, l.end+8) {
			cut(pos - 1)
			cut(pos)
			cut(pos + 1)
		}
	}
}

func TestRepair(t *testing.T) {
	dir := t.TempDir()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	for _, c := range codecs {
		whole := filepath.Join(dir, c.String())
		rows := writeSpikes(t, whole, Options{Codec: c, BatchRows: 16}, 10)
		data, _ := os.ReadFile(whole)

		rep, err := repair(whole, whole+".copy", mem)
		if err != nil || rep != (Report{Batches: 3, Rows: 40, Complete: true}) {
			t.Errorf("%v: a complete file: %+v, %v", c, rep, err)
		}
		if b, _ := os.ReadFile(whole + ".copy"); !bytes.Equal(b, data) {
			t.Errorf("%v: the copy of a complete file differs", c)
		}
		if _, err := repair(whole, whole+".copy", mem); !errors.Is(err, os.ErrExist) {
			t.Errorf("%v: over a file: %v", c, err)
		}

		stream := append(bytes.Clone(data[8:bytes.LastIndex(data, []byte(endOfStream))]), endOfStream...)
		if err := os.WriteFile(whole+".stream", stream, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(whole + ".stream"); !errors.Is(err, ErrStream) {
			t.Errorf("%v: Open of a stream: %v", c, err)
		}
		rep, err = repair(whole+".stream", whole+".fromstream", mem)
		if err != nil || rep != (Report{Batches: 3, Rows: 40}) {
			t.Errorf("%v: a stream: %+v, %v", c, rep, err)
		}
		if b, _ := os.ReadFile(whole + ".fromstream"); !bytes.Equal(b, data) {
			t.Errorf("%v: the file from a stream differs", c)
		}

		// A run of zeros is what a crash of the machine can leave at the end.
		l, _ := scanFile(bytes.NewReader(data), int64(len(data)), nil)
		zeros := append(bytes.Clone(data[:l.batches[2]]), make([]byte, 1000)...)
		if err := os.WriteFile(whole+".zeros", zeros, 0o644); err != nil {
			t.Fatal(err)
		}
		rep, err = repair(whole+".zeros", whole+".fromzeros", mem)
		if err != nil || rep != (Report{Batches: 1, Rows: 16, DroppedBytes: 1000}) {
			t.Errorf("%v: zeros: %+v, %v", c, rep, err)
		}
		if got := readSpikes(t, whole+".fromzeros"); !reflect.DeepEqual(got, rows[:16]) {
			t.Errorf("%v: zeros: rows differ", c)
		}
	}
	mem.AssertSize(t, 0)
	if _, err := Repair(filepath.Join(dir, "missing"), filepath.Join(dir, "x")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.repair")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestOpenErrors checks that each kind of unreadable file has its own message
// of one line.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.arrow")
	writeSpikes(t, whole, Options{BatchRows: 16}, 10)
	data, _ := os.ReadFile(whole)
	rates := filepath.Join(dir, "rates.arrow")
	rw, err := CreateRates(rates, testMeta(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := rw.Close(); err != nil {
		t.Fatal(err)
	}
	rated, _ := os.ReadFile(rates)
	flip := func(i int) []byte {
		b := bytes.Clone(data)
		b[i] ^= 0xff
		return b
	}
	l, _ := scanFile(bytes.NewReader(data), int64(len(data)), nil)
	for _, c := range []struct {
		name string
		data []byte
		kind error
		want string
	}{
		{"empty", nil, ErrEmpty, "empty file"},
		{"text", []byte("time,neuron\n1,2\n"), ErrNotArrow, "ARROW1"},
		{"tiny", []byte("AR"), ErrNotArrow, "not an Arrow file"},
		{"head only", data[:8], ErrTruncated, "repair"},
		{"cut", data[:len(data)-1], ErrTruncated, "apical repair"},
		{"stream", data[8:], ErrStream, "apical repair"},
		{"rates", rated, ErrSchema, `the table is "apical.rates", want "apical.spikes"`},
		{"no column", foreignFile(t, 3), ErrSchema, "population is missing"},
		{"no metadata", foreignFile(t, 4), ErrSchema, "no apical table"},
		{"batch head", flip(int(l.batches[1])), ErrDamaged, "no message at byte"},
		{"footer", flip(len(data) - 10), ErrDamaged, "footer"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) || !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want kind %v", c.name, err, c.kind)
			continue
		}
		msg := err.Error()
		if !strings.Contains(msg, c.want) || !strings.HasPrefix(msg, path) || strings.Contains(msg, "\n") {
			t.Errorf("%s: %s, want %q in one line", c.name, msg, c.want)
		}
		t.Log(strings.TrimPrefix(msg, dir))
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a directory: %v", err)
	}
}

// foreignFile returns an Arrow file with the first n columns of a spike file
// and no metadata.
func foreignFile(t *testing.T, n int) []byte {
	t.Helper()
	schema := arrow.NewSchema(spikeFields()[:n], nil)
	var b bytes.Buffer
	w, err := ipc.NewFileWriter(&checkedWriter{w: &b}, ipc.WithSchema(schema))
	if err != nil {
		t.Fatal(err)
	}
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer rb.Release()
	if err := errors.Join(w.Write(rb.NewRecord()), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRowsOutOfRange: a file whose structure is sound but whose rows are not
// gives an error, since consumers index arrays with them.
func TestRowsOutOfRange(t *testing.T) {
	for want, change := range map[string]func(*spikeBatch){
		"follows step":      func(b *spikeBatch) { b.steps[1] = -1 },
		"population 7":      func(b *spikeBatch) { b.pops[1] = 7 },
		"population -1":     func(b *spikeBatch) { b.pops[1] = -1 },
		"below its size 50": func(b *spikeBatch) { b.pops[1] = 2; b.neurons[1] = 50 },
	} {
		var disk bytes.Buffer
		w, err := create("x", testMeta(), Options{}, &disk, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Record(0, 0, []uint32{1, 2, 3}); err != nil {
			t.Fatal(err)
		}
		change(w.cur)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := newReader(source{path: "x", r: bytes.NewReader(disk.Bytes()), size: int64(disk.Len())}, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		if r.Next() || !errors.Is(r.Err(), ErrDamaged) || !strings.Contains(r.Err().Error(), want) {
			t.Errorf("%s: %v", want, r.Err())
		}
	}
}

// TestVerify: a compressor's failure that the library does not report is found
// when the file is closed. The bytes are changed as such a failure would.
func TestVerify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	w, err := Create(path, testMeta(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	record(t, w, 100)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	pos := w.file.out.pos
	l := readPartial(t, partialName(path))
	f, err := readFrame(w.file.file, l.batches[1], pos, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.file.file.WriteAt([]byte{1, 2, 3, 4, 5, 6, 7, 8}, f.bodyPos); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "read back") {
		t.Errorf("Close: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file got its final name")
	}
}

// readPartial scans a file that is still being written.
func readPartial(t *testing.T, path string) *layout {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := scanMessages(bytes.NewReader(b), 8, int64(len(b)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
