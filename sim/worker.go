package sim

import (
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/synapse"
)

// worker advances the neurons that it owns.
type worker struct {
	sim         *Simulation
	index       int
	routes      []route
	classifiers [][]*neuron.Classifier // by population and detector
	arrivals    []plasticity.Arrival   // scratch
	spikes      []uint32               // scratch: room for all that one population emits

	// heard is a ring of steps: the flags of the populations of which anything was
	// emitted, by this worker's neurons at once and by all before step known.
	heard []uint64
	known int64
	own   uint64 // what this worker's neurons emitted in the step before
	_     [64]byte
}

// route is a projection as one worker sees it.
type route struct {
	*projection
	block  *synapse.Block
	delays []int64         // of the block's groups; none without synapses
	rule   plasticity.Rule // nil if static
	flag   uint64          // of the sources' population
	target uint64          // of the targets'
}

func newWorker(s *Simulation, index int) *worker {
	w := &worker{sim: s, index: index, heard: make([]uint64, powerOfTwo(s.longest+s.lead+collectEvery+2))}
	groups := 1
	for _, p := range s.projections {
		r := route{projection: p, block: p.blocks[index], flag: p.from.flag, target: p.to.flag}
		if r.block.Count() > 0 {
			r.delays = r.block.Delays
		}
		if p.rules != nil {
			r.rule = p.rules[index]
		}
		if r.block.Lo < r.block.Hi {
			w.routes = append(w.routes, r)
			groups = max(groups, len(r.delays))
		}
	}
	w.arrivals = make([]plasticity.Arrival, 0, groups*s.workers)
	most := 0
	for _, p := range s.populations {
		var c []*neuron.Classifier
		for _, d := range p.detectors {
			c = append(c, neuron.NewClassifier(d, s.dt, p.bounds[index], p.bounds[index+1]))
		}
		w.classifiers = append(w.classifiers, c)
		most = max(most, p.bounds[index+1]-p.bounds[index])
	}
	w.spikes = make([]uint32, 0, most)
	return w
}

// step advances the worker's neurons from step n to n+1; it returns false if the
// run cannot go on. What depends on no other worker comes first.
func (w *worker) step(n int64) bool {
	s := w.sim
	for _, in := range s.inputs {
		if lo, hi := in.to.bounds[w.index], in.to.bounds[w.index+1]; lo < hi {
			in.drive.Add(n, lo, hi, in.weight, in.onto)
		}
	}
	for _, p := range s.populations {
		for _, j := range p.injected {
			if j.varying {
				j.set(float64(n)*s.dt, p.bounds[w.index], p.bounds[w.index+1])
			}
		}
	}
	if !w.hear(n - s.lead + 1) {
		return false
	}
	for i := range w.routes {
		if r := &w.routes[i]; r.rule != nil {
			w.learn(r, n)
		} else {
			w.deliver(r, n)
		}
	}
	w.own = 0
	for i, p := range s.populations {
		if lo, hi := p.bounds[w.index], p.bounds[w.index+1]; lo < hi && w.advance(i, p, n, lo, hi) {
			w.own |= p.flag
		}
	}
	*w.flags(n) = w.own
	if s.workers > 1 {
		s.pace.Post(w.index, n, w.own)
	}
	return true
}

func (w *worker) flags(step int64) *uint64 { return &w.heard[step&int64(len(w.heard)-1)] }

// hear waits until all workers have done all steps before that one, and notes who
// emitted anything; it returns false if they never will.
func (w *worker) hear(before int64) bool {
	for ; w.known < before; w.known++ {
		for v := range w.sim.workers {
			if v == w.index {
				continue
			}
			flags, ok := w.sim.pace.Await(w.index, v, w.known)
			if !ok {
				return false
			}
			*w.flags(w.known) |= flags
		}
	}
	return true
}

// silent tells whether nothing at all was emitted in a step that devices collect.
func (s *Simulation) silent(step int64) bool { return *s.team[0].flags(step) == 0 }

// deliver adds what is due at step n over a static projection.
func (w *worker) deliver(r *route, n int64) {
	for g, delay := range r.delays {
		if *w.flags(n - delay)&r.flag == 0 {
			continue
		}
		for v := range r.from.trains {
			at := r.from.trains[v].emitted(n - delay)
			if at == nil {
				continue
			}
			if list := at.signals[r.signal]; len(list) > 0 {
				r.block.Deliver(g, list, r.factorsOf(at), r.onto)
			}
		}
	}
}

// learn hands what is due at step n, and what the targets emitted in the step
// before, to the plasticity rule.
func (w *worker) learn(r *route, n int64) {
	in := plasticity.Input{Arrivals: w.due(r, n)}
	if w.own&r.target != 0 {
		if own := r.to.trains[w.index].emitted(n - 1); own != nil {
			in.Spikes = own.signals[signal(Spikes, r.post)]
			in.Events = own.signals[signal(Events, r.post)]
			in.Bursts = own.signals[signal(Bursts, r.post)]
		}
	}
	if len(in.Arrivals) > 0 || len(in.Spikes) > 0 {
		r.rule.Step(n, in)
	}
}

// due gathers what arrives at step n on a block; it is valid until the next
// call.
func (w *worker) due(r *route, n int64) []plasticity.Arrival {
	w.arrivals = w.arrivals[:0]
	for g, delay := range r.delays {
		if *w.flags(n - delay)&r.flag == 0 {
			continue
		}
		for v := range r.from.trains {
			at := r.from.trains[v].emitted(n - delay)
			if at == nil {
				continue
			}
			if list := at.signals[r.signal]; len(list) > 0 {
				w.arrivals = append(w.arrivals, plasticity.Arrival{Group: g, Sources: list, Factor: r.factorsOf(at)})
			}
		}
	}
	return w.arrivals
}

func (p *projection) factorsOf(at *slot) []float32 {
	if p.efficacy == nil {
		return nil
	}
	return at.factors[p.factors]
}

// advance integrates one population, publishes what it emits, and tells whether
// that is anything.
func (w *worker) advance(index int, p *population, n int64, lo, hi int) bool {
	spikes := p.object.Advance(n, lo, hi, w.spikes[:0])
	if len(spikes) == 0 {
		return false
	}
	at := p.trains[w.index].at(n)
	at.step = n
	at.signals[0] = append(at.signals[0][:0], spikes...)
	for d, c := range w.classifiers[index] {
		e, b := signal(Events, d), signal(Bursts, d)
		at.signals[e], at.signals[b] = c.Classify(n, spikes, at.signals[e][:0], at.signals[b][:0])
	}
	for _, q := range p.filtered {
		at.factors[q.factors] = q.efficacy.Factors(n, at.signals[q.signal], at.factors[q.factors][:0])
	}
	return true
}
