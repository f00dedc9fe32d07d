package spikefile

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// tableBatch holds the columns of one batch, each in the map of its type,
// under its index.
type tableBatch struct {
	n   int   // rows
	sps int64 // steps per second of the file
	f64 map[int][]float64
	i64 map[int][]int64
	u32 map[int][]uint32
	i16 map[int][]int16 // indices of a column of names
	i8  map[int][]int8
	ids *array.String // the column neuron_id, nil if there is none
	// null tells whether there is no value in a row of a nullable column.
	null map[int]func(row int) bool
}

// tableCheck takes the rows out of the batches of a rates, weights or states
// file and checks them.
type tableCheck struct {
	meta        Meta
	derived     Derivation // of an events file
	projections []string   // of a weights file
	variables   []Variable // of a states file
	bursts      BurstRates // of a file of burst rates
	fields      []arrow.Field
	columns     []int            // where the fields are
	names       map[int][]string // values of each column of names, by field
	neuron      int              // field of the neuron, or 0
	population  int              // field of its population
	ids         int              // column neuron_id, or -1
	last        float64          // time of the last row, s
}

// newTableCheck tests a schema's format and columns, and decodes its metadata.
func newTableCheck(s *arrow.Schema, format string) (*tableCheck, error) {
	meta, err := decodeMeta(s.Metadata(), format)
	if err != nil {
		return nil, err
	}
	c := &tableCheck{meta: meta, last: math.Inf(-1)}
	switch format {
	case formatRates:
		c.fields, c.names = rateFields(), map[int][]string{2: meta.populationNames()}
	case formatWeights:
		err = decodeList(s, "projections", &c.projections)
		c.fields, c.names = weightFields(), map[int][]string{1: c.projections}
	case formatEvents:
		c.derived, err = decodeDerivation(s.Metadata(), meta.StepsPerSecond)
		c.fields, c.neuron, c.population = eventFields(), 2, 3
		c.names = eventNames(meta)
	case formatBursts:
		c.bursts, err = decodeBurstRates(s, meta.StepsPerSecond)
		c.fields, c.names = burstRateFields(), map[int][]string{3: c.bursts.Groups}
	case formatStates:
		err = decodeList(s, "variables", &c.variables)
		c.fields, c.neuron, c.population = stateFields(), 2, 1
		c.names = map[int][]string{1: meta.populationNames(), 3: variableNames(c.variables)}
	}
	if err != nil {
		return nil, err
	}
	c.ids = -1
	if at := s.FieldIndices("neuron_id"); len(at) == 1 && derived(format) {
		c.ids = at[0]
	}
	c.columns, err = findColumns(s, c.fields)
	return c, err
}

// decodeList decodes a list in the metadata.
func decodeList(s *arrow.Schema, key string, into any) error {
	i := s.Metadata().FindKey(key)
	if i < 0 {
		return fmt.Errorf("metadata %s is missing", key)
	}
	if err := json.Unmarshal([]byte(s.Metadata().Values()[i]), into); err != nil {
		return fmt.Errorf("metadata %s: %v", key, err)
	}
	return nil
}

// readTable reads a table of the given format and gives visit its batches. The
// check it returns has the metadata, also if reading fails later.
func readTable(path, format string, visit func(*tableBatch)) (*tableCheck, error) {
	src, err := openSource(path)
	if err != nil {
		return &tableCheck{}, err
	}
	defer src.c.Close()
	_, s, err := src.decode(memory.DefaultAllocator)
	if err != nil {
		return &tableCheck{}, err
	}
	defer s.close()
	c, err := newTableCheck(s.schema, format)
	if err != nil {
		return &tableCheck{}, wrongSchema(path, err)
	}
	for {
		var b *tableBatch
		ok, err := s.next()
		if err == nil && ok {
			b, err = c.load(s.rec)
		}
		if err != nil {
			return c, damaged(path, "", err)
		}
		if !ok {
			return c, nil
		}
		visit(b)
	}
}

// wrongSchema reports a file that is sound but not the table it should be.
func wrongSchema(path string, err error) error {
	return &CorruptError{Path: path, Reason: err.Error(), Kind: ErrSchema, Remedy: "want a table that apical wrote"}
}

