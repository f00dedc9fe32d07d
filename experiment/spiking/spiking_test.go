package spiking

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

// values are a time of 1.5 s and a bin of 50 ms, changed by sets.
func values(t *testing.T, sets ...string) *experiment.Values {
	t.Helper()
	e := &experiment.Experiment{Name: "times", Params: []experiment.Param{
		{Key: "duration", Kind: experiment.Number, Unit: "s", Default: 1.5, Min: 0, Max: 1e9},
		{Key: "bin", Kind: experiment.Number, Unit: "ms", Default: 50, Min: 0, Max: 1e9},
	}}
	v, err := e.Resolve("", sets)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSteps(t *testing.T) {
	v := values(t)
	if a, b := StepsOf(v, "duration"), StepsOf(v, "bin"); a != 15_000 || b != 500 {
		t.Errorf("1.5 s are %d steps and 50 ms %d, want 15000 and 500", a, b)
	}
}

// TestTimesThatDoNotFit: one line with the key, what was given and what is wanted.
// 0.3 s is 2999.9999999999995 steps in float64, and fits.
func TestTimesThatDoNotFit(t *testing.T) {
	for set, want := range map[string]string{
		"bin=0.1ms": "", "bin=0.25ms": "bin: 0.25ms, want a multiple of the step, 0.1ms",
		"bin=0ms": "bin: 0ms, want a multiple of the step, 0.1ms", "bin=300ms": "",
		"duration=0.3s": "", "duration=1.51s": "duration: 1.51s, want a multiple of bin (50ms)",
		"duration=1.50001s": "duration: 1.50001s, want a multiple of bin (50ms)", "duration=0s": "duration: 0s, want a multiple of bin (50ms)",
	} {
		v := values(t, set)
		err := WantSteps(v, "bin")
		if err == nil {
			err = WantMultipleOf(v, "duration", "bin")
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", set, got, want)
		}
	}
}

// TestAdvance counts the stretches of 1.2 s from a time that is no half second.
func TestAdvance(t *testing.T) {
	n := sim.Network{Populations: []sim.Population{{Name: "units", Size: 2, Model: neuron.Poisson{RateHz: 1}}}}
	r := &experiment.Run{}
	s, err := Build(r, n)
	if err != nil || r.Workers != s.Workers() {
		t.Fatalf("%d workers: %v", r.Workers, err)
	}
	var at []int64
	reached := func() { at = append(at, s.Step()) }
	for _, steps := range []int64{100, 0, 12_000} {
		if err := Advance(t.Context(), s, steps, reached); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int64{100, 5100, 10_100, 12_100}; !slices.Equal(at, want) {
		t.Errorf("reached %v, want %v", at, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Advance(ctx, s, 100, reached); !errors.Is(err, context.Canceled) || len(at) != 4 {
		t.Errorf("cancelled: %v", err)
	}
}
