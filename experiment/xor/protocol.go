package xor

import (
	"context"
	"errors"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
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
	report  func(modelSeconds, totalModelSeconds float64, note string)
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
}

// Train builds a network, runs the protocol with it, burn-in, test, training,
// test, and returns what was measured. The values of r are those of Experiment. It
// sets r.Workers to the number used.
func Train(ctx context.Context, r *experiment.Run, o Options) (m *Metrics, err error) {
	network := Network(r.Values, r.Seed)
	s, err := network.Build(sim.Options{Workers: r.Workers})
	if err != nil {
		return nil, err
	}
	r.Workers = s.Workers()
	p := &protocol{run: r, report: o.Progress, v: r.Values, sim: s, weights: map[string]float64{}}
	p.result.EpochCosts = []float64{}
	p.example, p.learn = steps(p.v)
	bin := p.example / binsPerExample
	p.rec, err = recorder.Open(r, network, s, recorder.Options{
		FilePrefix: o.FilePrefix,
		RateBin:    bin, WeightInterval: bin,
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
		return nil, err
	}
	defer func() { err = p.rec.End(err) }()
	if err := p.all(ctx); err != nil {
		return nil, err
	}
	if err := p.rec.Close(); err != nil {
		return nil, err
	}
	p.result.settle(p.weights)
	return &p.result, nil
}

// Seconds is the model time of a training, s.
func Seconds(v *experiment.Values) float64 {
	burnIn, shown := duration(v)
	example, _ := steps(v)
	return float64(burnIn+int64(shown)*example) * sim.DefaultDtMS / 1000
}

// duration gives the steps of the burn-in and the number of examples shown. Bins
// stay aligned with the examples: the burn-in takes whole bins.
func duration(v *experiment.Values) (burnIn int64, shown int) {
	example, _ := steps(v)
	bin := example / binsPerExample
	burnIn = int64(math.Round(v.Float("burn_in") * v.Float("tau_avg") * 1000 / sim.DefaultDtMS))
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

// advance runs a number of steps, showing progress a few times a second of
// model time.
func (p *protocol) advance(ctx context.Context, steps int64) error {
	for steps > 0 {
		chunk := min(steps, p.sim.StepsPerSecond()/2)
		if err := p.sim.Run(ctx, chunk); err != nil {
			return err
		}
		steps -= chunk
		p.report(p.sim.Seconds(), p.total, p.note)
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
