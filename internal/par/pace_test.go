package par

import (
	"sync"
	"testing"
	"time"
)

// TestPaceKeepsStep lets workers depend on each other's steps some steps back:
// words arrive with their step, and what was written before a post is seen. With
// more workers than processors they park.
func TestPaceKeepsStep(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		for _, delay := range []int{1, 2, 15} {
			const steps = 3000
			p := NewPace(workers, delay)
			done := make([][steps]int64, workers)
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for n := range int64(steps) {
						for v := range workers {
							if m := n - int64(delay); m >= 0 && v != w {
								word, ok := p.Await(w, v, m)
								if !ok || word != uint64(m)<<8|uint64(v) || done[v][m] != m+1 {
									t.Errorf("%d workers, delay %d: worker %d gets word %x of worker %d at step %d, done %d",
										workers, delay, w, word, v, m, done[v][m])
									p.Break()
									return
								}
							}
						}
						done[w][n] = n + 1
						p.Post(w, n, uint64(n)<<8|uint64(w))
					}
				})
			}
			wg.Wait()
		}
	}
}

// TestPaceSleeps lets a member wait for longer than it polls.
func TestPaceSleeps(t *testing.T) {
	p := NewPace(2, 1)
	for step := range int64(3) {
		got := make(chan uint64)
		go func() {
			word, _ := p.Await(0, 1, step)
			got <- word
		}()
		for p.sleepers.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		p.Post(1, step, uint64(step)+7)
		if word := <-got; word != uint64(step)+7 {
			t.Errorf("step %d: word %d", step, word)
		}
	}
	if p.sleepers.Load() != 0 {
		t.Error("somebody still sleeps")
	}
}

func TestPaceBreakReleases(t *testing.T) {
	for _, asleep := range []bool{false, true} {
		p := NewPace(2, 1)
		p.Post(0, 0, 1)
		released := make(chan bool)
		go func() {
			_, ok := p.Await(0, 1, 0)
			released <- ok
		}()
		for asleep && p.sleepers.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		p.Break()
		if <-released {
			t.Error("Await of a broken team returned true")
		}
		if _, ok := p.Await(0, 1, 5); ok {
			t.Error("Await after Break returned true")
		}
		if _, ok := p.Await(1, 0, 0); !ok {
			t.Error("what was posted before Break is lost")
		}
	}
}

// BenchmarkPace lets two members go step by step.
func BenchmarkPace(b *testing.B) {
	p := NewPace(2, 1)
	go func() {
		for n := int64(0); ; n++ {
			p.Post(1, n, 0)
			if _, ok := p.Await(1, 0, n); !ok {
				return
			}
		}
	}()
	n := int64(0)
	for b.Loop() {
		p.Post(0, n, 0)
		if _, ok := p.Await(0, 1, n); !ok {
			b.Fatal("broken")
		}
		n++
	}
	p.Break()
}
