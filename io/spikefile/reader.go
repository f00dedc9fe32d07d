package spikefile

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Reader reads a spike file a batch at a time:
//
//	for r.Next() {
//		steps, neurons, populations, times := r.Batch()
//	}
//	if err := r.Err(); err != nil {
//
// It holds one batch in memory. It is not safe for concurrent use.
type Reader struct {
	spikeRows
	src    source
	stream *recordStream
	layout *layout
	err    error
}

// spikeRows takes the rows out of the batches of a spike file and checks them.
type spikeRows struct {
	meta    Meta
	names   []string // of the populations
	columns [4]int   // of time_s, step, neuron and population

	times       []float64
	steps       []int64
	neurons     []uint32
	populations []int16
	last        int64 // step of the last row read
	any         bool  // whether there was one
}

// Open opens a complete spike file, checks its structure and reads its
// metadata. A file that cannot be read gives a *[CorruptError] that names the
// file, what is wrong and what to do; match it with errors.Is and [ErrEmpty],
// [ErrNotArrow], [ErrStream], [ErrTruncated], [ErrSchema] or [ErrDamaged].
func Open(path string) (*Reader, error) { return open(path, memory.DefaultAllocator) }

func open(path string, mem memory.Allocator) (*Reader, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	r, err := newReader(src, mem)
	if err != nil {
		src.c.Close()
	}
	return r, err
}

// newReader starts to read src, which stays the caller's if it fails.
func newReader(src source, mem memory.Allocator) (*Reader, error) {
	l, s, err := src.decode(mem)
	if err != nil {
		return nil, err
	}
	rows, err := newSpikeRows(s.schema)
	if err != nil {
		s.close()
		return nil, &CorruptError{Path: src.path, Reason: err.Error(), Kind: ErrSchema,
			Remedy: "want a spikes.arrow that apical wrote"}
	}
	return &Reader{spikeRows: *rows, src: src, stream: s, layout: l}, nil
}

// newSpikeRows checks that a schema is that of a spike file.
func newSpikeRows(s *arrow.Schema) (*spikeRows, error) {
	columns, missing := findColumns(s, spikeFields())
	// Another of apical's tables is told by its format, a foreign one by the
	// column it lacks.
	if missing != nil && formatOf(s) == "" {
		return nil, missing
	}
	meta, err := decodeMeta(s.Metadata(), formatSpikes)
	if err == nil {
		err = missing
	}
	if err != nil {
		return nil, err
	}
	return &spikeRows{meta: meta, names: meta.populationNames(), columns: [4]int(columns)}, nil
}

// Meta returns the run's metadata.
func (r *Reader) Meta() Meta { return r.meta }

// Rows returns the number of spikes in the file.
func (r *Reader) Rows() int64 { return r.layout.rows }

// Batches returns the number of batches that Next will give.
func (r *Reader) Batches() int { return r.layout.filled }

// Next decodes the next batch. It returns false at the end of the file and at
// the first error, which Err tells apart.
func (r *Reader) Next() bool {
	if r.err != nil || r.stream == nil {
		return false
	}
	ok, err := r.stream.next()
	if err == nil && ok {
		err = r.load(r.stream.rec)
	}
	if err != nil {
		r.err = damaged(r.src.path, "", err)
	}
	return ok && r.err == nil
}

// load takes the columns out of a batch and checks their content.
func (r *spikeRows) load(rec arrow.Record) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = caught(v)
		}
	}()
	for _, i := range r.columns {
		if rec.Column(i).NullN() != 0 {
			return fmt.Errorf("column %s has nulls, want none", rec.ColumnName(i))
		}
	}
	r.times = rec.Column(r.columns[0]).(*array.Float64).Float64Values()
	r.steps = rec.Column(r.columns[1]).(*array.Int64).Int64Values()
	r.neurons = rec.Column(r.columns[2]).(*array.Uint32).Uint32Values()
	names := rec.Column(r.columns[3]).(*array.Dictionary)
	r.populations = names.Indices().(*array.Int16).Int16Values()
	if err := sameNames(names, "populations", r.names); err != nil {
		return err
	}
	n := len(r.steps)
	if len(r.times) != n || len(r.neurons) != n || len(r.populations) != n {
		return fmt.Errorf("columns of %d, %d, %d and %d rows", len(r.times), n, len(r.neurons), len(r.populations))
	}
	return r.checkRows()
}

// checkRows tests order and ranges, which the consumers rely on to index
// arrays.
func (r *spikeRows) checkRows() error {
	last := r.last
	for i, s := range r.steps {
		if (r.any || i > 0) && s < last {
			return fmt.Errorf("step %d follows step %d, want steps that do not decrease", s, last)
		}
		last = s
		p := r.populations[i]
		if p < 0 || int(p) >= len(r.meta.Populations) {
			return fmt.Errorf("step %d: population %d, want 0 to %d", s, p, len(r.meta.Populations)-1)
		}
		if n := r.neurons[i]; int64(n) >= int64(r.meta.Populations[p].Size) {
			return fmt.Errorf("step %d: neuron %d of %q, want below its size %d", s, n, r.meta.Populations[p].Name, r.meta.Populations[p].Size)
		}
	}
	r.last, r.any = last, r.any || len(r.steps) > 0
	return nil
}

// Batch returns the columns of the batch that Next decoded: steps in units of
// dt, neurons within their population, indices into Meta().Populations, and
// times in s. The slices have equal length, must not be changed, and are valid
// until the next call of Next or Close.
func (r *Reader) Batch() (steps []int64, neurons []uint32, populations []int16, times []float64) {
	return r.steps, r.neurons, r.populations, r.times
}

// Err returns the error that ended the batches, nil at the end of the file.
func (r *Reader) Err() error { return r.err }

// Close closes the file.
func (r *Reader) Close() error {
	if r.stream == nil {
		return nil
	}
	r.stream.close()
	r.stream = nil
	r.times, r.steps, r.neurons, r.populations = nil, nil, nil, nil
	return r.src.c.Close()
}

// ReadTrain returns the spikes of one population of the spike file path:
// steps in units of dt, not decreasing, and the neuron of each.
func ReadTrain(path, population string) (steps []int64, neurons []uint32, err error) {
	r, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	want := slices.Index(r.names, population)
	if want < 0 {
		return nil, nil, fmt.Errorf("spikefile: %s has no population %q, it has %q", path, population, r.names)
	}
	for r.Next() {
		for i, p := range r.populations {
			if int(p) == want {
				steps = append(steps, r.steps[i])
				neurons = append(neurons, r.neurons[i])
			}
		}
	}
	return steps, neurons, r.Err()
}

// typeName returns the name of a column's type as it stands in the docs.
func typeName(dt arrow.DataType) string {
	switch d := dt.(type) {
	case *arrow.DictionaryType:
		return fmt.Sprintf("dictionary<%v, %v>", d.IndexType, d.ValueType)
	case nil:
		return "unknown"
	}
	return dt.String()
}
