package spikefile

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// seedFiles returns a small file of each codec and kind, whole, cut and as a
// stream.
func seedFiles(t testing.TB) (files [][]byte) {
	dir := t.TempDir()
	add := func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b, b[:len(b)*2/3], b[8:])
	}
	for _, c := range codecs {
		path := filepath.Join(dir, c.String())
		writeSpikes(t, path, Options{Codec: c, BatchRows: 16}, 8)
		add(path)
	}
	w, err := CreateRates(filepath.Join(dir, "rates"), testMeta(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		if err := w.Append(RateRow{TimeS: float64(i), BinS: 1, NEvents: int64(i % 3)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	add(filepath.Join(dir, "rates"))
	events, err := CreateEvents(filepath.Join(dir, "events"), analysisMeta(), testDerivation(), Options{BatchRows: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range testEvents() {
		if err := events.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	bursts, err := CreateBurstRates(filepath.Join(dir, "bursts"), analysisMeta(), BurstRates{Groups: []string{"a", "b"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range testBurstRates() {
		if err := bursts.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(events.Close(), bursts.Close()); err != nil {
		t.Fatal(err)
	}
	add(filepath.Join(dir, "events"))
	add(filepath.Join(dir, "bursts"))
	return files
}

// readAnything reads data in every way there is. It must end without a panic,
// and within the memory that an allocator of a fixed budget gives.
func readAnything(t testing.TB, data []byte) {
	src := source{path: "fuzz", r: bytes.NewReader(data), size: int64(len(data))}
	if r, err := newReader(src, memory.DefaultAllocator); err == nil {
		n := int64(0)
		for r.Next() {
			steps, neurons, pops, times := r.Batch()
			if len(neurons) != len(steps) || len(pops) != len(steps) || len(times) != len(steps) {
				t.Fatal("columns of different length")
			}
			n += int64(len(steps))
		}
		if r.Err() == nil && n != r.Rows() {
			t.Fatalf("%d rows without an error, Rows() is %d", n, r.Rows())
		}
		r.stream.close()
	}
	if _, s, err := src.decode(memory.DefaultAllocator); err == nil {
		if c, err := newTableCheck(s.schema, formatRates); err == nil {
			for ok, _ := s.next(); ok; ok, _ = s.next() {
				if b, err := c.load(s.rec); err == nil {
					_, _ = b.f64[0][b.n-1], b.i64[10][b.n-1]
				}
			}
		}
		for _, format := range []string{formatEvents, formatBursts} {
			if c, err := newTableCheck(s.schema, format); err == nil {
				for ok, _ := s.next(); ok; ok, _ = s.next() {
					if b, err := c.load(s.rec); err == nil {
						_, _, _ = b.f64[0][b.n-1], b.i16[3][b.n-1], b.u32[map[string]int{formatEvents: 2, formatBursts: 4}[format]][b.n-1]
					}
				}
			}
		}
		s.close()
	}
	if r, err := newRecords(src, memory.DefaultAllocator); err == nil {
		for r.Next() {
			_ = r.Record().NumRows()
		}
		r.release()
	}
	if f, err := newFooterReader(src, memory.DefaultAllocator); err == nil {
		for ok, _ := f.next(); ok; ok, _ = f.next() {
			_ = f.rec.NumRows()
		}
		f.close()
	}
	if info, err := src.inspect(memory.DefaultAllocator); err == nil {
		if err := info.WriteText(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	}
	rep, s, end, err := src.salvage(memory.DefaultAllocator)
	if err != nil {
		return
	}
	// What Repair does, without the disk.
	if ok, _ := s.nextAny(); ok {
		if empty, err := emptyLike(s.rec); err == nil {
			if w, err := newArrowFile(&bytes.Buffer{}, "fuzz", "fuzz", empty, s.src.codec, memory.DefaultAllocator); err == nil {
				for ok && w.writeRecord(s.rec) == nil {
					ok, _ = s.nextAny()
				}
				w.close()
			}
			empty.Release()
		}
	}
	if s.good > end || rep.DroppedBytes != 0 {
		t.Fatalf("read to %d of %d", s.good, end)
	}
	s.close()
}

func FuzzOpen(f *testing.F) {
	for _, b := range seedFiles(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, data) })
}

// TestMutations changes bytes at random. The seed is fixed so that a failure
// comes back.
func TestMutations(t *testing.T) {
	files := seedFiles(t)
	rng := rand.New(rand.NewPCG(1, 2))
	rounds := 400
	if testing.Short() {
		rounds = 50
	}
	for i := range rounds {
		b := bytes.Clone(files[i%len(files)])
		for range 1 + rng.IntN(4) {
			switch at := rng.IntN(len(b)); rng.IntN(3) {
			case 0:
				b[at] ^= 1 << rng.IntN(8)
			case 1:
				b[at] = byte(rng.Uint32())
			default: // a length or an offset
				copy(b[at&^3:], []byte{0xff, 0xff, 0xff, byte(rng.Uint32())})
			}
		}
		readAnything(t, b)
	}
}

// TestOddVtable: a vtable whose last entry is half outside its length is read
// as the library reads it, or lengths would go unchecked.
func TestOddVtable(t *testing.T) {
	buf := []byte{
		12, 0, 0, 0, // root: table at 12
		7, 0, 12, 0, 4, 0, 0, 0, // vtable at 4, 7 bytes long: field 0 at +4
		8, 0, 0, 0, // table at 12: its vtable is 8 bytes before
		77, 0, 0, 0, 0, 0, 0, 0,
	}
	var bad bool
	root := rootTable(buf, &bad)
	if got := root.int64At(0); got != 77 || bad {
		t.Errorf("field 0 is %d (bad %v), want 77", got, bad)
	}
	buf[4] = 5 // the entry of field 0 begins inside
	if got := root.int64At(0); got != 77 || bad {
		t.Errorf("field 0 is %d (bad %v), want 77", got, bad)
	}
	buf[4] = 4
	if got := root.int64At(0); got != 0 || bad {
		t.Errorf("field 0 is %d (bad %v), want none", got, bad)
	}
}
