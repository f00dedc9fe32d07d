package par

import (
	"sync"
	"testing"
)

// TestBarrierKeepsStep lets workers count rounds; between two rounds nobody may
// be ahead. With more workers than processors they park.
func TestBarrierKeepsStep(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		const rounds = 2000
		b := NewBarrier(workers)
		counts := make([]int, workers)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for r := range rounds {
					counts[w]++
					if !b.Wait() {
						t.Error("broken")
					}
					for v, c := range counts {
						if c != r+1 {
							t.Errorf("%d workers, round %d: worker %d is at %d", workers, r, v, c)
							b.Break()
							return
						}
					}
					b.Wait()
				}
			})
		}
		wg.Wait()
	}
}

func TestBarrierBreakReleases(t *testing.T) {
	b := NewBarrier(2)
	done := make(chan bool)
	go func() { done <- b.Wait() }()
	b.Break()
	if <-done {
		t.Error("Wait of a broken barrier returned true")
	}
	if b.Wait() {
		t.Error("Wait after Break returned true")
	}
}

func BenchmarkBarrier(b *testing.B) {
	barrier := NewBarrier(2)
	go func() {
		for barrier.Wait() {
		}
	}()
	for b.Loop() {
		barrier.Wait()
	}
	barrier.Break()
}
