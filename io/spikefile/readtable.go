package spikefile

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// tableBatch holds the columns of one batch, each in the map of its type,
// under its index.
type tableBatch struct {
	n   int // rows
	f64 map[int][]float64
	i64 map[int][]int64
	u32 map[int][]uint32
	i16 map[int][]int16 // indices of a column of names
}

// tableCheck takes the rows out of the batches of a rates, weights or states
// file and checks them.
type tableCheck struct {
	meta        Meta
	projections []string   // of a weights file
	variables   []Variable // of a states file
	fields      []arrow.Field
	columns     []int            // where the fields are
	names       map[int][]string // values of each column of names, by field
	neuron      int              // field of the neuron, whose population is the one before; or 0
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
	case formatStates:
		err = decodeList(s, "variables", &c.variables)
		c.fields, c.neuron = stateFields(), 2
		c.names = map[int][]string{1: meta.populationNames(), 3: variableNames(c.variables)}
	}
	if err != nil {
		return nil, err
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
	b = &tableBatch{n: int(rec.NumRows()), f64: map[int][]float64{}, i64: map[int][]int64{}, u32: map[int][]uint32{}, i16: map[int][]int16{}}
	for i, at := range c.columns {
		col := rec.Column(at)
		if col.Len() != b.n || col.NullN() != 0 && !c.fields[i].Nullable {
			return nil, fmt.Errorf("column %s has nulls or lacks rows, want none", c.fields[i].Name)
		}
		switch col := col.(type) {
		case *array.Float64:
			b.f64[i] = col.Float64Values()
		case *array.Int64:
			b.i64[i] = col.Int64Values()
		case *array.Uint32:
			b.u32[i] = col.Uint32Values()
		case *array.Dictionary:
			if err := sameNames(col, c.fields[i].Name+"s", c.names[i]); err != nil {
				return nil, err
			}
			b.i16[i] = col.Indices().(*array.Int16).Int16Values()
		}
	}
	return b, c.checkRows(b)
}

// checkRows tests order and ranges. The time is the first column of each table.
func (c *tableCheck) checkRows(b *tableBatch) error {
	last := c.last
	for i, t := range b.f64[0] {
		if math.IsNaN(t) || math.IsInf(t, 0) || t < last {
			return fmt.Errorf("t_s %v follows %v, want finite times that do not decrease", t, last)
		}
		last = t
		for k, names := range c.names {
			if v := int(b.i16[k][i]); v < 0 || v >= len(names) {
				return fmt.Errorf("t_s %v: %s %d, want 0 to %d", t, c.fields[k].Name, v, len(names)-1)
			}
		}
		if c.neuron > 0 {
			p := c.meta.Populations[b.i16[c.neuron-1][i]]
			if n := b.u32[c.neuron][i]; int64(n) >= int64(p.Size) {
				return fmt.Errorf("t_s %v: neuron %d of %q, want below its size %d", t, n, p.Name, p.Size)
			}
		}
	}
	c.last = last
	return nil
}
