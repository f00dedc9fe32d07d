package spiketable

import (
	"fmt"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

// coder turns the rows of a foreign file into steps and numbers.
type coder struct {
	file  *foreignFile
	d     decoder
	clock clock
	chunk chunk

	steps       []int64
	populations []uint32 // numbers of identities, nil if there is one population
	neurons     []uint32
	double      []bool // whether the neuron has spiked in this step already

	seen     [][]int64 // step of the last spike, by population and neuron
	rows     int64
	negative int64 // rows whose neuron is a number below 0
	descents int64 // rows that come before the one above them
	doubles  int64 // as far as the spikes of each neuron ascend
	last     int64 // step of the last row
}

// newCoder begins to read a decoder.
func (f *foreignFile) newCoder(d decoder) (*coder, error) {
	r := &coder{file: f, d: d, clock: newClock(f.layout.unit, f.whole.StepsPerSecond)}
	return r, guard(func() error { return d.choose(f.layout.time, f.layout.neuron, f.layout.population) })
}

// next reads a chunk; false at the end.
func (r *coder) next() (ok bool, err error) {
	err = guard(func() (err error) {
		if ok, err = r.d.next(&r.chunk); err == nil && ok {
			err = r.code()
		}
		return err
	})
	return ok && err == nil, err
}

// code fills steps, populations and neurons with the rows of the chunk.
func (r *coder) code() error {
	c, n := &r.chunk, r.chunk.rows
	for i, col := range []*column{&c.time, &c.neuron, &c.population} {
		if col.null >= 0 && (i < 2 || r.file.layout.population >= 0) {
			return fmt.Errorf("%s: the %s is missing, want a value in every row", r.d.place(col.null), []string{"time", "neuron", "population"}[i])
		}
	}
	var err error
	if r.steps, err = r.clock.steps(r.steps[:0], &c.time, n, r.d.place); err != nil {
		return err
	}
	r.populations = r.populations[:0]
	if r.file.layout.population >= 0 {
		for i := range n {
			p, err := r.file.populations.at(&c.population, i)
			if err != nil {
				return fmt.Errorf("%s: the population %w", r.d.place(i), err)
			}
			r.populations = append(r.populations, p)
		}
		for len(r.file.neurons) < len(r.file.populations.all) {
			r.file.neurons = append(r.file.neurons, &identities{})
		}
	}
	for len(r.seen) < len(r.file.neurons) {
		r.seen = append(r.seen, nil)
	}
	return r.codeNeurons(n)
}

func (r *coder) codeNeurons(n int) error {
	r.neurons, r.double = r.neurons[:0], r.double[:0]
	last := r.last
	for i, step := range r.steps[:n] {
		p := uint32(0)
		if len(r.populations) > 0 {
			p = r.populations[i]
		}
		k, err := r.file.neurons[p].at(&r.chunk.neuron, i)
		if err != nil {
			return fmt.Errorf("%s: the neuron %w", r.d.place(i), err)
		}
		if r.file.neurons[p].all[k].number < 0 {
			r.negative++
		}
		seen := r.seen[p]
		if uint64(k) >= uint64(len(seen)) {
			seen = r.grow(p, k)
		}
		double := seen[k] == step+1
		seen[k] = step + 1
		if double {
			r.doubles++
		}
		if step < last {
			r.descents++
		}
		last = step
		r.neurons = append(r.neurons, k)
		r.double = append(r.double, double)
	}
	r.last = last
	r.rows += int64(n)
	return nil
}

// grow makes room for neuron k of population p among those seen, where 0 stands
// for no spike and others are one above the step.
func (r *coder) grow(p, k uint32) []int64 {
	r.seen[p] = append(r.seen[p], make([]int64, int(k)+1-len(r.seen[p]))...)
	return r.seen[p]
}

// placed appends the rows of the chunk to a batch, each in its place, without
// those that come second in a step.
func (r *coder) placed(into analysis.Batch) analysis.Batch {
	for i, step := range r.steps {
		if r.double[i] {
			continue
		}
		p := uint32(0)
		if len(r.populations) > 0 {
			p = r.populations[i]
		}
		into.Steps = append(into.Steps, step)
		into.Neurons = append(into.Neurons, r.file.places[p][r.neurons[i]])
		into.Populations = append(into.Populations, r.file.place[p])
	}
	return into
}

// fileStream reads a file that is in the order of time.
type fileStream struct {
	file  *foreignFile
	coder *coder
	batch analysis.Batch
}

func (s *fileStream) next() (analysis.Batch, bool, error) {
	b := &s.batch
	b.Steps, b.Neurons, b.Populations = b.Steps[:0], b.Neurons[:0], b.Populations[:0]
	ok, err := s.coder.next()
	if err == nil && s.coder.descents > 0 {
		err = fmt.Errorf("the file has changed while it was read")
	}
	if err != nil || !ok {
		return analysis.Batch{}, false, s.file.wrong(err)
	}
	*b = s.coder.placed(*b)
	return *b, true, nil
}

func (s *fileStream) close() error { return s.coder.d.close() }

// sort reads all spikes, sorts them by step, population and neuron, and leaves
// out those that come second in a step, which it counts.
func (f *foreignFile) sort() (doubles int64, err error) {
	d, err := openDecoder(f.path, f.format)
	if err != nil {
		return 0, err
	}
	defer d.close()
	r, err := f.newCoder(d)
	if err != nil {
		return 0, err
	}
	f.sorted = make([]spike, 0, f.rows)
	for {
		ok, err := r.next()
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		for i, step := range r.steps {
			p := uint32(0)
			if len(r.populations) > 0 {
				p = r.populations[i]
			}
			f.sorted = append(f.sorted, spike{step, f.places[p][r.neurons[i]], f.place[p]})
		}
	}
	slices.SortFunc(f.sorted, spike.compare)
	f.sorted = slices.Compact(f.sorted)
	return f.rows - int64(len(f.sorted)), nil
}

func (s spike) compare(t spike) int {
	switch {
	case s.step != t.step:
		return order(s.step < t.step)
	case s.population != t.population:
		return order(s.population < t.population)
	case s.neuron != t.neuron:
		return order(s.neuron < t.neuron)
	}
	return 0
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

// memoryStream gives spikes that were sorted in memory.
type memoryStream struct {
	spikes []spike // still to come
	batch  analysis.Batch
}

// memoryRows is the length of its batches.
const memoryRows = 1 << 16

func (s *memoryStream) next() (analysis.Batch, bool, error) {
	b := &s.batch
	b.Steps, b.Neurons, b.Populations = b.Steps[:0], b.Neurons[:0], b.Populations[:0]
	n := min(len(s.spikes), memoryRows)
	for _, x := range s.spikes[:n] {
		b.Steps = append(b.Steps, x.step)
		b.Neurons = append(b.Neurons, x.neuron)
		b.Populations = append(b.Populations, x.population)
	}
	s.spikes = s.spikes[n:]
	return *b, n > 0, nil
}

func (s *memoryStream) close() error { return nil }
