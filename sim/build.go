package sim

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/internal/par"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/synapse"
)

// Options says how a network is run; none of them changes a result.
type Options struct {
	// Workers is the number of goroutines that advance the network; 0 stands
	// for one for each 1250 neurons, at least one and at most GOMAXPROCS.
	Workers int
}

// maxWorkers bounds the goroutines; beyond the number of cores they only wait.
const maxWorkers = 1024

// population is a built population.
type population struct {
	flag      uint64 // in the words that workers post; others may have the same
	name      string
	size      int
	object    neuron.Population
	receptors map[string][]float32
	variables []neuron.Column
	cells     bool // has a membrane, and may therefore run away
	detectors []neuron.Detector
	bounds    []int // worker w owns neurons bounds[w] to bounds[w+1]
	trains    []train
	filtered  []*projection // those from it with short-term plasticity
	injected  []*injection
}

// Recording uses the first detector of a population.
const recordingDetector = 0

// signal returns where the lists of a signal are kept in a slot.
func signal(kind Signal, detector int) int {
	if kind == Spikes {
		return 0
	}
	return 2*detector + int(kind)
}

// train is what one worker's neurons of one population emitted lately: a ring
// of steps.
type train struct {
	slots []slot
	mask  int64
}

// slot holds the lists of one step: the spikes, then the events and bursts of
// each detector; and the short-term efficacies that belong to lists. Steps
// without spikes leave no trace in it.
type slot struct {
	step    int64
	signals [][]uint32
	factors [][]float32
}

func (t *train) at(step int64) *slot { return &t.slots[step&t.mask] }

// emitted returns what was emitted in a step, nil if nothing was.
func (t *train) emitted(step int64) *slot {
	if at := t.at(step); at.step == step {
		return at
	}
	return nil
}

// projection is a built projection.
type projection struct {
	name     string
	from, to *population
	kind     Signal
	signal   int // in the slots of from
	factors  int // in the slots of from; −1 without short-term plasticity
	efficacy *synapse.Efficacy
	post     int // detector of to, for the rule
	onto     []float32
	blocks   []*synapse.Block  // by worker
	rules    []plasticity.Rule // by worker; nil if static
	plastic  bool
	changed  int64      // the step before which it was last plastic, while it is not
	groups   []rowGroup // of all blocks, by delay and then by target
}

// rowGroup is one delay group of one worker's block.
type rowGroup struct {
	block *synapse.Block
	group int
}

// input is a built private Poisson input.
type input struct {
	to     *population
	onto   []float32
	weight float32
	drive  *neuron.Drive
}

// neuronsPerWorker is what a worker needs to be worth its waiting for the others.
// Measured on two cores: two workers take 0.6 of the time of one for 2500
// pyramidal cells that need each other's spikes at each step (XOR), and 0.9 for 4000
// of the simplest (COBA).
const neuronsPerWorker = 1250

// worthwhile returns how many workers make the network fastest, at most one a
// processor.
func (n Network) worthwhile() int {
	neurons := 0
	for _, p := range n.Populations {
		neurons += p.Size
	}
	return min(max(1, neurons/neuronsPerWorker), runtime.GOMAXPROCS(0))
}

func build(n Network, opt Options) (*Simulation, error) {
	if opt.Workers == 0 {
		opt.Workers = n.worthwhile()
	}
	if opt.Workers < 1 || opt.Workers > maxWorkers {
		return nil, fmt.Errorf("workers: %d, want 1 to %d", opt.Workers, maxWorkers)
	}
	s := &Simulation{
		network:        n,
		dt:             n.DtMS,
		stepsPerSecond: int64(math.Round(1000 / n.DtMS)),
		workers:        opt.Workers,
		rateCeilingHz:  DefaultRateCeilingHz,
	}
	bounds := n.partition(s.workers)
	for i, p := range n.Populations {
		s.addPopulation(i, p, bounds[i])
	}
	// A population's detectors and lists must be known before the first block
	// is built, and the delays before the rings.
	for _, p := range n.Projections {
		s.addProjection(p)
	}
	if err := s.wire(); err != nil {
		return nil, err
	}
	for i, p := range n.Inputs {
		to := s.population(p.To)
		s.inputs = append(s.inputs, &input{
			to:     to,
			onto:   to.receptors[p.Receptor],
			weight: float32(p.Weight),
			drive: neuron.NewDrive(rng.NewSource(n.Seed, rng.PoissonInput, uint32(i)), to.size,
				p.trains(), min(1, p.RateHz*n.DtMS/1000)),
		})
	}
	for i := range n.Currents {
		s.addCurrent(n.Currents[i])
	}
	s.makeRings()
	s.guard = newGuard(s)
	s.team = make([]*worker, s.workers)
	for w := range s.team {
		s.team[w] = newWorker(s, w)
	}
	return s, nil
}

func (s *Simulation) addPopulation(index int, p Population, bounds []int) {
	object := p.Model.New(neuron.Env{Size: p.Size, Dt: s.dt, Seed: s.network.Seed, Object: uint32(index)})
	b := &population{
		flag:      1 << (index % 64),
		name:      p.Name,
		size:      p.Size,
		object:    object,
		receptors: map[string][]float32{},
		variables: object.State(),
		cells:     len(object.Compartments()) > 0,
		bounds:    bounds,
		trains:    make([]train, s.workers),
	}
	for _, r := range object.Receptors() {
		b.receptors[r.Name] = r.G
	}
	b.detector(or(p.Detector, neuron.DefaultDetector()))
	s.populations = append(s.populations, b)
}

// or returns d, or the default if d is the zero value.
func or(d, otherwise neuron.Detector) neuron.Detector {
	if d == (neuron.Detector{}) {
		return otherwise
	}
	return d
}