// findColumns looks up columns by name and checks their types. A schema may
// have others too.
func findColumns(s *arrow.Schema, fields []arrow.Field) ([]int, error) {
	columns := make([]int, len(fields))
	for i, want := range fields {
		at := s.FieldIndices(want.Name)
		if len(at) == 0 {
			return nil, fmt.Errorf("column %s is missing", want.Name)
		}
		if got := s.Field(at[0]).Type; !arrow.TypeEqual(got, want.Type) {
			return nil, fmt.Errorf("column %s is %s, want %s", want.Name, typeName(got), typeName(want.Type))
		}
		columns[i] = at[0]
	}
	return columns, nil
}

// load takes the columns out of a batch and checks their content.
func (c *tableCheck) load(rec arrow.Record) (b *tableBatch, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = caught(v)
		}
	}()
	b = &tableBatch{n: int(rec.NumRows()), sps: c.meta.StepsPerSecond, f64: map[int][]float64{}, i64: map[int][]int64{}, u32: map[int][]uint32{}, i16: map[int][]int16{},
		i8: map[int][]int8{}, null: map[int]func(int) bool{}}
	for i, at := range c.columns {
		col := rec.Column(at)
		if col.Len() != b.n || col.NullN() != 0 && !c.fields[i].Nullable {
			return nil, fmt.Errorf("column %s has nulls or lacks rows, want none", c.fields[i].Name)
		}
		if c.fields[i].Nullable {
			b.null[i] = col.IsNull
		}
		switch col := col.(type) {
		case *array.Float64:
			b.f64[i] = col.Float64Values()
		case *array.Int64:
			b.i64[i] = col.Int64Values()
		case *array.Int8:
			b.i8[i] = col.Int8Values()
		case *array.Uint32:
			b.u32[i] = col.Uint32Values()
		case *array.Dictionary:
			if err := sameNames(col, c.fields[i].Name+"s", c.names[i]); err != nil {
				return nil, err
			}
			switch indices := col.Indices().(type) {
			case *array.Int16:
				b.i16[i] = indices.Int16Values()
			case *array.Int8:
				b.i16[i] = widened(indices.Int8Values())
			}
		}
	}
	if c.ids >= 0 {
		ids, ok := rec.Column(c.ids).(*array.String)
		if !ok || ids.Len() != b.n {
			return nil, fmt.Errorf("column neuron_id lacks rows or is %s, want utf8", typeName(rec.Column(c.ids).DataType()))
		}
		b.ids = ids
	}
	return b, c.checkRows(b)
}

// neuronID is what the source calls the neuron of a row, empty if it has no name.
func (b *tableBatch) neuronID(row int) string {
	if b.ids == nil || b.ids.IsNull(row) {
		return ""
	}
	return strings.Clone(b.ids.Value(row))
}

// widened returns indices as those of the other columns of names.
func widened(indices []int8) []int16 {
	wide := make([]int16, len(indices))
	for i, v := range indices {
		wide[i] = int16(v)
	}
	return wide
}

// checkRows tests order and ranges. The time is the first column of each table.
func (c *tableCheck) checkRows(b *tableBatch) error {
	last := c.last
	for _, t := range b.f64[0] {
		if math.IsNaN(t) || math.IsInf(t, 0) || t < last {
			return fmt.Errorf("t_s %v follows %v, want finite times that do not decrease", t, last)
		}
		last = t
	}
	for k, names := range c.names {
		for i, v := range b.i16[k] {
			if v < 0 || int(v) >= len(names) {
				return fmt.Errorf("t_s %v: %s %d, want 0 to %d", b.f64[0][i], c.fields[k].Name, v, len(names)-1)
			}
		}
	}
	if c.neuron > 0 {
		for i, n := range b.u32[c.neuron] {
			if p := c.meta.Populations[b.i16[c.population][i]]; int64(n) >= int64(p.Size) {
				return fmt.Errorf("t_s %v: neuron %d of %q, want below its size %d", b.f64[0][i], n, p.Name, p.Size)
			}
		}
	}
	c.last = last
	return nil
}
