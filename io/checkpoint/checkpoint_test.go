package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/io/newfile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// network is a small one that learns with momentum.
func network(t testing.TB, rule rate.Rule, f rate.Feedback) *rate.Network {
	t.Helper()
	c := rate.Config{Input: rate.Flat(5), Classes: 3, Hidden: []rate.Hidden{{Units: 7}, {Units: 6}}, Activation: rate.Sigmoid,
		Loss: rate.SquaredError, Rule: rule, Feedback: f, Learning: rule.Learning(), WeightGain: 1, FeedbackSD: 0.5, Batch: 4, Seed: 3, Workers: 1}
	c.Learning.Momentum, c.Learning.Decay = 0.5, 1e-3
	n, err := rate.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// learn shows n batches that depend on from alone.
func learn(n *rate.Network, from, to int) {
	x := rate.Matrix{Rows: 4, Cols: 5, Stride: 5, Data: make([]float64, 20)}
	classes := make([]uint8, 4)
	for k := from; k < to; k++ {
		stream := rng.NewSource(5, rng.Protocol, uint32(k)).Stream(0)
		for i := range x.Data {
			x.Data[i] = 2*stream.Float64() - 1
		}
		for i := range classes {
			classes[i] = uint8(stream.Below(3))
		}
		n.Train(x, classes)
	}
}

// bits are those of all tensors.
func bits(n *rate.Network) (all []uint64) {
	for _, l := range n.Layers() {
		for _, w := range l.Tensors() {
			for _, v := range slices.Concat(w.W.Data, w.V.Data) {
				all = append(all, math.Float64bits(v))
			}
		}
	}
	return all
}

func state() State {
	return State{Meta: spikefile.Meta{Version: "1.2", Seed: 3, Config: json.RawMessage(`{"hidden":[7, 6],"rule":"x"}`)},
		Epoch: 2, Record: json.RawMessage(`[{"epoch":0},{"epoch":1}]`)}
}

// Training that goes on from a checkpoint has the bits of training that was never
// interrupted, whatever the rule keeps.
func TestGoingOnIsNotGoingAstray(t *testing.T) {
	for _, rule := range rate.Rules() {
		for _, f := range rule.Feedbacks() {
			t.Run(fmt.Sprint(rule.Name(), f), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "checkpoint.arrow")
				n := network(t, rule, f)
				learn(n, 0, 20)
				// Batches end within tensors, and tensors within batches.
				if err := Save(path, n, state(), spikefile.Options{BatchRows: 17}); err != nil {
					t.Fatal(err)
				}
				want := bits(n)
				again := network(t, rule, f)
				learn(again, 100, 103) // whatever it was before
				s, err := Load(path, again, state().Meta)
				if err != nil {
					t.Fatal(err)
				}
				if s.Epoch != 2 || string(s.Record) != string(state().Record) || s.Meta.Seed != 3 || s.Meta.Version != "1.2" {
					t.Errorf("loaded %+v", s)
				}
				if !slices.Equal(bits(again), want) {
					t.Error("loaded other bits than were saved")
				}
				learn(n, 20, 40)
				learn(again, 20, 40)
				if !slices.Equal(bits(again), bits(n)) {
					t.Error("training went on to other bits")
				}
			})
		}
	}
}

// The sign of zero, subnormal and infinite numbers are kept, and the bytes are the same.
func TestEveryBit(t *testing.T) {
	dir := t.TempDir()
	n := network(t, rate.DefaultBackprop(), rate.Tied)
	odd := []float64{math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.MaxFloat64, 0x1.fffffffffffffp-1}
	w := n.Layers()[0].Unit().W
	copy(w.W.Data, odd)
	copy(w.V.Data[3:], odd)
	var files [2][]byte
	for i := range files {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := Save(path, n, state(), spikefile.Options{}); err != nil {
			t.Fatal(err)
		}
		again := network(t, rate.DefaultBackprop(), rate.Tied)
		if _, err := Load(path, again, state().Meta); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(bits(again), bits(n)) {
			t.Error("loaded other bits than were saved")
		}
		files[i], _ = os.ReadFile(path)
	}
	if string(files[0]) != string(files[1]) {
		t.Error("the same network made two files")
	}
}

