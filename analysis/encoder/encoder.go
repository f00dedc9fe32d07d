// Package encoder generates spikes of a population that multiplexes two known
// signals, for trying out what takes them apart again: which event is a burst is
// known, and so is what made it one.
//
// Each cell is a point process. A somatic signal v(t) drives events, a dendritic
// signal u(t) makes bursts of them (Williams, Payeur, Gidon & Naud 2021, "Neural
// burst codes disguised as rate codes", doi 10.1038/s41598-021-95037-z, of which
// the constants of table 2 are the defaults):
//
//	hazard of an event, s after the last spike:
//	  ρ(t) = ρ_max σ((v(t)−θ_e)/α_e) (1 − exp(−(s−Δ)/τ_rel)),  0 for s <= Δ
//	an event at t is a burst with probability σ((u(t)−θ_b)/α_b)
//	intervals within a burst: gamma distributed, those up to Δ drawn again
//
// with σ(x) = 1/(1+e^(−x)). Signals are Gaussian, their power the same at all
// frequencies up to a limit and none above.
package encoder

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/stat/distuv"
)

// Params describe a population and its input.
type Params struct {
	Neurons        int     // >= 1
	DurationS      float64 // s, > 0
	StepsPerSecond int64   // > 0

	EventThresholdMV float64 // θ_e, mV
	EventScaleMV     float64 // α_e, mV, > 0
	EventRateHz      float64 // ρ_max, Hz, > 0
	RefractoryMS     float64 // Δ, ms, at least a step
	RelativeMS       float64 // τ_rel, ms, >= 0

	BurstThresholdMV float64 // θ_b, mV; +Inf for cells that never burst
	BurstScaleMV     float64 // α_b, mV, > 0
	BurstSpikes      int     // of each burst, >= 2
	IntervalShape    float64 // of the gamma distribution, > 0
	IntervalScaleMS  float64 // ms, > 0; the mean is shape times scale

	SamplesPerSecond int // of the signals, > 0
	Soma, Dendrite   Input
}

// Input is a Gaussian signal.
type Input struct {
	MeanMV, SDMV float64 // mV; the standard deviation >= 0
	CutoffHz     float64 // Hz, > 0, at most half the samples per second
}

// Williams returns the encoding population of Williams et al. 2021: of table 2 the
// number of cells, the thresholds and scales, the refractory period and the
// intervals; τ_rel = 28 ms, the one of figure 3 that gives two modes of intervals.
//
// Neither the table nor the figure has the rest, which is chosen here. ρ_max is
// 1 kHz and θ_e 10 mV, so that cells have events at 8 Hz. Bursts have the
// least of spikes. Signals reach up to 20 Hz; that of the soma has the standard
// deviation α_e about 0 mV, that of the dendrite one of 0.5 mV about 4 mV, which
// makes one event in four a burst.
func Williams() Params {
	return Params{
		Neurons: 200, DurationS: 200, StepsPerSecond: 10000,
		EventThresholdMV: 10, EventScaleMV: 2, EventRateHz: 1000, RefractoryMS: 2, RelativeMS: 28,
		BurstThresholdMV: 4.5, BurstScaleMV: 1.0 / 3, BurstSpikes: 2, IntervalShape: 1.5, IntervalScaleMS: 20.0 / 3,
		SamplesPerSecond: 1000,
		Soma:             Input{SDMV: 2, CutoffHz: 20},
		Dendrite:         Input{MeanMV: 4, SDMV: 0.5, CutoffHz: 20},
	}
}

// Validate returns the fields that are out of range.
func (p Params) Validate() error {
	var l check.List
	positive := func(field string, v float64) {
		if !(v > 0) || math.IsInf(v, 1) {
			l.Addf(field, "%v, want a finite number > 0", v)
		}
	}
	if p.Neurons < 1 || p.BurstSpikes < 2 {
		l.Addf("neurons, burst_spikes", "%d and %d, want at least 1 and 2", p.Neurons, p.BurstSpikes)
	}
	positive("duration_s", p.DurationS)
	positive("steps_per_second", float64(p.StepsPerSecond))
	positive("samples_per_second", float64(p.SamplesPerSecond))
	positive("event_scale_mv", p.EventScaleMV)
	positive("event_rate_hz", p.EventRateHz)
	positive("burst_scale_mv", p.BurstScaleMV)
	positive("interval_shape", p.IntervalShape)
	positive("interval_scale_ms", p.IntervalScaleMS)
	if !(p.RefractoryMS*float64(p.StepsPerSecond) >= 1000) {
		l.Addf("refractory_ms", "%v, want at least a step", p.RefractoryMS)
	}
	if !(p.RelativeMS >= 0) || math.IsNaN(p.EventThresholdMV) || math.IsNaN(p.BurstThresholdMV) {
		l.Addf("relative_ms, event_threshold_mv, burst_threshold_mv", "%v, %v and %v, want numbers, the first >= 0",
			p.RelativeMS, p.EventThresholdMV, p.BurstThresholdMV)
	}
	for i, in := range []Input{p.Soma, p.Dendrite} {
		if !(in.SDMV >= 0) || !(in.CutoffHz > 0) || !(in.CutoffHz <= float64(p.SamplesPerSecond)/2) || math.IsNaN(in.MeanMV) {
			l.Addf([]string{"soma", "dendrite"}[i], "%+v, want a deviation >= 0 and a cutoff of at most half the samples per second", in)
		}
	}
	return l.Err()
}

// Encoded is what a population made of its input.
type Encoded struct {
	Recording analysis.Recording
	Steps     []int64 // of all spikes, ascending; neurons ascending within a step
	Neurons   []uint32
	// Events are the true ones, in the order of their first spikes, as singlets and
	// bursts; the intervals of one event may exceed any threshold, and those between
	// events fall below it.
	Events []analysis.Event
	// TimeS, SomaMV and DendriteMV are the samples of the signals.
	TimeS, SomaMV, DendriteMV []float64
}

