package matmul

import (
	"fmt"

	"github.com/apical-sim/apical/internal/par"
)

// Team shares products among workers, of which the caller is one. It is not safe for
// concurrent use; those who compute side by side have a team each. Its other workers
// are goroutines that wait as [par.Crew] says; Close ends them, and without it they
// stay.
type Team struct {
	crew    *par.Crew
	workers []worker

	// The work at hand, which only the caller writes, and the tasks that do it, made
	// once: a closure at each call would be an allocation.
	product  product
	columns  bool  // the product is cut by columns, not by rows
	whole    bool  // a worker packs all of its right operand, once
	round    int64 // how many products there were
	parts    parts
	each     func(lo, hi int)
	multiply func(worker, part int)
	call     func(worker, part int)

	aloneBelow int
}

// NewTeam returns a team of so many workers. It panics if there are fewer than 1.
func NewTeam(workers int) *Team {
	if workers < 1 {
		panic(fmt.Sprintf("matmul: a team of %d workers, want at least 1", workers))
	}
	t := &Team{crew: par.NewCrew(workers), workers: make([]worker, workers), aloneBelow: aloneBelow}
	for i := range t.workers {
		t.workers[i].kernels = best()
	}
	t.multiply = t.multiplyPart
	t.call = func(_, part int) { t.each(t.parts.at(part)) }
	return t
}

// Close ends the workers. The team must not be used after that, but closed again.
func (t *Team) Close() { t.crew.Close() }

// Workers returns how many there are.
func (t *Team) Workers() int { return len(t.workers) }

// Each calls f for consecutive parts [lo, hi) that cover 0…n−1, side by side: some for
// each worker, so that one that is held up holds up nobody else. All but the last have
// a length that is a multiple of grain. What f computes must not depend on where the
// cuts are. f must not use the team. A panic of f reaches the caller.
//
// Where the workers are awake it takes some 0.3 µs, so that a grain should take longer
// than that.
func (t *Team) Each(n, grain int, f func(lo, hi int)) {
	if n < 0 || grain < 1 {
		panic(fmt.Sprintf("matmul: parts of %d in grains of %d, want 0 or more in grains of 1 or more", n, grain))
	}
	t.each = f
	t.share(n, grain, t.call)
	t.each = nil
}

// partsPerWorker is how many parts there are for each worker. With one, who comes late
// has the others wait; with four, an epoch took a third longer (ADR 7).
const partsPerWorker = 2

// share has the parts of 0…n−1 done.
func (t *Team) share(n, grain int, task func(worker, part int)) {
	t.parts = cut(n, grain, partsPerWorker*len(t.workers))
	if len(t.workers) == 1 {
		t.parts = cut(n, grain, 1)
	}
	t.crew.Run(t.parts.count, task)
}

// parts are consecutive parts of 0…n−1.
type parts struct {
	n, length, count int
}

// cut makes up to most parts of equal length, but the last one, a multiple of grain.
func cut(n, grain, most int) parts {
	grains := (n + grain - 1) / grain
	length := max(1, (grains+most-1)/most) * grain
	return parts{n, length, (n + length - 1) / length}
}

func (p parts) at(i int) (lo, hi int) { return i * p.length, min((i+1)*p.length, p.n) }
