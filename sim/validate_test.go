package sim_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// sound is a small network without fault.
func sound() sim.Network {
	return sim.Network{
		Populations: []sim.Population{
			{Name: "in", Size: 10, Model: neuron.DefaultPoisson()},
			{Name: "pyr", Size: 5, Model: neuron.DefaultBurstPoisson()},
		},
		Projections: []sim.Projection{{
			Name: "in_pyr", From: "in", To: "pyr", Receptor: neuron.SomaExc,
			Projection: synapse.Projection{Wiring: synapse.AllToAll{}, Weight: synapse.Constant(0.1)},
		}},
		Inputs:   []sim.Input{{Name: "noise", To: "pyr", Receptor: neuron.DendriteExc, RateHz: 100, Weight: 0.1}},
		Currents: []sim.Current{{Name: "i", To: "pyr", Compartment: "dendrite", Waveform: sim.Constant(10)}},
	}
}

// TestValidateNamesEveryField spoils one thing at a time.
func TestValidateNamesEveryField(t *testing.T) {
	nan := math.NaN()
	var none *neuron.AdEx
	var noRule *plasticity.BurstDependent
	var noWiring *synapse.AllToAll
	var noWave *sim.Sine
	spoiled := neuron.DefaultBurstPoisson()
	spoiled.Soma.TauMS, spoiled.Dendrite.SlopeMV = -1, 0
	rule := plasticity.AdaptiveEventBurst()
	rule.TauPreMS = 0
	for _, c := range []struct {
		spoil func(n *sim.Network)
		want  string // as many problems as lines, each beginning so
	}{
		{func(n *sim.Network) { n.DtMS = -0.1 }, "dt_ms: -0.1, want"},
		{func(n *sim.Network) { n.DtMS = nan }, "dt_ms: NaN, want"},
		{func(n *sim.Network) { n.DtMS = 0.3 }, "dt_ms: 0.3, want a whole number of steps a second"},
		{func(n *sim.Network) { n.DtMS = 1e-300 }, "dt_ms: 1e-300, want"},
		{func(n *sim.Network) { n.DtMS = 5000 }, "dt_ms: 5000, want"},
		{func(n *sim.Network) { *n = sim.Network{} }, "populations: none, want"},
		{func(n *sim.Network) { n.Populations[1].Size = 0 }, "populations.pyr.size: 0, want 1 to"},
		{func(n *sim.Network) { n.Populations[1].Size = 1 << 40 }, "populations.pyr.size: 1099511627776, want 1 to"},
		{func(n *sim.Network) { n.Populations[0].Model = nil }, "populations.in.model: missing"},
		{func(n *sim.Network) { n.Populations[0].Model = none }, "populations.in.model: missing"},
		{func(n *sim.Network) { n.Populations[1].Model = spoiled },
			"populations.pyr.soma.tau_ms: -1, want > 0\npopulations.pyr.dendrite.slope_mv: 0, want > 0"},
		{func(n *sim.Network) { n.Populations[1].Detector.LagMS = -1 },
			"populations.pyr.detector.window_ms: 0, want > 0\npopulations.pyr.detector.lag_ms: -1, want >= 0"},
		{func(n *sim.Network) {
			n.Populations[0].Model = neuron.SpikeList{Spikes: []neuron.SpikeTime{{Step: 3, Neuron: 9}, {Step: 4, Neuron: 10}}}
		}, "populations.in.spikes[1]: neuron 10, want"},
		{func(n *sim.Network) { n.Populations = append(n.Populations, n.Populations[0]) }, "populations.in: two of this name"},
		{func(n *sim.Network) { n.Populations = append(n.Populations, sim.Population{Size: 1, Model: none}) },
			"populations[2]: no name\npopulations[2].model: missing"},
		{func(n *sim.Network) { n.Projections[0].From = "nobody" }, `projections.in_pyr.from: no population "nobody"`},
		{func(n *sim.Network) { n.Projections[0].To = "nobody" }, `projections.in_pyr.to: no population "nobody"`},
		{func(n *sim.Network) { n.Projections[0].Receptor = "nmda" }, `projections.in_pyr.receptor: "nmda", want one of [soma_exc`},
		{func(n *sim.Network) { n.Projections[0].To = "in" }, `projections.in_pyr.receptor: "soma_exc", want one of [], which in has`},
		{func(n *sim.Network) { n.Projections[0].Transmit = 3 }, "projections.in_pyr.transmit: 3, want"},
		{func(n *sim.Network) { n.Projections[0].Wiring = nil }, "projections.in_pyr.wiring: missing"},
		{func(n *sim.Network) { n.Projections[0].Wiring = noWiring }, "projections.in_pyr.wiring: missing"},
		{func(n *sim.Network) { n.Projections[0].Wiring = &synapse.AllToAll{} }, "projections.in_pyr.wiring: a pointer"},
		{func(n *sim.Network) { n.Projections[0].Wiring = synapse.FixedProbability{P: 1.5} }, "projections.in_pyr.wiring.p: 1.5, want 0 to 1"},
		{func(n *sim.Network) { n.Projections[0].Wiring = synapse.OneToOne{} }, "projections.in_pyr.wiring."},
		{func(n *sim.Network) { n.Projections[0].Weight = synapse.Constant(nan) }, "projections.in_pyr.weight.value: NaN"},
		{func(n *sim.Network) { n.Projections[0].DelayMS = synapse.Constant(-2) }, "projections.in_pyr.delay_ms: -2, want at least one step"},
		{func(n *sim.Network) { n.Projections[0].DelayMS = synapse.Constant(1e7) }, "projections.in_pyr.delay_ms: 1e+07, want at least one step (0.1) and at most 6553.6"},
		{func(n *sim.Network) {
			n.Projections[0].ShortTerm = &synapse.ShortTerm{TauRecoveryMS: 1, TauFacilitationMS: 1, U: 2}
		},
			"projections.in_pyr.short_term.u: 2, want 0 to 1"},
		{func(n *sim.Network) { n.Projections[0].Rule = rule }, "projections.in_pyr.rule.tau_pre_ms: 0, want > 0"},
		{func(n *sim.Network) { n.Projections[0].Rule = noRule }, "projections.in_pyr.rule: nil pointer"},
		{func(n *sim.Network) { n.Projections[0].PreDetector.WindowMS = -1 }, "projections.in_pyr.pre_detector.window_ms: -1"},
		{func(n *sim.Network) { n.Projections[0].PostDetector.WindowMS = -1 }, "projections.in_pyr.post_detector.window_ms: -1"},
		{func(n *sim.Network) { n.Inputs[0].To = "nobody" }, `inputs.noise.to: no population "nobody"`},
		{func(n *sim.Network) { n.Inputs[0].Receptor = "" }, `inputs.noise.receptor: "", want one of`},
		{func(n *sim.Network) { n.Inputs[0].RateHz = 10_001 }, "inputs.noise.rate_hz: 10001, want 0 to 10000"},
		{func(n *sim.Network) { n.Inputs[0].Trains = -1 }, "inputs.noise.trains: -1, want 0 to 1048576"},
		{func(n *sim.Network) { n.Inputs[0].Trains = 1 << 21 }, "inputs.noise.trains: 2097152, want 0 to 1048576"},
		{func(n *sim.Network) { n.Inputs[0].Weight = math.Inf(1) }, "inputs.noise.weight: +Inf"},
		{func(n *sim.Network) { n.Inputs = append(n.Inputs, n.Inputs[0]) }, "inputs.noise: two of this name"},
		{func(n *sim.Network) { n.Currents[0].To = "nobody" }, `currents.i.to: no population "nobody"`},
		{func(n *sim.Network) { n.Currents[0].Compartment = "axon" }, `currents.i.compartment: "axon", want one of [soma dendrite]`},
		{func(n *sim.Network) { n.Currents[0].Waveform = nil }, "currents.i.waveform: missing"},
		{func(n *sim.Network) { n.Currents[0].Waveform = noWave }, "currents.i.waveform: missing"},
		{func(n *sim.Network) { n.Currents[0].Waveform = sim.Constant(nan) }, "currents.i.waveform.pa: NaN"},
		{func(n *sim.Network) { n.Currents[0].Waveform = make(sim.Each, 4) }, "currents.i.waveform.pa: 4 values, want 5"},
		{func(n *sim.Network) { n.Currents[0].Waveform = sim.Each{0, 0, nan, nan, 0} }, "currents.i.waveform.pa[2]: NaN"},
		{func(n *sim.Network) { n.Currents[0].Waveform = sim.Sine{FrequencyHz: -1} }, "currents.i.waveform.frequency_hz: -1"},
		{func(n *sim.Network) { n.Currents[0].Waveform = sim.Steps{TimesMS: []float64{2, 1}, PA: []float64{1}} },
			"currents.i.waveform.pa: 1 values for 2 times\ncurrents.i.waveform.times_ms: not ascending"},
		{func(n *sim.Network) { n.Currents[0].Waveform = sim.Steps{TimesMS: []float64{nan}, PA: []float64{nan}} },
			"currents.i.waveform.times_ms[0]: NaN\ncurrents.i.waveform.pa[0]: NaN"},
	} {
		n := sound()
		c.spoil(&n)
		err := n.Validate()
		if err == nil {
			t.Errorf("accepted, want %q", c.want)
			continue
		}
		wantLines(t, err.Error(), c.want)
		if _, built := n.Build(sim.Options{}); built == nil || built.Error() != err.Error() {
			t.Errorf("Build says %v, Validate %v", built, err)
		}
	}
	n := sound()
	must(t, n.Validate())
	for _, workers := range []int{-1, 5000} {
		if _, err := n.Build(sim.Options{Workers: workers}); err == nil || !strings.HasPrefix(err.Error(), "workers: ") {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

func wantLines(t *testing.T, text, want string) {
	t.Helper()
	got, wanted := strings.Split(text, "\n"), strings.Split(want, "\n")
	for i, line := range got {
		if len(got) != len(wanted) || !strings.HasPrefix(line, wanted[i]) {
			t.Errorf("problems:\n%s\nwant:\n%s", text, want)
			return
		}
	}
}

// TestValidateReportsAllAtOnce spoils a part of each kind.
func TestValidateReportsAllAtOnce(t *testing.T) {
	n := sound()
	n.DtMS = -1
	n.Populations[0].Size = 0
	n.Projections[0].From = "x"
	n.Inputs[0].RateHz = -1
	n.Currents[0].Compartment = "x"
	wantLines(t, n.Validate().Error(), "dt_ms: \npopulations.in.size: \nprojections.in_pyr.from: \ninputs.noise.rate_hz: \ncurrents.i.compartment: ")
}

// FuzzNetwork builds networks from random parts, many of them bad: there may be
// errors, but no panic, neither in Build nor in a short run. What is valid and
// large is not built. Some hundred of the seeds below lead to a run.
func FuzzNetwork(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		n := newGenerator(seed).network()
		err := n.Validate()
		for _, p := range n.Populations {
			if p.Size > 1000 {
				return
			}
		}
		s, built := n.Build(sim.Options{Workers: 1 + int(seed%4)})
		if err != nil && built == nil {
			t.Fatalf("Build accepts what Validate does not: %v", err)
		}
		if built != nil {
			return
		}
		if err := s.Run(context.Background(), 30); err != nil && strings.Contains(err.Error(), "panic") {
			t.Error(err)
		}
	})
}

// generator draws descriptions; odd is the chance that a part is arbitrary
// rather than one that fits.
type generator struct {
	*rand.Rand
	odd float64
}

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 0)), []float64{0, 0.01, 0.1, 0.5}[seed%4]}
}

