package decoder

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// difference is how far weights are moved to each side at first. Rectified units have
// kinks; where a move crosses one, it is halved, at most halvings times.
const (
	difference = 1e-7
	halvings   = 10
)

// directions is the number of random directions of each kind of weights.
const directions = 4

// gradientError compares the gradient of the whole loop with central differences.
func (l *loop) gradientError(seed uint64) float64 {
	l.run(trialSource(seed, trialsGradient), 0)
	l.back()
	var gradients [3][]float64
	for kind, g := range l.gradients() {
		gradients[kind] = slices.Clone(g)
	}
	return l.deviation(seed, gradients)
}

// deviation compares gradients g of each kind of weights with the slope s of the loss, by
// central differences, along g and in random directions, of length 1 all. The
// random ones have a part of every weight, so that what g lacks is seen. Returned is the greatest
//
//	|g·d − s| / max(|g|, |s|)
func (l *loop) deviation(seed uint64, gradients [3][]float64) float64 {
	source := trialSource(seed, directionsGradient)
	worst := 0.0
	for kind, g := range gradients {
		d := slices.Clone(g)
		stream := source.Stream(uint32(kind))
		normal := rand.New(&stream)
		for n := range 1 + directions {
			if n > 0 {
				for i := range d {
					d[i] = normal.NormFloat64()
				}
			}
			length := floats.Norm(d, 2)
			if length == 0 {
				continue
			}
			floats.Scale(1/length, d)
			slope := l.slope(seed, l.parameters()[kind], d)
			if scale := max(floats.Norm(g, 2), math.Abs(slope)); scale > 0 {
				worst = max(worst, math.Abs(floats.Dot(g, d)-slope)/scale)
			}
		}
	}
	return worst
}

// slope is that of the loss by weights x in direction d, of length 1.
func (l *loop) slope(seed uint64, x, d []float64) float64 {
	kept := slices.Clone(x)
	defer copy(x, kept)
	at := func(h float64) (loss float64, active uint64) {
		for i := range x {
			x[i] = kept[i] + float64(h*d[i])
		}
		return l.run(trialSource(seed, trialsGradient), 0), l.active()
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
	return slope
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
