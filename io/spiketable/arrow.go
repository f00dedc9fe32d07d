package spiketable

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/apical-sim/apical/io/spikefile"
)

// arrowDecoder reads Arrow IPC files and streams.
type arrowDecoder struct {
	r      *spikefile.Records
	chosen [3]int
	row    int64  // rows before the chunk
	rows   int64  // of the chunk
	dict   column // values of a dictionary
}

func openArrow(path string) (decoder, error) {
	r, err := spikefile.OpenRecords(path)
	if err != nil {
		return nil, err
	}
	return &arrowDecoder{r: r}, nil
}

func (d *arrowDecoder) columns() []columnInfo {
	var all []columnInfo
	for _, f := range d.r.Schema().Fields() {
		all = append(all, columnInfo{f.Name, arrowKind(f.Type), f.Type.String(), arrowUnit(f)})
	}
	return all
}

// arrowKind tells what a column of a type can be.
func arrowKind(dt arrow.DataType) kind {
	switch dt.ID() {
	case arrow.FLOAT32, arrow.FLOAT64:
		return floats
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64, arrow.DURATION:
		return ints
	case arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW:
		return texts
	case arrow.DICTIONARY:
		return arrowKind(dt.(*arrow.DictionaryType).ValueType)
	}
	return other
}

// arrowUnit is the unit of a duration, or what the metadata of a field says.
func arrowUnit(f arrow.Field) string {
	if d, ok := f.Type.(*arrow.DurationType); ok {
		return d.Unit.String()
	}
	if i := f.Metadata.FindKey("unit"); i >= 0 {
		return f.Metadata.Values()[i]
	}
	return ""
}

func (d *arrowDecoder) metadata(key string) string {
	md := d.r.Schema().Metadata()
	if i := md.FindKey(key); i >= 0 {
		return md.Values()[i]
	}
	return ""
}

func (d *arrowDecoder) choose(time, neuron, population int) error {
	d.chosen = [3]int{time, neuron, population}
	return nil
}

func (d *arrowDecoder) next(c *chunk) (bool, error) {
	d.row += d.rows
	d.rows = 0
	if !d.r.Next() {
		return false, d.r.Err()
	}
	rec := d.r.Record()
	d.rows, c.rows = rec.NumRows(), int(rec.NumRows())
	for i, into := range []*column{&c.time, &c.neuron, &c.population} {
		if d.chosen[i] < 0 {
			continue
		}
		if err := d.take(rec.Column(d.chosen[i]), into); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (d *arrowDecoder) place(i int) string { return fmt.Sprintf("row %d", d.row+int64(i)+1) }
func (d *arrowDecoder) close() error       { return d.r.Close() }

// take fills a column with the values of an array.
func (d *arrowDecoder) take(values arrow.Array, into *column) error {
	into.null = -1
	if values.NullN() > 0 {
		for i := range values.Len() {
			if values.IsNull(i) {
				into.null = i
				return nil
			}
		}
	}
	switch a := values.(type) {
	case *array.Float64:
		into.floats = a.Float64Values()
	case *array.Float32:
		into.ownFloats = widen(into.ownFloats[:0], a.Float32Values())
		into.floats = into.ownFloats
	case *array.Int64:
		into.ints = a.Int64Values()
	case *array.Duration:
		into.takeInts(widen(into.ownInts[:0], a.DurationValues()))
	case *array.Int32:
		into.takeInts(widen(into.ownInts[:0], a.Int32Values()))
	case *array.Int16:
		into.takeInts(widen(into.ownInts[:0], a.Int16Values()))
	case *array.Int8:
		into.takeInts(widen(into.ownInts[:0], a.Int8Values()))
	case *array.Uint32:
		into.takeInts(widen(into.ownInts[:0], a.Uint32Values()))
	case *array.Uint16:
		into.takeInts(widen(into.ownInts[:0], a.Uint16Values()))
	case *array.Uint8:
		into.takeInts(widen(into.ownInts[:0], a.Uint8Values()))
	case *array.Uint64:
		for i, v := range a.Uint64Values() {
			if v > math.MaxInt64 {
				return fmt.Errorf("%s: %d, want at most %d", d.place(i), v, int64(math.MaxInt64))
			}
		}
		into.takeInts(widen(into.ownInts[:0], a.Uint64Values()))
	case *array.Dictionary:
		return d.takeDictionary(a, into)
	case array.StringLike:
		into.texts = into.texts[:0]
		for i := range a.Len() {
			into.texts = append(into.texts, a.Value(i))
		}
	default:
		return fmt.Errorf("a column of %s is neither numbers nor texts", values.DataType())
	}
	return nil
}

// takeDictionary fills a column with the values that indices refer to.
func (d *arrowDecoder) takeDictionary(a *array.Dictionary, into *column) error {
	d.dict.texts, d.dict.ints = nil, nil
	if err := d.take(a.Dictionary(), &d.dict); err != nil {
		return err
	}
	if d.dict.null >= 0 {
		return fmt.Errorf("a dictionary holds a null")
	}
	switch {
	case len(d.dict.texts) > 0:
		into.texts = into.texts[:0]
		for i := range a.Len() {
			into.texts = append(into.texts, d.dict.texts[a.GetValueIndex(i)])
		}
	case len(d.dict.ints) > 0:
		own := into.ownInts[:0]
		for i := range a.Len() {
			own = append(own, d.dict.ints[a.GetValueIndex(i)])
		}
		into.takeInts(own)
	default:
		return fmt.Errorf("a dictionary of %s is not read", a.Dictionary().DataType())
	}
	return nil
}

// widen appends numbers of a narrower type.
func widen[To, From int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | arrow.Duration](into []To, values []From) []To {
	for _, v := range values {
		into = append(into, To(v))
	}
	return into
}
