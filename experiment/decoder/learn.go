package decoder

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// Epochs that a point of a learning curve is the mean of.
const (
	armBlock = 50
	bciBlock = 10
)

// protocol is what the values say.
type protocol struct {
	sizes
	measures
	armEpochs, bciEpochs, early int
	armRate, bciRate            float64
	intensities                 []float64
	every, until                int // epochs of adaptation
}

// read reads the values; it is an error if they do not fit together.
func read(v *experiment.Values, seed uint64) (*protocol, error) {
	dt := v.Milliseconds("time_step")
	p := &protocol{
		sizes: sizes{units: v.Int("units"), encoder: v.Int("encoder_units"), readouts: v.Int("readouts"), targets: v.Int("targets"),
			dtMS: dt, leak: dt / v.Milliseconds("time_constant"), noise: v.Float("noise")},
		measures:  measures{seed: seed, batches: v.Int("test_trials"), repeats: v.Int("repeats")},
		armEpochs: v.Int("arm_epochs"), bciEpochs: v.Int("bci_epochs"), early: v.Int("early_epochs"),
		armRate: v.Float("arm_rate"), bciRate: v.Float("bci_rate"),
		intensities: v.Floats("intensities"), every: v.Int("adapt_every"), until: v.Int("adapt_until"),
	}
	for _, x := range []struct {
		key   string
		steps *int
	}{{"duration", &p.steps}, {"delay", &p.delay}, {"bin", &p.binSize}} {
		n := v.Milliseconds(x.key) / dt
		if n > mostSteps {
			return nil, experiment.Inputf("%s: %s, want at most %d time steps of %s; a longer time_step helps", x.key, v.Text(x.key), mostSteps, v.Text("time_step"))
		}
		*x.steps = int(math.Round(n))
		if math.Abs(n-math.Round(n)) > 1e-9*n {
			return nil, experiment.Inputf("%s: %s, want a whole number of time steps of %s", x.key, v.Text(x.key), v.Text("time_step"))
		}
	}
	switch {
	case p.leak > 1:
		return nil, experiment.Inputf("time_step: %s, want at most the time constant, %s", v.Text("time_step"), v.Text("time_constant"))
	case p.steps < fewestSteps:
		return nil, experiment.Inputf("duration: %s, want at least %d time steps of %s: before, no control moves the arm", v.Text("duration"), fewestSteps, v.Text("time_step"))
	case p.binSize < 1 || p.binSize > p.steps:
		return nil, experiment.Inputf("bin: %s, want from a time step, %s, to a trial, %s", v.Text("bin"), v.Text("time_step"), v.Text("duration"))
	case p.readouts > p.units:
		return nil, experiment.Inputf("readouts: %d, want at most the %d units", p.readouts, p.units)
	case p.early > p.bciEpochs:
		return nil, experiment.Inputf("early_epochs: %d, want at most the %d of bci_epochs", p.early, p.bciEpochs)
	case len(p.intensities) == 0 || p.intensities[0] != 0:
		return nil, experiment.Inputf("intensities: want 0 first, with which the others are compared")
	}
	for i, c := range p.intensities {
		for _, other := range p.intensities[:i] {
			if c == other {
				return nil, experiment.Inputf("intensities: %g is there twice", c)
			}
		}
	}
	return p, p.fits()
}

