package spikefile

import (
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Results is a table that [WriteResults] made.
type Results struct {
	Kind    string // what follows "apical." in the metadata key format
	Rows    int
	Columns []ResultColumn // a null of a column of numbers is NaN
	// Metadata of the schema, such as what the analysis was told.
	Metadata []KeyValue
}

// Column returns the column of a name, and whether there is one.
func (r *Results) Column(name string) (ResultColumn, bool) {
	for _, c := range r.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return ResultColumn{}, false
}

// ReadResults reads a table of results into memory: columns of float64, of int64
// without nulls, of names and of texts, where null is empty. It fails as [Open] does, and with ErrSchema where a
// column is of another type.
func ReadResults(path string) (*Results, error) {
	records, err := OpenRecords(path)
	if err != nil {
		return nil, err
	}
	defer records.Close()
	r := &Results{Kind: strings.TrimPrefix(records.Format(), "apical.")}
	md := records.Schema().Metadata()
	for i, key := range md.Keys() {
		r.Metadata = append(r.Metadata, KeyValue{key, md.Values()[i]})
	}
	for _, f := range records.Schema().Fields() {
		c, err := resultColumn(f)
		if err != nil {
			return nil, wrongSchema(path, err)
		}
		r.Columns = append(r.Columns, c)
	}
	for records.Next() {
		rec := records.Record()
		r.Rows += int(rec.NumRows())
		for i := range r.Columns {
			if err := r.Columns[i].read(rec.Column(i)); err != nil {
				return nil, wrongSchema(path, err)
			}
		}
	}
	if err := records.Err(); err != nil {
		return nil, err
	}
	return r, records.Close()
}

// resultColumn is an empty column for a field.
func resultColumn(f arrow.Field) (ResultColumn, error) {
	c := ResultColumn{Name: f.Name, Nullable: f.Nullable}
	for key, to := range map[string]*string{"unit": &c.Unit, "what": &c.What} {
		if i := f.Metadata.FindKey(key); i >= 0 {
			*to = f.Metadata.Values()[i]
		}
	}
	switch {
	case f.Type.ID() == arrow.FLOAT64:
		c.Numbers = []float64{}
	case f.Type.ID() == arrow.INT64 && !f.Nullable:
		c.Counts = []int64{}
	case f.Type.ID() == arrow.STRING:
		c.Texts = []string{}
	case arrow.TypeEqual(f.Type, nameIndex()):
		c.Index = []int16{}
	default:
		return c, fmt.Errorf("column %s holds %v, want float64, int64 without nulls, names or texts", f.Name, f.Type)
	}
	return c, nil
}

// read appends a batch, which has the type of the column.
func (c *ResultColumn) read(values arrow.Array) error {
	switch a := values.(type) {
	case *array.Float64:
		for i, v := range a.Float64Values() {
			if a.IsNull(i) {
				v = math.NaN()
			}
			c.Numbers = append(c.Numbers, v)
		}
	case *array.Int64:
		c.Counts = append(c.Counts, a.Int64Values()...)
	case *array.String:
		for i := range a.Len() {
			text := ""
			if a.IsValid(i) {
				text = strings.Clone(a.Value(i))
			}
			c.Texts = append(c.Texts, text)
		}
	case *array.Dictionary:
		names, index := a.Dictionary().(*array.String), a.Indices().(*array.Int16)
		if c.Names == nil {
			for i := range names.Len() {
				c.Names = append(c.Names, strings.Clone(names.Value(i)))
			}
		}
		for i, k := range index.Int16Values() {
			if a.IsNull(i) || k < 0 || int(k) >= len(c.Names) {
				return fmt.Errorf("column %s: row %d has no name", c.Name, len(c.Index))
			}
			c.Index = append(c.Index, k)
		}
	}
	return nil
}
