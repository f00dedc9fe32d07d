package matmul

import (
	"fmt"

	"github.com/sourcegraph/conc"
)

// Team shares products among workers. It is not safe for concurrent use; those who
// compute side by side have a team each. Close it after use.
type Team struct {
	workers int
}

// NewTeam returns a team of so many workers, of which the caller of its methods is
// one. It panics if there are fewer than 1.
func NewTeam(workers int) *Team {
	if workers < 1 {
		panic(fmt.Sprintf("matmul: a team of %d workers, want at least 1", workers))
	}
	return &Team{workers: workers}
}

// Close ends the workers. The team must not be used after that.
func (t *Team) Close() {}

// Workers returns how many there are.
func (t *Team) Workers() int { return t.workers }

// Each calls f for consecutive parts [lo, hi) that cover 0…n−1, side by side.
// All but the last have a length that is a multiple of grain. What f computes must
// not depend on where the cuts are. A panic of f reaches the caller.
func (t *Team) Each(n, grain int, f func(lo, hi int)) {
	if n < 0 || grain < 1 {
		panic(fmt.Sprintf("matmul: parts of %d in grains of %d, want 0 or more in grains of 1 or more", n, grain))
	}
	grains := (n + grain - 1) / grain
	parts := min(t.workers, grains)
	if parts <= 1 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	var team conc.WaitGroup
	for part := range parts - 1 {
		team.Go(func() { f(part*grains/parts*grain, (part+1)*grains/parts*grain) })
	}
	f((parts-1)*grains/parts*grain, n)
	team.Wait()
}
