package export

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apical-sim/apical/io/spiketable"
)

// Spikes gives the spikes of a table as rows with the columns time_s, step, neuron
// and population, and neuron_id if the table calls its neurons otherwise than by
// their number. The metadata say what the recording is.
func Spikes(t *spiketable.Table) (Rows, error) {
	r := &spikeRows{table: t}
	rec := t.Recording()
	names := array.NewStringBuilder(memory.DefaultAllocator)
	defer names.Release()
	named := false
	for i, p := range rec.Populations {
		names.Append(p.Name)
		r.ids = append(r.ids, t.Names(i))
		named = named || r.ids[i] != nil
	}
	r.names = names.NewStringArray()
	field := func(name string, dt arrow.DataType, key, value string) arrow.Field {
		return arrow.Field{Name: name, Type: dt, Metadata: arrow.NewMetadata([]string{key}, []string{value})}
	}
	fields := []arrow.Field{
		field("time_s", arrow.PrimitiveTypes.Float64, "unit", "s"),
		field("step", arrow.PrimitiveTypes.Int64, "unit", "dt"),
		field("neuron", arrow.PrimitiveTypes.Uint32, "scope", "population-local"),
	}
	if named {
		fields = append(fields, field("neuron_id", arrow.BinaryTypes.String, "what", "name in the file that was read"))
	} else {
		r.ids = nil
	}
	r.dictionary = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	fields = append(fields, arrow.Field{Name: "population", Type: r.dictionary})
	md, err := r.metadata()
	if err != nil {
		return nil, err
	}
	r.schema = arrow.NewSchema(fields, &md)
	return r, t.Rewind()
}

// spikeRows are the rows of Spikes.
type spikeRows struct {
	table      *spiketable.Table
	schema     *arrow.Schema
	dictionary *arrow.DictionaryType
	names      *array.String
	ids        [][]string // by population and neuron, nil if no population has any
	rec        arrow.Record
}

// metadata describes the recording, as package spiketable reads it.
func (r *spikeRows) metadata() (arrow.Metadata, error) {
	rec := r.table.Recording()
	type population struct {
		Name string `json:"name"`
		Size int    `json:"size"`
	}
	var populations []population
	for _, p := range rec.Populations {
		populations = append(populations, population{p.Name, p.Size})
	}
	var windows [][2]float64
	for _, w := range rec.Windows {
		windows = append(windows, [2]float64{rec.Seconds(w.From), rec.Seconds(w.To)})
	}
	p, err := json.Marshal(populations)
	if err != nil {
		return arrow.Metadata{}, fmt.Errorf("populations: %w", err)
	}
	w, err := json.Marshal(windows)
	if err != nil {
		return arrow.Metadata{}, fmt.Errorf("windows: %w", err)
	}
	return arrow.NewMetadata(
		[]string{"format", "generator", "steps_per_second", "populations", "windows_s"},
		[]string{spiketable.Format, "apical", strconv.FormatInt(rec.StepsPerSecond, 10), string(p), string(w)}), nil
}

func (r *spikeRows) Schema() *arrow.Schema { return r.schema }
func (r *spikeRows) Record() arrow.Record  { return r.rec }
func (r *spikeRows) Err() error            { return r.table.Err() }

func (r *spikeRows) Close() error {
	r.release()
	return r.table.Close()
}

func (r *spikeRows) release() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}

func (r *spikeRows) Next() bool {
	r.release()
	if !r.table.Next() {
		return false
	}
	b := r.table.Batch()
	n := len(b.Steps)
	times := make([]float64, n)
	rec := r.table.Recording()
	for i, step := range b.Steps {
		times[i] = rec.Seconds(step)
	}
	columns := []arrow.Array{
		fixed(arrow.PrimitiveTypes.Float64, arrow.Float64Traits.CastToBytes(times), n),
		fixed(arrow.PrimitiveTypes.Int64, arrow.Int64Traits.CastToBytes(b.Steps), n),
		fixed(arrow.PrimitiveTypes.Uint32, arrow.Uint32Traits.CastToBytes(b.Neurons), n),
	}
	if r.ids != nil {
		columns = append(columns, r.idArray(b.Neurons, b.Populations))
	}
	index := fixed(arrow.PrimitiveTypes.Int16, arrow.Int16Traits.CastToBytes(b.Populations), n)
	columns = append(columns, array.NewDictionaryArray(r.dictionary, index, r.names))
	index.Release()
	r.rec = array.NewRecord(r.schema, columns, int64(n))
	for _, c := range columns {
		c.Release()
	}
	return true
}

// idArray is the column of names.
func (r *spikeRows) idArray(neurons []uint32, populations []int16) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(len(neurons))
	for i, neuron := range neurons {
		if ids := r.ids[populations[i]]; ids != nil {
			b.Append(ids[neuron])
		} else {
			b.Append(strconv.FormatUint(uint64(neuron), 10))
		}
	}
	return b.NewStringArray()
}

// fixed wraps n values as an array, without copying.
func fixed(dt arrow.DataType, values []byte, n int) arrow.Array {
	data := array.NewData(dt, n, []*memory.Buffer{nil, memory.NewBufferBytes(values)}, nil, 0, 0)
	defer data.Release()
	return array.MakeFromData(data)
}
