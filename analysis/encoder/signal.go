package encoder

import (
	"cmp"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/stat/distuv"
)

// draw returns n samples of the signal: the inverse Fourier transform of
// independent Gaussian coefficients at all frequencies up to the cutoff.
func (in Input) draw(n int, perSecond float64, stream rng.Stream) []float64 {
	normal := distuv.Normal{Sigma: 1, Src: &stream}
	coefficients := make([]complex128, n/2+1)
	count := 0
	for k := 1; k < (n+1)/2 && float64(k)*perSecond/float64(n) <= in.CutoffHz; k++ {
		coefficients[k] = complex(normal.Rand(), normal.Rand())
		count++
	}
	// A pair of coefficients of unit variance at ±f adds a variance of 2·2.
	scale := complex(in.SDMV/(2*math.Sqrt(float64(max(1, count)))), 0)
	for k := range coefficients {
		coefficients[k] *= scale
	}
	v := fourier.NewFFT(n).Sequence(nil, coefficients)
	for i := range v {
		v[i] += in.MeanMV
	}
	return v
}

// sort orders spikes and events by time, and by neuron within a step.
func (e *Encoded) sort() {
	order := make([]int, len(e.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(e.Steps[a], e.Steps[b]), cmp.Compare(e.Neurons[a], e.Neurons[b]))
	})
	steps, neurons := make([]int64, len(order)), make([]uint32, len(order))
	for i, k := range order {
		steps[i], neurons[i] = e.Steps[k], e.Neurons[k]
	}
	e.Steps, e.Neurons = steps, neurons
	slices.SortFunc(e.Events, func(a, b analysis.Event) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Neuron, b.Neuron))
	})
}

// batchSpikes is the length of batches, that of spike files.
const batchSpikes = 65536

// Source gives the spikes, from the first on.
func (e *Encoded) Source() analysis.Source {
	return &source{e: e, populations: make([]int16, min(batchSpikes, len(e.Steps)))}
}

type source struct {
	e           *Encoded
	populations []int16
	from, to    int
}

func (s *source) Recording() analysis.Recording { return s.e.Recording }

func (s *source) Next() bool {
	s.from, s.to = s.to, min(s.to+batchSpikes, len(s.e.Steps))
	return s.from < s.to
}

func (s *source) Batch() analysis.Batch {
	return analysis.Batch{Steps: s.e.Steps[s.from:s.to], Neurons: s.e.Neurons[s.from:s.to], Populations: s.populations[:s.to-s.from]}
}

func (s *source) Err() error { return nil }
