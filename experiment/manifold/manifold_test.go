package manifold

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// Three networks of full size, with fewer candidates and one rate of the sweep: what is
// claimed of each of them, and of the sizes of the numbers.
func TestClaims(t *testing.T) {
	if testing.Short() {
		t.Skip("three networks of full size")
	}
	var all []json.RawMessage
	for seed := uint64(1); seed <= 3; seed++ {
		x := experimenttest.Trial{Seed: seed, Sets: []string{"outside_candidates=2000", "rates=0.001,0.05"}}
		dir := x.Run(t, Experiment())
		all = append(all, experimenttest.Read(t, dir, "metrics.json"))
		m := experimenttest.Metrics[Metrics](t, dir)
		if m.Lazy.OutsideSlower == nil || !*m.Lazy.OutsideSlower {
			t.Errorf("seed %d, lazy start: outside is not slower", seed)
		}
		if m.GapShrinks == nil || !*m.GapShrinks {
			t.Errorf("seed %d: the gap does not shrink from lazy %v to rich %v", seed, m.Lazy.Log2OutsideOverWithin, m.Rich.Log2OutsideOverWithin)
		}
		for name, c := range map[string]*Comparison{"lazy": m.Lazy, "rich": m.Rich} {
			// N(0, N⁻²ᵃ) has a spectral radius of about N^(½−a): 0.79 and 0.1 before training. What
			// training moves is little of large weights, and nearly all of small ones.
			low, high := 0.0, 0.2
			if name == "rich" {
				low, high = 0.5, 1.2
			}
			if c.InitialChange < low || c.InitialChange > high {
				t.Errorf("seed %d: initial training changes weights of the %s start by %v of themselves", seed, name, c.InitialChange)
			}
			// Both perturbations are near the same losses, hence near each other.
			within, outside := c.Within.Curve[0].Loss, c.Outside.Curve[0].Loss
			if r := within / outside; r < 0.6 || r > 1.6 {
				t.Errorf("seed %d, %s: losses %v and %v before learning do not match", seed, name, within, outside)
			}
			if c.DecoderLoss > within/5 {
				t.Errorf("seed %d, %s: the decoder's loss %v is not far below that of its perturbation, %v", seed, name, c.DecoderLoss, within)
			}
			for _, a := range []*Adaptation{c.Within, c.Outside} {
				if !a.Stable || a.Curve[len(a.Curve)-1].Loss > 0.3*a.Curve[0].Loss {
					t.Errorf("seed %d, %s: stable %v, loss from %v to %v", seed, name, a.Stable, a.Curve[0].Loss, a.Curve[len(a.Curve)-1].Loss)
				}
				if len(a.ChangeToDecoderDeg) != 2 || len(a.ModesToDecoderDeg) != 2 {
					t.Errorf("seed %d, %s: principal angles %v and %v", seed, name, a.ChangeToDecoderDeg, a.ModesToDecoderDeg)
				}
			}
			// The perturbation within reads the manifold, so all the variance there.
			if r := c.Within.VarianceReadBefore; math.Abs(r-1) > 1e-12 {
				t.Errorf("seed %d, %s: within the manifold R = %v, want 1", seed, name, r)
			}
			// 6 of 100 directions at random hold 0.06 of the variance.
			if r := c.Outside.VarianceReadBefore; r > 0.2 {
				t.Errorf("seed %d, %s: outside the manifold R = %v", seed, name, r)
			}
		}
		if first := m.Sweep[0]; !first.Within.Stable || !first.Outside.Stable || first.Staged.Steps != 6*500 {
			t.Errorf("seed %d: at the smallest rate %+v", seed, first)
		}
	}
	experimenttest.Figure(t, Experiment(), all, "Lazy start, mean of 3 seeds", "loss / first", "Spectral radius after learning", "rate")
}

func TestSameBytes(t *testing.T) {
	x := experimenttest.Trial{Seed: 4, Sets: []string{"units=30", "outside_candidates=50", "rates=0.01", "steps=120", "sweep_steps=60",
		"initial_steps=100", "stage_steps=10"}}
	experimenttest.SameBytes(t, Experiment(), x, []int{2, 3}, "metrics.json")
}

