package sim

import (
	"fmt"
	"strings"

	"github.com/apical-sim/apical/neuron"
)

// population returns the built population of that name, or nil.
func (s *Simulation) population(name string) *population {
	for _, p := range s.populations {
		if p.name == name {
			return p
		}
	}
	return nil
}

func (s *Simulation) projection(name string) (*projection, error) {
	var have []string
	for _, p := range s.projections {
		if p.name == name {
			return p, nil
		}
		have = append(have, p.name)
	}
	return nil, fmt.Errorf("no projection %q, want one of %s", name, strings.Join(have, ", "))
}

// SetPlastic switches the weight changes of the named plastic projections (all
// of them, if none is named) on or off, between runs. Traces and estimates go
// on either way.
func (s *Simulation) SetPlastic(on bool, names ...string) error {
	var chosen []*projection
	for _, name := range names {
		p, err := s.projection(name)
		if err != nil {
			return err
		}
		if p.rules == nil {
			return fmt.Errorf("projection %q has no plasticity rule", name)
		}
		chosen = append(chosen, p)
	}
	if len(names) == 0 {
		chosen = s.projections
	}
	for _, p := range chosen {
		for _, r := range p.rules {
			r.SetPlastic(on)
		}
		if p.plastic {
			p.changed = s.now
		}
		p.plastic = on && p.rules != nil
	}
	return nil
}

// SetWeight replaces the weight that all synapses of a static projection share,
// between runs. Spikes that are under way arrive with the new one.
func (s *Simulation) SetWeight(name string, weight float64) error {
	p, err := s.projection(name)
	if err != nil {
		return err
	}
	if w := float32(weight); w-w != 0 {
		return fmt.Errorf("projection %q: weight %v, want a finite number", name, weight)
	}
	for _, b := range p.blocks {
		if !b.SetCommonWeight(float32(weight)) {
			return fmt.Errorf("projection %q has a weight for each synapse, want one with a common weight", name)
		}
	}
	return nil
}

// SetCurrent replaces the waveform of a current, between runs.
func (s *Simulation) SetCurrent(name string, w Waveform) error {
	if absent(w) {
		return fmt.Errorf("currents.%s: no waveform", name)
	}
	var have []string
	for _, c := range s.currents {
		if c.Name == name {
			if err := w.Validate(s.population(c.To).size); err != nil {
				return fmt.Errorf("currents.%s: %w", name, err)
			}
			c.Waveform = w
			s.settled = false
			return nil
		}
		have = append(have, c.Name)
	}
	return fmt.Errorf("no current %q, want one of %s", name, strings.Join(have, ", "))
}

// settle recomputes the injections after a change.
func (s *Simulation) settle() {
	if s.settled {
		return
	}
	for _, p := range s.populations {
		for _, j := range p.injected {
			j.settle(p.size)
		}
	}
	s.settled = true
}

// PostTrace appends a variable of a plasticity rule to into, one value for each
// target, as the rule knows it at the present time: what the targets emitted in
// the very last step is heeded with the next one. An example is "event_rate" of the
// burst-dependent rule, Hz.
func (s *Simulation) PostTrace(projection, variable string, into []float64) ([]float64, error) {
	p, err := s.projection(projection)
	if err != nil {
		return nil, err
	}
	if p.rules == nil {
		return nil, fmt.Errorf("projection %q has no plasticity rule", projection)
	}
	for w, r := range p.rules {
		found := false
		var have []string
		for _, c := range r.State() {
			have = append(have, c.Name)
			if c.Name != variable || !c.Post {
				continue
			}
			found = true
			for i := p.to.bounds[w]; i < p.to.bounds[w+1]; i++ {
				into = append(into, c.At(s.now, i))
			}
		}
		if !found {
			return nil, fmt.Errorf("projection %q has no post-synaptic variable %q, want one of %s",
				projection, variable, strings.Join(have, ", "))
		}
	}
	return into, nil
}

// State returns a variable of a population's neurons as it is now; it is valid
// until the next Run.
func (s *Simulation) State(population, variable string) ([]float32, error) {
	p := s.population(population)
	if p == nil {
		return nil, fmt.Errorf("no population %q", population)
	}
	var have []string
	for _, c := range p.variables {
		if c.Name == variable {
			return c.Values[:p.size], nil
		}
		have = append(have, c.Name)
	}
	return nil, fmt.Errorf("population %q has no variable %q, want one of %s", population, variable, strings.Join(have, ", "))
}

// Object returns a built population, for models with controls of their own.
func (s *Simulation) Object(population string) neuron.Population {
	if p := s.population(population); p != nil {
		return p.object
	}
	return nil
}
