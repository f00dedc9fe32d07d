package xor

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/sim"
)

// example is one line of the truth table.
type example struct {
	name   string
	a, b   bool
	target bool
}

var examples = [...]example{
	{"00", false, false, false},
	{"10", true, false, true},
	{"01", false, true, true},
	{"11", true, true, false},
}

// binsPerExample is how often rates are recorded: every T/20.
const binsPerExample = 20

// protocol is one run under way.
type protocol struct {
	run     *experiment.Run
	v       *experiment.Values
	sim     *sim.Simulation
	rec     *recorder.Recorder
	total   float64 // model seconds of the whole run
	note    string
	example int64 // steps
	learn   int64 // steps, the last part of an example
	bins    []sim.RateBin
	rates   []float64 // scratch: event rates of the output neurons, Hz
	result  Metrics
	weights map[string]float64 // mean of each plastic projection, as last seen
}

// states lists the variables that are sampled, if any are asked for.
func states(v *experiment.Values) []recorder.State {
	neurons := make([]uint32, v.Int("state_neurons"))
	if len(neurons) == 0 {
		return nil
	}
	for i := range neurons {
		neurons[i] = uint32(i)
	}
	var out []recorder.State
	for _, population := range populationNames {
		for _, variable := range []string{"v_soma", "v_dendrite", "threshold"} {
			out = append(out, recorder.State{Population: population, Variable: variable, Neurons: neurons})
		}
	}
	return out
}

// steps returns how long an example and its learning part last.
func steps(v *experiment.Values) (example, learn int64) {
	perSecond := 1000 / sim.DefaultDtMS
	duration := v.Float("example_duration")
	return int64(math.Round(duration * perSecond)), int64(math.Round(duration * v.Float("learning_fraction") * perSecond))
}

// check refuses values that leave nothing to record or to learn from.
func check(v *experiment.Values) error {
	example, learn := steps(v)
	if example < binsPerExample || example%binsPerExample != 0 {
		return experiment.Inputf("example_duration: %s, want a multiple of %gms, for %d bins of whole steps",
			v.Text("example_duration"), binsPerExample*sim.DefaultDtMS, binsPerExample)
	}
	if learn < 1 || learn >= example {
		return experiment.Inputf("learning_fraction: %s of %s, want at least one step of %gms and less than the example",
			v.Text("learning_fraction"), v.Text("example_duration"), sim.DefaultDtMS)
	}
	interval := v.Float("state_interval") / sim.DefaultDtMS
	if math.Abs(interval-math.Round(interval)) > 1e-9*interval {
		return experiment.Inputf("state_interval: %s, want a multiple of the step, %gms", v.Text("state_interval"), sim.DefaultDtMS)
	}
	if v.Int("state_neurons") > v.Int("neurons") {
		return experiment.Inputf("state_neurons: %d, want at most neurons (%d)", v.Int("state_neurons"), v.Int("neurons"))
	}
	if v.Float("rate_max") <= v.Float("rate_min")+2*v.Float("teacher_tolerance") {
		return experiment.Inputf("rate_max: %s, want more than rate_min (%s) and twice the teacher_tolerance (%s) above it",
			v.Text("rate_max"), v.Text("rate_min"), v.Text("teacher_tolerance"))
	}
	return nil
}

