package decoder

import (
	"math"
	"slices"
)

// difference is how far weights are moved to each side at first. Rectified units have
// kinks; where a move crosses one, it is halved, at most halvings times.
const (
	difference = 1e-7
	halvings   = 10
)

// gradientError compares the gradient of the whole loop with central differences: for
// each kind of weights the slope of the loss along the gradient, which is its length. It
// returns the greatest relative deviation.
func (l *loop) gradientError(seed uint64) float64 {
	source := trialSource(seed, trialsGradient)
	l.run(source, 0)
	l.back()
	worst := 0.0
	for kind, x := range l.parameters() {
		g, kept := slices.Clone(l.gradients()[kind]), slices.Clone(x)
		length := 0.0
		for _, v := range g {
			length += float64(v * v)
		}
		length = math.Sqrt(length)
		if length == 0 {
			continue
		}
		at := func(h float64) (loss float64, active uint64) {
			for i := range x {
				x[i] = kept[i] + float64(h*g[i]/length)
			}
			return l.run(source, 0), l.active()
		}
		slope := 0.0
		for n, h := 0, difference; n <= halvings; n, h = n+1, h/2 {
			above, rising := at(h)
			below, falling := at(-h)
			slope = (above - below) / (2 * h)
			if rising == falling {
				break
			}
		}
		copy(x, kept)
		worst = max(worst, math.Abs(slope-length)/length)
	}
	return worst
}

// active is a checksum of which units were above 0 in each step of the last run.
func (l *loop) active() uint64 {
	d := draws{}
	note := func(data []float64) {
		for _, v := range data {
			if v > 0 {
				d.add(1)
			} else {
				d.add(2)
			}
		}
	}
	note(l.encoded.Data)
	for t := range l.steps {
		note(l.network.Rates(t + 1).Data)
	}
	return d.sum
}
