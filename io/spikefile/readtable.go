package spikefile

import (
	"encoding/json"
	"fmt"

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

// readTable reads a table of the given format and columns and gives visit its
// batches. more maps further metadata keys to what their JSON is decoded into,
// which is done before the first batch.
func readTable(path, format string, fields []arrow.Field, more map[string]any, visit func(*tableBatch, Meta) error) (Meta, error) {
	src, err := openSource(path)
	if err != nil {
		return Meta{}, err
	}
	defer src.c.Close()
	_, s, err := src.decode(memory.DefaultAllocator)
	if err != nil {
		return Meta{}, err
	}
	defer s.close()
	meta, columns, err := checkTable(s.schema, format, fields, more)
	if err != nil {
		return meta, &CorruptError{Path: path, Reason: err.Error(), Kind: ErrSchema, Remedy: "want a table that apical wrote"}
	}
	for {
		ok, err := s.next()
		if err == nil && ok {
			err = visitBatch(s.rec, fields, columns, meta, visit)
		}
		if err != nil {
			return meta, damaged(path, "", err)
		}
		if !ok {
			return meta, nil
		}
	}
}

// checkTable tests a schema's format and columns, and decodes its metadata.
func checkTable(s *arrow.Schema, format string, fields []arrow.Field, more map[string]any) (meta Meta, columns []int, err error) {
	if meta, err = decodeMeta(s.Metadata(), format); err != nil {
		return meta, nil, err
	}
	if columns, err = findColumns(s, fields); err != nil {
		return meta, nil, err
	}
	for key, into := range more {
		i := s.Metadata().FindKey(key)
		if i < 0 {
			return meta, nil, fmt.Errorf("metadata %s is missing", key)
		}
		if err := json.Unmarshal([]byte(s.Metadata().Values()[i]), into); err != nil {
			return meta, nil, fmt.Errorf("metadata %s: %v", key, err)
		}
	}
	return meta, columns, nil
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

// visitBatch takes the columns out of a batch and hands them to visit.
func visitBatch(rec arrow.Record, fields []arrow.Field, columns []int, meta Meta, visit func(*tableBatch, Meta) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = caught(v)
		}
	}()
	b := &tableBatch{n: int(rec.NumRows()), f64: map[int][]float64{}, i64: map[int][]int64{}, u32: map[int][]uint32{}, i16: map[int][]int16{}}
	for i, at := range columns {
		col := rec.Column(at)
		if col.NullN() != 0 && !fields[i].Nullable {
			return fmt.Errorf("column %s has nulls, want none", fields[i].Name)
		}
		switch c := col.(type) {
		case *array.Float64:
			b.f64[i] = c.Float64Values()
		case *array.Int64:
			b.i64[i] = c.Int64Values()
		case *array.Uint32:
			b.u32[i] = c.Uint32Values()
		case *array.Dictionary:
			b.i16[i] = c.Indices().(*array.Int16).Int16Values()
		}
	}
	return visit(b, meta)
}
