package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/apical-sim/apical/analysis"
)

// progress tells on the standard error how far a computation is: on a terminal
// as one redrawn line, elsewhere as a line every half minute. What is over within
// two seconds shows nothing.
type progress struct {
	w        io.Writer
	terminal bool
	next     time.Time
	mu       sync.Mutex
	drawn    bool
}

func (a *app) newProgress() *progress {
	_, terminal := terminalOf(a.err)
	return &progress{w: a.err, terminal: terminal, next: time.Now().Add(2 * time.Second)}
}

// set says that done of total is done of what. It may be called from any
// goroutine.
func (p *progress) set(what string, done, total int) {
	p.show("%s: %d of %d", what, done, total)
}

// say tells in words how far it is, as set does.
func (p *progress) say(text string) { p.show("%s", text) }

// show formats nothing before it is time.
func (p *progress) show(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K"+format, args...)
		p.drawn, p.next = true, now.Add(100*time.Millisecond)
		return
	}
	fmt.Fprintf(p.w, format+"\n", args...)
	p.next = now.Add(30 * time.Second)
}

// reach says that a recording was read as far as a batch goes.
func (p *progress) reach(rec analysis.Recording, b analysis.Batch) {
	if n := len(b.Steps); n > 0 {
		p.set("seconds read", int(rec.Seconds(b.Steps[n-1])), int(rec.Seconds(rec.Windows[len(rec.Windows)-1].To)))
	}
}

// end clears the line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
