package xor

import (
	"context"
	"errors"
	"fmt"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/experiment/spiking"
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

// BinsPerExample is how often rates are recorded: every T/20.
const BinsPerExample = 20

// protocol is one run under way.
type protocol struct {
	run     *experiment.Run
	report  func(modelSeconds, totalModelSeconds float64, note string)
	witness Witness  // or nil
	plastic []string // the projections that learn
	v       *experiment.Values
	teacher Teacher
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

// ExampleSteps returns how many steps an example takes, and its learning part.
func ExampleSteps(v *experiment.Values) (example, learn int64) {
	return spiking.StepsOf(v, "example_duration"), spiking.Steps(v.Milliseconds("example_duration") * v.Float("learning_fraction"))
}

// CheckExample refuses an example_duration that has no BinsPerExample.
func CheckExample(v *experiment.Values) error {
	return spiking.WantMultiple(v, "example_duration", BinsPerExample,
		fmt.Sprintf("%gms, for %d bins of whole steps", BinsPerExample*sim.DefaultDtMS, BinsPerExample))
}

// check refuses values that leave nothing to record or to learn from.
func check(v *experiment.Values) error {
	if err := CheckExample(v); err != nil {
		return err
	}
	example, learn := ExampleSteps(v)
	if learn < 1 || learn >= example {
		return experiment.Inputf("learning_fraction: %s of %s, want at least one step of %gms and less than the example",
			v.Text("learning_fraction"), v.Text("example_duration"), sim.DefaultDtMS)
	}
	if err := spiking.WantSteps(v, "state_interval"); err != nil {
		return err
	}
	if v.Int("state_neurons") > v.Int("neurons") {
		return experiment.Inputf("state_neurons: %d, want at most neurons (%d)", v.Int("state_neurons"), v.Int("neurons"))
	}
	return CheckTeacher(v)
}

// run runs one seed and leaves its metrics.
func run(ctx context.Context, r *experiment.Run) error {
	m, err := Train(ctx, r, Options{Progress: r.Progress.Set})
	if err != nil {
		return err
	}
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

// Options is what another experiment that trains networks of this one chooses.
type Options struct {
	// FilePrefix begins the names of the data files.
	FilePrefix string
	// Progress takes the model seconds reached, those of the whole training, and a
	// note.
	Progress func(modelSeconds, totalModelSeconds float64, note string)
	// Change, if not nil, changes the description of the network. What it adds,
	// populations and projections, comes after what is there.
	Change func(*sim.Network)
	// Learns, if not nil, says which of the projections with a rule do learn; nil
	// stands for all.
	Learns func(projection string) bool
	// Witness, if not nil, sees the network at rest.
	Witness Witness
}

// Witness looks at a network that is trained, between runs of the simulation. An
// error ends the training.
type Witness interface {
	// Began is called before the burn-in.
	Began(*sim.Simulation) error
	// Predicted is called at the end of the prediction of each example of the
	// training.
	Predicted(input string, s *sim.Simulation) error
	// Ended is called after the last test.
	Ended(*sim.Simulation) error
}

// Train builds a network, runs the protocol with it, burn-in, test, training,
// test, and returns what was measured. The values of r are those of Experiment. It
// sets r.Workers to the number used.
func Train(ctx context.Context, r *experiment.Run, o Options) (m *Metrics, err error) {
	network := Network(r.Values, r.Seed)
	if o.Change != nil {
		o.Change(&network)
	}
	s, err := spiking.Build(r, network)
	if err != nil {
		return nil, err
	}
	p := &protocol{run: r, report: o.Progress, witness: o.Witness, plastic: learning(network, o.Learns),
		v: r.Values, teacher: NewTeacher(r.Values), sim: s, weights: map[string]float64{}}
	p.result.EpochCosts = []float64{}
	p.example, p.learn = ExampleSteps(p.v)
	bin := p.example / BinsPerExample
	p.rec, err = recorder.Open(r, network, s, recorder.Options{
		FilePrefix: o.FilePrefix,
		RateBin:    bin, WeightInterval: bin,
		States:        recorder.First(p.v.Int("state_neurons"), populationNames[:], "v_soma", "v_dendrite", "threshold"),
		StateInterval: spiking.StepsOf(p.v, "state_interval"),
		OnRates:       func(bins []sim.RateBin) { p.bins = append(p.bins, bins[:len(populationNames)]...) },
		OnWeights: func(w []sim.WeightSummary) {
			for _, x := range w {
				if x.Synapses > 0 {
					p.weights[network.Projections[x.Projection].Name] = x.Mean
				}
			}
		},
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = p.rec.End(err) }()
	if err := p.watched(ctx); err != nil {
		return nil, err
	}
	if err := p.rec.Close(); err != nil {
		return nil, err
	}
	p.result.settle(p.weights)
	return &p.result, nil
}

// learning lists the projections with a rule that learns, nil if none does.
func learning(network sim.Network, learns func(string) bool) (names []string) {
	for _, p := range network.Projections {
		if p.Rule != nil && (learns == nil || learns(p.Name)) {
			names = append(names, p.Name)
		}
	}
	return names
}

// watched runs the protocol in sight of the witness.
func (p *protocol) watched(ctx context.Context) error {
	if p.witness == nil {
		return p.all(ctx)
	}
	if err := p.witness.Began(p.sim); err != nil {
		return err
	}
	if err := p.all(ctx); err != nil {
		return err
	}
	return p.witness.Ended(p.sim)
}

// setPlastic switches the changes of the projections that learn on or off.
func (p *protocol) setPlastic(on bool) error {
	if len(p.plastic) == 0 {
		return nil // no names would stand for all
	}
	return p.sim.SetPlastic(on, p.plastic...)
}

// Seconds is the model time of a training, s.
func Seconds(v *experiment.Values) float64 {
	burnIn, shown := duration(v)
	example, _ := ExampleSteps(v)
	return float64(burnIn+int64(shown)*example) * sim.DefaultDtMS / 1000
}

// duration gives the steps of the burn-in and the number of examples shown. Bins
// stay aligned with the examples: the burn-in takes whole bins.
func duration(v *experiment.Values) (burnIn int64, shown int) {
	example, _ := ExampleSteps(v)
	bin := example / BinsPerExample
	burnIn = spiking.Steps(v.Float("burn_in") * v.Milliseconds("tau_avg"))
	burnIn = (burnIn + bin - 1) / bin * bin
	shown = v.Int("examples") + len(examples)
	if v.Int("examples") > 0 {
		shown += len(examples)
	}
	return burnIn, shown
}

func (p *protocol) all(ctx context.Context) error {
	burnIn, _ := duration(p.v)
	p.total = Seconds(p.v)
	trained := p.v.Int("examples")

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
	if p.result.Before, p.result.BeforeCourse, err = p.test(ctx); err != nil {
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
	after, course, err := p.test(ctx)
	p.result.After, p.result.AfterCourse = &after, &course
	return err
}

// advance runs a number of steps, showing progress.
func (p *protocol) advance(ctx context.Context, steps int64) error {
	return spiking.Advance(ctx, p.sim, steps, func() { p.report(p.sim.Seconds(), p.total, p.note) })
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
func (p *protocol) test(ctx context.Context) (table TruthTable, course Course, err error) {
	for i, e := range examples {
		if err := p.show(e); err != nil {
			return table, course, err
		}
		p.bins = p.bins[:0]
		if err := p.advance(ctx, p.example); err != nil {
			return table, course, err
		}
		table[i] = measure(e, p.bins, p.example, p.sim.StepsPerSecond())
		course.add(e, p.bins, p.sim.StepsPerSecond())
	}
	return table, course, nil
}