// run runs one seed: burn-in, test, training, test.
func run(ctx context.Context, r *experiment.Run) (err error) {
	network := Network(r.Values, r.Seed)
	s, err := network.Build(sim.Options{Workers: r.Workers})
	if err != nil {
		return err
	}
	r.Workers = s.Workers()
	p := &protocol{run: r, v: r.Values, sim: s, weights: map[string]float64{}}
	p.result.EpochCosts = []float64{}
	p.example, p.learn = steps(p.v)
	bin := p.example / binsPerExample
	p.rec, err = recorder.Open(r, network, s, recorder.Options{
		RateBin: bin, WeightInterval: bin,
		States: states(r.Values), StateInterval: max(1, s.Steps(r.Values.Float("state_interval")/1000)),
		OnRates: func(bins []sim.RateBin) { p.bins = append(p.bins, bins...) },
		OnWeights: func(w []sim.WeightSummary) {
			for _, x := range w {
				if x.Synapses > 0 {
					p.weights[network.Projections[x.Projection].Name] = x.Mean
				}
			}
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = p.rec.End(err) }()
	if err := p.all(ctx); err != nil {
		return err
	}
	if err := p.rec.Close(); err != nil {
		return err
	}
	p.result.settle(p.weights)
	if err := r.Metrics(p.result); err != nil {
		return err
	}
	return p.result.print(r.Out)
}

func (p *protocol) all(ctx context.Context) error {
	burnIn := p.sim.Steps(p.v.Float("burn_in") * p.v.Float("tau_avg"))
	// Bins stay aligned with the examples: the burn-in takes whole bins.
	bin := p.example / binsPerExample
	burnIn = (burnIn + bin - 1) / bin * bin
	trained := p.v.Int("examples")
	shown := trained + len(examples)
	if trained > 0 {
		shown += len(examples)
	}
	p.total = float64(burnIn+int64(shown)*p.example) / float64(p.sim.StepsPerSecond())

	if err := p.rec.Phase("burn_in"); err != nil {
		return err
	}
	p.note = "burn-in"
	if err := p.advance(ctx, burnIn); err != nil {
		return err
	}
	if err := p.rec.Phase("test_before"); err != nil {
		return err
	}
	p.note = "test before learning"
	var err error
	if p.result.Before, err = p.test(ctx); err != nil {
		return err
	}
	if err := p.train(ctx, trained); err != nil {
		return err
	}
	if trained == 0 {
		return nil
	}
	if err := p.rec.Phase("test_after"); err != nil {
		return err
	}
	p.note = "test after learning"
	after, err := p.test(ctx)
	p.result.After = &after
	return err
}

// advance runs a number of steps, showing progress a few times a second of
// model time.
func (p *protocol) advance(ctx context.Context, steps int64) error {
	for steps > 0 {
		chunk := min(steps, p.sim.StepsPerSecond()/2)
		if err := p.sim.Run(ctx, chunk); err != nil {
			return err
		}
		steps -= chunk
		p.run.Progress.Set(p.sim.Seconds(), p.total, p.note)
	}
	return nil
}

// show sets the inputs to an example.
func (p *protocol) show(e example) error {
	level := func(bit bool) sim.Constant {
		if bit {
			return sim.Constant(p.v.Float("input_high"))
		}
		return sim.Constant(p.v.Float("input_low"))
	}
	return errors.Join(
		p.sim.SetCurrent(currentInput1, level(e.a)),
		p.sim.SetCurrent(currentInput2, level(e.b)),
	)
}

// test shows the four examples without plasticity and measures each.
func (p *protocol) test(ctx context.Context) (TruthTable, error) {
	var table TruthTable
	for i, e := range examples {
		if err := p.show(e); err != nil {
			return table, err
		}
		p.bins = p.bins[:0]
		if err := p.advance(ctx, p.example); err != nil {
			return table, err
		}
		table[i] = measure(e, p.bins, p.sim.StepsPerSecond())
	}
	return table, nil
}

// train shows a number of examples and learns from each.
func (p *protocol) train(ctx context.Context, count int) error {
	order := [...]int{0, 1, 2, 3}
	shuffle := rng.NewSource(p.run.Seed, rng.Protocol, 0).Stream(0)
	last := (count - 1) / len(examples)
	var cost float64
	for k := range count {
		epoch, within := k/len(examples), k%len(examples)
		if within == 0 {
			cost = 0
			p.note = fmt.Sprintf("epoch %d of %d", epoch+1, last+1)
			if n := len(p.result.EpochCosts); n > 0 {
				p.note += fmt.Sprintf(", cost %.2f", p.result.EpochCosts[n-1])
			}
			if p.v.String("order") == "random" {
				for i := len(order) - 1; i > 0; i-- {
					j := shuffle.Below(uint32(i + 1))
					order[i], order[j] = order[j], order[i]
				}
			}
			if err := p.rec.Phase(epochPhases(epoch, last)...); err != nil {
				return err
			}
		}
		c, err := p.learnOne(ctx, examples[order[within]])
		if err != nil {
			return err
		}
		cost += c
		if within == len(examples)-1 {
			p.result.EpochCosts = append(p.result.EpochCosts, cost)
		}
	}
	return nil
}

func epochPhases(epoch, last int) []string {
	phases := []string{"training"}
	if epoch == 0 {
		phases = append(phases, "first_epoch")
	}
	if epoch == last {
		phases = append(phases, "last_epoch")
	}
	return phases
}

// learnOne shows an example, takes the cost of the prediction, and lets the
// teacher and the plasticity act for the rest of the example.
func (p *protocol) learnOne(ctx context.Context, e example) (cost float64, err error) {
	if err := p.show(e); err != nil {
		return 0, err
	}
	p.bins = p.bins[:0]
	if err := p.advance(ctx, p.example-p.learn); err != nil {
		return 0, err
	}
	if p.rates, err = p.sim.PostTrace(readout, "event_rate", p.rates[:0]); err != nil {
		return 0, err
	}
	cost = p.cost(e.target)
	current := make(sim.Each, len(p.rates))
	for i, hz := range p.rates {
		current[i] = p.teach(hz, e.target)
	}
	if err := errors.Join(p.sim.SetCurrent(teacher, current), p.sim.SetPlastic(true)); err != nil {
		return 0, err
	}
	if err := p.advance(ctx, p.learn); err != nil {
		return 0, err
	}
	return cost, errors.Join(p.sim.SetCurrent(teacher, make(sim.Each, len(p.rates))), p.sim.SetPlastic(false))
}

// cost is the cross-entropy of the output's mean event rate m,
// y = (m−ν_min)/(ν_max−ν_min) kept within [0.01, 0.99].
func (p *protocol) cost(target bool) float64 {
	var mean float64
	for _, hz := range p.rates {
		mean += hz
	}
	mean /= float64(len(p.rates))
	low, high := p.v.Float("rate_min"), p.v.Float("rate_max")
	y := min(max((mean-low)/(high-low), 0.01), 0.99)
	if target {
		return -math.Log(y)
	}
	return -math.Log(1 - y)
}

// teach is the current into the dendrite of an output neuron with the given
// event rate, pA: none where the rate is right, the largest where it is wrong,
// and the gradient of the cost in between. As in the reference program the
// largest current is divided by a number of Hz.
func (p *protocol) teach(hz float64, target bool) float64 {
	most, tolerance := p.v.Float("teacher_current"), p.v.Float("teacher_tolerance")
	low, high := p.v.Float("rate_min"), p.v.Float("rate_max")
	switch {
	case target && hz >= high-tolerance, !target && hz <= low+tolerance:
		return 0
	case target && hz <= low+tolerance:
		return most
	case target:
		return most / (hz - low)
	case hz >= high-tolerance:
		return -most
	default:
		return -most / (high - hz)
	}
}
