package spikefile

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// WeightRow summarizes the weights of one projection at one time. Weights are
// conductances in units of the leak conductance.
type WeightRow struct {
	TimeS      float64 // s, not decreasing
	Projection int     // index into the list given to CreateWeights
	Mean       float64
	SD         float64 // standard deviation
	Min, Max   float64
	NSynapses  int64 // >= 0
}

// WeightsWriter writes a weights file: one row a projection and time. It is not
// safe for concurrent use. Close must be called.
type WeightsWriter struct {
	*rowTable
	projections int
}

// CreateWeights starts the weights file path, with the rules of [Create].
// projections names all projections of the run, at most 32767. The columns are
// t_s, projection, mean, sd, min, max and n_synapses.
func CreateWeights(path string, meta Meta, projections []string, opt Options) (*WeightsWriter, error) {
	return createWeights(path, meta, projections, opt, nil, memory.DefaultAllocator)
}

func createWeights(path string, meta Meta, projections []string, opt Options, dst io.Writer, mem memory.Allocator) (*WeightsWriter, error) {
	if err := checkNames("projections", projections); err != nil {
		return nil, err
	}
	list, err := json.Marshal(projections)
	if err != nil {
		return nil, fmt.Errorf("spikefile: projections: %w", err)
	}
	t, err := createTable(path, formatWeights, meta, opt, weightFields(), map[int][]string{1: projections},
		[]pair{{"projections", string(list)}}, dst, mem)
	if err != nil {
		return nil, err
	}
	return &WeightsWriter{rowTable: t, projections: len(projections)}, nil
}

// weightFields returns the columns of a weights file.
func weightFields() []arrow.Field {
	return []arrow.Field{
		secondsField("t_s", "time since simulation start"),
		{Name: "projection", Type: nameIndex()},
		weightField("mean"), weightField("sd"), weightField("min"), weightField("max"),
		countField("n_synapses"),
	}
}

// weightField is a column of weights.
func weightField(name string) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64,
		Metadata: arrow.NewMetadata([]string{"unit"}, []string{"1 leak conductance"})}
}

// Append adds a row. A row that is out of range is rejected and leaves the
// file as it was. Weights that are NaN are stored as they are.
func (w *WeightsWriter) Append(r WeightRow) error {
	if r.NSynapses < 0 {
		return fmt.Errorf("spikefile: t_s %v: n_synapses: %d, want >= 0", r.TimeS, r.NSynapses)
	}
	if err := w.begin(r.TimeS, "projection", r.Projection, w.projections); err != nil {
		return err
	}
	c := w.cols
	c[0].f64 = append(c[0].f64, r.TimeS)
	c[1].i16 = append(c[1].i16, int16(r.Projection))
	for i, v := range [...]float64{r.Mean, r.SD, r.Min, r.Max} {
		c[2+i].f64 = append(c[2+i].f64, v)
	}
	c[6].i64 = append(c[6].i64, r.NSynapses)
	return w.end()
}

// ReadWeights returns the rows of the weights file path and the names of its
// projections. It fails as [Open] does.
func ReadWeights(path string) (meta Meta, projections []string, rows []WeightRow, err error) {
	c, err := readTable(path, formatWeights, func(b *tableBatch) {
		for i := range b.n {
			rows = append(rows, WeightRow{
				TimeS: b.f64[0][i], Projection: int(b.i16[1][i]),
				Mean: b.f64[2][i], SD: b.f64[3][i], Min: b.f64[4][i], Max: b.f64[5][i], NSynapses: b.i64[6][i],
			})
		}
	})
	return c.meta, c.projections, rows, err
}
