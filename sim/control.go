package sim

import (
	"fmt"
	"math"
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
		p.plastic = on && p.rules != nil
		p.touched = p.touched || p.plastic
	}
	return nil
}

// SetCurrent replaces the waveform of a current, between runs.
func (s *Simulation) SetCurrent(name string, w Waveform) error {
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
// target, true at the present time: for instance "event_rate" of the
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
	for _, c := range p.object.State() {
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

// DefaultRateCeilingHz is the mean firing rate of a population of cells above
// which a run is taken to have run away.
const DefaultRateCeilingHz = 1000

// RunawayError tells where a network ran away.
type RunawayError struct {
	Step       int64
	Seconds    float64
	Population string
	Neuron     int     // −1 if it is the population as a whole
	Variable   string  // "" if it is the rate
	Value      float64 // of the variable, or the rate in Hz
}

func (e *RunawayError) Error() string {
	if e.Variable == "" {
		return fmt.Sprintf("runaway at step %d (%.4f s): population %s fires at %.0f Hz", e.Step, e.Seconds, e.Population, e.Value)
	}
	return fmt.Sprintf("runaway at step %d (%.4f s): %s of neuron %d of %s is %v", e.Step, e.Seconds, e.Variable, e.Neuron, e.Population, e.Value)
}

// guard ends a run that has run away.
type guard struct {
	sim    *Simulation
	since  int64
	spikes []int64 // by population, since then
}

// guardInterval is how often the guard looks, steps.
const guardInterval = 1000

func newGuard(s *Simulation) *guard { return &guard{sim: s, spikes: make([]int64, len(s.populations))} }

func (g *guard) due(after int64) int64 { return nextMultiple(after, guardInterval) }

func (g *guard) collect(from, to int64) error {
	for i, p := range g.sim.populations {
		if !p.cells {
			continue
		}
		for w := range p.trains {
			for n := from; n < to; n++ {
				g.spikes[i] += int64(len(p.trains[w].at(n).signals[0]))
			}
		}
	}
	return nil
}

func (g *guard) sample(at int64) error {
	if at%guardInterval != 0 {
		return nil
	}
	s := g.sim
	for i, p := range s.populations {
		hz := float64(g.spikes[i]) * float64(s.stepsPerSecond) / (float64(at-g.since) * float64(p.size))
		g.spikes[i] = 0
		if hz > s.rateCeilingHz {
			return &RunawayError{Step: at, Seconds: s.secondsAt(at), Population: p.name, Neuron: -1, Value: hz}
		}
		for _, c := range p.object.State() {
			if n := notFinite(c.Values[:p.size]); n >= 0 {
				return &RunawayError{Step: at, Seconds: s.secondsAt(at), Population: p.name, Neuron: n, Variable: c.Name, Value: float64(c.Values[n])}
			}
		}
	}
	g.since = at
	return nil
}

func (s *Simulation) secondsAt(step int64) float64 { return float64(step) / float64(s.stepsPerSecond) }

// notFinite returns the index of the first value that is NaN or infinite, or −1.
func notFinite(values []float32) int {
	for i, v := range values {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

// SetRateCeiling changes the mean rate above which a population of cells counts
// as having run away; +Inf switches the check off.
func (s *Simulation) SetRateCeiling(hz float64) error {
	if !(hz > 0) || math.IsNaN(hz) {
		return fmt.Errorf("rate ceiling: %v Hz, want > 0", hz)
	}
	s.rateCeilingHz = hz
	return nil
}
