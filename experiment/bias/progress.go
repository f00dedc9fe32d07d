package bias

import (
	"fmt"
	"math"
	"sync"

	"github.com/apical-sim/apical/experiment"
)

// progress adds up what was done of a seed, each part counted by what it takes: images
// whose drives are kept, and epochs.
type progress struct {
	run    *experiment.Run
	epochs int

	mu    sync.Mutex
	parts []part
}

// part is a network, or the keeping of drives that networks share.
type part struct {
	keeping, epoch float64 // what they take, in multiplications an image, nearly
	kept, epochs   float64 // how much is done: a part of 1, and a number
}

// newProgress has a part for each network of the curves, one for each task, and the last
// for the drives that the curves share.
func newProgress(r *experiment.Run, all []cell, tasks, taskWidth, inputs, epochs int) *progress {
	p := &progress{run: r, epochs: epochs}
	widest := 0
	for _, c := range all {
		cost := float64(c.width)
		if c.learn == learnWeights {
			cost *= 3 * float64(inputs) // two products for W, and one to drive units
		}
		p.parts = append(p.parts, part{epoch: cost})
		widest = max(widest, c.width)
	}
	for range tasks {
		p.parts = append(p.parts, part{keeping: float64(taskWidth * inputs), epoch: float64(taskWidth)})
	}
	p.parts = append(p.parts, part{keeping: float64(widest * inputs)})
	return p
}

// cost is what an epoch of a part takes.
func (p *progress) cost(i int) float64 { return p.parts[i].epoch }

// learned notes how many epochs a network has learned for.
func (p *progress) learned(i int, epochs float64, what string) {
	note := fmt.Sprintf("%s, epoch %.0f of %d", what, math.Ceil(epochs), p.epochs)
	p.note(note, func() { p.parts[i].kept, p.parts[i].epochs = 1, epochs })
}

// keeping notes of how many images, a part of 1, the drives are kept.
func (p *progress) keeping(i int, kept float64, what string) {
	p.note(what+", Wx is computed", func() { p.parts[i].kept = kept })
}

// shared is the part of the drives that the curves share.
func (p *progress) shared() int { return len(p.parts) - 1 }

func (p *progress) note(note string, change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	done, total := 0.0, 0.0
	for _, x := range p.parts {
		done += x.keeping*x.kept + x.epoch*x.epochs
		total += x.keeping + x.epoch*float64(p.epochs)
	}
	all := float64(max(1, (len(p.parts)-1)*p.epochs))
	p.run.Progress.Count(all*done/total, all, "epochs", note)
}
