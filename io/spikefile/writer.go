package spikefile

import (
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// spikeBuffers is the number of column buffers of a Writer: one being filled,
// one being encoded, one on the way, so that neither side waits for a single
// slow batch.
const spikeBuffers = 3

// Writer writes a spike file. Its methods are called from one goroutine, but
// for Rows, which any may call. Close must be called.
type Writer struct {
	meta   Meta
	sizes  []int // of the populations
	perSec float64

	cur  *spikeBatch
	free chan *spikeBatch
	full chan spikeOrder
	done chan struct{} // closed when the writing goroutine has ended

	rows   atomic.Int64
	failed atomic.Pointer[error] // first failure, of either goroutine
	closed bool
	result error // of Close

	lastStep   int64
	lastPop    int
	lastNeuron int64 // -1 when the next record may begin anywhere

	file *arrowFile // owned by the writing goroutine once it has started
	dict arrow.ArrayData
}

// spikeBatch is a buffer of rows, one slice a column.
type spikeBatch struct {
	times   []float64
	steps   []int64
	neurons []uint32
	pops    []int16
	n       int
}

// spikeOrder asks the writing goroutine to write a batch, to sync and answer,
// or both.
type spikeOrder struct {
	batch  *spikeBatch
	synced chan error
}

// Create starts the spike file path. The rows go to path.partial, which takes
// its final name in [Writer.Close]. It fails if either file exists (then the
// error matches os.ErrExist), if the directory cannot be written, or if meta
// or opt are not valid.
func Create(path string, meta Meta, opt Options) (*Writer, error) {
	return create(path, meta, opt, nil, memory.DefaultAllocator)
}

// create is Create with a choice of allocator and, for tests of failing disks,
// of a destination other than a file.
func create(path string, meta Meta, opt Options, dst io.Writer, mem memory.Allocator) (*Writer, error) {
	meta, err := meta.validate(formatSpikes)
	if err != nil {
		return nil, err
	}
	if opt, err = opt.validate(); err != nil {
		return nil, err
	}
	schema, err := spikeSchema(meta)
	if err != nil {
		return nil, err
	}
	w := &Writer{
		meta:       meta,
		perSec:     float64(meta.StepsPerSecond),
		free:       make(chan *spikeBatch, spikeBuffers),
		full:       make(chan spikeOrder, spikeBuffers),
		done:       make(chan struct{}),
		dict:       nameDictionary(meta.populationNames()),
		lastStep:   math.MinInt64,
		lastNeuron: -1,
	}
	for _, p := range meta.Populations {
		w.sizes = append(w.sizes, p.Size)
	}
	dicts := []arrow.ArrayData{nil, nil, nil, w.dict}
	if w.file, err = startFile(path, dst, schema, dicts, opt.Codec, mem); err != nil {
		return nil, err
	}
	for range spikeBuffers {
		w.free <- &spikeBatch{
			times:   make([]float64, opt.BatchRows),
			steps:   make([]int64, opt.BatchRows),
			neurons: make([]uint32, opt.BatchRows),
			pops:    make([]int16, opt.BatchRows),
		}
	}
	w.cur = <-w.free
	go w.run()
	return w, nil
}

// spikeSchema returns the columns and metadata of a spike file.
func spikeSchema(meta Meta) (*arrow.Schema, error) {
	md, err := meta.encode(formatSpikes)
	if err != nil {
		return nil, err
	}
	fields := spikeFields()
	fields[1].Metadata = arrow.NewMetadata([]string{"unit", "dt_s"}, []string{"dt", formatFloat(1 / float64(meta.StepsPerSecond))})
	return arrow.NewSchema(fields, &md), nil
}

// spikeFields returns the columns of a spike file.
func spikeFields() []arrow.Field {
	return []arrow.Field{
		{Name: "time_s", Type: arrow.PrimitiveTypes.Float64,
			Metadata: arrow.NewMetadata([]string{"unit", "origin"}, []string{"s", "simulation start"})},
		{Name: "step", Type: arrow.PrimitiveTypes.Int64},
		{Name: "neuron", Type: arrow.PrimitiveTypes.Uint32,
			Metadata: arrow.NewMetadata([]string{"index_base", "scope"}, []string{"0", "population-local"})},
		{Name: "population", Type: nameIndex()},
	}
}

// Record appends the spikes of one population at one step (in units of dt).
// population indexes Meta.Populations; neurons are indices within it,
// ascending. Steps never decrease, and within a step populations ascend; a
// population may be given in several calls as long as its neurons ascend
// throughout.
//
// It allocates nothing, keeps no reference to neurons, and waits only while
// the disk is slower than the simulation. It returns the first error of the
// file as soon as that is known; from then on no row is kept. A record out of
// order or out of range is such an error, because a file that lacks spikes
// must not look complete.
func (w *Writer) Record(step int64, population int, neurons []uint32) error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	if len(neurons) == 0 && uint(population) < uint(len(w.sizes)) && step >= w.lastStep {
		return nil
	}
	if err := w.check(step, population, neurons); err != nil {
		return w.fail(err)
	}
	t, rest := float64(step)/w.perSec, neurons
	for len(rest) > 0 {
		b := w.cur
		k := copy(b.neurons[b.n:], rest)
		times := b.times[b.n : b.n+k]
		steps := b.steps[b.n : b.n+k]
		pops := b.pops[b.n : b.n+k]
		for i := range times {
			times[i] = t
		}
		for i := range steps {
			steps[i] = step
		}
		for i := range pops {
			pops[i] = int16(population)
		}
		b.n += k
		rest = rest[k:]
		if b.n == len(b.neurons) {
			w.full <- spikeOrder{batch: b}
			w.cur = <-w.free
		}
	}
	w.rows.Add(int64(len(neurons)))
	return nil
}

