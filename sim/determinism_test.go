package sim_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// zoo is a network of everything: each kind of population, input, current,
// wiring, signal and delay, short-term and long-term plasticity. Populations
// end within blocks, and some have a single block. Rates are of the order of 10
// Hz; the weights are of no significance. least is the shortest delay, steps.
func zoo(least int64) sim.Network {
	var spikes []neuron.SpikeTime
	for i := range int64(400) {
		spikes = append(spikes, neuron.SpikeTime{Step: i * 17, Neuron: uint32(i * 7 % 70)})
	}
	n := sim.Network{
		Seed: 42,
		Populations: []sim.Population{
			{Name: "noise", Size: 1000, Model: neuron.Poisson{RateHz: 20}},
			list("list", 70, spikes...),
			{Name: "burst", Size: 200, Model: neuron.DefaultBurstPoisson()},
			{Name: "two", Size: 130, Model: neuron.DefaultTwoCompartment(), Detector: neuron.IntervalDetector()},
			{Name: "pv", Size: 65, Model: neuron.DefaultPV()},
			{Name: "lif", Size: 10, Model: neuron.VogelsAbbottLIFCond()},
			{Name: "current", Size: 64, Model: neuron.DefaultLIFCurrent()},
		},
	}
	depressing, facilitating := synapse.Depressing(), synapse.Facilitating()
	rule := plasticity.AdaptiveEventBurst()
	rule.Eta = 0.02
	spread := synapse.Uniform(ms(least)-0.049, 2.5) // rounded to steps: from least on
	connect := func(from, to, receptor string, w synapse.Wiring, weight, delay synapse.Distribution, set func(*sim.Projection)) {
		p := sim.Projection{
			Name: from + "_" + to + "_" + receptor, From: from, To: to, Receptor: receptor,
			Projection: synapse.Projection{Wiring: w, Weight: weight, DelayMS: delay},
		}
		if set != nil {
			set(&p)
		}
		n.Projections = append(n.Projections, p)
	}
	shortest := synapse.Constant(ms(least))
	connect("noise", "burst", neuron.SomaExc, synapse.FixedInDegree{K: 60}, synapse.Constant(0.25), shortest,
		func(p *sim.Projection) { p.Rule = rule })
	connect("noise", "two", neuron.SomaExc, synapse.FixedProbability{P: 0.05}, synapse.Normal(0.3, 0.1), spread, nil)
	connect("noise", "two", neuron.DendriteExc, synapse.FixedTotal{N: 4000}, synapse.Constant(0.1), synapse.Constant(1.7), nil)
	connect("noise", "pv", neuron.SomaExc, synapse.FixedProbability{P: 0.05}, synapse.LogNormal(0.2, 0.1), spread, nil)
	connect("list", "lif", neuron.SomaExc, synapse.AllToAll{}, synapse.Constant(1), shortest, nil)
	connect("list", "current", neuron.SomaExc, synapse.FixedInDegree{K: 20, Multapses: true}, synapse.Uniform(100, 200), spread, nil)
	connect("burst", "two", neuron.DendriteExc, synapse.FixedProbability{P: 0.2}, synapse.Constant(0.1), spread,
		func(p *sim.Projection) { p.Transmit, p.ShortTerm = sim.Bursts, &facilitating })
	connect("two", "burst", neuron.SomaExc, synapse.FixedProbability{P: 0.2}, synapse.Constant(0.1), spread,
		func(p *sim.Projection) { p.Transmit, p.Rule = sim.Events, rule })
	connect("two", "two", neuron.DendriteInh, synapse.FixedProbability{P: 0.1}, synapse.Constant(0.05), spread,
		func(p *sim.Projection) { p.ShortTerm = &depressing })
	connect("pv", "burst", neuron.SomaInh, synapse.FixedProbability{P: 0.2}, synapse.Constant(0.05), shortest, nil)
	connect("current", "lif", neuron.SomaInh, synapse.FixedProbability{P: 0.3}, synapse.Constant(0.1), spread, nil)
	connect("pv", "pv", neuron.SomaInh, synapse.AllToAll{}, synapse.Constant(0.02), shortest, nil)
	n.Inputs = []sim.Input{
		{Name: "a", To: "burst", Receptor: neuron.DendriteExc, RateHz: 500, Weight: 0.1},
		{Name: "b", To: "current", Receptor: neuron.SomaExc, RateHz: 900, Weight: 150},
		{Name: "many", To: "burst", Receptor: neuron.SomaInh, RateHz: 20, Trains: 1000, Weight: 0.002},
		{Name: "few", To: "two", Receptor: neuron.SomaExc, RateHz: 30, Trains: 20, Weight: 0.1},
	}
	each := make(sim.Each, 130)
	for i := range each {
		each[i] = float64(10 * i)
	}
	n.Currents = []sim.Current{
		{Name: "a", To: "burst", Compartment: "dendrite", Waveform: sim.Sine{AmplitudePA: 200, FrequencyHz: 7, StartMS: 3}},
		{Name: "b", To: "burst", Compartment: "dendrite", Waveform: sim.Constant(100)},
		{Name: "c", To: "two", Compartment: "soma", Waveform: each},
		{Name: "d", To: "two", Compartment: "soma", Waveform: sim.Steps{TimesMS: []float64{10, 50}, PA: []float64{100, -20}}},
		{Name: "e", To: "pv", Compartment: "soma", Waveform: sim.Constant(150)},
	}
	return n
}

