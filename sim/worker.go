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
	classifiers [][]*neuron.Classifier // by population and detector
	arrivals    []plasticity.Arrival   // scratch
	spikes      []uint32               // scratch: room for all that one population emits
}

func newWorker(s *Simulation, index int) *worker {
	w := &worker{sim: s, index: index}
	groups := 1
	for _, p := range s.projections {
		groups = max(groups, len(p.blocks[index].Delays))
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

// step advances the worker's neurons from step n to n+1.
func (w *worker) step(n int64) {
	s := w.sim
	for _, p := range s.projections {
		if p.rules != nil {
			w.learn(p, n)
		} else {
			w.deliver(p, n)
		}
	}
	for _, in := range s.inputs {
		if lo, hi := in.to.bounds[w.index], in.to.bounds[w.index+1]; lo < hi {
			in.drive.Add(n, lo, hi, in.weight, in.onto, w.spikes)
		}
	}
	for i, p := range s.populations {
		if lo, hi := p.bounds[w.index], p.bounds[w.index+1]; lo < hi {
			for _, j := range p.injected {
				if j.varying {
					j.set(float64(n)*s.dt, lo, hi)
				}
			}
			w.advance(i, p, n, lo, hi)
		}
	}
}

// deliver adds what is due at step n over a static projection.
func (w *worker) deliver(p *projection, n int64) {
	block := p.blocks[w.index]
	if block.Count() == 0 {
		return
	}
	for g, delay := range block.Delays {
		if n < delay {
			break
		}
		for v := range p.from.trains {
			at := p.from.trains[v].at(n - delay)
			if list := at.signals[p.signal]; len(list) > 0 {
				block.Deliver(g, list, p.factorsOf(at), p.onto)
			}
		}
	}
}

// learn hands what is due at step n, and what the targets emitted in the step
// before, to the plasticity rule.
func (w *worker) learn(p *projection, n int64) {
	block := p.blocks[w.index]
	if block.Lo == block.Hi {
		return
	}
	in := plasticity.Input{Arrivals: w.due(p, block, n)}
	if n > 0 {
		own := p.to.trains[w.index].at(n - 1)
		in.Spikes = own.signals[signal(Spikes, p.post)]
		in.Events = own.signals[signal(Events, p.post)]
		in.Bursts = own.signals[signal(Bursts, p.post)]
	}
	p.rules[w.index].Step(n, in)
}

// due gathers what arrives at step n on a block; it is valid until the next
// call. A block without synapses has no delays that count.
func (w *worker) due(p *projection, block *synapse.Block, n int64) []plasticity.Arrival {
	w.arrivals = w.arrivals[:0]
	if block.Count() == 0 {
		return nil
	}
	for g, delay := range block.Delays {
		if n < delay {
			break
		}
		for v := range p.from.trains {
			at := p.from.trains[v].at(n - delay)
			if list := at.signals[p.signal]; len(list) > 0 {
				w.arrivals = append(w.arrivals, plasticity.Arrival{Group: g, Sources: list, Factor: p.factorsOf(at)})
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

// advance integrates one population and publishes what it emits.
func (w *worker) advance(index int, p *population, n int64, lo, hi int) {
	at := p.trains[w.index].at(n)
	spikes := append(at.signals[0][:0], p.object.Advance(n, lo, hi, w.spikes[:0])...)
	at.signals[0] = spikes
	for d, c := range w.classifiers[index] {
		e, b := signal(Events, d), signal(Bursts, d)
		at.signals[e], at.signals[b] = c.Classify(n, spikes, at.signals[e][:0], at.signals[b][:0])
	}
	for _, q := range w.sim.projections {
		if q.from == p && q.efficacy != nil {
			at.factors[q.factors] = q.efficacy.Factors(n, at.signals[q.signal], at.factors[q.factors][:0])
		}
	}
}