// What is said of stability follows from the sweep.
func TestStability(t *testing.T) {
	ok, lost, rescued := Trained{Stable: true}, Trained{}, Trained{Stable: true, StableLow: true}
	none := newStability([]Rate{{Rate: 1, Within: ok, Outside: ok, Incremental: ok, Staged: ok}})
	if none != (Stability{}) {
		t.Errorf("nothing is unstable, and it says %+v", none)
	}
	s := newStability([]Rate{
		{Rate: 3, Within: lost, Outside: lost, Incremental: lost, Staged: lost},
		{Rate: 2, Within: ok, Outside: lost, Incremental: ok, Staged: rescued},
		{Rate: 1, Within: ok, Outside: ok, Incremental: lost, Staged: lost},
	})
	if *s.WithinLeastUnstableRate != 3 || *s.OutsideLeastUnstableRate != 2 || !*s.OutsideFirst || *s.IncrementalRescues || !*s.StagedRescues ||
		s.StagedSteadier != nil || s.IncrementalSteadier != nil {
		t.Errorf("%+v", s)
	}
	s = newStability([]Rate{{Rate: 1, Within: lost, Outside: lost, Incremental: lost, Staged: ok}, {Rate: 2, Within: ok, Outside: ok, Incremental: lost, Staged: ok}})
	if *s.OutsideFirst {
		t.Error("outside is said to be first where both are unstable at the same rate")
	}
	if !*s.StagedSteadier || *s.IncrementalSteadier {
		t.Errorf("stages unstable at 0 and 2 rates where at once is at one: %+v", s)
	}
}

// A run that is cancelled says so and no more, and leaves no metrics.
func TestCancelled(t *testing.T) {
	e := Experiment()
	v, err := e.Resolve("", []string{"units=20", "outside_candidates=10", "initial_steps=10"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.NewRun(v, 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Run(ctx, r); err != context.Canceled {
		t.Errorf("a cancelled run ended with %v", err)
	}
	if left, err := os.ReadDir(r.Dir); err != nil || len(left) > 0 {
		t.Errorf("a cancelled run left %v, %v", left, err)
	}
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "units=5", "units=8,9", "modes=9", "modes=1", "noise=0", "input_noise=-1", "stage_low=2", "lazy_exponent=0.4", "rates=0", "rate=-1", "targets=101", "steps=0")
}

// A run ends at the step in which it is cancelled, wherever that is.
func TestWatch(t *testing.T) {
	stop := errors.New("stop")
	for _, after := range []int{1, 60, 60 + 720 + 10, 1000} {
		n := 0
		watch := func() error {
			if n++; n == after {
				return stop
			}
			return nil
		}
		c := published(0.55, 1)
		c.InitialSteps, c.Outside = 100, 50
		s, err := NewStart(c, watch)
		if err == nil {
			_, err = s.compare(0.001, 200, watch)
		}
		if err != stop || n != after {
			t.Errorf("stopped after %d steps of %d: %v", n, after, err)
		}
	}
}

// A loss that never halves counts as if it did at the last step, whichever it is.
func TestHalfTimesCompared(t *testing.T) {
	ten := 10.0
	for _, x := range []struct {
		within, outside *float64
		slower          bool
		ratio           float64
	}{{&ten, nil, true, 1}, {nil, &ten, false, -1}} {
		c := Comparison{Within: &Adaptation{HalfTimeSteps: x.within}, Outside: &Adaptation{HalfTimeSteps: x.outside}}
		c.settle(20)
		if *c.OutsideSlower != x.slower || *c.Log2OutsideOverWithin != x.ratio {
			t.Errorf("slower %v, log2 %v, want %v, %v", *c.OutsideSlower, *c.Log2OutsideOverWithin, x.slower, x.ratio)
		}
	}
	c := Comparison{Within: &Adaptation{}, Outside: &Adaptation{}}
	if c.settle(20); c.OutsideSlower != nil || c.Log2OutsideOverWithin != nil {
		t.Error("two losses that never halve were compared")
	}
}
