package spikefile

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apical-sim/apical/analysis"
)

// EventsWriter writes an events file: one row an event, as package analysis
// tells them. It is not safe for concurrent use. Close must be called.
type EventsWriter struct {
	*rowTable
	meta Meta
}

// CreateEvents starts the events file path, with the rules of [Create]. Its
// columns are
//
//	time_s       float64                  of the first spike, s
//	step         int64                    of the first spike, unit dt
//	neuron       uint32                   index within its population, from 0
//	population   dictionary<int16, utf8>
//	n_spikes     uint32
//	second_step  int64, nullable          of the second spike, null if there is none
//	duration_s   float64                  first to last spike, s
//	class        dictionary<int8, utf8>   singlet, burst, left_, right_ or silence_censored
//	end          dictionary<int8, utf8>   silence, window_end or capped; but for silence,
//	                                      n_spikes and duration_s are the least they can be
//	followed     int8                     1 if the threshold after the first spike is recorded
//	neuron_id    utf8, nullable           only with Meta.NeuronIDs
//
// in the order of step, population and neuron. A burst fraction that no edge
// biases is that of the events with followed = 1 whose class is neither left_censored
// nor silence_censored.
func CreateEvents(path string, meta Meta, d Derivation, opt Options) (*EventsWriter, error) {
	return createEvents(path, meta, d, opt, nil, memory.DefaultAllocator)
}

func createEvents(path string, meta Meta, d Derivation, opt Options, dst io.Writer, mem memory.Allocator) (*EventsWriter, error) {
	meta, more, err := d.derive(meta)
	if err != nil {
		return nil, err
	}
	fields := eventFields()
	if meta.NeuronIDs != nil {
		fields = append(fields, neuronIDField())
	}
	t, err := createTable(path, formatEvents, meta, opt, fields, eventNames(meta), more, dst, mem)
	if err != nil {
		return nil, err
	}
	return &EventsWriter{rowTable: t, meta: meta}, nil
}

// eventFields returns the columns of an events file.
func eventFields() []arrow.Field {
	note := func(name string, dt arrow.DataType, nullable bool, pairs ...string) arrow.Field {
		var keys, values []string
		for i := 0; i < len(pairs); i += 2 {
			keys, values = append(keys, pairs[i]), append(values, pairs[i+1])
		}
		return arrow.Field{Name: name, Type: dt, Nullable: nullable, Metadata: arrow.NewMetadata(keys, values)}
	}
	return []arrow.Field{
		secondsField("time_s", "first spike, since simulation start"),
		note("step", arrow.PrimitiveTypes.Int64, false, "unit", "dt", "what", "first spike"),
		note("neuron", arrow.PrimitiveTypes.Uint32, false, "index_base", "0", "scope", "population-local"),
		{Name: "population", Type: nameIndex()},
		note("n_spikes", arrow.PrimitiveTypes.Uint32, false, "unit", "count"),
		note("second_step", arrow.PrimitiveTypes.Int64, true, "unit", "dt", "what", "second spike", "null", "no second spike"),
		secondsField("duration_s", "first to last spike"),
		note("class", fewNameIndex(), false, "left_censored", "may continue a burst from before the recorded window",
			"right_censored", "one spike, less than the threshold before the end of the window"),
		note("end", fewNameIndex(), false, "window_end, capped", "there may be, are more spikes than n_spikes"),
		note("followed", arrow.PrimitiveTypes.Int8, false, "unit", "0 or 1", "what", "the threshold after the first spike is recorded"),
	}
}

// eventNames are the values of the columns of names.
func eventNames(meta Meta) map[int][]string {
	return map[int][]string{3: meta.populationNames(), 7: analysis.Classes(), 8: analysis.Ends()}
}

// Append adds an event. One that is out of range is rejected and leaves the
// file as it was.
func (w *EventsWriter) Append(e analysis.Event) error {
	p := int(e.Population)
	switch {
	case e.Spikes < 1 || e.Last < e.Step || (e.Spikes == 1) != (e.Second < 0):
		return fmt.Errorf("spikefile: an event from step %d to %d, its second spike in %d, of %d spikes", e.Step, e.Last, e.Second, e.Spikes)
	case p >= 0 && p < len(w.meta.Populations) && int64(e.Neuron) >= int64(w.meta.Populations[p].Size):
		return fmt.Errorf("spikefile: step %d: neuron %d of %q, want below its size %d", e.Step, e.Neuron, w.meta.Populations[p].Name, w.meta.Populations[p].Size)
	}
	if err := w.begin(float64(e.Step)/float64(w.meta.StepsPerSecond), "population", p, len(w.meta.Populations)); err != nil {
		return err
	}
	c := w.cols
	c[0].f64 = append(c[0].f64, w.last)
	c[1].i64 = append(c[1].i64, e.Step)
	c[2].u32 = append(c[2].u32, e.Neuron)
	c[3].i16 = append(c[3].i16, e.Population)
	c[4].u32 = append(c[4].u32, uint32(e.Spikes))
	c[5].i64 = append(c[5].i64, e.Second)
	c[5].setValid(w.n, e.Second >= 0)
	c[6].f64 = append(c[6].f64, float64(e.Last-e.Step)/float64(w.meta.StepsPerSecond))
	c[7].i8 = append(c[7].i8, int8(e.Class))
	c[8].i8 = append(c[8].i8, int8(e.End))
	followed := int8(0)
	if e.Followed {
		followed = 1
	}
	c[9].i8 = append(c[9].i8, followed)
	if w.meta.NeuronIDs != nil {
		c[10].addText(w.n, w.meta.neuronID(p, int64(e.Neuron)))
	}
	return w.end()
}

// ReadEvents returns the events of the events file path, and how they were
// told. It fails as [Open] does.
func ReadEvents(path string) (meta Meta, d Derivation, events []analysis.Event, err error) {
	c, err := readTable(path, formatEvents, func(b *tableBatch) {
		for i := range b.n {
			e := analysis.Event{
				Step: b.i64[1][i], Second: b.i64[5][i], Neuron: b.u32[2][i], Population: b.i16[3][i], Spikes: int32(b.u32[4][i]),
				Class: analysis.Class(b.i16[7][i]), End: analysis.End(b.i16[8][i]), Followed: b.i8[9][i] != 0,
			}
			if b.null[5](i) {
				e.Second = -1
			}
			events = append(events, e)
		}
		for i, s := range b.f64[6] {
			e := &events[len(events)-b.n+i]
			e.Last = e.Step + analysis.Recording{StepsPerSecond: b.sps}.Steps(s)
		}
	})
	return c.meta, c.derived, events, err
}