// outcome is all that a run leaves.
type outcome struct {
	spikes  []spike
	rates   []sim.RateBin
	weights []sim.WeightSummary
	samples []sim.StateSample
	final   []uint64 // bits of states, weights and traces at the end
}

// simulate runs a network in parts. Between them it changes a current and
// switches plasticity, at steps that do not depend on the parts.
func simulate(t *testing.T, n sim.Network, workers int, record bool, parts ...int64) outcome {
	t.Helper()
	s := build(t, n, workers)
	var o outcome
	var r raster
	if record {
		_, err := s.RecordSpikes(&r)
		must(t, err)
		must(t, s.RecordRates(130, func(b []sim.RateBin) error { o.rates = append(o.rates, b...); return nil }))
		must(t, s.RecordWeights(777, func(w []sim.WeightSummary) error { o.weights = append(o.weights, w...); return nil }))
		must(t, s.RecordStates(333, "two", []string{"v_soma", "v_dendrite"}, []uint32{0, 64, 129}, func(x []sim.StateSample) error {
			o.samples = append(o.samples, x...)
			return nil
		}))
	}
	for _, part := range parts {
		switch s.Step() {
		case 2000:
			must(t, s.SetPlastic(true))
			must(t, s.SetCurrent("e", sim.Sine{AmplitudePA: 300, FrequencyHz: 30}))
		case 4000:
			must(t, s.SetPlastic(false, "two_burst_soma_exc"))
			must(t, s.SetCurrent("a", sim.Constant(-50)))
		}
		run(t, s, part)
	}
	if r.wrong != "" {
		t.Errorf("%d workers: recorded out of order: %s", workers, r.wrong)
	}
	o.spikes = r.spikes
	o.final = remains(t, s, n)
	return o
}

// remains returns the bits of every state, weight and target's trace.
func remains(t *testing.T, s *sim.Simulation, n sim.Network) []uint64 {
	t.Helper()
	var bits []uint64
	for _, p := range n.Populations {
		for _, c := range s.Object(p.Name).State() {
			for _, v := range c.Values[:p.Size] {
				bits = append(bits, uint64(math.Float32bits(v)))
			}
		}
	}
	var values []float64
	for _, p := range n.Projections {
		var err error
		values, err = s.Weights(p.Name, values)
		must(t, err)
		if p.Rule == nil {
			continue
		}
		for _, variable := range []string{"event_rate", "burst_probability", "slow_rate"} {
			values, err = s.PostTrace(p.Name, variable, values)
			must(t, err)
		}
	}
	for _, v := range values {
		bits = append(bits, math.Float64bits(v))
	}
	return bits
}