// run runs one seed: one network learns to move the arm; from it, several learn side by
// side to move the cursor, each with a decoder that adapts by another intensity.
func run(ctx context.Context, r *experiment.Run) error {
	p, err := read(r.Values, r.Seed)
	if err != nil {
		return err
	}
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	var done atomic.Int64
	l := newLoop(p.sizes, r.Seed)
	total := float64(p.armEpochs + len(p.intensities)*p.bciEpochs + (1+len(p.intensities))*l.rounds(p.measures))
	count := func(doing func() string) {
		if n := done.Add(1); n%10 == 0 {
			r.Progress.Count(float64(n), total, "rounds", doing())
		}
	}
	m := &Metrics{GradientError: l.gradientError(r.Seed)}
	if m.Arm, err = p.learnArm(ctx, l, count); err != nil {
		return err
	}
	m.ArmReaches = l.reaches(p)
	l.run(trialSource(r.Seed, trialsFit), 0)
	first, r2, err := l.fit(false)
	if err != nil {
		return err
	}
	m.FitR2 = r2
	before := l.copyBCI(first)
	m.GradientError = max(m.GradientError, before.gradientError(r.Seed))
	m.BeforeReaches = before.reaches(p)
	if m.Before, err = before.compactness(ctx, p.measures, count); err != nil {
		return err
	}
	m.Decoders = make([]*Decoder, len(p.intensities))
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(r.Workers)
	for i, c := range p.intensities {
		side.Go(func(ctx context.Context) (err error) {
			m.Decoders[i], err = p.learnBCI(ctx, l.copyBCI(first), c, count)
			return err
		})
	}
	if err := side.Wait(); err != nil {
		return err
	}
	m.compare()
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

// counter is called after each round: an epoch of learning, a run that measures, or a
// regression. Doing says of which kind it was, and is called where that is shown.
type counter func(doing func() string)

func measuring() string { return "measuring control" }

// errLost says that learning diverged.
func errLost(what string, epoch int, rate string) error {
	return fmt.Errorf("%s: the loss of epoch %d is not a number; a lower %s may help", what, epoch, rate)
}

// learnArm has the network learn to move the arm.
func (p *protocol) learnArm(ctx context.Context, l *loop, count counter) ([]Point, error) {
	l.learnAt(p.armRate)
	source := trialSource(p.seed, trialsArm)
	losses := make([]float64, p.armEpochs)
	for e := range losses {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		loss := l.epoch(source, uint32(e))
		losses[e] = math.Log10(loss)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, errLost("arm", e, "arm_rate")
		}
		count(func() string { return fmt.Sprintf("arm, loss %.3g", loss) })
	}
	return points(losses, armBlock), nil
}

// learnBCI has the network learn to move the cursor by a decoder that adapts. It is
// fitted without adapting too: all intensities do the same.
func (p *protocol) learnBCI(ctx context.Context, l *loop, c float64, count counter) (*Decoder, error) {
	l.learnAt(p.bciRate)
	d := &Decoder{Intensity: c, losses: make([]float64, p.bciEpochs)}
	first := matrix(2, l.units)
	copy(first.Data, l.readout.Data)
	learning, adapting := trialSource(p.seed, trialsBCI), trialSource(p.seed, trialsAdapt)
	for e := range d.losses {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if e%p.every == 0 && e < p.until {
			l.run(adapting, uint32(e))
			fitted, _, err := l.fit(true)
			if err != nil {
				return nil, err
			}
			l.adapt(fitted, c)
		}
		loss := l.epoch(learning, uint32(e))
		d.losses[e] = math.Log10(loss)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, errLost(fmt.Sprintf("cursor, intensity %g", c), e, "bci_rate")
		}
		count(func() string { return fmt.Sprintf("cursor, adapting by %g, loss %.3g", c, loss) })
	}
	d.draws = l.trials.sum
	d.Learning = points(d.losses, bciBlock)
	d.StartLog10Loss, d.FallLog10 = start(d.losses)
	d.EarlyLog10Loss = stat.Mean(d.losses[:p.early], nil)
	d.LateLog10Loss = stat.Mean(d.losses[p.bciEpochs-p.early:], nil)
	d.Changed = distance(l.readout, first)
	d.Reaches = l.reaches(p)
	var err error
	d.After, err = l.compactness(ctx, p.measures, count)
	return d, err
}

// distance of a matrix from another, as a part of the length of the latter; 0 if that is 0.
func distance(a, b rate.Matrix) float64 {
	apart, length := 0.0, 0.0
	for i, v := range b.Data {
		apart = math.Hypot(apart, a.Data[i]-v)
		length = math.Hypot(length, v)
	}
	if length == 0 {
		return 0
	}
	return apart / length
}

// shownMS is how far apart points of trajectories are, ms, or one step.
const shownMS = 40

// reaches are trajectories of one trial a target.
func (l *loop) reaches(p *protocol) []Reach {
	l.run(trialSource(p.seed, trialsShown), 0)
	all := make([]Reach, l.targets)
	each := max(1, int(math.Round(shownMS/l.dtMS)))
	for i := range all {
		for t := 0; t <= l.steps; t++ {
			if t%each == 0 || t == l.steps {
				s := l.states[t*l.targets+i]
				all[i].XMM = append(all[i].XMM, 1000*s[0])
				all[i].YMM = append(all[i].YMM, 1000*s[1])
			}
		}
	}
	return all
}
