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
	slice          int64 // steps between exchanges
	team           []*worker
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
	r := run{
		sim: s, ctx: ctx, end: s.now + min(steps, lastStep-s.now),
		barrier: par.NewBarrier(s.workers),
	}
	r.plan(s.now)
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

// run is one call of Run. The plan (from, to, serial, done) is written by
// worker 0 between barriers and read by all.
type run struct {
	sim     *Simulation
	ctx     context.Context
	end     int64
	barrier *par.Barrier
	left    atomic.Bool // a worker did not reach the end: it panicked or exited

	from, to int64 // the slice under way
	serial   bool  // devices want the network at rest at to
	done     bool
	err      error
}

// work is the life of one worker. A worker that cannot go on, be it that it
// panics or that what it calls ends its goroutine, releases the others.
func (r *run) work(w *worker) {
	finished := false
	defer func() {
		if !finished {
			r.left.Store(true)
			r.barrier.Break()
		}
	}()
	r.slices(w)
	finished = true
}

// slices takes one slice after the other. Each ends at a barrier; where devices
// read the network's state, or the run is to end, a second one follows what
// worker 0 does alone.
func (r *run) slices(w *worker) {
	from, to, serial := r.from, r.to, r.serial
	for from < to {
		for n := from; n < to; n++ {
			w.step(n)
		}
		if !r.barrier.Wait() {
			return
		}
		if w.index == 0 {
			r.finish(from, to, serial)
		}
		if serial {
			if !r.barrier.Wait() {
				return
			}
			if r.done {
				return
			}
			from, to, serial = r.from, r.to, r.serial
			continue
		}
		// Every worker can work out the next slice by itself.
		from, to, serial = r.next(to)
	}
}

// plan sets the slice that begins at step from.
func (r *run) plan(from int64) { r.from, r.to, r.serial = r.next(from) }

// cancelCheck is how many steps pass between looks at the context: 10 ms of
// model time at the default time step.
const cancelCheck = 100

// next returns the slice that begins at step from. Every cancelCheck steps, at
// each device's time and at the end of the run it is a serial one.
func (r *run) next(from int64) (begin, to int64, serial bool) {
	stop := min(r.end, nextMultiple(from, cancelCheck))
	for _, d := range r.sim.devices {
		stop = min(stop, d.due(from))
	}
	to = min(from+r.sim.slice, stop)
	return from, to, to == stop
}

// finish is what worker 0 does after a slice. Others may already be in the next
// slice unless it was a serial one. After a failure no device is called again.
// The guard comes last, so that devices get what it objects to.
func (r *run) finish(from, to int64, serial bool) {
	s := r.sim
	s.guard.collect(from, to)
	for _, d := range s.devices {
		if r.err == nil {
			r.err = d.collect(from, to)
		}
	}
	if !serial {
		return
	}
	for _, d := range s.devices {
		if r.err == nil {
			r.err = d.sample(to)
		}
	}
	if r.err == nil {
		r.err = s.guard.sample(to, to >= r.end)
	}
	r.plan(to)
	r.done = r.err != nil || to >= r.end || r.ctx.Err() != nil
}
