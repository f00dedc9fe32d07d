package spikefile

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// rawTable returns the only batch with rows of a table file.
func rawTable(t *testing.T, path string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ipc.NewFileReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := f.RecordAt(f.NumRecords() - 1)
	if err != nil {
		t.Fatal(err)
	}
	cols := map[string]any{}
	for i := range int(rec.NumCols()) {
		switch c := rec.Column(i).(type) {
		case *array.Float64:
			var v []float64
			for k := range c.Len() {
				if c.IsNull(k) {
					v = append(v, math.Inf(-1)) // no value of these tables
				} else {
					v = append(v, c.Value(k))
				}
			}
			cols[rec.ColumnName(i)] = v
		case *array.Int64:
			cols[rec.ColumnName(i)] = c.Int64Values()
		case *array.Uint32:
			cols[rec.ColumnName(i)] = c.Uint32Values()
		case *array.Dictionary:
			var v []string
			for k := range c.Len() {
				v = append(v, c.Dictionary().(*array.String).Value(c.GetValueIndex(k)))
			}
			cols[rec.ColumnName(i)] = v
		}
	}
	return cols
}

func TestRates(t *testing.T) {
	dir := t.TempDir()
	for _, c := range codecs {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		path := filepath.Join(dir, c.String())
		w, err := createRates(path, testMeta(), Options{Codec: c}, nil, mem)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(
			w.Append(RateRow{TimeS: 0, BinS: 0.1, Population: 0, NEvents: 400, NBursts: 100, NSpikes: 700}),
			w.Append(RateRow{TimeS: 0, BinS: 0.1, Population: 2, NNeurons: 10}),
			w.Append(RateRow{TimeS: 0.1, BinS: 0.1, Population: 1}),
		); err != nil {
			t.Fatal(err)
		}
		for want, bad := range map[string]RateRow{
			"bin_s":                {TimeS: 1},
			"n_neurons":            {TimeS: 1, BinS: 1, NNeurons: -1},
			"bursts":               {TimeS: 1, BinS: 1, NBursts: -1},
			"population 3":         {TimeS: 1, BinS: 1, Population: 3},
			"times that do not":    {TimeS: 0, BinS: 1},
			"a finite time":        {TimeS: math.NaN(), BinS: 1},
			"population -1, want ": {TimeS: 1, BinS: 1, Population: -1},
		} {
			if err := w.Append(bad); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
		if w.Append(RateRow{TimeS: 5, BinS: 1}) == nil || w.Flush() == nil || w.Rows() != 3 {
			t.Error("Append or Flush after Close: no error")
		}
		mem.AssertSize(t, 0)
		cols := rawTable(t, path)
		null := math.Inf(-1)
		for name, want := range map[string]any{
			"t_s": []float64{0, 0, 0.1}, "bin_s": []float64{0.1, 0.1, 0.1},
			"population":    []string{"pyr", "som", "pv"},
			"event_rate_hz": []float64{4, 0, 0}, "burst_rate_hz": []float64{1, 0, 0}, "firing_rate_hz": []float64{7, 0, 0},
			"burst_fraction": []float64{0.25, null, null},
			"n_events":       []int64{400, 0, 0}, "n_bursts": []int64{100, 0, 0}, "n_spikes": []int64{700, 0, 0},
			"n_neurons": []int64{1000, 10, 0},
		} {
			if got := cols[name]; !equal(got, want) {
				t.Errorf("%v: %s = %v, want %v", c, name, got, want)
			}
		}
		_, rows, err := ReadRates(path)
		if err != nil || len(rows) != 3 || rows[0] != (RateRow{BinS: 0.1, NEvents: 400, NBursts: 100, NSpikes: 700, NNeurons: 1000}) {
			t.Errorf("ReadRates: %+v, %v", rows, err)
		}
		if _, _, _, err := ReadWeights(path); !errors.Is(err, ErrSchema) {
			t.Errorf("ReadWeights of rates: %v", err)
		}
		var keys []string
		info, err := inspect(path, mem)
		if err != nil {
			t.Fatal(err)
		}
		for _, col := range info.Columns {
			keys = append(keys, col.Name)
		}
		want := "t_s bin_s population event_rate_hz burst_rate_hz burst_fraction firing_rate_hz n_events n_bursts n_spikes n_neurons"
		if got := strings.Join(keys, " "); got != want || info.Kind != formatRates || info.Codec != c || info.LastS != 0.1 || info.Rows != 3 {
			t.Errorf("Inspect: %+v", info)
		}
		rep, err := repair(path, path+".copy", mem)
		a, _ := os.ReadFile(path)
		b, _ := os.ReadFile(path + ".copy")
		if err != nil || !rep.Complete || !bytes.Equal(a, b) {
			t.Errorf("%v: Repair: %+v, %v", c, rep, err)
		}
		mem.AssertSize(t, 0)
	}
}

// equal compares slices, floats to within rounding of the few operations that
// made them.
func equal(a, b any) bool {
	x, ok := a.([]float64)
	if !ok {
		return equalStrict(a, b)
	}
	y := b.([]float64)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] && !(math.Abs(x[i]-y[i]) <= 1e-12*math.Abs(y[i])) {
			return false
		}
	}
	return true
}

func equalStrict(a, b any) bool {
	switch x := a.(type) {
	case []int64:
		return slicesEqual(x, b.([]int64))
	case []uint32:
		return slicesEqual(x, b.([]uint32))
	case []string:
		return slicesEqual(x, b.([]string))
	}
	return false
}

