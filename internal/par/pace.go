// Package par keeps a fixed team of workers in step ([Pace]), or shares work among them
// ([Crew]).
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Pace is how the members of a team tell each other how far they are. Each posts
// every step that it has done, with a word for the others; whoever depends on a
// step of another awaits it. There is no common meeting point: a member waits
// only for what it needs, and a post costs it one line of memory that the others
// fetch, word and all. Nothing allocates.
//
// A member that waits polls for some 70 µs: longer than the others ever take,
// unless they have lost their processor. Then it polls between offers of its own to
// others, and after some 200 µs more it parks. Operating systems like to put
// threads that take turns on one processor, where they do wait for each other: a
// member that finds itself on the processor of the one that it waits for moves away
// (on Linux).
type Pace struct {
	length int64 // posts of a member, a power of two
	posts  []post
	seen   places
	polls  int
	offers int
	broken atomic.Bool
	_      [64]byte // what is above is only read
	// sleepers is read at every post and hardly ever written.
	sleepers atomic.Int32
	_        [60]byte
	mu       sync.Mutex
	wake     sync.Cond
}

// post is a line of memory of its own.
type post struct {
	reached atomic.Int64 // the step after the one that was done
	word    uint64
	_       [48]byte
}

// places are where each member last waited.
type places []place

// place is a processor plus one, 0 if none is known.
type place struct {
	processor atomic.Int32
	_         [60]byte
}

const (
	pollsPerWait  = 1 << 18 // some 70 µs
	offersPerWait = 1 << 9  // some 200 µs
	// lookEvery offers a member looks whether it shares its processor with the one
	// that it waits for.
	lookEvery = 16
)

// NewPace returns the pace of a team whose members get at most ahead steps ahead
// of each other: a post can be read until its member has posted so many more,
// twice.
func NewPace(members, ahead int) *Pace {
	length := int64(1)
	for length < 2*int64(ahead)+2 {
		length *= 2
	}
	p := &Pace{length: length, posts: make([]post, int64(members)*length), seen: make(places, members)}
	p.wake.L = &p.mu
	if members <= min(runtime.GOMAXPROCS(0), runtime.NumCPU()) {
		p.polls, p.offers = pollsPerWait, offersPerWait
	}
	return p
}

// Post says that a member has done a step, with a word for the others.
func (p *Pace) Post(member int, step int64, word uint64) {
	at := p.at(member, step)
	at.word = word
	at.reached.Store(step + 1)
	if p.sleepers.Load() > 0 {
		p.mu.Lock()
		p.wake.Broadcast()
		p.mu.Unlock()
	}
}

// Await returns to a member the word with which another one posts a step, once it
// has; false if it never will, because the team is broken.
func (p *Pace) Await(member, other int, step int64) (uint64, bool) {
	at := p.at(other, step)
	if at.reached.Load() != step+1 && !p.wait(member, other, at, step+1) {
		return 0, false
	}
	return at.word, true
}

func (p *Pace) at(member int, step int64) *post {
	return &p.posts[int64(member)*p.length+step&(p.length-1)]
}

// wait returns whether the post has been made.
func (p *Pace) wait(member, other int, at *post, reached int64) bool {
	for i := range p.polls {
		if at.reached.Load() == reached {
			return true
		}
		if i%64 == 0 && p.broken.Load() {
			return false
		}
	}
	for i := range p.offers {
		if at.reached.Load() == reached {
			return true
		}
		if p.broken.Load() {
			return false
		}
		if i%lookEvery == 0 {
			p.seen.separate(member, other)
		}
		offer()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sleepers.Add(1)
	defer p.sleepers.Add(-1)
	for at.reached.Load() != reached {
		if p.broken.Load() {
			return false
		}
		p.wake.Wait()
	}
	return true
}

// separate moves a member away from the processor on which the other one was seen
// last.
func (p places) separate(member, other int) {
	cpu := processor()
	if cpu >= 0 && p[other].processor.Load() == cpu+1 {
		p[member].processor.Store(0)
		leave(cpu)
		return
	}
	p[member].processor.Store(cpu + 1)
}

// Break releases all that wait, now and later, with false: what a member does
// that cannot go on.
func (p *Pace) Break() {
	p.broken.Store(true)
	p.mu.Lock()
	p.wake.Broadcast()
	p.mu.Unlock()
}
