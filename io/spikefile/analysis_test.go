package spikefile

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apical-sim/apical/analysis"
)

// testDerivation has all that a derivation can have.
func testDerivation() Derivation {
	return Derivation{Source: "spikes.arrow", Criterion: analysis.Criterion{ISI: 160, PreSilence: 1000},
		Options: analysis.DetectorOptions{Cap: 10_000, Accumulating: true}, Windows: []analysis.Window{{From: 3, To: 2001}, {From: 5000, To: 7777}}}
}

// analysisMeta is of a file that analysis made, which has no seed of its own.
func analysisMeta() Meta {
	m := testMeta()
	m.Seed, m.StartStep, m.Config, m.ConfigSHA256, m.BurstISISeconds = 0, 0, nil, "", 0.016
	if m.StepsPerSecond == 0 {
		m.StepsPerSecond = 10000
	}
	return m
}

// testEvents has every class and end, and a step with several events.
func testEvents() []analysis.Event {
	return []analysis.Event{
		{Step: 5, Second: 11, Last: 30, Neuron: 7, Class: analysis.LeftCensored, Spikes: 3, Followed: true},
		{Step: 100, Second: -1, Last: 100, Neuron: 2, Spikes: 1, Followed: true},
		{Step: 100, Second: 103, Last: 20_000, Neuron: 2, Population: 2, Class: analysis.Burst, End: analysis.Capped, Spikes: 80_000, Followed: true},
		{Step: 2000, Second: -1, Last: 2000, Neuron: 999, Class: analysis.RightCensored, End: analysis.WindowEnd, Spikes: 1},
	}
}

