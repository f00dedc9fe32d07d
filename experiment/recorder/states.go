package recorder

import (
	"fmt"
	"slices"

	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/sim"
)

// openStates creates the states file, if any states are asked for, and attaches
// it. Its list of variables has each name once, in the order of opt.States.
func (r *Recorder) openStates(s *sim.Simulation, opt Options, meta spikefile.Meta, store spikefile.Options) error {
	if len(opt.States) == 0 {
		return nil
	}
	var variables []spikefile.Variable
	index := make([]int, len(opt.States))
	for i, x := range opt.States {
		unit, err := unitOf(s, x)
		if err != nil {
			return err
		}
		index[i] = slices.IndexFunc(variables, func(v spikefile.Variable) bool { return v.Name == x.Variable })
		if index[i] < 0 {
			index[i] = len(variables)
			variables = append(variables, spikefile.Variable{Name: x.Variable, Unit: unit})
		}
		if have := variables[index[i]].Unit; have != unit {
			return fmt.Errorf("states: %s is in %s in %s, in %s elsewhere; record them in runs of their own", x.Variable, unit, x.Population, have)
		}
	}
	var err error
	if r.states, err = spikefile.CreateStates(r.run.Path(opt.FilePrefix+"states.arrow"), meta, variables, store); err != nil {
		return err
	}
	for i, x := range opt.States {
		to := func(samples []sim.StateSample) error { return r.appendStates(samples, index[i], s.StepsPerSecond()) }
		if err := s.RecordStates(opt.StateInterval, x.Population, []string{x.Variable}, x.Neurons, to); err != nil {
			return err
		}
	}
	return nil
}

func unitOf(s *sim.Simulation, x State) (string, error) {
	if _, err := s.State(x.Population, x.Variable); err != nil {
		return "", fmt.Errorf("states: %w", err)
	}
	for _, c := range s.Object(x.Population).State() {
		if c.Name == x.Variable {
			return c.Unit, nil
		}
	}
	return "", fmt.Errorf("states: population %q has no variable %q", x.Population, x.Variable)
}

func (r *Recorder) appendStates(samples []sim.StateSample, variable int, stepsPerSecond int64) error {
	for _, x := range samples {
		err := r.states.Append(spikefile.StateRow{
			TimeS: float64(x.Step) / float64(stepsPerSecond), Population: x.Population,
			Neuron: x.Neuron, Variable: variable, Value: x.Value,
		})
		if err != nil {
			return fmt.Errorf("recording states: %w", err)
		}
	}
	return nil
}

// First asks for variables of the first so many neurons of each population.
func First(neurons int, populations []string, variables ...string) (states []State) {
	if neurons == 0 {
		return nil
	}
	indices := make([]uint32, neurons)
	for i := range indices {
		indices[i] = uint32(i)
	}
	for _, population := range populations {
		for _, variable := range variables {
			states = append(states, State{Population: population, Variable: variable, Neurons: indices})
		}
	}
	return states
}