// check tests a record's order and ranges, and takes note of where it ends.
func (w *Writer) check(step int64, population int, neurons []uint32) error {
	if w.closed {
		return errClosed
	}
	if uint(population) >= uint(len(w.sizes)) {
		return fmt.Errorf("spikefile: step %d: population %d, want 0 to %d", step, population, len(w.sizes)-1)
	}
	name := w.meta.Populations[population].Name
	switch {
	case step < w.meta.StartStep:
		return fmt.Errorf("spikefile: step %d is before the start, step %d", step, w.meta.StartStep)
	case step < w.lastStep:
		return fmt.Errorf("spikefile: step %d of %q follows step %d, want steps that do not decrease", step, name, w.lastStep)
	case step > w.lastStep:
		w.lastPop, w.lastNeuron = population, -1
	case population < w.lastPop:
		return fmt.Errorf("spikefile: step %d: population %d (%q) follows %d, want ascending", step, population, name, w.lastPop)
	case population > w.lastPop:
		w.lastPop, w.lastNeuron = population, -1
	}
	last, size := w.lastNeuron, int64(w.sizes[population])
	for _, n := range neurons {
		if int64(n) <= last {
			return fmt.Errorf("spikefile: step %d: neuron %d of %q follows %d, want ascending", step, n, name, last)
		}
		last = int64(n)
	}
	if last >= size {
		return fmt.Errorf("spikefile: step %d: neuron %d of %q, want below its size %d", step, last, name, size)
	}
	w.lastStep, w.lastNeuron = step, last
	return nil
}

// fail keeps the first failure of either goroutine and returns it.
func (w *Writer) fail(err error) error {
	w.failed.CompareAndSwap(nil, &err)
	return *w.failed.Load()
}

// Rows returns the number of spikes recorded so far.
func (w *Writer) Rows() int64 { return w.rows.Load() }

// Flush ends the current batch early and waits until all recorded spikes are
// on the disk, where [Repair] can find them if the run is killed. Meant for
// checkpoints and the ends of phases: many small batches make a large file.
func (w *Writer) Flush() error {
	if w.closed {
		return errClosed
	}
	if err := w.failed.Load(); err != nil {
		return *err
	}
	order := spikeOrder{synced: make(chan error, 1)}
	if w.cur.n > 0 {
		order.batch = w.cur
	}
	w.full <- order
	if order.batch != nil {
		w.cur = <-w.free
	}
	return <-order.synced
}

// Close writes what is buffered and the end of the file, makes it durable,
// reads its structure back and gives it its final name. If anything failed
// before, Close returns that failure and leaves path.partial with all complete
// batches. Further calls return the same.
func (w *Writer) Close() error {
	if w.closed {
		return w.result
	}
	w.closed = true
	if w.cur.n > 0 { // rows in order and in range, even if a later record was not
		w.full <- spikeOrder{batch: w.cur}
	}
	close(w.full)
	<-w.done
	// The writing goroutine is gone; the file is ours again.
	if err := w.failed.Load(); err != nil {
		w.file.fail(*err)
		w.file.close()
		w.result = *err
		return w.result
	}
	w.result = w.file.close()
	w.fail(errClosed)
	return w.result
}

// run is the writing goroutine. After a failure it keeps taking orders, so
// that the simulation never waits for a writer that has given up.
func (w *Writer) run() {
	defer close(w.done)
	for o := range w.full {
		if b := o.batch; b != nil {
			if w.file.err == nil {
				if err := w.write(b); err != nil {
					w.fail(err)
				}
			}
			b.n = 0
			w.free <- b
		}
		if o.synced != nil {
			err := w.file.sync()
			if err != nil {
				w.fail(err)
			}
			o.synced <- err
		}
	}
}

// write encodes one buffer as a record batch.
func (w *Writer) write(b *spikeBatch) error {
	n, s := b.n, w.file.schema
	return w.file.write([]arrow.Array{
		makeArray(s.Field(0).Type, arrow.Float64Traits.CastToBytes(b.times[:n]), n, nil),
		makeArray(s.Field(1).Type, arrow.Int64Traits.CastToBytes(b.steps[:n]), n, nil),
		makeArray(s.Field(2).Type, arrow.Uint32Traits.CastToBytes(b.neurons[:n]), n, nil),
		makeArray(s.Field(3).Type, arrow.Int16Traits.CastToBytes(b.pops[:n]), n, w.dict),
	}, n)
}
