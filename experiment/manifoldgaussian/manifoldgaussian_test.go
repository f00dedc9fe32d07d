package manifoldgaussian

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/manifold"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// The lazy start is that of manifold, number by number, and there is no other.
func TestIsManifoldWithoutRichStart(t *testing.T) {
	x := experimenttest.Trial{Seed: 2, Sets: []string{"units=30", "outside_candidates=50", "rates=0.01,0.05", "steps=120", "sweep_steps=60",
		"initial_steps=100", "stage_steps=10"}}
	dir := x.Run(t, Experiment())
	own := experimenttest.Metrics[manifold.Metrics](t, dir)
	other := experimenttest.Metrics[manifold.Metrics](t, x.Run(t, manifold.Experiment()))
	if own.Rich != nil || other.Rich == nil {
		t.Error("a rich start where none is wanted, or none where one is")
	}
	other.Rich, other.GapShrinks = nil, nil
	a, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(other)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the two experiments differ in the lazy start")
	}
	experimenttest.Figure(t, Experiment(), []json.RawMessage{experimenttest.Read(t, dir, "metrics.json")}, "Networks that end unstable", "rate")
}
