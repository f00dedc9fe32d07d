// Package spiking holds what the protocols share that simulate networks of
// spikes: times as whole numbers of steps, a simulation that advances in sight of
// its progress, and the connections, the noise and the rule that their networks
// are made of.
package spiking

import (
	"context"
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/sim"
)

// StepsPerSecond of the networks, none of which sets a time step of its own.
const StepsPerSecond = 1000 / sim.DefaultDtMS

// Steps is how many steps a time in ms takes, to the nearest.
func Steps(ms float64) int64 { return int64(math.Round(ms / sim.DefaultDtMS)) }

// StepsOf is how many steps the time takes that a parameter holds, to the nearest.
func StepsOf(v *experiment.Values, key string) int64 { return Steps(v.Milliseconds(key)) }

// WantSteps refuses a time that is not a whole number of steps, at least one.
func WantSteps(v *experiment.Values, key string) error {
	return WantMultiple(v, key, 1, fmt.Sprintf("the step, %gms", sim.DefaultDtMS))
}

// WantMultipleOf refuses a time that is not a multiple, at least one, of the time
// that another parameter holds, which is itself a whole number of steps.
func WantMultipleOf(v *experiment.Values, key, other string) error {
	return WantMultiple(v, key, StepsOf(v, other), fmt.Sprintf("%s (%s)", other, v.Text(other)))
}

// WantMultiple refuses a time that is not a multiple, at least one, of so many
// steps, which the error line calls by the name.
func WantMultiple(v *experiment.Values, key string, steps int64, name string) error {
	exact := v.Milliseconds(key) / sim.DefaultDtMS
	n := StepsOf(v, key)
	// Decimal fractions such as 0.3 s have no exact float64.
	if n < 1 || n%steps != 0 || math.Abs(exact-float64(n)) > 1e-9*exact {
		return experiment.Inputf("%s: %s, want a multiple of %s", key, v.Text(key), name)
	}
	return nil
}

// Build makes the simulation of a run's network, and says in the run how many
// workers advance it.
func Build(r *experiment.Run, network sim.Network) (*sim.Simulation, error) {
	s, err := network.Build(sim.Options{Workers: r.Workers})
	if err != nil {
		return nil, err
	}
	r.Workers = s.Workers()
	return s, nil
}

// Advance runs a number of steps. Twice a second of model time, and at the end, it
// calls reached.
func Advance(ctx context.Context, s *sim.Simulation, steps int64, reached func()) error {
	for end := s.Step() + steps; s.Step() < end; reached() {
		if err := s.Run(ctx, min(end-s.Step(), StepsPerSecond/2)); err != nil {
			return err
		}
	}
	return nil
}