func (o outcome) compare(t *testing.T, what string, want outcome) {
	t.Helper()
	sameSpikes(t, what, o.spikes, want.spikes)
	if !slices.Equal(o.rates, want.rates) {
		t.Errorf("%s: other rates", what)
	}
	if !slices.Equal(o.weights, want.weights) {
		t.Errorf("%s: other weights", what)
	}
	if !slices.Equal(o.samples, want.samples) {
		t.Errorf("%s: other states on the way", what)
	}
	if !slices.Equal(o.final, want.final) {
		t.Errorf("%s: other states, weights or traces at the end", what)
	}
}

// TestSameBits demands one result, bit for bit, whatever the workers, the
// processors, the recorders and the division into runs. With a shortest delay
// of 5 steps slices have 5 steps. The short test, for the race detector, leaves
// out what adds time rather than interleavings.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, least := range []int64{1, 5} {
		n := zoo(least)
		whole := []int64{2000, 2000, 2500}
		want := simulate(t, n, 1, true, whole...)
		active := map[int]int{}
		for _, x := range want.spikes {
			active[x.population]++
		}
		for i, p := range n.Populations {
			// A population that is silent would test little.
			if active[i] < 20 {
				t.Errorf("%s spikes %d times only", p.Name, active[i])
			}
		}
		parts := []int64{1, 0, 3, 1996, 7, 993, 1000, 130, 1370, 999, 1}
		for _, processors := range []int{1, 4} {
			runtime.GOMAXPROCS(processors)
			for _, workers := range []int{1, 2, 3, 7} {
				if testing.Short() && (processors == 1 || workers == 1 || workers == 2) {
					continue
				}
				what := fmt.Sprintf("least delay %d, %d workers, %d processors", least, workers, processors)
				simulate(t, n, workers, true, parts...).compare(t, what, want)
				if processors == 4 && !testing.Short() {
					bare := simulate(t, n, workers, false, whole...)
					if !slices.Equal(bare.final, want.final) {
						t.Errorf("%s, without recorders: other states, weights or traces at the end", what)
					}
				}
			}
		}
	}
}

// TestMoreWorkersThanBlocks gives most workers nothing to do.
func TestMoreWorkersThanBlocks(t *testing.T) {
	n := zoo(2)
	for i := range n.Populations {
		if n.Populations[i].Name == "noise" {
			n.Populations[i].Size = 64
		}
	}
	n.Projections[0].Wiring = synapse.FixedInDegree{K: 30}
	n.Projections[2].Wiring = synapse.FixedTotal{N: 300}
	want := simulate(t, n, 1, true, 2000, 500)
	simulate(t, n, 40, true, 2000, 500).compare(t, "40 workers", want)
}

// TestSeedsDiffer makes sure that the comparison above can fail.
func TestSeedsDiffer(t *testing.T) {
	n := zoo(1)
	a := simulate(t, n, 2, true, 1000)
	n.Seed++
	b := simulate(t, n, 2, true, 1000)
	if slices.Equal(a.spikes, b.spikes) || slices.Equal(a.final, b.final) {
		t.Error("two seeds give one result")
	}
}

// TestTwoNetworksAtOnce runs two simulations side by side.
func TestTwoNetworksAtOnce(t *testing.T) {
	n := zoo(1)
	a, b := build(t, n, 2), build(t, n, 3)
	done := make(chan error)
	go func() { done <- a.Run(context.Background(), 1500) }()
	run(t, b, 1500)
	must(t, <-done)
	if !slices.Equal(remains(t, a, n), remains(t, b, n)) {
		t.Error("two copies of a network differ")
	}
}