// choice returns fit, or one of the others.
func choice[T any](g generator, fit T, others ...T) T {
	if g.Float64() < g.odd {
		return others[g.IntN(len(others))]
	}
	return fit
}

// either returns one of its arguments.
func either[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

// number is 0 to 10, or any number.
func (g generator) number() float64 {
	return choice(g, 10*g.Float64(), 0, -1, 1e-300, 1e300, -1e300, math.NaN(), math.Inf(1), math.Inf(-1), 1e9)
}

// kind is the model of population i; that of "a" is a source.
func (g generator) kind(i int) neuron.Params {
	spikes := neuron.SpikeList{Spikes: []neuron.SpikeTime{{Step: int64(g.IntN(20)), Neuron: uint32(choice(g, 0, 1, g.IntN(100)))}, {Step: 20}}}
	if i == 0 {
		return either[neuron.Params](g, spikes, neuron.Poisson{RateHz: 10 * g.number()})
	}
	fit := neuron.Kinds()[either(g, "adex", "burst_poisson", "event_burst_poisson", "lif_cond", "lif_exp", "two_compartment")]
	return choice[neuron.Params](g, fit, nil, spikes, (*neuron.Poisson)(nil), neuron.LIFCond{TauMS: g.number()}, neuron.DefaultPoisson())
}

func (g generator) detector() neuron.Detector {
	return choice(g, either(g, neuron.Detector{}, neuron.IntervalDetector(), neuron.DefaultDetector()),
		neuron.Detector{Rule: 9}, neuron.Detector{WindowMS: g.number(), LagMS: g.number()})
}

func (g generator) network() sim.Network {
	n := sim.Network{Seed: g.Uint64(), DtMS: choice(g, 0, 0.1, 1, g.number())}
	sizes := map[string]int{}
	for i := range 3 {
		name := choice(g, string(rune('a'+i)), "a", "")
		sizes[name] = choice(g, either(g, 1, 10, 64, 100, 200), 0, -5, math.MaxInt)
		n.Populations = append(n.Populations, sim.Population{Name: name, Size: sizes[name], Model: g.kind(i), Detector: g.detector()})
	}
	target := func() string { return choice(g, either(g, "b", "c"), "a", "x", "") }
	receptor := func() string { return choice(g, either(g, neuron.SomaExc, neuron.SomaInh), neuron.SomaDelta, "") }
	for i := range g.IntN(4) {
		p := sim.Projection{
			Name: choice(g, string(rune('p'+i)), "p", ""), From: choice(g, either(g, "a", "b", "c"), "x"), To: target(), Receptor: receptor(),
			Transmit:    choice(g, sim.Signal(g.IntN(3)), 3),
			PreDetector: g.detector(), PostDetector: g.detector(),
		}
		p.Projection = synapse.Projection{Wiring: g.wiring(sizes[p.From], sizes[p.To]), Weight: g.law(0), DelayMS: g.law(0.1)}
		if g.IntN(3) == 0 {
			short := synapse.Depressing()
			short.U = choice(g, 0.5, g.number())
			short.TauRecoveryMS = choice(g, 20, g.number())
			p.ShortTerm = &short
		}
		if g.IntN(3) == 0 {
			rule := plasticity.AdaptiveEventBurst()
			rule.Eta = choice(g, 0.1, g.number())
			p.Rule = choice[plasticity.Params](g, rule, plasticity.BurstDependent{}, (*plasticity.BurstDependent)(nil))
		}
		n.Projections = append(n.Projections, p)
	}
	to := target()
	n.Inputs = append(n.Inputs, sim.Input{Name: choice(g, "i", ""), To: to, Receptor: receptor(), RateHz: 100 * g.number(), Trains: int(g.number()), Weight: g.number()})
	wave := either[sim.Waveform](g, sim.Constant(g.number()), sim.Sine{AmplitudePA: g.number(), FrequencyHz: g.number()},
		sim.Steps{TimesMS: []float64{0, 10 + g.number()}, PA: []float64{g.number(), g.number()}}, make(sim.Each, max(0, min(sizes[to], 300))))
	n.Currents = append(n.Currents, sim.Current{
		Name: choice(g, "i", ""), To: to, Compartment: choice(g, "soma", "dendrite", ""), Waveform: choice[sim.Waveform](g, wave, nil, make(sim.Each, 3)),
	})
	return n
}

func (g generator) wiring(sources, targets int) synapse.Wiring {
	k := choice(g, 1, 0, 5, -1, 50, math.MinInt)
	fit := either[synapse.Wiring](g, synapse.AllToAll{}, synapse.AllToAll{Autapses: true}, synapse.FixedProbability{P: g.number() / 10},
		synapse.FixedInDegree{K: k, Autapses: true}, synapse.FixedInDegree{K: k, Multapses: true}, synapse.FixedTotal{N: k, Autapses: true},
		synapse.Explicit{
			Sources: []uint32{0, uint32(g.IntN(max(1, min(sources, 200))))}, Targets: []uint32{0, uint32(g.IntN(max(1, min(targets, 200))))},
			Weights: []float64{g.number(), g.number()}, DelaysMS: []float64{0.1 + g.number(), 3},
		})
	return choice[synapse.Wiring](g, fit, nil, synapse.OneToOne{}, &synapse.AllToAll{}, synapse.Explicit{Sources: []uint32{7}},
		synapse.Explicit{Sources: []uint32{g.Uint32()}, Targets: []uint32{g.Uint32()}, Weights: make([]float64, 5)})
}

// law draws weights, or delays that are at least so long.
func (g generator) law(least float64) synapse.Distribution {
	low := least + g.number()
	return either(g, synapse.Constant(low), synapse.Normal(low, g.number()), synapse.LogNormal(low, g.number()),
		synapse.Uniform(low, low+g.number()), synapse.Distribution{})
}
