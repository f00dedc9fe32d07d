package coarse

import (
	"context"
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/rate"
)

// courseExamples are recorded step by step, from the middle of the first epoch on.
const courseExamples = 2

// progressEvery is after how many examples the progress is told and an end is noticed.
const progressEvery = 500

// trainer is a run under way.
type trainer struct {
	run     *experiment.Run
	config  rate.ContinuousConfig
	data    *images.Data
	network *rate.Continuous
	probe   *rate.Probe
	x       []float64
	history []Epoch
	course  *Course
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) (err error) {
	r.Workers = 1 // one example after the other
	d, err := images.Load(r.Values)
	if err != nil {
		return err
	}
	t := &trainer{run: r, config: config(r.Values), data: d, x: make([]float64, d.Train.Pixels())}
	t.config.Input, t.config.Classes, t.config.Seed = d.Train.Pixels(), d.Train.Classes, r.Seed
	if t.network, err = rate.NewContinuous(t.config); err != nil {
		return err
	}
	t.probe = rate.NewProbe(t.network)
	curves, err := openCurves(r, len(t.config.Hidden))
	if err != nil {
		return err
	}
	defer func() {
		if closing := curves.Close(); err == nil {
			err = closing
		}
	}()
	epochs := r.Values.Int("epochs")
	for epoch := range epochs + 1 {
		e := Epoch{Epoch: epoch}
		if epoch > 0 {
			if e.Online, err = t.learn(ctx, epoch, epochs); err != nil {
				return err
			}
		}
		t.test(&e)
		t.history = append(t.history, e)
		if err := curves.add(e); err != nil {
			return err
		}
	}
	r.Count("epochs", int64(epochs))
	m := t.metrics()
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}

// show turns an image into rates between 0 and 1.
func (t *trainer) show(s *dataset.Set, i int) []float64 {
	for j, v := range s.Image(i) {
		t.x[j] = float64(v) / 255
	}
	return t.x
}

// learn shows all training examples once, in the order of the file, as the
// publication's program does.
func (t *trainer) learn(ctx context.Context, epoch, epochs int) (*Online, error) {
	count := t.data.Train.Count
	wanted := min(t.run.Values.Int("online_examples"), count)
	taken, sum := 0, newOnline(len(t.network.Layers()))
	var o rate.Online
	for i := range count {
		x, class := t.show(&t.data.Train, i), int(t.data.Train.Labels[i])
		switch {
		case taken < wanted && i == (2*taken+1)*count/(2*wanted): // the middle of equal parts
			t.probe.Learn(x, class, &o)
			sum.add(&o)
			taken++
		case epoch == 1 && i >= count/2 && (t.course == nil || len(t.course.Classes) < courseExamples):
			t.record(x, class)
		default:
			t.network.Learn(x, class)
		}
		// A NaN anywhere reaches all of the softmax, and what is sigmoid is bounded.
		if top := t.network.Layers()[len(t.config.Hidden)]; math.IsNaN(top.E[0]) {
			return nil, fmt.Errorf("the network ran away: event rates are no longer finite after example %d of epoch %d; "+
				"those of units with activation=sigmoid are bounded", i+1, epoch)
		}
		if (i+1)%progressEvery == 0 || i+1 == count {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			last := t.history[len(t.history)-1]
			t.run.Progress.Count(float64(epoch-1)+float64(i+1)/float64(count), float64(epochs), "epochs", fmt.Sprintf("test error %.2f %%", last.TestErrorPct))
		}
	}
	return sum.mean(taken), nil
}

// record shows an example and keeps what happens in each step.
func (t *trainer) record(x []float64, class int) {
	if t.course == nil {
		t.course = newCourse(t.network, t.config.Step, class)
	}
	c := t.course
	c.Classes = append(c.Classes, class)
	prediction, teaching := t.config.Steps()
	t.network.Show(x)
	for range prediction {
		t.network.Step()
		c.add(t.network, false)
	}
	t.network.Teach(class)
	for range teaching {
		t.network.Step()
		c.add(t.network, true)
	}
	t.network.Rest()
}

// test classifies the test examples by the network at rest.
func (t *trainer) test(e *Epoch) {
	t.network.Rest()
	set := &t.data.Test
	wrong, told := 0, make([]bool, set.Classes)
	for i := range set.Count {
		class := t.probe.Class(t.show(set, i))
		told[class] = true
		if class != int(set.Labels[i]) {
			wrong++
		}
	}
	for _, once := range told {
		if !once {
			e.SilentClasses++
		}
	}
	e.TestErrorPct = 100 * float64(wrong) / float64(set.Count)
}
