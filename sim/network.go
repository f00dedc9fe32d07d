// Package sim runs networks of spiking neurons: it takes a description,
// validates all of it, builds it for a number of workers, advances it step by
// step and hands what it records to whoever asked.
//
// # Time
//
// Time is a whole number of steps. A spike emitted in step m travels d ≥ 1
// steps: it is added to its target's conductance before step m+d. One step is
// therefore what other simulators call "no delay".
//
// # Order
//
// Within a step each worker, for the neurons that it owns, (1) delivers what
// is due, projection by projection in the order of the description, sources
// ascending, and lets each plasticity rule heed what its targets emitted in the
// step before; (2) adds the private Poisson input; (3) sets the injected
// currents; (4) advances its neurons and classifies their spikes. Every sum of
// floating-point numbers thus has one order, and every random number belongs to
// a neuron and a step: results are the same, bit for bit, for any number of
// workers.
package sim

import (
	"fmt"
	"math"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/synapse"
)

// DefaultDtMS is the time step of a Network that sets none, ms.
const DefaultDtMS = 0.1

// Network describes what Build makes. It is plain data; nothing is shared
// between networks.
type Network struct {
	Seed        uint64
	DtMS        float64 // time step, ms, > 0; 0 stands for DefaultDtMS
	Populations []Population
	Projections []Projection
	Inputs      []Input
	Currents    []Current
}

// Population is a group of neurons of one model.
type Population struct {
	Name  string // unique, not empty
	Size  int    // neurons, ≥ 1
	Model neuron.Params
	// Detector tells events and bursts for recording; the zero value stands
	// for neuron.DefaultDetector.
	Detector neuron.Detector
}

// Signal is the part of a spike train that a projection transmits.
type Signal uint8

// The signals.
const (
	Spikes Signal = iota
	Events        // the first spike of each burst, and isolated spikes
	Bursts        // the second spike of each burst
)

// Projection connects two populations.
type Projection struct {
	Name     string // unique, not empty
	From, To string // populations
	Receptor string // of To, e.g. neuron.SomaExc
	Transmit Signal
	synapse.Projection
	ShortTerm *synapse.ShortTerm // nil transmits every spike in full
	// Rule makes the weights plastic, once switched on with SetPlastic.
	Rule plasticity.Params
	// PreDetector classifies the source's spikes for Transmit, PostDetector
	// the target's for Rule. The zero values stand for
	// neuron.DefaultPresynapticDetector and neuron.DefaultDetector.
	PreDetector, PostDetector neuron.Detector
}

// Input gives each neuron of a population a Poisson train of its own.
type Input struct {
	Name     string // unique, not empty
	To       string
	Receptor string
	RateHz   float64 // Hz, 0 to 1/dt; at most one spike a step
	Weight   float64 // as the receptor takes it
}

// Current injects current into every neuron of a population.
type Current struct {
	Name        string // unique, not empty
	To          string
	Compartment string // "soma" or "dendrite"
	Waveform    Waveform
}

// Build validates the network and makes it ready to run.
func (n Network) Build(opt Options) (*Simulation, error) {
	if n.DtMS == 0 {
		n.DtMS = DefaultDtMS
	}
	if err := n.Validate(); err != nil {
		return nil, err
	}
	return build(n, opt)
}

// Validate returns every problem of the description, each with its path, such
// as "populations.pyr.soma.tau_ms: -1, want > 0", joined.
func (n Network) Validate() error {
	if n.DtMS == 0 {
		n.DtMS = DefaultDtMS
	}
	v := validator{network: n, populations: map[string]neuron.Population{}}
	v.Positive("dt_ms", n.DtMS)
	if v.Err() != nil {
		return v.Err()
	}
	v.names()
	for i, p := range n.Populations {
		v.population(path("populations", i, p.Name), p)
	}
	for i, p := range n.Projections {
		v.projection(path("projections", i, p.Name), p)
	}
	for i, p := range n.Inputs {
		v.input(path("inputs", i, p.Name), p)
	}
	for i, c := range n.Currents {
		v.current(path("currents", i, c.Name), c)
	}
	return v.Err()
}

// find returns the population of that name.
func (n Network) find(name string) (Population, bool) {
	for _, p := range n.Populations {
		if p.Name == name {
			return p, true
		}
	}
	return Population{}, false
}

func path(kind string, index int, name string) string {
	if name == "" {
		return fmt.Sprintf("%s[%d]", kind, index)
	}
	return kind + "." + name
}

