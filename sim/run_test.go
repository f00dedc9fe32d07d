package sim_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

// TestCancel stops a run from a recorder at steps of all kinds: it ends there,
// says why, and goes on as if nothing had happened.
func TestCancel(t *testing.T) {
	n := zoo(1)
	want := simulate(t, n, 1, true, 2000, 2000, 1000)
	for _, workers := range []int{1, 3} {
		s := build(t, n, workers)
		var r raster
		_, err := s.RecordSpikes(&r)
		must(t, err)
		why := errors.New("enough")
		for _, stop := range []int64{0, 1, 1234, 1999} {
			ctx, cancel := context.WithCancelCause(context.Background())
			must(t, s.RecordRates(1, func(b []sim.RateBin) error {
				if b[0].To >= stop {
					cancel(why)
				}
				return nil
			}))
			if stop == 0 {
				cancel(why)
			}
			from := s.Step()
			if err := s.Run(ctx, 2000-from); !errors.Is(err, why) {
				t.Fatalf("error %v, want the cause", err)
			}
			if s.Step() != max(from, stop) {
				t.Errorf("stopped at step %d, want %d", s.Step(), stop)
			}
		}
		run(t, s, 2000-s.Step())
		must(t, s.SetPlastic(true))
		must(t, s.SetCurrent("e", sim.Sine{AmplitudePA: 300, FrequencyHz: 30}))
		run(t, s, 2000)
		must(t, s.SetPlastic(false, "two_burst_soma_exc"))
		must(t, s.SetCurrent("a", sim.Constant(-50)))
		run(t, s, 1000)
		sameSpikes(t, "after cancelling", r.spikes, want.spikes)
		if !slices.Equal(remains(t, s, n), want.final) {
			t.Error("after cancelling: other states, weights or traces at the end")
		}
	}
}

// cancelling is a recorder that cancels the run with the first spike of a step
// from 555 on.
type cancelling struct{ cancel func() }

func (c cancelling) Record(step int64, _ int, _ []uint32) error {
	if step >= 555 {
		c.cancel()
	}
	return nil
}

// TestCancelWithinTenMilliseconds cancels in the middle of a slice: the next
// look at the context is at a multiple of 100 steps, 10 ms of model time.
func TestCancelWithinTenMilliseconds(t *testing.T) {
	for _, workers := range []int{1, 2} {
		s := build(t, zoo(5), workers)
		ctx, cancel := context.WithCancel(context.Background())
		_, err := s.RecordSpikes(cancelling{cancel})
		must(t, err)
		if err := s.Run(ctx, 10_000); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v, want %v", err, context.Canceled)
		}
		if s.Step() != 600 {
			t.Errorf("cancelled in step 555, stopped at step %d", s.Step())
		}
	}
}

// TestRunLengths tries runs of no steps, of fewer and of very many.
func TestRunLengths(t *testing.T) {
	s := build(t, zoo(1), 2)
	run(t, s, 0)
	if s.Step() != 0 {
		t.Errorf("no steps lead to step %d", s.Step())
	}
	if s.Run(context.Background(), -1) == nil {
		t.Error("a run of −1 steps was accepted")
	}
	run(t, s, 150)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Run(ctx, math.MaxInt64); !errors.Is(err, context.Canceled) || s.Step() != 150 {
		t.Errorf("cancelled before it began: %v, step %d", err, s.Step())
	}
	ctx, cancel = context.WithCancel(context.Background())
	must(t, s.RecordRates(10, func([]sim.RateBin) error { cancel(); return nil }))
	if err := s.Run(ctx, math.MaxInt64); !errors.Is(err, context.Canceled) {
		t.Errorf("a run without end, cancelled: %v", err)
	}
}

// TestRunaway puts NaN into a state: the run names it, when it looks next, and
// recorders have got everything before. The simulation stays broken.
func TestRunaway(t *testing.T) {
	n := zoo(1)
	want := simulate(t, n, 2, true, 2000, 1000)
	s := build(t, n, 2)
	var r raster
	_, err := s.RecordSpikes(&r)
	must(t, err)
	var last int64
	must(t, s.RecordRates(100, func(b []sim.RateBin) error { last = b[0].To; return nil }))
	run(t, s, 2000)
	must(t, s.SetPlastic(true))
	must(t, s.SetCurrent("e", sim.Sine{AmplitudePA: 300, FrequencyHz: 30}))
	v, err := s.State("pv", "w")
	must(t, err)
	v[64] = float32(math.Inf(1))
	err = s.Run(context.Background(), 1e6)
	var away *sim.RunawayError
	if !errors.As(err, &away) {
		t.Fatalf("error %v, want a runaway", err)
	}
	// v_soma comes before w, and is drawn along.
	if away.Step != 3000 || away.Seconds != 0.3 || away.Population != "pv" || away.Neuron != 64 || away.Variable == "" {
		t.Errorf("%+v, want neuron 64 of pv at step 3000", away)
	}
	for _, part := range []string{"step 3000", "pv", "64"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %q", err, part)
		}
	}
	if again := s.Run(context.Background(), 1); again != err {
		t.Errorf("after a runaway: %v, want the same error", again)
	}
	if last != 3000 || len(r.spikes) < len(want.spikes)*9/10 {
		t.Errorf("rates to step %d and %d spikes recorded before the end, want 3000 and about %d", last, len(r.spikes), len(want.spikes))
	}
}

// TestRunawayAtTheEnd finds NaN in a run that is shorter than the time between
// two looks.
func TestRunawayAtTheEnd(t *testing.T) {
	s := build(t, zoo(1), 2)
	v, err := s.State("two", "v_dendrite")
	must(t, err)
	v[129] = float32(math.NaN())
	var away *sim.RunawayError
	if err := s.Run(context.Background(), 7); !errors.As(err, &away) || away.Step != 7 || away.Neuron != 129 {
		t.Errorf("error %v, want a runaway of neuron 129 at step 7", err)
	}
}

