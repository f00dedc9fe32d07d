package curve

import (
	"context"
	"fmt"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/sim"
)

// Condition is a network to take a curve of.
type Condition struct {
	Name    string // for people
	Network sim.Network
}

// All takes the curves of the conditions one after the other. The Arrow files of
// the run hold the first of them.
func (s Stairs) All(ctx context.Context, r *experiment.Run, conditions []Condition) ([][]Point, error) {
	curves := make([][]Point, len(conditions))
	for i, c := range conditions {
		t := &sweep{stairs: s, run: r, condition: c, before: int64(i) * s.Steps(), total: int64(len(conditions)) * s.Steps()}
		t.note = c.Name
		if len(conditions) > 1 {
			t.note = fmt.Sprintf("%d of %d: %s", i+1, len(conditions), c.Name)
		}
		var err error
		if curves[i], err = t.take(ctx, i == 0); err != nil {
			return nil, err
		}
	}
	return curves, nil
}

// sweep is one condition under way.
type sweep struct {
	stairs        Stairs
	run           *experiment.Run
	condition     Condition
	before, total int64 // steps of all conditions
	note          string
}

// take runs the condition and returns its curve.
func (t *sweep) take(ctx context.Context, record bool) (points []Point, err error) {
	t.progress(0) // the network takes a while to build
	s, err := t.condition.Network.Build(sim.Options{Workers: t.run.Workers})
	if err != nil {
		return nil, err
	}
	t.run.Workers = s.Workers()
	m := newMeter(t.stairs)
	if record {
		rec, err := recorder.Open(t.run, t.condition.Network, s, recorder.Options{
			RateBin: t.stairs.Bin, WeightInterval: t.stairs.Stair,
			OnRates: func(bins []sim.RateBin) { m.add(bins[0]) },
		})
		if err != nil {
			return nil, err
		}
		defer func() { err = rec.End(err) }()
		if err := rec.Phase(); err != nil {
			return nil, err
		}
	} else if err := s.RecordRates(t.stairs.Bin, func(bins []sim.RateBin) error { m.add(bins[0]); return nil }); err != nil {
		return nil, err
	}
	for left := t.stairs.Steps(); left > 0; {
		chunk := min(left, s.StepsPerSecond()/2)
		if err := s.Run(ctx, chunk); err != nil {
			return nil, err
		}
		left -= chunk
		t.progress(s.Step())
	}
	return m.points(), nil
}

func (t *sweep) progress(step int64) {
	t.run.Progress.Set(float64(t.before+step)/stepsPerSecond, float64(t.total)/stepsPerSecond, t.note)
}
