package spikefile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestMetaRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	meta := testMeta()
	meta.StepsPerSecond, meta.StartStep, meta.BurstISISeconds = 30000, 12345, 0.01
	w, err := Create(path, meta, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	meta.Config = json.RawMessage(`{"a":1}`)
	sum := sha256.Sum256(meta.Config)
	meta.ConfigSHA256 = hex.EncodeToString(sum[:])
	if got := r.Meta(); !reflect.DeepEqual(got, meta) {
		t.Errorf("got %+v, want %+v", got, meta)
	}
	if r.Next() || r.Err() != nil || r.Rows() != 0 {
		t.Errorf("an empty run: %d rows, error %v", r.Rows(), r.Err())
	}
	want := "format format_version generator version vcs.revision seed rng dt_s steps_per_second t_start_s burst_isi_s " +
		"burst_tie sorting populations config_sha256 config experiment z"
	if got := strings.Join(r.stream.schema.Metadata().Keys(), " "); got != want {
		t.Errorf("keys are %s, want %s", got, want)
	}
}

func TestCreateValidates(t *testing.T) {
	dir := t.TempDir()
	for name, change := range map[string]func(*Meta, *Options){
		"steps_per_second": func(m *Meta, _ *Options) { m.StepsPerSecond = -1 },
		"start_step":       func(m *Meta, _ *Options) { m.StartStep = -1 },
		"burst_isi_s":      func(m *Meta, _ *Options) { m.BurstISISeconds = -1 },
		"used twice":       func(m *Meta, _ *Options) { m.Populations[1].Name = "pyr" },
		"not empty":        func(m *Meta, _ *Options) { m.Populations[1].Name = "" },
		"size":             func(m *Meta, _ *Options) { m.Populations[1].Size = -1 },
		"config":           func(m *Meta, _ *Options) { m.Config = json.RawMessage("{") },
		`key "seed"`:       func(m *Meta, _ *Options) { m.Extra["seed"] = "1" },
		"UTF-8":            func(m *Meta, _ *Options) { m.Extra["k"] = "\xff" },
		"rows a batch":     func(_ *Meta, o *Options) { o.BatchRows = -1 },
		"codec":            func(_ *Meta, o *Options) { o.Codec = 9 },
	} {
		m, o := testMeta(), Options{}
		change(&m, &o)
		if _, err := Create(filepath.Join(dir, "x.arrow"), m, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestMetaExtremes(t *testing.T) {
	dir := t.TempDir()
	many := make([]Population, 32767)
	for i := range many {
		many[i] = Population{Name: "p" + strconv.Itoa(i), Size: 1}
	}
	large := json.RawMessage(`"` + strings.Repeat("x", maxConfigBytes) + `"`)
	for i, m := range []Meta{{}, {Populations: many}, {Config: large}} {
		path := filepath.Join(dir, strconv.Itoa(i))
		w, err := Create(path, m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(m.Populations); n > 0 {
			if err := w.Record(3, n-1, []uint32{0}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
			if _, _, pops, _ := r.Batch(); int(pops[0]) != len(m.Populations)-1 {
				t.Errorf("population %d, want the last", pops[0])
			}
		}
		got := r.Meta()
		if r.Err() != nil || len(got.Populations) != len(m.Populations) || len(got.Config) != 0 || (got.ConfigSHA256 == "") != (m.Config == nil) {
			t.Errorf("case %d: %v", i, r.Err())
		}
		r.Close()
	}
	if _, err := Create(filepath.Join(dir, "x"), Meta{Populations: append(many, Population{Name: "one too many"})}, Options{}); err == nil {
		t.Error("32768 populations: no error")
	}
}

// TestDetector: a rates file says what told its bursts, and does not claim the
// rule of intervals; the other files have no detector.
func TestDetector(t *testing.T) {
	dir := t.TempDir()
	for i, detector := range []string{"", "accumulating, window 16 ms, lag 0 ms"} {
		meta := testMeta()
		meta.Detector = detector
		rates, spikes := filepath.Join(dir, "rates"+strconv.Itoa(i)), filepath.Join(dir, "spikes"+strconv.Itoa(i))
		r, err := CreateRates(rates, meta, Options{})
		if err != nil {
			t.Fatal(err)
		}
		w, err := Create(spikes, meta, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
		if got, _, err := ReadRates(rates); err != nil || got.Detector != detector || got.BurstISISeconds != 0.016 {
			t.Errorf("got detector %q, %v, want %q", got.Detector, err, detector)
		}
		for path, want := range map[string]map[string]bool{
			rates:  {"detector": detector != "", "burst_tie": false},
			spikes: {"detector": false, "burst_tie": true},
		} {
			info, err := Inspect(path)
			if err != nil {
				t.Fatal(err)
			}
			for key, want := range want {
				if got := slices.ContainsFunc(info.Metadata, func(kv KeyValue) bool { return kv.Key == key }); got != want {
					t.Errorf("%s: key %s: %v, want %v", path, key, got, want)
				}
			}
		}
	}
}
