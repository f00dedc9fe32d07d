package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// A digit of the metadata that became another is seen, as one of the weights is: a run
// that believed it would go on after another epoch.
func TestMetadataAreProtected(t *testing.T) {
	dir := t.TempDir()
	n := network(t, rate.DefaultBackprop(), rate.Tied)
	s := state()
	s.Epoch, s.Record = 2777, json.RawMessage(`[{"error_pct":13.25}]`)
	path := filepath.Join(dir, "checkpoint.arrow")
	if err := Save(path, n, s, spikefile.Options{}); err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for was, is := range map[string]string{"2777": "2717", "13.25": "13.35", keyHash: "state_sha257"} {
		changed := bytes.ReplaceAll(sound, []byte(was), []byte(is))
		if bytes.Equal(changed, sound) {
			t.Fatalf("no %s in the file", was)
		}
		path := filepath.Join(dir, is)
		if err := os.WriteFile(path, changed, 0o666); err != nil {
			t.Fatal(err)
		}
		if s, err := Load(path, n, state().Meta); !errors.Is(err, spikefile.ErrDamaged) {
			t.Errorf("%s for %s: epoch %d, %v; want a damaged file", is, was, s.Epoch, err)
		}
	}
	// The same weights saved for another seed or configuration have another hash.
	all, _ := tensors(n)
	seed := s
	seed.Meta.Seed++
	if sum := hash(s, "a", all); sum == hash(seed, "a", all) || sum == hash(s, "b", all) {
		t.Error("the hash does not depend on the seed or the configuration")
	}
}

// What is advised about a file that was cut off works: one that is repaired is refused.
func TestCutOff(t *testing.T) {
	dir := t.TempDir()
	n := network(t, rate.DefaultBackprop(), rate.Tied)
	path := filepath.Join(dir, "checkpoint.arrow")
	if err := Save(path, n, state(), spikefile.Options{BatchRows: 17}); err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 5, len(sound) / 2, len(sound) - 1} {
		if err := os.WriteFile(path, sound[:size], 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, n, state().Meta)
		var corrupt *spikefile.CorruptError
		if !errors.As(err, &corrupt) || corrupt.Remedy != anew || strings.Contains(err.Error(), "repair") {
			t.Errorf("%d of %d bytes: %v, want %s", size, len(sound), err, anew)
		}
	}
}