// Generate draws signals and spikes. The same parameters and seed give the same
// ones; the signals depend on their own parameters, the seed, and nothing else.
func Generate(p Params, seed uint64) (*Encoded, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	samples := max(2, int(math.Ceil(p.DurationS*float64(p.SamplesPerSecond))))
	steps := int64(math.Ceil(p.DurationS * float64(p.StepsPerSecond)))
	e := &Encoded{
		Recording: analysis.Recording{StepsPerSecond: p.StepsPerSecond, Windows: []analysis.Window{{From: 0, To: steps}},
			Populations: []analysis.Population{{Name: "encoder", Size: p.Neurons}}},
		TimeS: make([]float64, samples),
	}
	for i := range e.TimeS {
		e.TimeS[i] = float64(i) / float64(p.SamplesPerSecond)
	}
	source := rng.NewSource(seed, rng.Protocol, 0)
	e.SomaMV = p.Soma.draw(samples, float64(p.SamplesPerSecond), source.Stream(0))
	e.DendriteMV = p.Dendrite.draw(samples, float64(p.SamplesPerSecond), source.Stream(1))

	ceilings := p.ceilings(e.SomaMV)
	cells := rng.NewSource(seed, rng.Protocol, 1)
	for n := range p.Neurons {
		stream := cells.Stream(uint32(n))
		c := cell{p: p, e: e, draw: &stream, ceilings: ceilings, last: math.Inf(-1),
			intervals: distuv.Gamma{Alpha: p.IntervalShape, Beta: 1 / p.IntervalScaleMS, Src: &stream}}
		c.run(uint32(n), steps)
	}
	e.sort()
	return e, nil
}

// blockSamples is how many samples share a ceiling: few enough that it stays near
// the hazard.
const blockSamples = 16

// ceilings are hazards in Hz that none exceeds during a block of samples.
func (p Params) ceilings(somaMV []float64) []float64 {
	var all []float64
	for block := range slices.Chunk(somaMV, blockSamples) {
		all = append(all, p.EventRateHz*logistic((slices.Max(block)-p.EventThresholdMV)/p.EventScaleMV))
	}
	return all
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// cell is one neuron at work, in continuous time.
type cell struct {
	p         Params
	e         *Encoded
	draw      *rng.Stream
	intervals distuv.Gamma // ms
	ceilings  []float64    // Hz, of each block of samples
	last      float64      // s, of its last spike
}

// run draws events by thinning (Lewis & Shedler 1979, doi
// 10.1002/nav.3800260304): candidates at the rate of the ceiling, each kept with
// the probability hazard/ceiling. A block without a further candidate leaves the
// next one as if nothing had been drawn.
func (c *cell) run(neuron uint32, steps int64) {
	endS := float64(steps) / float64(c.p.StepsPerSecond)
	t := 0.0
	for t < endS {
		block := min(int(t*float64(c.p.SamplesPerSecond))/blockSamples, len(c.ceilings)-1)
		blockEndS := float64((block+1)*blockSamples) / float64(c.p.SamplesPerSecond)
		if block == len(c.ceilings)-1 {
			blockEndS = endS
		}
		next := t - math.Log1p(-c.draw.Float64())/c.ceilings[block]
		switch {
		case next >= blockEndS:
			t = max(blockEndS, math.Nextafter(t, math.Inf(1)))
		case c.draw.Float64()*c.ceilings[block] < c.hazard(next):
			t = c.emit(next, neuron, steps)
		default:
			t = next
		}
	}
}

// hazard is ρ at a time in s, in Hz.
func (c *cell) hazard(t float64) float64 {
	since := 1000*(t-c.last) - c.p.RefractoryMS
	if since <= 0 {
		return 0
	}
	rho := c.p.EventRateHz * logistic((c.at(c.e.SomaMV, t)-c.p.EventThresholdMV)/c.p.EventScaleMV)
	if c.p.RelativeMS > 0 {
		rho *= -math.Expm1(-since / c.p.RelativeMS)
	}
	return rho
}

// at is a signal at a time in s: that of the sample before.
func (c *cell) at(signal []float64, t float64) float64 {
	return signal[min(len(signal)-1, int(t*float64(c.p.SamplesPerSecond)))]
}

// emit writes the spikes of an event at t down and returns the time of the last.
func (c *cell) emit(t float64, neuron uint32, steps int64) float64 {
	event := analysis.Event{Step: c.step(t), Second: -1, Neuron: neuron, Class: analysis.Singlet, Spikes: 1}
	event.Last = event.Step
	c.spike(event.Step, neuron)
	burst := c.draw.Float64() < logistic((c.at(c.e.DendriteMV, t)-c.p.BurstThresholdMV)/c.p.BurstScaleMV)
	for burst && int(event.Spikes) < c.p.BurstSpikes {
		interval := c.intervals.Rand()
		for interval <= c.p.RefractoryMS {
			interval = c.intervals.Rand()
		}
		t += interval / 1000
		step := c.step(t)
		if step >= steps {
			break // of what is not recorded nothing is known
		}
		if event.Spikes++; event.Spikes == 2 {
			event.Second, event.Class = step, analysis.Burst
		}
		event.Last = step
		c.spike(step, neuron)
	}
	c.e.Events = append(c.e.Events, event)
	c.last = t
	return t
}

func (c *cell) step(t float64) int64 { return int64(t * float64(c.p.StepsPerSecond)) }

func (c *cell) spike(step int64, neuron uint32) {
	c.e.Steps, c.e.Neurons = append(c.e.Steps, step), append(c.e.Neurons, neuron)
}
