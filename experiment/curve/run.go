package curve

import (
	"context"
	"fmt"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/sim"
)

// Condition is a network to take a curve of.
type Condition struct {
	Name    string // for people
	Network sim.Network
}

// Run takes the curves of so many conditions, one after the other, each of which
// it asks for when its turn comes. The Arrow files of the run hold the first.
func Run(ctx context.Context, r *experiment.Run, conditions int, condition func(i int, s Stairs) Condition) ([][]Point, error) {
	s, err := Read(r.Values)
	if err != nil {
		return nil, err
	}
	curves := make([][]Point, conditions)
	for i := range curves {
		c := condition(i, s)
		t := &sweep{stairs: s, run: r, condition: c, before: int64(i) * s.Steps(), total: int64(conditions) * s.Steps()}
		t.note = c.Name
		if conditions > 1 {
			t.note = fmt.Sprintf("%d of %d: %s", i+1, conditions, c.Name)
		}
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
	s, err := spiking.Build(t.run, t.condition.Network)
	if err != nil {
		return nil, err
	}
	m := newMeter(t.stairs)
	if record {
		rec, err := recorder.Open(t.run, t.condition.Network, s, recorder.Options{
			RateBin: t.stairs.Bin,
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
	if err := spiking.Advance(ctx, s, t.stairs.Steps(), func() { t.progress(s.Step()) }); err != nil {
		return nil, err
	}
	return m.points(), nil
}

func (t *sweep) progress(step int64) {
	t.run.Progress.Set(float64(t.before+step)/spiking.StepsPerSecond, float64(t.total)/spiking.StepsPerSecond, t.note)
}
