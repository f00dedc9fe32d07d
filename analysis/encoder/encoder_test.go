package encoder

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

func generate(t *testing.T, p Params, seed uint64) *Encoded {
	t.Helper()
	e, err := Generate(p, seed)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v +- %v", what, got, want, tolerance)
	}
}

// Spikes are in order, of neurons of the recording, none closer than the refractory
// period, and are those of the events.
func TestSpikesAreThoseOfEvents(t *testing.T) {
	p := Williams()
	p.Neurons, p.DurationS, p.BurstSpikes = 20, 50, 4
	e := generate(t, p, 1)
	if err := e.Recording.Validate(); err != nil {
		t.Fatal(err)
	}
	last := map[uint32]int64{}
	for i, s := range e.Steps {
		n := e.Neurons[i]
		if i > 0 && (s < e.Steps[i-1] || s == e.Steps[i-1] && n <= e.Neurons[i-1]) || int(n) >= p.Neurons || s >= 500_000 {
			t.Fatalf("spike %d at step %d of neuron %d", i, s, n)
		}
		// 20 steps of 0.1 ms; rounding down may take one away.
		if before, ok := last[n]; ok && s-before < 20 {
			t.Fatalf("neuron %d: spikes at %d and %d", n, before, s)
		}
		last[n] = s
	}
	spikes := 0
	for i, v := range e.Events {
		spikes += int(v.Spikes)
		if (v.Class == analysis.Burst) != (v.Spikes > 1) || (v.Second >= 0) != (v.Spikes > 1) || i > 0 && v.Step < e.Events[i-1].Step {
			t.Fatalf("event %+v", v)
		}
	}
	if spikes != len(e.Steps) {
		t.Errorf("events of %d spikes, want %d", spikes, len(e.Steps))
	}
	got := 0
	for s := e.Source(); s.Next(); {
		b := s.Batch()
		if !slices.Equal(b.Steps, e.Steps[got:got+len(b.Steps)]) || len(b.Populations) != len(b.Steps) || len(b.Neurons) != len(b.Steps) {
			t.Fatal("the source gives other spikes")
		}
		got += len(b.Steps)
	}
	if got != len(e.Steps) {
		t.Errorf("the source gives %d spikes, want %d", got, len(e.Steps))
	}
}

// The intervals within bursts are gamma distributed above the refractory period.
func TestIntervals(t *testing.T) {
	p := Williams()
	p.DurationS = 50
	e := generate(t, p, 2)
	var ms []float64
	for _, v := range e.Events {
		if v.Class == analysis.Burst {
			ms = append(ms, float64(v.Second-v.Step)/10)
		}
	}
	slices.Sort(ms)
	g := distuv.Gamma{Alpha: p.IntervalShape, Beta: 1 / p.IntervalScaleMS}
	below := g.CDF(p.RefractoryMS)
	worst := 0.0
	for i, v := range ms {
		worst = max(worst, math.Abs((g.CDF(v)-below)/(1-below)-float64(i)/float64(len(ms))))
	}
	// Kolmogorov's distance at p = 0.001, and the rounding to 0.1 ms.
	within(t, "distance", worst, 0, 1.95/math.Sqrt(float64(len(ms)))+0.01)
}

// Without inputs and relative refractoriness, events are those of a Poisson process
// with a dead time, and bursts a coin.
func TestConstantInput(t *testing.T) {
	p := Williams()
	p.DurationS, p.RelativeMS, p.Soma.SDMV, p.Dendrite.SDMV = 100, 0, 0, 0
	p.BurstThresholdMV = math.Inf(1)
	e := generate(t, p, 3)
	hazard := 1000 * logistic(-5)
	rate := 1 / (1/hazard + 0.002)
	n := rate * 200 * 100
	within(t, "spikes", float64(len(e.Steps)), n, 4*math.Sqrt(n))

	p.BurstThresholdMV = 4.5
	e = generate(t, p, 3)
	bursts := 0.0
	for _, v := range e.Events {
		if v.Class == analysis.Burst {
			bursts++
		}
	}
	q := logistic(-1.5)
	n = float64(len(e.Events))
	within(t, "burst fraction", bursts/n, q, 4*math.Sqrt(q*(1-q)/n))
}

// Signals have their mean and deviation, no power above the cutoff, and are drawn
// apart from each other and from the cells.
func TestSignals(t *testing.T) {
	p := Williams()
	p.Neurons = 1
	e := generate(t, p, 4)
	for _, c := range []struct {
		v  []float64
		in Input
	}{{e.SomaMV, p.Soma}, {e.DendriteMV, p.Dendrite}} {
		mean, sd := stat.MeanStdDev(c.v, nil)
		within(t, "mean", mean, c.in.MeanMV, 1e-9)
		// 4000 coefficients of each sign: the variance is known to 1/√4000.
		within(t, "deviation", sd/c.in.SDMV, 1, 4*0.5/math.Sqrt(4000))
		f := fourier.NewFFT(len(c.v))
		for k, a := range f.Coefficients(nil, c.v)[1:] {
			if hz := f.Freq(k+1) * 1000; hz > c.in.CutoffHz+1e-9 && math.Hypot(real(a), imag(a)) > 1e-6 {
				t.Fatalf("power at %v Hz", hz)
			}
		}
	}
	within(t, "correlation", stat.Correlation(e.SomaMV, e.DendriteMV, nil), 0, 4/math.Sqrt(2*20*200))
	p.Neurons, p.EventThresholdMV = 3, 12
	again := generate(t, p, 4)
	if !slices.Equal(again.SomaMV, e.SomaMV) || slices.Equal(again.Steps, e.Steps) {
		t.Error("signals change with the cells, or the cells do not")
	}
	if other := generate(t, p, 5); slices.Equal(other.SomaMV, e.SomaMV) || slices.Equal(other.Steps, again.Steps) {
		t.Error("another seed gives the same")
	}
	if same := generate(t, p, 4); !slices.Equal(same.Steps, again.Steps) || !slices.Equal(same.Neurons, again.Neurons) {
		t.Error("the same seed gives other spikes")
	}
}

func TestParamsReject(t *testing.T) {
	for want, change := range map[string]func(*Params){
		"neurons":           func(p *Params) { p.Neurons = 0 },
		"duration_s":        func(p *Params) { p.DurationS = math.Inf(1) },
		"event_scale_mv":    func(p *Params) { p.EventScaleMV = 0 },
		"refractory_ms":     func(p *Params) { p.RefractoryMS = 0.01 },
		"relative_ms":       func(p *Params) { p.RelativeMS = -1 },
		"interval_shape":    func(p *Params) { p.IntervalShape = math.NaN() },
		"soma":              func(p *Params) { p.Soma.CutoffHz = 501 },
		"dendrite":          func(p *Params) { p.Dendrite.SDMV = -1 },
		"steps_per_second":  func(p *Params) { p.StepsPerSecond = 0 },
		"burst_scale_mv":    func(p *Params) { p.BurstScaleMV = -1 },
		"interval_scale_ms": func(p *Params) { p.IntervalScaleMS = 0 },
	} {
		p := Williams()
		change(&p)
		if _, err := Generate(p, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
