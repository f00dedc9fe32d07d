package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// counter is an experiment that adds a line to its checkpoint each epoch.
func counter() *Experiment {
	return &Experiment{Name: "counter", Title: "t", Files: []string{"state", "log"}, Checkpoint: "state",
		Params: []Param{
			{Key: "epochs", Kind: Integer, Grows: true, Default: 2, Min: 0, Max: 9, Doc: "epochs"},
			{Key: "rate", Kind: Optional, Empty: "none", Min: 0, Max: 9, Doc: "rate"},
		},
		Run: func(_ context.Context, r *Run) error {
			state := ""
			if b, err := os.ReadFile(r.Path("state")); err == nil && r.Resume {
				state = string(b)
			}
			for len(state) < r.Values.Int("epochs") {
				state += "x"
			}
			if err := os.WriteFile(r.Path("state"), []byte(state), 0o666); err != nil {
				return err
			}
			return os.WriteFile(r.Path("log"), []byte(state), 0o666)
		}}
}

func TestResume(t *testing.T) {
	dir := t.TempDir()
	run := func(resume bool, sub string, seeds []uint64, sets ...string) error {
		t.Helper()
		e := counter()
		v, err := e.Resolve("", sets)
		if err != nil {
			t.Fatal(err)
		}
		p := &Plan{Experiment: e, Values: v, Seeds: seeds, PerSeed: len(seeds) > 1, Dir: filepath.Join(dir, sub), Resume: resume}
		_, err = p.Execute(t.Context())
		return err
	}
	refused := func(err error, want string) {
		t.Helper()
		var input *InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want one line with %q", err, want)
		}
	}
	refused(run(true, "a", []uint64{1}), "holds no run to continue")
	if err := run(false, "a", []uint64{1}); err != nil {
		t.Fatal(err)
	}
	refused(run(false, "a", []uint64{1}), "or --resume to continue it")
	refused(run(true, "a", []uint64{1}, "rate=1"), "rate was none and is 1")
	refused(run(true, "a", []uint64{1}, "epochs=1"), "epochs was 2 and is 1, want as many or more")
	refused(run(true, "a", []uint64{2}), "is of counter seed 1, want counter seed 2")
	if b, err := os.ReadFile(filepath.Join(dir, "a", "log")); err != nil || string(b) != "xx" {
		t.Fatalf("a refusal left %q, %v", b, err)
	}
	if err := run(true, "a", []uint64{1}, "epochs=5"); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "a", "log")); err != nil || string(b) != "xxxxx" {
		t.Errorf("%q, %v, want 5 epochs", b, err)
	}
	// Of several seeds those that have run go on, and the others begin.
	if err := run(false, "b", []uint64{1, 2}); err != nil {
		t.Fatal(err)
	}
	if err := run(true, "b", []uint64{1, 2, 3}, "epochs=3"); err != nil {
		t.Fatal(err)
	}
	for _, seed := range []string{"seed-1", "seed-3"} {
		if b, err := os.ReadFile(filepath.Join(dir, "b", seed, "state")); err != nil || string(b) != "xxx" {
			t.Errorf("%s: %q, %v, want 3 epochs", seed, b, err)
		}
	}
	e := counter()
	e.Checkpoint = ""
	p := &Plan{Experiment: e, Values: e.Defaults(), Seeds: []uint64{1}, Dir: filepath.Join(dir, "a"), Resume: true}
	_, err := p.Execute(t.Context())
	refused(err, "counter keeps no checkpoint")
}

func TestReadyComesFirst(t *testing.T) {
	e := counter()
	e.Ready = func(*Values) error { return errors.New("data: nothing there") }
	dir := filepath.Join(t.TempDir(), "a")
	p := &Plan{Experiment: e, Values: e.Defaults(), Seeds: []uint64{1}, Dir: dir}
	_, err := p.Execute(t.Context())
	var input *InputError
	if !errors.As(err, &input) || err.Error() != "data: nothing there" {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a directory is there: %v", err)
	}
}
