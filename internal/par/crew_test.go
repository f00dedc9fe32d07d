package par

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/sourcegraph/conc/panics"
)

// TestCrewDoesEveryPiece runs many works one after the other: each piece is done once,
// and all of them before Run returns.
func TestCrewDoesEveryPiece(t *testing.T) {
	for _, members := range []int{1, 2, 3, 7} {
		c := NewCrew(members)
		done := make([]int, 40)
		for round := range 2000 {
			n := round % len(done)
			c.Run(n, func(member, piece int) {
				if member < 0 || member >= members {
					t.Errorf("member %d of %d", member, members)
				}
				done[piece]++
			})
			for i := range done {
				want := 0
				if i < n {
					want = 1
				}
				if done[i] != want {
					t.Fatalf("%d members, %d pieces: piece %d is done %d times", members, n, i, done[i])
				}
				done[i] = 0
			}
		}
		c.Close()
		c.Close()
	}
}

// TestCrewWakes gives work to members that sleep; the caller's pieces wait until
// another one is there.
func TestCrewWakes(t *testing.T) {
	c := NewCrew(2)
	defer c.Close()
	for range 3 {
		for c.sleepers.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		var others atomic.Int32
		c.Run(2, func(member, _ int) {
			if member == 1 {
				others.Add(1)
			}
			for end := time.Now().Add(5 * time.Second); others.Load() == 0 && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
		})
		if others.Load() == 0 {
			t.Fatal("the other member slept on")
		}
	}
}

// TestCrewCallerSleeps has a member's piece take until the caller has gone to sleep.
func TestCrewCallerSleeps(t *testing.T) {
	c := NewCrew(2)
	defer c.Close()
	var begun, done atomic.Bool
	c.Run(2, func(member, _ int) {
		late := time.Now().Add(5 * time.Second)
		if member == 0 {
			for !begun.Load() && time.Now().Before(late) {
				time.Sleep(time.Millisecond)
			}
			return
		}
		begun.Store(true)
		for c.sleepers.Load() == 0 && time.Now().Before(late) {
			time.Sleep(time.Millisecond)
		}
		done.Store(true)
	})
	if !done.Load() {
		t.Error("Run returned before the other member was done, or that one took no piece")
	}
}

// TestCrewCarriesPanics lets each piece panic in turn; the others are done, and the
// crew can go on.
func TestCrewCarriesPanics(t *testing.T) {
	for _, members := range []int{1, 3} {
		c := NewCrew(members)
		defer c.Close()
		for bad := range 6 {
			var done atomic.Int32
			func() {
				defer func() {
					caught, ok := recover().(*panics.Recovered)
					if !ok || caught.Value != "no good" {
						t.Errorf("%d members, piece %d: Run panics with %v", members, bad, caught)
					}
				}()
				c.Run(6, func(_, piece int) {
					if piece == bad {
						panic("no good")
					}
					done.Add(1)
				})
				t.Errorf("%d members, piece %d panics, and Run returns", members, bad)
			}()
			if done.Load() != 5 {
				t.Errorf("%d members, piece %d panics: %d others are done, want 5", members, bad, done.Load())
			}
		}
	}
}

func TestCrewAllocatesNothing(t *testing.T) {
	c := NewCrew(2)
	defer c.Close()
	task := func(int, int) {}
	if n := testing.AllocsPerRun(100, func() { c.Run(8, task) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkCrew shares out pieces that are no work.
func BenchmarkCrew(b *testing.B) {
	c := NewCrew(2)
	defer c.Close()
	task := func(int, int) {}
	for b.Loop() {
		c.Run(8, task)
	}
}