// TestRateCeiling lets cells fire at some 300 Hz under a ceiling of 100 Hz.
// Sources may fire as they like.
func TestRateCeiling(t *testing.T) {
	n := sim.Network{
		Populations: []sim.Population{
			{Name: "sources", Size: 10, Model: neuron.Poisson{RateHz: 9000}},
			{Name: "cells", Size: 10, Model: neuron.DefaultLIFCurrent()},
		},
		Currents: []sim.Current{{Name: "i", To: "cells", Compartment: "soma", Waveform: sim.Constant(3000)}},
	}
	s := build(t, n, 2)
	run(t, s, 2000) // the default ceiling, 1000 Hz, is not met
	for _, hz := range []float64{0, -1, math.NaN()} {
		if s.SetRateCeiling(hz) == nil {
			t.Errorf("a ceiling of %v Hz was accepted", hz)
		}
	}
	must(t, s.SetRateCeiling(100))
	var away *sim.RunawayError
	err := s.Run(context.Background(), 10_000)
	if !errors.As(err, &away) || away.Population != "cells" || away.Step != 3000 || away.Neuron != -1 || away.Value < 200 {
		t.Errorf("error %v, want a runaway of cells at step 3000", err)
	}
}

// failing is a recorder whose disk is full after some spikes.
type failing struct {
	raster
	room  int
	calls int // after the failure
	err   error
}

func (f *failing) Record(step int64, population int, neurons []uint32) error {
	if len(f.spikes) >= f.room {
		f.calls++
		return f.err
	}
	return f.raster.Record(step, population, neurons)
}

func TestRecorderThatCannotWrite(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s := build(t, zoo(5), workers)
		f := &failing{room: 100, err: errors.New("no space left on device")}
		_, err := s.RecordSpikes(f)
		must(t, err)
		err = s.Run(context.Background(), 100_000)
		if !errors.Is(err, f.err) || !strings.Contains(err.Error(), "recording spikes") {
			t.Errorf("error %v, want %v", err, f.err)
		}
		if f.calls != 1 {
			t.Errorf("%d calls to a recorder that has failed", f.calls)
		}
		if again := s.Run(context.Background(), 1); again != err {
			t.Errorf("then %v, want the same error", again)
		}
		for what, watch := range map[string]func(s *sim.Simulation) error{
			"rates":   func(s *sim.Simulation) error { return s.RecordRates(10, func([]sim.RateBin) error { return f.err }) },
			"weights": func(s *sim.Simulation) error { return recordWeightsLater(s, f.err) },
		} {
			s := build(t, zoo(1), workers)
			must(t, watch(s))
			if err := s.Run(context.Background(), 1000); !errors.Is(err, f.err) {
				t.Errorf("%s: error %v, want %v", what, err, f.err)
			}
		}
	}
}

// recordWeightsLater fails from step 20 on.
func recordWeightsLater(s *sim.Simulation, err error) error {
	return s.RecordWeights(20, func(w []sim.WeightSummary) error {
		if w[0].Step > 0 {
			return err
		}
		return nil
	})
}

// bomb is a model that fails in one block at one step.
type bomb struct {
	neuron.Poisson
	fail func()
}

func (b bomb) New(env neuron.Env) neuron.Population {
	return bombs{b.Poisson.New(env), b.fail}
}

type bombs struct {
	neuron.Population
	fail func()
}

func (b bombs) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	if step == 321 && lo <= 100 && hi > 100 {
		b.fail()
	}
	return b.Population.Advance(step, lo, hi, spikes)
}

// TestPanics lets a model and a recorder panic, or end their goroutine: the run
// returns an error, and no worker waits for ever.
func TestPanics(t *testing.T) {
	fails := map[string]func(){
		"panic":  func() { panic("index out of reach") },
		"goexit": runtime.Goexit,
	}
	for name, fail := range fails {
		for _, workers := range []int{1, 2, 7} {
			n := zoo(5)
			n.Populations[0].Model = bomb{neuron.Poisson{RateHz: 20}, fail}
			model := build(t, n, workers)
			slices := build(t, zoo(5), workers)
			recorder := build(t, zoo(5), workers)
			_, err := slices.RecordSpikes(recorderFunc(func(step int64) {
				if step > 300 {
					fail()
				}
			}))
			must(t, err)
			must(t, recorder.RecordRates(100, func([]sim.RateBin) error { fail(); return nil }))
			for where, s := range map[string]*sim.Simulation{"model": model, "spikes": slices, "rates": recorder} {
				err := s.Run(context.Background(), 5000)
				if !errors.Is(err, sim.ErrPanic) || (name == "panic" && !strings.Contains(err.Error(), "index out of reach")) {
					t.Errorf("%s in %s, %d workers: error %v", name, where, workers, err)
				}
				if again := s.Run(context.Background(), 1); again != err {
					t.Errorf("%s in %s: then %v, want the same error", name, where, again)
				}
			}
		}
	}
}

type recorderFunc func(step int64)

func (f recorderFunc) Record(step int64, _ int, _ []uint32) error { f(step); return nil }

// TestRunWithinARun is refused.
func TestRunWithinARun(t *testing.T) {
	s := build(t, zoo(1), 2)
	var inner error
	must(t, s.RecordRates(100, func([]sim.RateBin) error { inner = s.Run(context.Background(), 1); return nil }))
	run(t, s, 200)
	if inner == nil {
		t.Error("a run within a run was accepted")
	}
}
