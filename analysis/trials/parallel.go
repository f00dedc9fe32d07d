package trials

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/sourcegraph/conc"
)

// Resampling says how often chance is asked, and from which seed. Results are
// the same for any number of goroutines.
type Resampling struct {
	Seed uint64
	// Draws is the number of permutations, or of bootstrap samples, >= 1.
	Draws int
	// Progress is called with what is done of the draws, by one goroutine at a
	// time; nil for none.
	Progress func(done, total int)
}

// What draws are for: objects of one source of randomness, so that one use
// leaves the numbers of the others as they are.
const (
	drawLabels = iota
	drawBootstrap
	drawFolds
	drawHalves
	drawSigns
)

// source is the randomness of one use.
func (r Resampling) source(use uint32) rng.Source {
	return rng.NewSource(r.Seed, rng.Resampling, use)
}

// each calls work for 0 to n-1 on as many goroutines as there are processors.
// prepare is called once on each, for what it needs for itself. It stops early
// when ctx is cancelled, and returns why.
func (r Resampling) each(ctx context.Context, n int, prepare func() (work func(i int))) error {
	var next, done atomic.Int64
	var report sync.Mutex
	var wait conc.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			work := prepare()
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				work(i)
				if k := done.Add(1); r.Progress != nil && (k%progressEvery == 0 || k == int64(n)) {
					report.Lock()
					r.Progress(int(done.Load()), n)
					report.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// progressEvery is how many draws pass between two reports of progress.
const progressEvery = 16

// unique sorts names and leaves each once.
func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