func TestEvents(t *testing.T) {
	dir := t.TempDir()
	for _, c := range codecs {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		path := filepath.Join(dir, c.String())
		w, err := createEvents(path, analysisMeta(), testDerivation(), Options{Codec: c, BatchRows: 3}, nil, mem)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range testEvents() {
			if err := w.Append(e); err != nil {
				t.Fatal(err)
			}
		}
		for want, bad := range map[string]analysis.Event{
			"of 0 spikes":         {Step: 9999, Last: 9999, Second: -1},
			"its second spike in": {Step: 9999, Last: 9999, Second: -1, Spikes: 2},
			"from step 9999 to 9": {Step: 9999, Last: 9, Second: -1, Spikes: 1},
			"want below its size": {Step: 9999, Last: 9999, Second: -1, Spikes: 1, Neuron: 1000},
			"population 7":        {Step: 9999, Last: 9999, Second: -1, Spikes: 1, Population: 7},
			"do not decrease":     {Step: 1, Last: 1, Second: -1, Spikes: 1},
		} {
			if err := w.Append(bad); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		mem.AssertSize(t, 0)
		meta, d, events, err := ReadEvents(path)
		if err != nil || !slices.Equal(events, testEvents()) || !reflect.DeepEqual(d, testDerivation()) {
			t.Errorf("%+v, %+v, %v", d, events, err)
		}
		if !reflect.DeepEqual(meta, analysisMeta()) {
			t.Errorf("metadata %+v, want %+v", meta, analysisMeta())
		}
		info, err := Inspect(path)
		if err != nil || info.Kind != "apical.events" || info.Rows != 4 || info.LastS != 0.2 {
			t.Errorf("%+v, %v", info, err)
		}
		for _, kv := range info.Metadata {
			if kv.Key == "seed" || kv.Key == "rng" || kv.Key == "t_start_s" {
				t.Errorf("a file that analysis made has %s", kv.Key)
			}
		}
		if _, _, err := ReadRates(path); !errors.Is(err, ErrSchema) {
			t.Errorf("ReadRates of events: %v", err)
		}
		if r, err := Repair(path, path+".again"); err != nil || !r.Complete {
			t.Errorf("%+v, %v", r, err)
		}
	}
	cols := rawTable(t, filepath.Join(dir, "lz4"))
	if got := cols["class"]; !equal(got, []string{"right_censored"}) {
		t.Errorf("class %v", got)
	}
}

// testBurstRates has a bin, one that nothing happened in, and the sample of a
// kernel.
func testBurstRates() []BurstRateRow {
	nan := math.NaN()
	return []BurstRateRow{
		{TimeS: 0.1, BinS: 0.02, RecordedS: 0.01, Group: 1, Neuron: -1, NNeurons: 10, EventRateHz: 1, BurstRateHz: 2, FiringRateHz: 3,
			BurstFraction: 0.25, CILow: 0.125, CIHigh: 0.5, Chance: 0.0625, Effective: 8, Counted: true,
			Counts: analysis.Counts{Spikes: 12, Events: 9, Bursts: 2, Classified: 8, ClassifiedBursts: 2, Censored: 1}},
		{TimeS: 0.1, BinS: 0.02, RecordedS: 0.02, Group: 0, Neuron: 0, NNeurons: 1, Counted: true, BurstFraction: nan, CILow: nan, CIHigh: nan, Chance: nan},
		{TimeS: 0.2, Group: 0, Neuron: 4_294_967_295, NNeurons: 1, EventRateHz: 7, BurstFraction: 1, CILow: nan, CIHigh: nan, Chance: 0, Effective: 1.5},
	}
}

func TestBurstRates(t *testing.T) {
	dir := t.TempDir()
	about := BurstRates{Derivation: testDerivation(), Grouping: "table", Groups: []string{"a", "b"}, Estimate: "bins of 20 ms",
		Placement: "second", Confidence: 0.9, DeadTimeS: 0.002}
	for _, c := range codecs {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		path := filepath.Join(dir, c.String())
		w, err := createBurstRates(path, analysisMeta(), about, Options{Codec: c, BatchRows: 2}, nil, mem)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range testBurstRates() {
			if err := w.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		for want, bad := range map[string]BurstRateRow{
			"want 0 <= recorded <= bin": {TimeS: 1, BinS: 1, RecordedS: 2, NNeurons: 1},
			"neuron 0 of 0":             {TimeS: 1},
			"neuron -2 of 1":            {TimeS: 1, NNeurons: 1, Neuron: -2},
			"group 2, want 0 to 1":      {TimeS: 1, NNeurons: 1, Group: 2},
		} {
			if err := w.Append(bad); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		mem.AssertSize(t, 0)
		meta, got, rows, err := ReadBurstRates(path)
		if err != nil || !reflect.DeepEqual(got, about) || !reflect.DeepEqual(meta, analysisMeta()) || len(rows) != 3 {
			t.Fatalf("%+v, %+v, %v", got, meta, err)
		}
		for i, want := range testBurstRates() {
			r := rows[i]
			for _, x := range []struct{ got, want *float64 }{{&r.BurstFraction, &want.BurstFraction}, {&r.CILow, &want.CILow}, {&r.CIHigh, &want.CIHigh}, {&r.Chance, &want.Chance}} {
				if math.IsNaN(*x.got) && math.IsNaN(*x.want) {
					*x.got, *x.want = 0, 0
				}
			}
			if r != want {
				t.Errorf("%v: row %d %+v, want %+v", c, i, r, want)
			}
		}
		if info, err := Inspect(path); err != nil || info.Kind != "apical.burst_rates" || info.Rows != 3 {
			t.Errorf("%+v, %v", info, err)
		}
	}
	if _, err := CreateBurstRates(filepath.Join(dir, "twice"), analysisMeta(), BurstRates{Groups: []string{"a", "a"}}, Options{}); err == nil || !strings.Contains(err.Error(), `groups[1]: name "a" is used twice`) {
		t.Errorf("two groups of a name: %v", err)
	}
}

// TestDiscard leaves nothing behind, whatever was written.
func TestDiscard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.arrow")
	w, err := CreateEvents(path, analysisMeta(), testDerivation(), Options{BatchRows: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(testEvents()[0]); err != nil {
		t.Fatal(err)
	}
	w.Discard()
	w.Discard()
	if w.Append(testEvents()[1]) == nil || w.Close() == nil {
		t.Error("a file that was discarded goes on")
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestDerivationIsChecked: metadata that another program changed is refused by
// name.
func TestDerivationIsChecked(t *testing.T) {
	meta, pairs, err := testDerivation().derive(analysisMeta())
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"burst_rule": "isi", "burst_pre_silence_s": "-1", "burst_cap_s": "x", "windows_s": `[["a",1]]`} {
		changed := slices.Clone(pairs)
		for i := range changed {
			if changed[i].key == key {
				changed[i].value = value
			}
		}
		meta, err := meta.validate(formatEvents)
		if err != nil {
			t.Fatal(err)
		}
		md, err := meta.encode(formatEvents, changed...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeDerivation(md, 10000); err == nil || !strings.Contains(err.Error(), "metadata "+key) {
			t.Errorf("%s %s: %v", key, value, err)
		}
	}
}
