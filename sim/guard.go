package sim

import (
	"fmt"
	"math"
)

// DefaultRateCeilingHz is the mean firing rate of a population of cells above
// which a run is taken to have run away.
const DefaultRateCeilingHz = 1000

// RunawayError tells where a network ran away: a variable of a neuron is not
// finite, or a population exceeds the rate ceiling. Both are looked for every
// 1000 steps, so that it began at most so long before Step.
type RunawayError struct {
	Step       int64 // at which it was found
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

// guardInterval is how often the guard looks, steps: 0.1 s of model time at the
// default time step. It looks for what is not finite at the end of a run too.
const guardInterval = 1000

func newGuard(s *Simulation) *guard { return &guard{sim: s, spikes: make([]int64, len(s.populations))} }

func (g *guard) collect(from, to int64) {
	for n := from; n < to; n++ {
		if g.sim.silent(n) {
			continue
		}
		for i, p := range g.sim.populations {
			for w := range p.trains {
				if at := p.trains[w].emitted(n); at != nil && p.cells {
					g.spikes[i] += int64(len(at.signals[0]))
				}
			}
		}
	}
}

// sample looks at the network at rest; a run's last time is one to look.
func (g *guard) sample(at int64, last bool) error {
	due := at%guardInterval == 0
	if !due && !last {
		return nil
	}
	for _, p := range g.sim.populations {
		if err := g.finite(p, at); err != nil {
			return err
		}
	}
	if !due {
		return nil
	}
	return g.rates(at)
}

func (g *guard) finite(p *population, at int64) error {
	for _, c := range p.variables {
		if n := notFinite(c.Values[:p.size]); n >= 0 {
			return &RunawayError{
				Step: at, Seconds: g.sim.secondsAt(at), Population: p.name,
				Neuron: n, Variable: c.Name, Value: float64(c.Values[n]),
			}
		}
	}
	return nil
}

func (g *guard) rates(at int64) error {
	s := g.sim
	for i, p := range s.populations {
		hz := float64(g.spikes[i]) * float64(s.stepsPerSecond) / (float64(at-g.since) * float64(p.size))
		g.spikes[i] = 0
		if hz > s.rateCeilingHz {
			return &RunawayError{Step: at, Seconds: s.secondsAt(at), Population: p.name, Neuron: -1, Value: hz}
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