// A checkpoint replaces the one before, whatever a killed program left beside it, and
// stays if there can be none to replace it.
func TestSaveReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "checkpoint.arrow")
	n := network(t, rate.DefaultBackprop(), rate.Tied)
	for _, left := range []string{newfile.Suffix, newfile.Suffix + ".partial"} {
		if err := os.WriteFile(path+left, []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for epoch := range 3 {
		s := state()
		s.Epoch = epoch
		if err := Save(path, n, s, spikefile.Options{}); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(path, n, s.Meta); err != nil || got.Epoch != epoch {
			t.Fatalf("epoch %d, %v; want %d", got.Epoch, err, epoch)
		}
	}
	info, err := spikefile.Inspect(path)
	if err != nil || info.Kind != "apical.checkpoint" || info.LastEpoch != 2 || len(info.Tensors) != 6 ||
		info.Tensors[2] != (spikefile.TensorInfo{Layer: "hidden2", Name: "weights", Rows: 6, Columns: 7, Changes: true}) {
		t.Errorf("inspected %+v, %v", info, err)
	}
	before, _ := os.ReadFile(path)
	n.Layers()[1].Unit().W.V.Data[5] = math.NaN()
	err = Save(path, n, state(), spikefile.Options{})
	if err == nil || !strings.Contains(err.Error(), "hidden2 weights: element 5 is not a number") {
		t.Errorf("a NaN: %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the checkpoint before is gone")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files, want the checkpoint alone", len(files))
	}
	if err := Save(dir, n, state(), spikefile.Options{}); err == nil {
		t.Error("replaced a directory")
	}
}

// What does not fit is told in one line.
func TestLoadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint.arrow")
	n := network(t, rate.DefaultBurstprop(), rate.Random)
	if err := Save(path, n, state(), spikefile.Options{}); err != nil {
		t.Fatal(err)
	}
	refuses := func(path string, n *rate.Network, meta spikefile.Meta, want string) {
		t.Helper()
		_, err := Load(path, n, meta)
		var corrupt *spikefile.CorruptError
		if !errors.As(err, &corrupt) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v; want one line with %q", err, want)
		}
	}
	meta := state().Meta
	meta.Seed = 4
	refuses(path, n, meta, "seed is 3, want 4")
	meta = state().Meta
	meta.Config = json.RawMessage(`{"hidden":[7,8],"rule":"x"}`)
	refuses(path, n, meta, "hidden is [7,6], want [7,8]")
	meta.Config = json.RawMessage(`{"hidden":[7,6],"rule":"x","width":1}`)
	refuses(path, n, meta, "width is null, want 1")
	refuses(path, network(t, rate.DefaultBurstprop(), rate.Tied), state().Meta, "want hidden2 recurrent of 6 × 6")
	refuses(path, network(t, rate.DefaultBackprop(), rate.Tied), state().Meta, "it has hidden1 recurrent of 7 × 7")
	other := filepath.Join(t.TempDir(), "other.arrow")
	if err := spikefile.WriteResults(other, "psth", spikefile.Meta{}, []spikefile.ResultColumn{{Name: "x", Unit: "1", Numbers: []float64{1}}}, spikefile.Options{}); err != nil {
		t.Fatal(err)
	}
	refuses(other, n, state().Meta, `the table is "apical.psth", want "apical.checkpoint"`)
	if _, err := Load(filepath.Join(t.TempDir(), "none"), n, meta); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A file that ends early or has elements in other places is damaged; nothing panics.
func TestLoadDamaged(t *testing.T) {
	dir := t.TempDir()
	n := network(t, rate.DefaultBackprop(), rate.Tied)
	all, shapes := tensors(n)
	config, err := state().Meta.ConfigHash()
	if err != nil {
		t.Fatal(err)
	}
	saved := state()
	saved.Record = nil
	sum := hash(saved, config, all)
	save := func(name string, change func([]spikefile.ResultColumn), skip int) string {
		path := filepath.Join(dir, name)
		list, err := json.Marshal(shapes)
		if err != nil {
			t.Fatal(err)
		}
		meta := state().Meta
		meta.Extra = map[string]string{keyEpoch: "2", keyTensors: string(list), keyHash: sum}
		columns := empty(shapes)
		w, err := spikefile.CreateResults(path, kind, meta, columns, spikefile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, tensor := range all {
			if fill(columns, tensor, shapes[i]); i == 2 {
				change(columns)
			}
			if i == skip {
				continue
			}
			if err := w.Append(columns); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	nothing := func([]spikefile.ResultColumn) {}
	for name, path := range map[string]string{
		"row":    save("row", func(c []spikefile.ResultColumn) { c[2].Counts[1]++ }, -1),
		"column": save("column", func(c []spikefile.ResultColumn) { c[3].Counts[0] = -1 }, -1),
		"layer":  save("layer", func(c []spikefile.ResultColumn) { c[0].Index[3] = 0 }, -1),
		"change": save("change", func(c []spikefile.ResultColumn) { c[5].Numbers[3] = math.NaN() }, -1),
		"value":  save("value", func(c []spikefile.ResultColumn) { c[4].Numbers[3] += 1e-16 }, -1),
		"first":  save("first", nothing, 0),
		"last":   save("last", nothing, len(all)-1),
	} {
		if _, err := Load(path, n, state().Meta); !errors.Is(err, spikefile.ErrDamaged) {
			t.Errorf("%s: %v, want a damaged file", name, err)
		}
	}
}

// Whatever the bytes, Load gives an error or the weights that were saved.
func FuzzLoad(f *testing.F) {
	path := filepath.Join(f.TempDir(), "checkpoint.arrow")
	n := network(f, rate.DefaultBackprop(), rate.KolenPollack)
	if err := Save(path, n, state(), spikefile.Options{BatchRows: 50}); err != nil {
		f.Fatal(err)
	}
	saved := bits(n)
	sound, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sound)
	f.Add(sound[:len(sound)/2])
	for i := range 40 {
		changed := slices.Clone(sound)
		changed[i*len(sound)/40] ^= 0x41
		f.Add(changed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "checkpoint.arrow")
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, n, state().Meta)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		if !slices.Equal(bits(n), saved) {
			t.Errorf("loaded other bits than were saved, epoch %d", s.Epoch)
		}
	})
}
