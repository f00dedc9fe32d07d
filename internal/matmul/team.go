package matmul

import (
	"fmt"

	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/panics"

	"github.com/apical-sim/apical/internal/par"
)

// Team shares products among workers. It is not safe for concurrent use; those who
// compute side by side have a team each.
//
// The caller is one of the workers. Each other is a goroutine that waits for work
// as package par does: ready at once for some 70 µs, then offering its processor to
// others, and asleep after some 300 µs. Close ends them; without it they stay.
type Team struct {
	workers []worker
	pace    *par.Pace
	step    int64 // how much work has been shared out so far
	members conc.WaitGroup
	caught  panics.Catcher
	closed  bool

	// The work at hand; nobody but the caller writes it, while the others wait.
	task         func(worker, lo, hi int)
	n, grain     int
	grains, cuts int

	// Mul and Each, as tasks.
	multiply func(worker, lo, hi int)
	call     func(worker, lo, hi int)

	product    product
	byColumns  bool
	aloneBelow int
	each       func(lo, hi int)
}

// NewTeam returns a team of so many workers, of which the caller of its methods is
// one. It panics if there are fewer than 1.
func NewTeam(workers int) *Team {
	if workers < 1 {
		panic(fmt.Sprintf("matmul: a team of %d workers, want at least 1", workers))
	}
	t := &Team{workers: make([]worker, workers), pace: par.NewPace(workers, 1), aloneBelow: aloneBelow}
	for i := range t.workers {
		t.workers[i].kernels = best()
	}
	t.multiply = t.multiplyPart
	t.call = func(_, lo, hi int) { t.each(lo, hi) }
	for member := 1; member < workers; member++ {
		t.members.Go(func() { t.serve(member) })
	}
	return t
}

// Close ends the workers. The team must not be used after that, but closed again.
func (t *Team) Close() {
	t.closed = true
	t.pace.Break()
	t.members.Wait()
}

// Workers returns how many there are.
func (t *Team) Workers() int { return len(t.workers) }

// Each calls f for consecutive parts [lo, hi) that cover 0…n−1, side by side.
// All but the last have a length that is a multiple of grain. What f computes must
// not depend on where the cuts are. f must not use the team. A panic of f reaches
// the caller, once all have finished.
//
// It takes 1 to 2 µs where the workers are still awake, so that parts should take
// longer than that: a greater grain makes fewer of them.
func (t *Team) Each(n, grain int, f func(lo, hi int)) {
	if n < 0 || grain < 1 {
		panic(fmt.Sprintf("matmul: parts of %d in grains of %d, want 0 or more in grains of 1 or more", n, grain))
	}
	t.each = f
	t.share(n, grain, t.call)
	t.each = nil
}

// share has a task done by as many workers as there are grains.
func (t *Team) share(n, grain int, task func(worker, lo, hi int)) {
	if t.closed {
		panic("matmul: the team is closed")
	}
	grains := (n + grain - 1) / grain
	cuts := min(len(t.workers), grains)
	if cuts <= 1 {
		if n > 0 {
			task(0, 0, n)
		}
		return
	}
	t.task, t.n, t.grain, t.grains, t.cuts = task, n, grain, grains, cuts
	t.pace.Post(0, t.step, 0)
	defer t.gather() // whatever happens here, nobody else may still be at it
	t.do(0)
}

// gather waits for the others, and passes on what one of them panicked with.
func (t *Team) gather() {
	for member := 1; member < len(t.workers); member++ {
		t.pace.Await(0, member, t.step)
	}
	t.step++
	t.task = nil
	if caught := t.caught.Recovered(); caught != nil {
		t.caught = panics.Catcher{}
		panic(caught)
	}
}

// serve does a member's part of all that is shared out, until the team is closed.
func (t *Team) serve(member int) {
	part := func() { t.do(member) }
	for step := int64(0); ; step++ {
		if _, ok := t.pace.Await(member, 0, step); !ok {
			return
		}
		t.caught.Try(part)
		t.pace.Post(member, step, 0)
	}
}

// do does a member's part.
func (t *Team) do(member int) {
	if member >= t.cuts {
		return
	}
	lo := member * t.grains / t.cuts * t.grain
	hi := min((member+1)*t.grains/t.cuts*t.grain, t.n)
	t.task(member, lo, hi)
}
