package sim_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// TestRatesCount compares bins with the recorded spikes, in runs of odd
// lengths, with a monitor from the start and one that comes between two runs.
func TestRatesCount(t *testing.T) {
	const bin = 70
	s := build(t, zoo(5), 3)
	var r raster
	_, err := s.RecordSpikes(&r)
	must(t, err)
	var first, second []sim.RateBin
	must(t, s.RecordRates(bin, func(b []sim.RateBin) error { first = append(first, b...); return nil }))
	for _, steps := range []int64{33, 100, 0, 7, 960} {
		run(t, s, steps)
	}
	from := s.Step() // 1100, in the middle of a bin
	must(t, s.RecordRates(bin, func(b []sim.RateBin) error { second = append(second, b...); return nil }))
	run(t, s, 900)
	const populations = 7
	if len(first) != 2000/bin*populations || len(second) != (2000/bin-1100/bin)*populations {
		t.Errorf("%d and %d bins", len(first), len(second))
	}
	for i, b := range slices.Concat(first, second) {
		start := b.To - bin
		if i == len(first)+b.Population { // the first bin of the second monitor
			start = from
		}
		var spikes int64
		for _, x := range r.spikes {
			if x.population == b.Population && x.step >= start && x.step < b.To {
				spikes++
			}
		}
		if b.From != start || b.To%bin != 0 || b.Spikes != spikes || b.Events+b.Bursts > b.Spikes {
			t.Errorf("%+v, want from step %d, %d spikes", b, start, spikes)
		}
	}
}

// TestRatesTellEventsFromBursts counts the train of TestSignals with the
// default detector of recordings.
func TestRatesTellEventsFromBursts(t *testing.T) {
	var spikes []neuron.SpikeTime
	for _, step := range []int64{10, 1000, 1100, 1150, 2000} {
		spikes = append(spikes, neuron.SpikeTime{Step: step, Neuron: 1})
	}
	s := build(t, sim.Network{Populations: []sim.Population{list("l", 4, spikes...)}}, 1)
	must(t, s.RecordRates(2100, func(b []sim.RateBin) error {
		if b[0].Spikes != 5 || b[0].Events != 3 || b[0].Bursts != 1 {
			t.Errorf("%+v, want 5 spikes, 3 events, 1 burst", b[0])
		}
		// 3 events of 4 neurons in 0.21 s.
		if hz := b[0].EventRateHz(s.StepsPerSecond()); math.Abs(hz-3/(4*0.21)) > 1e-12 || b[0].BurstFraction() != 1.0/3 {
			t.Errorf("%v events a second, burst fraction %v", hz, b[0].BurstFraction())
		}
		return nil
	}))
	run(t, s, 2100)
}

// TestWeightSummary compares summaries with the plainest computation over all
// weights, with two monitors, while plasticity is on, off, and on again. Sums
// differ in their order alone: relative 1e-9 holds for some thousand weights.
func TestWeightSummary(t *testing.T) {
	n := zoo(1)
	s := build(t, n, 3)
	want := map[int]map[int64]sim.WeightSummary{0: {}, 7: {}} // the plastic ones
	var got [2][]sim.WeightSummary
	for m, interval := range []int64{100, 250} {
		must(t, s.RecordWeights(interval, func(w []sim.WeightSummary) error { got[m] = append(got[m], w...); return nil }))
	}
	for step := int64(0); ; step += 50 {
		for i := range want {
			want[i][step] = naiveSummary(t, s, n.Projections[i].Name, i)
		}
		if step == 2000 {
			break
		}
		switch step {
		case 300, 1300:
			must(t, s.SetPlastic(true))
		case 700:
			must(t, s.SetPlastic(false))
		case 1500:
			must(t, s.SetPlastic(false, n.Projections[0].Name))
		}
		run(t, s, 50)
	}
	for m, interval := range []int64{100, 250} {
		if len(got[m]) != int(2*(2000/interval+1)) {
			t.Errorf("%d summaries every %d steps", len(got[m]), interval)
		}
		for i, g := range got[m] {
			w := want[g.Projection][g.Step]
			if g.Step != int64(i/2)*interval || g.Synapses != w.Synapses || g.Min != w.Min || g.Max != w.Max ||
				math.Abs(g.Mean-w.Mean) > 1e-9*w.Mean || math.Abs(g.SD-w.SD) > 1e-9 {
				t.Errorf("%+v, want %+v", g, w)
			}
		}
	}
	if a, b := want[0][300], want[0][700]; a.Mean == b.Mean || a.SD != 0 {
		t.Errorf("weights did not change: %+v, %+v", a, b)
	}
}

func naiveSummary(t *testing.T, s *sim.Simulation, name string, projection int) sim.WeightSummary {
	t.Helper()
	weights, err := s.Weights(name, nil)
	must(t, err)
	n := float64(len(weights))
	w := sim.WeightSummary{Projection: projection, Synapses: int64(n), Min: slices.Min(weights), Max: slices.Max(weights)}
	for _, x := range weights {
		w.Mean += x / n
	}
	for _, x := range weights {
		w.SD += (x - w.Mean) * (x - w.Mean) / n
	}
	w.SD = math.Sqrt(w.SD)
	if w.SD < 1e-12 { // rounding of the mean
		w.SD = 0
	}
	return w
}

