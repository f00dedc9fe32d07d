package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/sourcegraph/conc"

	"github.com/apical-sim/apical/internal/par"
)

// Simulation is a network ready to run. Its methods are to be called from one
// goroutine; Run itself uses as many as there are workers.
type Simulation struct {
	network        Network
	dt             float64 // ms
	stepsPerSecond int64
	workers        int
	populations    []*population
	projections    []*projection
	inputs         []*input
	currents       []*Current
	longest        int64 // the largest delay, steps
	lead           int64 // the smallest delay, steps: so far may workers be apart
	team           []*worker
	pace           *par.Pace // of the team, with what each emitted
	gate           *par.Pace // worker 0 lets the network go on from a rest
	devices        []device
	guard          *guard
	running        atomic.Bool
	now            int64
	settled        bool // injections are up to date
	rateCeilingHz  float64
	broken         error
}

// Step returns the number of steps taken so far: the current time.
func (s *Simulation) Step() int64 { return s.now }

// StepsPerSecond returns 1/dt.
func (s *Simulation) StepsPerSecond() int64 { return s.stepsPerSecond }

// Seconds returns the model time, s.
func (s *Simulation) Seconds() float64 { return float64(s.now) / float64(s.stepsPerSecond) }

// Steps turns a duration in s into the nearest whole number of steps.
func (s *Simulation) Steps(seconds float64) int64 {
	return int64(math.Round(seconds * float64(s.stepsPerSecond)))
}

// Workers returns the number of workers.
func (s *Simulation) Workers() int { return s.workers }

// ErrPanic marks a run that ended because a worker, a model or a recorder
// panicked.
var ErrPanic = errors.New("sim: a worker panicked")

// PanicError is what Run returns then, where there was a panic; it is ErrPanic.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("%v: %v", ErrPanic, e.Value) }

// Unwrap returns ErrPanic.
func (e *PanicError) Unwrap() error { return ErrPanic }

// lastStep bounds the steps of a simulation: 3.6 million years at the default
// time step.
const lastStep = 1 << 60

// Run advances the network by a number of steps. It may be called again, after
// currents or plasticity have been changed: runs continue where the last ended.
//
// When ctx is cancelled the run stops within 10 ms of model time and returns
// the context's cause; it can be continued. Any other error (a runaway
// population, a recorder that cannot write) ends the simulation: later calls
// return the same error.
func (s *Simulation) Run(ctx context.Context, steps int64) error {
	if !s.running.CompareAndSwap(false, true) {
		return errors.New("sim: run called during a run")
	}
	defer s.running.Store(false)
	if s.broken != nil {
		return s.broken
	}
	if steps < 0 {
		return fmt.Errorf("sim: run of %d steps, want >= 0", steps)
	}
	if ctx.Err() != nil && steps > 0 {
		return context.Cause(ctx)
	}
	s.settle()
	r := run{sim: s, ctx: ctx, from: s.now, end: s.now + min(steps, lastStep-s.now)}
	var crew conc.WaitGroup
	for _, w := range s.team {
		crew.Go(func() { r.work(w) })
	}
	p := crew.WaitAndRecover()
	switch {
	case p != nil:
		s.broken = &PanicError{Value: p.Value, Stack: p.Stack}
		return s.broken
	case r.left.Load():
		s.broken = fmt.Errorf("%w: its goroutine ended", ErrPanic)
		return s.broken
	}
	s.now = r.from
	if r.err != nil {
		s.broken = r.err
		return r.err
	}
	if s.now < r.end {
		return context.Cause(ctx)
	}
	return nil
}

// run is one call of Run. from and done are written by worker 0 while the network
// is at rest and read by all.
type run struct {
	sim  *Simulation
	ctx  context.Context
	end  int64
	left atomic.Bool // a worker did not reach the end: it panicked or exited

	from      int64 // the stretch under way begins here
	done      bool
	collected int64 // devices have seen all before this step
	err       error
}

// work is the life of one worker. A worker that cannot go on, be it that it
// panics or that what it calls ends its goroutine, releases the others.
func (r *run) work(w *worker) {
	finished := false
	defer func() {
		if !finished {
			r.left.Store(true)
			r.sim.pace.Break()
			r.sim.gate.Break()
		}
	}()
	r.stretches(w)
	finished = true
}

// stretches takes the steps from one rest of the network to the next.
func (r *run) stretches(w *worker) {
	s := r.sim
	from := r.from
	w.known = from
	if w.index == 0 {
		r.collected = from
	}
	for from < r.end {
		rest := r.rest(from)
		for n := from; n < rest; n++ {
			if !w.step(n) {
				return
			}
			if w.index == 0 && w.known-r.collected >= collectEvery {
				r.collect(w.known)
			}
		}
		if !w.hear(rest) {
			return
		}
		if w.index == 0 {
			r.collect(rest)
			r.sample(rest)
			s.gate.Post(0, rest, 0)
		} else if _, ok := s.gate.Await(w.index, 0, rest); !ok {
			return
		}
		if r.done {
			return
		}
		from = rest
	}
}

const (
	// cancelCheck is how many steps pass between looks at the context: 10 ms of
	// model time at the default time step.
	cancelCheck = 100
	// collectEvery is how many steps pass at most until devices see what was
	// emitted.
	collectEvery = 16
)

// rest returns where the network comes to rest next: every cancelCheck steps, at
// each device's time and at the end of the run.
func (r *run) rest(from int64) int64 {
	stop := min(r.end, nextMultiple(from, cancelCheck))
	for _, d := range r.sim.devices {
		stop = min(stop, d.due(from))
	}
	return stop
}

// collect hands what was emitted before a step to the devices. Others may already
// be further. After a failure no device is called again. The guard comes last, so
// that devices get what it objects to.
func (r *run) collect(to int64) {
	s := r.sim
	s.guard.collect(r.collected, to)
	for _, d := range s.devices {
		if r.err == nil {
			r.err = d.collect(r.collected, to)
		}
	}
	r.collected = to
}

// sample lets devices and guard look at the network at rest, and decides whether
// the run goes on.
func (r *run) sample(at int64) {
	s := r.sim
	for _, d := range s.devices {
		if r.err == nil {
			r.err = d.sample(at)
		}
	}
	if r.err == nil {
		r.err = s.guard.sample(at, at >= r.end)
	}
	r.from = at
	r.done = r.err != nil || at >= r.end || r.ctx.Err() != nil
}
