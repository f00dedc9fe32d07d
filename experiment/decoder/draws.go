package decoder

import (
	"math"
	"math/rand/v2"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// What trials are for; each has draws of its own, which depend on seed, purpose and
// number alone: not on what the decoder did before.
const (
	trialsArm          = iota // learning to move the arm
	trialsFit                 // first fit of the decoder
	trialsBCI                 // learning to move the cursor
	trialsAdapt               // adaptations of the decoder
	trialsTest                // losses with some or all units
	trialsTargets             // decoding of targets
	trialsShown               // trajectories
	trialsGradient            // comparison of the gradient with differences
	directionsGradient        // in these directions; no trials
)

func trialSource(seed uint64, what uint32) rng.Source {
	return rng.NewSource(seed, rng.Protocol, what)
}

// draws is what is random in one trial a target.
type draws struct {
	// rates are r_0, uniform on [0, 1), targets × units. Noise is σ √α ξ, steps·targets ×
	// units. Start is where effectors start, m.
	rates, noise rate.Matrix
	start        [][2]float64
	sd           float64
	// Sum is a checksum of all numbers so far.
	sum uint64

	stream *rng.Stream
	normal *rand.Rand // of the stream
}

func newDraws(z sizes) draws {
	stream := &rng.Stream{}
	return draws{stream: stream, normal: rand.New(stream), rates: matrix(z.targets, z.units), noise: matrix(z.steps*z.targets, z.units),
		start: make([][2]float64, z.targets), sd: z.noise * math.Sqrt(z.leak)}
}

// draw draws the trials of a number. The angles of the two coordinates of where the
// effector starts are independent, as in the authors' program: starts fill a square of
// 2 × 0.005 m, densest at its rim, and not a circle.
func (d *draws) draw(source rng.Source, number uint32) {
	*d.stream = source.Stream(number)
	for i := range d.rates.Data {
		d.rates.Data[i] = d.stream.Float64()
	}
	for i := range d.start {
		d.start[i] = [2]float64{
			startRadiusM * math.Cos(2*math.Pi*d.stream.Float64()),
			startRadiusM * math.Sin(2*math.Pi*d.stream.Float64()),
		}
		d.add(d.start[i][0])
		d.add(d.start[i][1])
	}
	for i := range d.noise.Data {
		d.noise.Data[i] = d.sd * d.normal.NormFloat64()
	}
	for _, m := range [...]rate.Matrix{d.rates, d.noise} {
		for _, v := range m.Data {
			d.add(v)
		}
	}
}

// add is one step of FNV-1a, of 64 bits at a time.
func (d *draws) add(v float64) { d.sum = (d.sum ^ math.Float64bits(v)) * 1099511628211 }
