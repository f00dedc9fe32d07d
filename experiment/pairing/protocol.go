package pairing

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/plasticity"
)

// The protocols, in the order of the figure. Their places are part of what a seed
// means.
const (
	periodic     = "periodic"
	poisson      = "poisson"
	burstPoisson = "burst_poisson"
	sjostrom     = "sjostrom"
)

var protocolNames = [...]string{periodic, poisson, burstPoisson, sjostrom}

// chosen lists the protocols that are run.
func chosen(v *experiment.Values) []string {
	if name := v.String("protocol"); name != "all" {
		return []string{name}
	}
	return protocolNames[:]
}

// setting is what a curve is drawn for: the beginning of the running estimates and
// the time constants.
type setting struct {
	p0     float64
	e0     float64 // Hz; 0 stands for the event rate of the train
	tauPre float64 // s
	tauAvg float64 // s
}

// protocol is one of the four with its values.
type protocol struct {
	name     string
	v        *experiment.Values
	dt       float64   // ms
	x        []float64 // abscissa: Hz, or burst probabilities
	rates    []float64 // event rates of burst_poisson, Hz; a single 0 elsewhere
	settings []setting
}

// lists are values that differ between the protocols.
type lists struct{ frequencies, p0, e0, tauPre, tauAvg []float64 }

// publishedLists are those of Payeur et al. 2021; for sjostrom, which the paper
// does not show, those of its program.
func publishedLists(name string) lists {
	l := lists{e0: []float64{5}, tauPre: []float64{0.05}, tauAvg: []float64{15}}
	switch name {
	case periodic:
		l.frequencies, l.p0 = experiment.Spaced(1, 100, 20), []float64{0.15}
	case poisson:
		l.frequencies, l.p0 = experiment.Spaced(1, 50, 10), []float64{0.30, 0.50}
	case burstPoisson:
		l.p0, l.e0 = []float64{0.2}, []float64{0}
	case sjostrom:
		l = lists{frequencies: experiment.Spaced(1, 50, 4), p0: []float64{0.25, 0.5, 0.75}, e0: []float64{2},
			tauPre: []float64{0.05, 0.2, 0.5}, tauAvg: []float64{5, 10, 30}}
	}
	return l
}

// newProtocol settles the values of a protocol.
func newProtocol(v *experiment.Values, name string) *protocol {
	p := &protocol{name: name, v: v, dt: v.Float("dt"), rates: []float64{0}}
	given := func(key string, otherwise []float64) []float64 {
		if list := v.Floats(key); len(list) > 0 {
			return list
		}
		return otherwise
	}
	own := publishedLists(name)
	if v.String("rule") == "fixed" { // which knows no estimates
		own.p0, own.e0, own.tauAvg = own.p0[:1], own.e0[:1], own.tauAvg[:1]
	}
	p.x = given("frequencies", own.frequencies)
	switch name {
	case periodic:
		p.dt = v.Float("dt_periodic")
	case burstPoisson:
		p.x, p.rates = v.Floats("burst_probabilities"), v.Floats("event_rates")
	}
	for _, tauAvg := range given("tau_avg", own.tauAvg) {
		for _, tauPre := range given("tau_pre", own.tauPre) {
			for _, e0 := range given("e0", own.e0) {
				for _, p0 := range given("p0", own.p0) {
					p.settings = append(p.settings, setting{p0, e0, tauPre, tauAvg})
				}
			}
		}
	}
	return p
}

// realisations of each point: periodic pairings leave nothing to chance.
func (p *protocol) realisations() int {
	if p.name == periodic {
		return 1
	}
	return p.v.Int("realisations")
}

// start is the event rate, Hz, at which the estimate of a curve starts.
func (s setting) start(rate float64) float64 {
	if s.e0 == 0 {
		return rate
	}
	return s.e0
}

// rule is that of a curve.
func (p *protocol) rule(s setting, rate float64) plasticity.Pairing {
	return plasticity.Pairing{
		Eta: p.v.Float("eta"), TauPreMS: s.tauPre * 1000, TauAverageMS: s.tauAvg * 1000,
		Adaptive: p.v.String("rule") == "adaptive", Potentiation: p.v.Float("potentiation"), Depression: p.v.Float("depression"),
		EventRateHz: s.start(rate), BurstProbability: s.p0,
	}
}

// point is one place on the abscissa, at which all settings share the trains.
type point struct {
	p       *protocol
	rate, x int         // indices into p.rates and p.x
	weights [][]float64 // at the end, by setting and realisation
}

// source is the randomness of a point. It belongs to the place in the lists, which
// have at most 1000 numbers.
func (q *point) source(seed uint64) rng.Source {
	protocol := uint32(slices.Index(protocolNames[:], q.p.name))
	return rng.NewSource(seed, rng.Protocol, protocol<<22|uint32(q.rate)<<11|uint32(q.x))
}

// run takes synapses of all settings through all realisations.
func (q *point) run(ctx context.Context, seed uint64) error {
	p := q.p
	fresh := make([]*plasticity.PairedSynapse, len(p.settings))
	q.weights = make([][]float64, len(p.settings))
	for i, s := range p.settings {
		fresh[i] = p.rule(s, p.rates[q.rate]).New(p.dt)
		q.weights[i] = make([]float64, p.realisations())
	}
	epochs, source := 1, q.source(seed)
	if p.name == periodic {
		epochs = p.v.Int("epochs")
	}
	for k := range p.realisations() {
		if err := ctx.Err(); err != nil {
			return err
		}
		pre, post := p.trains(source, p.rates[q.rate], p.x[q.x], k)
		for i := range fresh {
			synapse := *fresh[i]
			for epoch := range epochs {
				if epoch > 0 {
					synapse.Rest(p.v.Float("pause"))
				}
				synapse.Run(pre, post)
			}
			q.weights[i][k] = synapse.Weight
		}
	}
	return nil
}

// seconds is the model time that a point takes, once for all settings.
func (q *point) seconds() float64 {
	n := float64(q.p.realisations())
	if q.p.name == periodic {
		n = float64(q.p.v.Int("epochs"))
	}
	return n * float64(q.p.steps(q.p.x[q.x])) * q.p.dt / 1000
}

// run runs one seed: the points of all protocols side by side.
func run(ctx context.Context, r *experiment.Run) error {
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	var protocols []*protocol
	var points []*point
	var total float64
	for _, name := range chosen(r.Values) {
		p := newProtocol(r.Values, name)
		protocols = append(protocols, p)
		for rate := range p.rates {
			for x := range p.x {
				q := &point{p: p, rate: rate, x: x}
				points = append(points, q)
				total += q.seconds()
			}
		}
	}
	var milliseconds atomic.Int64
	side := pool.New().WithMaxGoroutines(r.Workers).WithErrors().WithFirstError()
	for _, q := range points {
		side.Go(func() error {
			if err := q.run(ctx, r.Seed); err != nil {
				return err
			}
			done := milliseconds.Add(int64(math.Round(q.seconds() * 1000)))
			r.Progress.Set(float64(done)/1000, total, q.p.name)
			return nil
		})
	}
	if err := side.Wait(); err != nil {
		return err
	}
	m := measure(protocols, points)
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
