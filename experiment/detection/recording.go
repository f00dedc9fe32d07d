package detection

import (
	"cmp"
	"context"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/internal/rng"
)

// population is the name of the recorded cells in files.
const population = "cells"

// recording is all that happened, and what made it happen.
type recording struct {
	firing   firing
	baseline float64 // burst fraction without responses
	sessions []session
	hits     []responses // of each session
	misses   []responses
	trials   []trial
	cells    []cell
	windows  []analysis.Window // a session each
	courses  courses
	spikes   []spike // ascending by step, then neuron
}

type spike struct {
	step   int64
	neuron uint32
}

// courses holds a course for each session, outcome with stimulation, and class.
type courses [][2][classes]course

// of returns the course of a trial, nil in a catch trial.
func (c courses) of(t trial, k class) *course {
	if !t.outcome.stimulated() {
		return nil
	}
	return &c[t.session][t.outcome][k]
}

// newRecording draws a recording. The spikes do not depend on the number of
// workers.
func newRecording(ctx context.Context, v *experiment.Values, seed uint64, workers int) (*recording, error) {
	r := &recording{firing: newFiring(v), baseline: v.Float("baseline_burst_fraction"),
		sessions: newSessions(v), cells: newCells(v, seed)}
	r.trials, r.windows = newTrials(v, r.sessions, seed)
	r.courses = make(courses, len(r.sessions))
	for s := range r.sessions {
		r.hits = append(r.hits, newResponses(v, r.sessions[s], hit))
		r.misses = append(r.misses, newResponses(v, r.sessions[s], miss))
		for o, responses := range []responses{r.hits[s], r.misses[s]} {
			for k := range classes {
				r.courses[s][o][k] = responses.course(&r.firing, k)
			}
		}
	}
	trains := make([][]int64, len(r.cells))
	p := pool.New().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(max(workers, 1))
	for i := range r.cells {
		p.Go(func(ctx context.Context) (err error) {
			if err = ctx.Err(); err == nil {
				trains[i], err = r.train(i, seed)
			}
			return err
		})
	}
	if err := p.Wait(); err != nil {
		return nil, err
	}
	for i, train := range trains {
		for _, step := range train {
			if r.recorded(step) {
				r.spikes = append(r.spikes, spike{step, uint32(i)})
			}
		}
	}
	slices.SortFunc(r.spikes, func(a, b spike) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.neuron, b.neuron))
	})
	return r, nil
}

// train draws the spikes of a cell, between sessions too.
func (r *recording) train(i int, seed uint64) ([]int64, error) {
	c := r.cells[i]
	drives := make([][2]drive, len(r.sessions))
	var hazards []float64
	for s := range drives {
		for o := range drives[s] {
			course := &r.courses[s][o][c.class]
			var err error
			if hazards, err = course.hazards(&r.firing, c.rate, hazards); err != nil {
				return nil, err
			}
			drives[s][o] = newDrive(course.probability, hazards)
		}
	}
	s := sampler{firing: &r.firing, stream: rng.NewSource(seed, rng.Protocol, drawSpikes).Stream(uint32(i)),
		hazard: c.rate / r.firing.free(c.rate, r.baseline), probability: r.baseline}
	return s.spikes(r.trials, func(t trial) *drive {
		if !t.outcome.stimulated() {
			return nil
		}
		return &drives[t.session][t.outcome]
	}, r.windows[len(r.windows)-1].To, nil), nil
}

// recorded tells whether a step lies in a session.
func (r *recording) recorded(step int64) bool {
	i, within := slices.BinarySearchFunc(r.windows, step, func(w analysis.Window, step int64) int { return cmp.Compare(w.From, step) })
	return within || i > 0 && step < r.windows[i-1].To
}

// source gives the spikes, as a file of them would.
func (r *recording) source() analysis.Source { return &source{recording: r} }

// source is an analysis.Source of a recording in memory.
type source struct {
	recording *recording
	next      int
	batch     analysis.Batch
}

const batchSpikes = 1 << 16

func (s *source) Recording() analysis.Recording {
	return analysis.Recording{StepsPerSecond: stepsPerSecond, Windows: s.recording.windows,
		Populations: []analysis.Population{{Name: population, Size: len(s.recording.cells)}}}
}

func (s *source) Next() bool {
	left := s.recording.spikes[s.next:]
	left = left[:min(len(left), batchSpikes)]
	s.next += len(left)
	b := analysis.Batch{Steps: s.batch.Steps[:0], Neurons: s.batch.Neurons[:0], Populations: s.batch.Populations[:0]}
	for _, x := range left {
		b.Steps, b.Neurons, b.Populations = append(b.Steps, x.step), append(b.Neurons, x.neuron), append(b.Populations, 0)
	}
	s.batch = b
	return len(left) > 0
}

func (s *source) Batch() analysis.Batch { return s.batch }

func (s *source) Err() error { return nil }
