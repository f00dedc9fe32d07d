package sim

import (
	"fmt"
	"math"
	"reflect"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/synapse"
)

// maxStepsPerSecond bounds the fineness of time: a step of 1 ns.
const maxStepsPerSecond = 1_000_000_000

// Validate returns every problem of the description, each with its path, such
// as "populations.pyr.soma.tau_ms: -1, want > 0", joined.
func (n Network) Validate() error {
	v := validator{network: n, populations: map[string]neuron.Population{}}
	v.timeStep()
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

// absent tells whether a part of the description is missing: nil, or a pointer
// that is.
func absent(part any) bool {
	if part == nil {
		return true
	}
	v := reflect.ValueOf(part)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// validator gathers the problems of a network. populations holds a specimen of
// each valid population, which knows its receptors.
type validator struct {
	check.List
	network     Network
	populations map[string]neuron.Population
}

// timeStep checks dt; a bad one is replaced by the default, so that the rest
// can be checked all the same.
func (v *validator) timeStep() {
	dt := v.network.DtMS
	if dt == 0 {
		v.network.DtMS = DefaultDtMS
		return
	}
	perSecond := 1000 / dt
	// A millionth part of a step in a second is rounding: 1/0.1 is not 10 either.
	if whole := math.Round(perSecond); !(whole >= 1 && whole <= maxStepsPerSecond && math.Abs(perSecond-whole) <= 1e-6*whole) {
		v.Addf("dt_ms", "%v, want a whole number of steps a second, 1 to %d", dt, maxStepsPerSecond)
		v.network.DtMS = DefaultDtMS
	}
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
	sized := p.Size >= 1 && p.Size <= math.MaxInt32
	if !sized {
		v.Addf(at+".size", "%d, want 1 to %d", p.Size, math.MaxInt32)
	}
	v.detector(at+".detector", p.Detector)
	if absent(p.Model) {
		v.Addf(at+".model", "missing, want one of package neuron")
		return
	}
	if err := p.Model.Validate(); err != nil {
		v.Merge(at, err)
		return
	}
	specimen := 1 // neurons
	if m, ok := p.Model.(interface{ ValidateStep(dt float64) error }); ok {
		v.Merge(at, m.ValidateStep(v.network.DtMS))
	}
	if m, ok := p.Model.(interface{ ValidateSize(size int) error }); ok {
		// A model that names neurons needs them all; its state is small.
		if !sized {
			return
		}
		if err := m.ValidateSize(p.Size); err != nil {
			v.Merge(at, err)
			return
		}
		specimen = p.Size
	}
	v.populations[p.Name] = p.Model.New(neuron.Env{Size: specimen, Dt: v.network.DtMS})
}

func (v *validator) detector(at string, d neuron.Detector) {
	if d != (neuron.Detector{}) {
		v.Merge(at, d.Validate())
	}
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
		if absent(p.Wiring) {
			p.Wiring = nil
		} else if reflect.TypeOf(p.Wiring).Kind() == reflect.Pointer {
			v.Addf(at+".wiring", "a pointer, want a value")
		}
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
		if absent(p.Rule) {
			v.Addf(at+".rule", "nil pointer, want one of package plasticity")
		} else {
			v.Merge(at+".rule", p.Rule.Validate())
		}
	}
	v.detector(at+".pre_detector", p.PreDetector)
	v.detector(at+".post_detector", p.PostDetector)
}

func (v *validator) input(at string, p Input) {
	v.target(at, p.To, p.Receptor)
	v.Within(at+".rate_hz", p.RateHz, 0, 1000/v.network.DtMS)
	if p.Trains < 0 || p.Trains > neuron.MaxTrains {
		v.Addf(at+".trains", "%d, want 0 to %d", p.Trains, neuron.MaxTrains)
	}
	v.Finite(at+".weight", p.Weight)
}

func (v *validator) current(at string, c Current) {
	missing := absent(c.Waveform)
	if missing {
		v.Addf(at+".waveform", "missing, want a constant, sine, step table or one value a neuron")
	}
	p, ok := v.network.find(c.To)
	if !ok {
		v.Addf(at+".to", "no population %q", c.To)
		return
	}
	if !missing {
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