// detector returns the index of a detector of the population, adding it if
// nothing has asked for it yet.
func (p *population) detector(d neuron.Detector) int {
	for i, have := range p.detectors {
		if have == d {
			return i
		}
	}
	p.detectors = append(p.detectors, d)
	return len(p.detectors) - 1
}

func (s *Simulation) addProjection(d Projection) {
	p := &projection{
		name:    d.Name,
		from:    s.population(d.From),
		to:      s.population(d.To),
		kind:    d.Transmit,
		factors: -1,
		blocks:  make([]*synapse.Block, s.workers),
	}
	p.onto = p.to.receptors[d.Receptor]
	if d.Transmit != Spikes {
		p.signal = signal(d.Transmit, p.from.detector(or(d.PreDetector, neuron.DefaultPresynapticDetector())))
	}
	if d.Rule != nil {
		p.post = p.to.detector(or(d.PostDetector, neuron.DefaultDetector()))
		p.rules = make([]plasticity.Rule, s.workers)
	}
	if d.ShortTerm != nil {
		p.efficacy = synapse.NewEfficacy(*d.ShortTerm, p.from.size, s.dt)
		p.factors = 0 // its place is given by makeRings
	}
	s.projections = append(s.projections, p)
}

// wire builds the blocks of all workers side by side.
func (s *Simulation) wire() error {
	crew := pool.New().WithErrors().WithFirstError().WithMaxGoroutines(runtime.GOMAXPROCS(0))
	for w := range s.workers {
		for i, p := range s.projections {
			crew.Go(func() error { return s.wireBlock(w, i, p) })
		}
	}
	if err := crew.Wait(); err != nil {
		return err
	}
	for _, p := range s.projections {
		for _, b := range p.blocks {
			for g := range b.Delays {
				p.groups = append(p.groups, rowGroup{b, g})
			}
		}
		slices.SortStableFunc(p.groups, func(a, b rowGroup) int { return cmp.Compare(a.delay(), b.delay()) })
	}
	return nil
}

func (g rowGroup) delay() int64 { return g.block.Delays[g.group] }

func (s *Simulation) wireBlock(w, index int, p *projection) error {
	d := s.network.Projections[index]
	geometry := synapse.Geometry{Sources: p.from.size, Targets: p.to.size, Same: p.from == p.to}
	block, err := synapse.Build(d.Projection, geometry, p.to.bounds[w], p.to.bounds[w+1], synapse.BuildOptions{
		Seed: s.network.Seed, Object: uint32(index), Dt: s.dt,
		Plastic: d.Rule != nil, Incoming: d.Rule != nil,
	})
	if err != nil {
		return fmt.Errorf("projections.%s: %w", p.name, err)
	}
	p.blocks[w] = block
	if d.Rule != nil {
		p.rules[w] = d.Rule.New(block, plasticity.Env{Dt: s.dt, Onto: p.onto})
	}
	return nil
}

func (s *Simulation) addCurrent(c Current) {
	to := s.population(c.To)
	current := &c
	s.currents = append(s.currents, current)
	for _, j := range to.injected {
		if j.compartment.Name == c.Compartment {
			j.currents = append(j.currents, current)
			return
		}
	}
	for _, k := range to.object.Compartments() {
		if k.Name == c.Compartment {
			to.injected = append(to.injected, &injection{
				compartment: k, currents: []*Current{current}, base: make([]float32, len(k.Inject)),
			})
		}
	}
}

// listRoom is what the lists of a slot hold without growing: enough where few
// spike at a time, little where a long delay asks for many slots.
const listRoom = 64

// makeRings sizes histories by the delays that occur. Workers may be as far apart
// as the smallest delay; a list is read until the largest delay of its population,
// and until devices have collected it.
func (s *Simulation) makeRings() {
	s.lead = maxLead
	longest := map[*population]int64{}
	for _, p := range s.projections {
		for _, b := range p.blocks {
			if b.Count() == 0 {
				continue
			}
			s.lead = min(s.lead, b.Delays[0])
			longest[p.from] = max(longest[p.from], b.Delays[len(b.Delays)-1])
		}
	}
	for _, p := range s.populations {
		s.longest = max(s.longest, longest[p])
		length := powerOfTwo(max(longest[p]+s.lead, 2*s.lead+collectEvery) + 2)
		for _, q := range s.projections {
			if q.from == p && q.efficacy != nil {
				q.factors = len(p.filtered)
				p.filtered = append(p.filtered, q)
			}
		}
		for w := range p.trains {
			p.trains[w] = newTrain(length, 1+2*len(p.detectors), len(p.filtered), min(listRoom, p.bounds[w+1]-p.bounds[w]))
		}
	}
	s.pace = par.NewPace(s.workers, int(s.lead))
	s.gate = par.NewPace(s.workers, 1)
}

func powerOfTwo(least int64) int64 {
	n := int64(1)
	for n < least {
		n *= 2
	}
	return n
}

// newTrain returns a ring of that many slots; each has lists with some room.
func newTrain(length int64, signals, factors, room int) train {
	t := train{mask: length - 1, slots: make([]slot, length)}
	for i := range t.slots {
		at := slot{step: never, signals: make([][]uint32, signals), factors: make([][]float32, factors)}
		for k := range at.signals {
			at.signals[k] = make([]uint32, 0, room)
		}
		for k := range at.factors {
			at.factors[k] = make([]float32, 0, room)
		}
		t.slots[i] = at
	}
	return t
}

// maxLead bounds how far workers may be apart where no connection does, so that
// histories stay short.
const maxLead = 64
