package representations

import (
	"context"
	"errors"
	"fmt"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// binsPerExample is how often rates are recorded.
const binsPerExample = xor.BinsPerExample

// protocol is one run under way.
type protocol struct {
	run     *experiment.Run
	v       *experiment.Values
	a       *architecture
	net     *rateNet
	sim     *sim.Simulation
	names   []string // of the populations
	rec     *recorder.Recorder
	total   float64 // model seconds of the whole run
	note    string
	example int64 // steps
	learn   int64 // steps, the last part of an example
	bins    []sim.RateBin
	rates   []float64 // scratch: event rates of the output neurons, Hz
	scratch []float64 // scratch: weights of a projection
	credit  *credit
	// stepLength is taken from the first block of epochs.
	stepLength stepLengths
	result     Metrics
}

// check refuses values that leave nothing to record or to learn from.
func check(v *experiment.Values) error {
	if err := xor.CheckExample(v); err != nil {
		return err
	}
	example, learn := xor.ExampleSteps(v)
	bin := example / binsPerExample
	if learn < bin || learn%bin != 0 || learn > example/2 {
		return experiment.Inputf("learning_fraction: %g, want a multiple of 1/%d, at most a half", v.Float("learning_fraction"), binsPerExample)
	}
	if err := xor.CheckTeacher(v); err != nil {
		return err
	}
	if v.Float("w_hidden1") == 0 || v.Float("w_hidden2") == 0 || v.Float("w_output") == 0 {
		return experiment.Inputf("w_hidden1, w_hidden2, w_output: 0, want more: without weights there is no transfer function to measure")
	}
	return nil
}

// run runs one seed: transfer functions, burn-in, feedback, test, training, test.
func run(ctx context.Context, r *experiment.Run) (err error) {
	network := Network(r.Values, r.Seed)
	p := &protocol{run: r, v: r.Values, a: layout()}
	p.example, p.learn = xor.ExampleSteps(p.v)
	p.result.EpochCosts = []float64{}
	p.run.Progress.Set(0, 1, "transfer functions")
	if p.net, p.result.Transfer, err = calibrate(ctx, p.v, r.Seed, r.Workers); err != nil {
		return err
	}
	if p.sim, err = spiking.Build(r, network); err != nil {
		return err
	}
	for _, x := range network.Populations {
		p.names = append(p.names, x.Name)
	}
	bin := p.example / binsPerExample
	p.rec, err = recorder.Open(r, network, p.sim, recorder.Options{
		RateBin: bin, WeightInterval: p.example,
		OnRates: func(bins []sim.RateBin) { p.bins = append(p.bins, bins...) },
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
	if err := r.Metrics(p.result); err != nil {
		return err
	}
	return p.result.print(r.Out)
}

// all is the protocol after the calibration.
func (p *protocol) all(ctx context.Context) error {
	burnIn := spiking.Steps(p.v.Float("burn_in") * p.v.Milliseconds("tau_avg"))
	burnIn = (burnIn + p.example - 1) / p.example * p.example // bins stay aligned
	trained := p.v.Int("examples")
	shown := trained + len(p.a.examples)*len(probes) + len(p.a.examples)
	if trained > 0 {
		shown += len(p.a.examples)
	}
	p.total = float64(burnIn+int64(shown)*p.example) / float64(p.sim.StepsPerSecond())
	phase := func(name, note string) error {
		p.note = note
		return p.rec.Phase(name)
	}
	if err := phase("burn_in", "burn-in"); err != nil {
		return err
	}
	if err := p.advance(ctx, burnIn); err != nil {
		return err
	}
	if err := phase("feedback", "feedback"); err != nil {
		return err
	}
	if err := p.probe(ctx); err != nil {
		return err
	}
	if err := phase("test_before", "test before learning"); err != nil {
		return err
	}
	var err error
	if p.result.Before, err = p.test(ctx); err != nil {
		return err
	}
	first, err := p.weights()
	if err != nil {
		return err
	}
	if trained > 0 {
		if err := p.train(ctx, trained); err != nil {
			return err
		}
		if err := phase("test_after", "test after learning"); err != nil {
			return err
		}
		if p.result.After, err = p.test(ctx); err != nil {
			return err
		}
	}
	last, err := p.weights()
	if err != nil {
		return err
	}
	p.settle(first, last)
	p.note = "rate network"
	p.run.Progress.Set(p.total, p.total, p.note)
	return p.yardstick(ctx, first)
}

// advance runs a number of steps, showing progress.
func (p *protocol) advance(ctx context.Context, steps int64) error {
	return spiking.Advance(ctx, p.sim, steps, func() { p.run.Progress.Set(p.sim.Seconds(), p.total, p.note) })
}

// test shows the examples without plasticity and measures each but for its first
// fifth.
func (p *protocol) test(ctx context.Context) ([]Row, error) {
	var table []Row
	for _, e := range p.a.examples {
		if err := show(p.sim, p.v, p.a, e); err != nil {
			return nil, err
		}
		p.bins = p.bins[:0]
		if err := p.advance(ctx, p.example); err != nil {
			return nil, err
		}
		table = append(table, p.row(e, p.window(binsPerExample/5, binsPerExample)))
	}
	return table, nil
}

// train shows examples in a fixed order, again and again, and learns from each.
func (p *protocol) train(ctx context.Context, count int) error {
	epochs := (count + len(p.a.examples) - 1) / len(p.a.examples)
	p.credit = newCredit(p.net, len(p.a.examples))
	var cost float64
	for k := range count {
		epoch, within := k/len(p.a.examples), k%len(p.a.examples)
		if within == 0 {
			cost = 0
			p.note = fmt.Sprintf("epoch %d of %d", epoch+1, epochs)
			if n := len(p.result.EpochCosts); n > 0 {
				p.note += fmt.Sprintf(", cost %.2f", p.result.EpochCosts[n-1])
			}
			phases := []string{"training"}
			if epoch == epochs-1 {
				phases = append(phases, "last_epoch")
			}
			if err := p.rec.Phase(phases...); err != nil {
				return err
			}
		}
		c, err := p.learnOne(ctx, within)
		if err != nil {
			return err
		}
		cost += c
		if within == len(p.a.examples)-1 {
			p.result.EpochCosts = append(p.result.EpochCosts, cost)
			if (epoch+1)%p.v.Int("block") == 0 {
				if len(p.result.Angles) == 0 {
					p.stepLength = p.credit.steps()
				}
				p.result.Angles = append(p.result.Angles, p.credit.angles(epoch+1))
				p.credit.clear()
			}
		}
	}
	return nil
}

// learnOne shows an example, takes the cost of the prediction, and lets the
// teacher and the plasticity act for the rest of the example.
func (p *protocol) learnOne(ctx context.Context, index int) (cost float64, err error) {
	e := p.a.examples[index]
	if err := show(p.sim, p.v, p.a, e); err != nil {
		return 0, err
	}
	p.bins = p.bins[:0]
	if err := p.advance(ctx, p.example-p.learn); err != nil {
		return 0, err
	}
	if p.rates, err = p.sim.PostTrace(p.a.layers[layerCount-1][0].name(), "event_rate", p.rates[:0]); err != nil {
		return 0, err
	}
	var mean float64
	current := make(sim.Each, len(p.rates))
	for i, hz := range p.rates {
		mean += hz / float64(len(p.rates))
		current[i] = p.net.teacher.Current(hz, e.target)
	}
	cost = p.net.cost(rates{output: mean}, e.target)
	before, err := p.weights()
	if err != nil {
		return 0, err
	}
	if err := errors.Join(p.sim.SetCurrent(teacher, current), p.sim.SetPlastic(true)); err != nil {
		return 0, err
	}
	if err := p.advance(ctx, p.learn); err != nil {
		return 0, err
	}
	if err := errors.Join(p.sim.SetCurrent(teacher, make(sim.Each, len(p.rates))), p.sim.SetPlastic(false)); err != nil {
		return 0, err
	}
	after, err := p.weights()
	if err != nil {
		return 0, err
	}
	taught := binsPerExample - int(p.learn*binsPerExample/p.example)
	p.credit.add(index, before, after, p.window(binsPerExample/4, taught), p.window(taught, binsPerExample), e.target)
	return cost, nil
}

// weights returns the mean weight of each edge.
func (p *protocol) weights() (w weights, err error) {
	w = p.net.zero()
	for l, layer := range p.a.layers {
		for i, e := range layer {
			if p.scratch, err = p.sim.Weights(e.name(), p.scratch[:0]); err != nil {
				return w, err
			}
			if len(p.scratch) == 0 {
				continue
			}
			var sum float64
			for _, x := range p.scratch {
				sum += x
			}
			w[l][i] = sum / float64(len(p.scratch))
		}
	}
	return w, nil
}

// activity is what the ensembles did in a window: event and burst rates, Hz.
type activity struct{ events, bursts rates }

// probability is bursts over events, NaN without events.
func (a activity) probability(name string) float64 { return a.bursts[name] / a.events[name] }

// window adds up some bins of the example that is shown: from the one to before
// the other.
func (p *protocol) window(from, to int) activity {
	sums := make(count, len(p.names))
	for k, b := range p.bins {
		if i := k / len(p.names); i >= from && i < to {
			sums.add([]sim.RateBin{b})
		}
	}
	a := activity{events: rates{}, bursts: rates{}}
	for i, name := range p.names {
		a.events[name] = sums[i].EventRateHz(p.sim.StepsPerSecond())
		sums[i].Events = sums[i].Bursts
		a.bursts[name] = sums[i].EventRateHz(p.sim.StepsPerSecond())
	}
	return a
}
