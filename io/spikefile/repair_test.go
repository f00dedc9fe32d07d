package spikefile

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// unsoundFile returns a spike file of four batches of 16 rows, whose third
// batch change made unsound, and the rows of the others.
func unsoundFile(t *testing.T, change func(*spikeBatch)) (file []byte, rest []row) {
	t.Helper()
	var disk bytes.Buffer
	w, err := create("x", testMeta(), Options{BatchRows: 100}, &disk, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	for batch := range 4 {
		for i := range 16 {
			r := row{int64(100*batch + i), 0, uint32(i)}
			if err := w.Record(r.step, 0, []uint32{r.neuron}); err != nil {
				t.Fatal(err)
			}
			if batch != 2 {
				rest = append(rest, r)
			}
		}
		if batch == 2 {
			change(w.cur)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return disk.Bytes(), rest
}

// TestRepairRows: a batch whose rows no reader accepts is left out, and a file
// that has one is not called complete.
func TestRepairRows(t *testing.T) {
	dir := t.TempDir()
	n := 0
	for want, change := range map[string]func(*spikeBatch){
		"follows step":      func(b *spikeBatch) { b.steps[15] = 1 << 40; b.steps[1] = -1 },
		"name 256":          func(b *spikeBatch) { b.pops[1] = 256 },
		"below its size 50": func(b *spikeBatch) { b.pops[1] = 2; b.neurons[1] = 50 },
	} {
		n++
		in := filepath.Join(dir, string(rune('a'+n)))
		file, rest := unsoundFile(t, change)
		if err := os.WriteFile(in, file, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Inspect(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Inspect: %v, want %q", err, want)
		}
		rep, err := Repair(in, in+".out")
		if err != nil || rep.Complete || rep.Batches != 3 || rep.DroppedBatches != 1 || rep.DroppedBytes <= 0 ||
			!strings.Contains(rep.FirstDropped, want) {
			t.Errorf("%s: %+v, %v", want, rep, err)
			continue
		}
		if got := readSpikes(t, in+".out"); !reflect.DeepEqual(got, rest) {
			t.Errorf("%s: the other rows differ", want)
		}
	}
}

// TestRepairUndecodable: batches behind one that cannot be decoded are
// recovered too, and a file without any sound batch is refused.
func TestRepairUndecodable(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	rows := writeSpikes(t, whole, Options{BatchRows: 16}, 16)
	data, _ := os.ReadFile(whole)
	l, err := scanFile(bytes.NewReader(data), int64(len(data)), nil)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(batch int) {
		f, err := readFrame(bytes.NewReader(data), l.batches[batch], l.end, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := f.bodyPos; i < f.end(); i++ {
			data[i] = 0x55
		}
	}
	spoil(2)
	if err := os.WriteFile(whole+"1", data, 0o644); err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	rep, err := repair(whole+"1", whole+"1.out", mem)
	if err != nil || rep.Batches != 3 || rep.DroppedBatches != 1 || rep.Complete {
		t.Fatalf("%+v, %v", rep, err)
	}
	if got, want := readSpikes(t, whole+"1.out"), append(rows[:16:16], rows[32:]...); !reflect.DeepEqual(got, want) {
		t.Error("rows differ")
	}
	for _, b := range []int{1, 3, 4} {
		spoil(b)
	}
	if err := os.WriteFile(whole+"2", data, 0o644); err != nil {
		t.Fatal(err)
	}
	if rep, err := Repair(whole+"2", whole+"2.out"); err == nil || !strings.Contains(err.Error(), "not one batch") {
		t.Errorf("%+v, %v", rep, err)
	}
	if left, _ := filepath.Glob(whole + "2.out*"); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	mem.AssertSize(t, 0)
}

// TestRepairPassesInspect damages files at random: what Repair makes of them
// passes Inspect, and it calls complete what Inspect accepts, nothing else.
func TestRepairPassesInspect(t *testing.T) {
	dir := t.TempDir()
	files := seedFiles(t)
	rng := rand.New(rand.NewPCG(3, 4))
	rounds := 1000
	if testing.Short() {
		rounds = 200
	}
	made, complete := 0, 0
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for i := range rounds {
		b := bytes.Clone(files[i%len(files)])
		for range 1 + rng.IntN(2) {
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		}
		if err := os.WriteFile(in, b, 0o644); err != nil {
			t.Fatal(err)
		}
		_, sound := Inspect(in)
		rep, err := Repair(in, out)
		if sound == nil && (err != nil || !rep.Complete) || sound != nil && rep.Complete {
			t.Fatalf("round %d: Inspect: %v, Repair: %+v, %v", i, sound, rep, err)
		}
		if err != nil {
			if strings.Contains(err.Error(), "read back") || strings.Contains(err.Error(), "\n") {
				t.Fatalf("round %d: %v", i, err)
			}
			continue
		}
		made++
		if rep.Complete {
			complete++
		}
		if _, err := Inspect(out); err != nil {
			t.Fatalf("round %d: %+v, but %v", i, rep, err)
		}
		if err := os.Remove(out); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d rounds: %d repaired, of which %d were complete", rounds, made, complete)
}
