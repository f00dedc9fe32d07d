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

// ErrPanic marks a run that ended because a worker panicked.
var ErrPanic = errors.New("sim: a worker panicked")

// Run advances the network by a number of steps. It may be called again, after
// currents or plasticity have been changed: runs continue where the last ended.
//
// When ctx is cancelled the run stops at the next exchange of spikes and
// returns the context's cause; it can be continued. Any other error (a runaway
// population, a recorder that cannot write) ends the simulation: later calls
// return the same error.
func (s *Simulation) Run(ctx context.Context, steps int64) error {
	if s.broken != nil {
		return s.broken
	}
	if steps < 0 {
		return fmt.Errorf("sim: run of %d steps, want >= 0", steps)
	}
	s.settle()
	r := run{
		sim: s, ctx: ctx, end: s.now + steps,
		barrier: par.NewBarrier(s.workers),
	}
	stopWatching := context.AfterFunc(ctx, func() { r.cancelled.Store(true) })
	defer stopWatching()
	r.plan(s.now)
	var crew conc.WaitGroup
	for _, w := range s.team[1:] {
		crew.Go(func() { r.work(w) })
	}
	crew.Go(func() { r.work(s.team[0]) })
	if p := crew.WaitAndRecover(); p != nil {
		s.broken = fmt.Errorf("%w: %v\n%s", ErrPanic, p.Value, p.Stack)
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
	sim       *Simulation
	ctx       context.Context
	end       int64
	barrier   *par.Barrier
	cancelled atomic.Bool

	from, to int64 // the slice under way
	serial   bool  // devices want the network at rest at to
	done     bool
	err      error
}

// work is the life of one worker. Each slice ends at a barrier; where devices
// read the network's state, or the run is to end, a second one follows what
// worker 0 does alone.
func (r *run) work(w *worker) {
	defer func() {
		if p := recover(); p != nil {
			r.barrier.Break()
			panic(p)
		}
	}()
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

// next returns the slice that begins at step from. Every cancelCheck steps, at
// each device's time and at the end of the run it is a serial one.
func (r *run) next(from int64) (begin, to int64, serial bool) {
	stop := min(r.end, (from/cancelCheck+1)*cancelCheck)
	for _, d := range r.sim.devices {
		stop = min(stop, d.due(from))
	}
	to = min(from+r.sim.slice, stop)
	return from, to, to == stop
}

// cancelCheck is how many steps pass between looks at the context and at the
// health of the network: 10 ms of model time.
const cancelCheck = 100

// finish is what worker 0 does after a slice. Others may already be in the next
// slice unless it was a serial one.
func (r *run) finish(from, to int64, serial bool) {
	s := r.sim
	for _, d := range s.devices {
		if err := d.collect(from, to); err != nil && r.err == nil {
			r.err = err
		}
	}
	if !serial {
		return
	}
	for _, d := range s.devices {
		if r.err != nil {
			break
		}
		r.err = d.sample(to)
	}
	r.plan(to)
	r.done = r.err != nil || to >= r.end || r.cancelled.Load()
}