// validator gathers the problems of a network. populations holds a one-neuron
// specimen of each valid population, which knows its receptors.
type validator struct {
	check.List
	network     Network
	populations map[string]neuron.Population
}

func (v *validator) names() {
	if len(v.network.Populations) == 0 {
		v.Addf("populations", "none, want at least one")
	}
	seen := map[string]bool{}
	check := func(kind string, index int, name string) {
		key := kind + "\x00" + name
		if name == "" {
			v.Addf(path(kind, index, name), "no name, want one")
		} else if seen[key] {
			v.Addf(path(kind, index, name), "two of this name, want unique names")
		}
		seen[key] = true
	}
	for i, p := range v.network.Populations {
		check("populations", i, p.Name)
	}
	for i, p := range v.network.Projections {
		check("projections", i, p.Name)
	}
	for i, p := range v.network.Inputs {
		check("inputs", i, p.Name)
	}
	for i, c := range v.network.Currents {
		check("currents", i, c.Name)
	}
}

func (v *validator) population(at string, p Population) {
	if p.Size < 1 || p.Size > math.MaxInt32 {
		v.Addf(at+".size", "%d, want 1 to %d", p.Size, math.MaxInt32)
	}
	if p.Detector != (neuron.Detector{}) {
		v.Merge(at+".detector", p.Detector.Validate())
	}
	if p.Model == nil {
		v.Addf(at+".model", "missing, want one of package neuron")
		return
	}
	if err := p.Model.Validate(); err != nil {
		v.Merge(at, err)
		return
	}
	v.populations[p.Name] = p.Model.New(neuron.Env{Size: 1, Dt: v.network.DtMS})
}

// target checks that a population exists and has the receptor.
func (v *validator) target(at, name, receptor string) {
	if _, ok := v.network.find(name); !ok {
		v.Addf(at+".to", "no population %q", name)
		return
	}
	specimen, ok := v.populations[name]
	if !ok {
		return // the population itself has been complained of
	}
	var has []string
	for _, r := range specimen.Receptors() {
		if r.Name == receptor {
			return
		}
		has = append(has, r.Name)
	}
	v.Addf(at+".receptor", "%q, want one of %v, which %s has", receptor, has, name)
}

func (v *validator) projection(at string, p Projection) {
	v.target(at, p.To, p.Receptor)
	from, ok := v.network.find(p.From)
	if !ok {
		v.Addf(at+".from", "no population %q", p.From)
	}
	to, found := v.network.find(p.To)
	if ok && found {
		g := synapse.Geometry{Sources: from.Size, Targets: to.Size, Same: p.From == p.To}
		v.Merge(at, p.Projection.Validate(g, v.network.DtMS))
	}
	if p.Transmit > Bursts {
		v.Addf(at+".transmit", "%d, want spikes, events or bursts", p.Transmit)
	}
	if p.ShortTerm != nil {
		v.Merge(at+".short_term", p.ShortTerm.Validate(v.network.DtMS))
	}
	if p.Rule != nil {
		v.Merge(at+".rule", p.Rule.Validate())
	}
	for field, d := range map[string]neuron.Detector{".pre_detector": p.PreDetector, ".post_detector": p.PostDetector} {
		if d != (neuron.Detector{}) {
			v.Merge(at+field, d.Validate())
		}
	}
}

func (v *validator) input(at string, p Input) {
	v.target(at, p.To, p.Receptor)
	v.Within(at+".rate_hz", p.RateHz, 0, 1000/v.network.DtMS)
	v.Finite(at+".weight", p.Weight)
}

func (v *validator) current(at string, c Current) {
	if c.Waveform == nil {
		v.Addf(at+".waveform", "missing, want a constant, sine, step table or one value a neuron")
	}
	p, ok := v.network.find(c.To)
	if !ok {
		v.Addf(at+".to", "no population %q", c.To)
		return
	}
	if c.Waveform != nil {
		v.Merge(at+".waveform", c.Waveform.Validate(p.Size))
	}
	specimen, ok := v.populations[c.To]
	if !ok {
		return
	}
	var has []string
	for _, k := range specimen.Compartments() {
		if k.Name == c.Compartment {
			return
		}
		has = append(has, k.Name)
	}
	v.Addf(at+".compartment", "%q, want one of %v, which %s has", c.Compartment, has, c.To)
}
