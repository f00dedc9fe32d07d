package biasfunctions

import (
	"sync"

	"github.com/apical-sim/apical/experiment"
)

// progress adds up what was done of a seed, in multiplications, nearly.
type progress struct {
	run          *experiment.Run
	steps, batch float64

	mu          sync.Mutex
	done, total float64
}

func newProgress(r *experiment.Run, s settings, widths []int, widestFeatures int, these []target) *progress {
	p := &progress{run: r, steps: float64(s.steps), batch: float64(s.batch)}
	inputs := map[int]bool{}
	for _, t := range these {
		inputs[t.inputs] = true
		for _, units := range widths {
			p.total += 3 * p.learning(units) // biases, mask, everything
		}
	}
	for _, units := range upTo(widths, widestFeatures) {
		for k := range inputs {
			p.total += p.fitting(units, k)
		}
	}
	return p
}

// upTo are the widths that are no wider.
func upTo(widths []int, widest int) []int {
	n := 0
	for n < len(widths) && widths[n] <= widest {
		n++
	}
	return widths[:n]
}

// learning is what a network takes that learns: some ten passes over units a point.
func (p *progress) learning(units int) float64 { return 10 * p.steps * p.batch * float64(units) }

// fitting is what least squares take: points × units², some ten times.
func (p *progress) fitting(units, inputs int) float64 {
	return 10 * float64(fittedGrid(inputs, units).Rows) * float64(units) * float64(units)
}

// add notes what was done; it is shown as a part of 100.
func (p *progress) add(more float64, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += more
	p.run.Progress.Count(100*p.done/p.total, 100, "parts", note)
}
