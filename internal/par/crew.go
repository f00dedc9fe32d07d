package par

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/panics"
)

// Crew shares out pieces of work of some microseconds each: whoever is free takes the
// next. So nobody waits for a member that has lost its processor, or was still asleep,
// unless it has a piece in hand.
//
// The caller is member 0. Each other member is a goroutine that waits for work like a
// member of a [Pace]: polling for some 70 µs, then between offers to others, and
// parked after some 300 µs. Even members take pieces from the front, odd ones from the
// back, so that of two each gets nearly the same pieces every time, and may find what
// it needs in its own cache. A Crew is not safe for concurrent use.
type Crew struct {
	size          int
	polls, offers int
	seen          places
	members       conc.WaitGroup
	caught        panics.Catcher
	task          func(member, piece int)
	finished      func() bool

	_    [64]byte // what is above is only read while there is work
	open atomic.Uint64
	_    [56]byte
	left atomic.Int64 // pieces that are not finished
	_    [56]byte
	// sleepers is read whenever work comes or ends, and hardly ever written.
	sleepers atomic.Int32
	closed   atomic.Bool
	_        [56]byte
	mu       sync.Mutex
	wake     sync.Cond
}

// NewCrew returns a crew of so many members, at least 1. Close ends them.
func NewCrew(members int) *Crew {
	c := &Crew{size: members, seen: make(places, members)}
	c.wake.L = &c.mu
	c.finished = func() bool { return c.left.Load() == 0 }
	if members <= min(runtime.GOMAXPROCS(0), runtime.NumCPU()) {
		c.polls, c.offers = pollsPerWait, offersPerWait
	}
	for member := 1; member < members; member++ {
		c.members.Go(func() { c.serve(member) })
	}
	return c
}

// Members returns how many there are, the caller included.
func (c *Crew) Members() int { return c.size }

// Close ends the members.
func (c *Crew) Close() {
	c.closed.Store(true)
	c.rouse()
	c.members.Wait()
}

// Run calls task for the pieces 0 … n−1, each by one of the members, and returns when
// all are done. task must not call Run. If it panics, the other pieces are done
// nevertheless, and Run panics with what the first one did.
func (c *Crew) Run(n int, task func(member, piece int)) {
	if c.closed.Load() {
		panic("par: Run of a crew that is closed")
	}
	if uint64(n) > 1<<31 { // also what is below 0
		panic(fmt.Sprintf("par: %d pieces of work, want 0 to 2³¹", n))
	}
	c.task = task
	if c.size == 1 || n == 1 {
		for piece := range n {
			c.try(0, piece)
		}
		c.finish()
		return
	}
	c.left.Store(int64(n))
	c.open.Store(uint64(n))
	c.rouse()
	c.work(0)
	c.wait(0, c.finished)
	c.finish()
}

// finish ends a Run in which all pieces are done, with the panic of one if there was any.
func (c *Crew) finish() {
	c.task = nil
	if caught := c.caught.Recovered(); caught != nil {
		c.caught = panics.Catcher{}
		panic(caught)
	}
}

// serve works until the crew is closed.
func (c *Crew) serve(member int) {
	ready := func() bool { return c.anyOpen() || c.closed.Load() }
	for {
		c.wait(member, ready)
		if !c.anyOpen() {
			return // closed
		}
		c.work(member)
	}
}

// work does pieces until none is open.
func (c *Crew) work(member int) {
	for {
		piece, ok := c.take(member)
		if !ok {
			return
		}
		c.do(member, piece)
	}
}

// do does a piece, and says so even if it panics.
func (c *Crew) do(member, piece int) {
	defer func() {
		if c.left.Add(-1) == 0 && member != 0 {
			c.rouse()
		}
	}()
	c.try(member, piece)
}

// try keeps a panic for the end of Run.
func (c *Crew) try(member, piece int) {
	c.caught.Try(func() { c.task(member, piece) })
}

// The pieces that nobody has taken yet go from the upper 32 bits of open up to the
// lower. Whether they are still those of the work that a member has looked at does not
// matter: it reads the task only once it has taken one, and then there is no other.

func (c *Crew) anyOpen() bool {
	open := c.open.Load()
	return open>>32 < open&(1<<32-1)
}

// take takes a piece from one of the ends.
func (c *Crew) take(member int) (piece int, ok bool) {
	for {
		open := c.open.Load()
		lo, hi := open>>32, open&(1<<32-1)
		if lo >= hi {
			return 0, false
		}
		if member%2 == 0 {
			if c.open.CompareAndSwap(open, open+1<<32) {
				return int(lo), true
			}
		} else if c.open.CompareAndSwap(open, open-1) {
			return int(hi - 1), true
		}
	}
}

// wait returns once ready does, as true.
func (c *Crew) wait(member int, ready func() bool) {
	for range c.polls {
		if ready() {
			return
		}
	}
	for i := range c.offers {
		if ready() {
			return
		}
		if i%lookEvery == 0 {
			for other := range c.size {
				if other != member {
					c.seen.separate(member, other)
				}
			}
		}
		offer()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sleepers.Add(1)
	defer c.sleepers.Add(-1)
	for !ready() {
		c.wake.Wait()
	}
}

// rouse wakes who sleeps.
func (c *Crew) rouse() {
	if c.sleepers.Load() > 0 {
		c.mu.Lock()
		c.wake.Broadcast()
		c.mu.Unlock()
	}
}