func slicesEqual[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestWeightsAndStates(t *testing.T) {
	dir := t.TempDir()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	path := filepath.Join(dir, "weights.arrow")
	w, err := createWeights(path, testMeta(), []string{"pyr>som", "som>pyr"}, Options{}, nil, mem)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(WeightRow{TimeS: 1.5, Projection: 1, Mean: 1, SD: 2, Min: 3, Max: math.NaN(), NSynapses: 5}); err != nil {
		t.Fatal(err)
	}
	if w.Append(WeightRow{TimeS: 2, Projection: 2}) == nil || w.Append(WeightRow{TimeS: 2, NSynapses: -1}) == nil {
		t.Error("a row out of range is accepted")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cols := rawTable(t, path)
	if !equal(cols["projection"], []string{"som>pyr"}) || !equal(cols["sd"], []float64{2}) || !equal(cols["n_synapses"], []int64{5}) ||
		!math.IsNaN(cols["max"].([]float64)[0]) {
		t.Errorf("weights: %v", cols)
	}

	meta, projections, weights, err := ReadWeights(path)
	if err != nil || len(weights) != 1 || weights[0].Min != 3 || weights[0].Projection != 1 || projections[1] != "som>pyr" || meta.Seed != 42 {
		t.Errorf("ReadWeights: %v, %v, %v", projections, weights, err)
	}

	path = filepath.Join(dir, "states.arrow")
	s, err := createStates(path, testMeta(), []Variable{{"v_s", "mV"}, {"w_d", "pA"}}, Options{BatchRows: 2}, nil, mem)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		s.Append(StateRow{TimeS: 0.5, Population: 2, Neuron: 49, Variable: 1, Value: -70}),
		s.Flush(),
		s.Append(StateRow{TimeS: 0.5, Population: 0, Neuron: 999, Variable: 0, Value: 7}),
	); err != nil {
		t.Fatal(err)
	}
	if s.Append(StateRow{TimeS: 1, Population: 2, Neuron: 50}) == nil || s.Append(StateRow{TimeS: 1, Variable: 2}) == nil ||
		s.Append(StateRow{TimeS: 1, Population: 3}) == nil {
		t.Error("a row out of range is accepted")
	}
	rep, err := repair(partialName(path), path+".repaired", mem)
	if err != nil || rep.Rows != 1 {
		t.Errorf("repair of an open file: %+v, %v", rep, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, variables, states, err := ReadStates(path)
	if err != nil || len(states) != 2 || states[1] != (StateRow{TimeS: 0.5, Neuron: 999, Value: 7}) || variables[1] != (Variable{"w_d", "pA"}) {
		t.Errorf("ReadStates: %v, %v, %v", variables, states, err)
	}
	cols = rawTable(t, path+".repaired")
	if !equal(cols["variable"], []string{"w_d"}) || !equal(cols["population"], []string{"som"}) || !equal(cols["neuron"], []uint32{49}) {
		t.Errorf("states: %v", cols)
	}
	mem.AssertSize(t, 0)
	for name, err := range map[string]error{
		"projections": func() error { _, err := CreateWeights(path+"x", testMeta(), []string{"a", "a"}, Options{}); return err }(),
		"variables":   func() error { _, err := CreateStates(path+"x", testMeta(), []Variable{{}}, Options{}); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTableFullDisk(t *testing.T) {
	disk := &fullDisk{left: 8000}
	w, err := createRates("rates.arrow", testMeta(), Options{BatchRows: 4}, disk, memory.DefaultAllocator)
	for i := 0; err == nil && i < 1000; i++ {
		err = w.Append(RateRow{TimeS: float64(i), BinS: 1})
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Append: %v", err)
	}
	if err := w.Append(RateRow{TimeS: 1e6, BinS: 1}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the next Append: %v", err)
	}
	if err := w.Flush(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Flush: %v", err)
	}
	if err := w.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v", err)
	}
}

func TestInspectSpikes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	writeSpikes(t, path, Options{BatchRows: 16}, 101)
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	info, err := inspect(path, mem)
	if err != nil {
		t.Fatal(err)
	}
	mem.AssertSize(t, 0)
	// 101 steps, the last at 700 dt = 0.07 s; 3 spikes a step in 1000 neurons.
	if info.Rows != 404 || info.Batches != 26 || info.FirstS != 0 || info.LastS != 0.07 || info.Kind != formatSpikes {
		t.Errorf("%+v", info)
	}
	p := info.Populations
	if len(p) != 3 || p[0].Spikes != 303 || p[1].Spikes != 0 || p[2].Spikes != 101 ||
		p[0].Spiking != 157 || p[1].Spiking != 0 || p[2].Spiking != 50 {
		t.Errorf("%+v", p)
	}
	var b strings.Builder
	if err := info.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"apical.spikes", "404 rows in 26 batches", "codec lz4", "times 0 s to 0.07 s", "303 spikes, ",
		"dictionary<int16, utf8>", "origin=simulation start", "config_sha256"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
}

func TestCodecNames(t *testing.T) {
	for _, c := range codecs {
		if got, err := ParseCodec(strings.ToUpper(c.String())); err != nil || got != c {
			t.Errorf("%v: %v, %v", c, got, err)
		}
	}
	if c, err := ParseCodec(""); err != nil || c != LZ4 {
		t.Errorf("the default: %v, %v", c, err)
	}
	if _, err := ParseCodec("gzip"); err == nil || !strings.Contains(err.Error(), "lz4, zstd or none") {
		t.Errorf("gzip: %v", err)
	}
}