// TestRecordStates compares samples with the states between runs.
func TestRecordStates(t *testing.T) {
	s := build(t, zoo(5), 2)
	run(t, s, 10)
	variables := []string{"v_dendrite", "v_soma"}
	var got []sim.StateSample
	must(t, s.RecordStates(40, "two", variables, []uint32{129, 3}, func(x []sim.StateSample) error {
		got = append(got, x...)
		return nil
	}))
	var want []sim.StateSample
	for _, at := range []int64{10, 40, 80, 120} { // now, and multiples of 40
		run(t, s, at-s.Step())
		for _, n := range []uint32{129, 3} {
			for v, name := range variables {
				values, err := s.State("two", name)
				must(t, err)
				want = append(want, sim.StateSample{Step: at, Population: 3, Neuron: n, Variable: v, Value: float64(values[n])})
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	count := 0
	must(t, s.RecordStates(1, "pv", []string{"w"}, nil, func(x []sim.StateSample) error { count = len(x); return nil }))
	if count != 65 {
		t.Errorf("%d neurons of pv, want all 65", count)
	}
	none := func([]sim.StateSample) error { return nil }
	full := fmt.Errorf("full")
	for what, err := range map[string]error{
		"interval":   s.RecordStates(0, "two", variables, nil, none),
		"population": s.RecordStates(1, "three", variables, nil, none),
		"variable":   s.RecordStates(1, "two", []string{"v"}, nil, none),
		"variables":  s.RecordStates(1, "two", nil, nil, none),
		"neuron":     s.RecordStates(1, "two", variables, []uint32{130}, none),
		"recorder":   s.RecordStates(1, "two", variables, nil, func([]sim.StateSample) error { return full }),
	} {
		if err == nil {
			t.Errorf("bad %s: accepted", what)
		}
	}
	run(t, s, 1) // none of them was attached
}

// TestSelect records some populations, then others; a wrong name changes
// nothing.
func TestSelect(t *testing.T) {
	s := build(t, zoo(1), 2)
	var r raster
	recording, err := s.RecordSpikes(&r, "list")
	must(t, err)
	run(t, s, 200)
	if recording.Select("noise", "nobody") == nil {
		t.Error("an unknown population was selected")
	}
	run(t, s, 200)
	must(t, recording.Select("noise"))
	run(t, s, 200)
	recording.Set(false)
	run(t, s, 200)
	for _, x := range r.spikes {
		if want := map[bool]int{true: 1, false: 0}[x.step < 400]; x.population != want || x.step >= 600 {
			t.Errorf("recorded %v", x)
		}
	}
}

// xorLike has the size and the kinds of the XOR network: five populations of
// 500 cells, sparse plastic and static projections, private noise.
func xorLike() sim.Network {
	n := sim.Network{Seed: 3}
	names := []string{"input1", "input2", "hidden1", "hidden2", "output"}
	for _, name := range names {
		n.Populations = append(n.Populations, sim.Population{Name: name, Size: 500, Model: neuron.DefaultBurstPoisson()})
		n.Inputs = append(n.Inputs, sim.Input{Name: name, To: name, Receptor: neuron.SomaExc, RateHz: 500, Weight: 0.25})
	}
	for _, pair := range [][2]int{{0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 2}, {4, 3}} {
		from, to := names[pair[0]], names[pair[1]]
		p := sim.Projection{
			Name: from + to, From: from, To: to, Receptor: neuron.SomaExc, Transmit: sim.Events,
			Projection: synapse.Projection{Wiring: synapse.FixedProbability{P: 0.2}, Weight: synapse.Constant(0.05)},
			Rule:       plasticity.AdaptiveEventBurst(),
		}
		if pair[0] == 4 {
			p.Transmit, p.Rule, p.Receptor = sim.Bursts, nil, neuron.DendriteExc
		}
		n.Projections = append(n.Projections, p)
	}
	return n
}

// TestNoAllocation counts the allocations of 1000 steps beyond those of one:
// what a run costs, it costs once.
func TestNoAllocation(t *testing.T) {
	for _, workers := range []int{1, 2} {
		s := build(t, xorLike(), workers)
		_, err := s.RecordSpikes(recorderFunc(func(int64) {}))
		must(t, err)
		must(t, s.RecordRates(100, func([]sim.RateBin) error { return nil }))
		must(t, s.RecordWeights(500, func([]sim.WeightSummary) error { return nil }))
		must(t, s.SetPlastic(true))
		run(t, s, 3000) // lists grow to what is needed
		allocations := func(steps int64) float64 {
			return testing.AllocsPerRun(5, func() { must(t, s.Run(context.Background(), steps)) })
		}
		one, many := allocations(1), allocations(1001)
		t.Logf("%d workers: %v allocations in a run of 1 step, %v in one of 1001", workers, one, many)
		if many > one {
			t.Errorf("%d workers: %v allocations in 1000 steps, want none", workers, many-one)
		}
	}
}
