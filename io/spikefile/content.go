package spikefile

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
)

// contentCheck tests the rows of a table's batches, given in file order. A
// batch that fails leaves no trace: the next is tested as if it had not been
// there. [Inspect] and [Repair] both decide by it.
type contentCheck struct {
	spikes *spikeRows  // of a spike file
	rows   *tableCheck // of apical's other tables
}

// newContentCheck returns the check for the kind of table that the schema
// names, which must have that kind's columns and metadata. A foreign table is
// only tested for what any Arrow table must be.
func newContentCheck(s *arrow.Schema) (c contentCheck, err error) {
	switch format := formatOf(s); format {
	case formatSpikes:
		c.spikes, err = newSpikeRows(s)
	case formatRates, formatWeights, formatStates, formatEvents, formatBursts:
		c.rows, err = newTableCheck(s, format)
	}
	return c, err
}

// formatOf returns the kind of table that the schema names, or "".
func formatOf(s *arrow.Schema) string {
	if i := s.Metadata().FindKey("format"); i >= 0 {
		return s.Metadata().Values()[i]
	}
	return ""
}

// check tests one batch.
func (c contentCheck) check(rec arrow.Record) error {
	if err := checkColumns(rec); err != nil {
		return err
	}
	switch {
	case c.spikes != nil:
		return c.spikes.load(rec)
	case c.rows != nil:
		_, err := c.rows.load(rec)
		return err
	}
	return nil
}

// checkColumns tests what readers of any table rely on and decoding does not
// show: that indices lie within their dictionary, that texts are UTF-8, and
// that nulls are counted right.
func checkColumns(rec arrow.Record) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = caught(v)
		}
	}()
	for i := range int(rec.NumCols()) {
		col := rec.Column(i)
		if err := checkArray(col); err != nil {
			return fmt.Errorf("column %s: %w", rec.ColumnName(i), err)
		}
		if int64(col.Len()) != rec.NumRows() {
			return fmt.Errorf("column %s has %d rows, want %d", rec.ColumnName(i), col.Len(), rec.NumRows())
		}
	}
	return nil
}

func checkArray(col arrow.Array) error {
	n, nulls := col.Len(), 0
	if bitmap := col.NullBitmapBytes(); len(bitmap) > 0 {
		nulls = n - bitutil.CountSetBits(bitmap, col.Data().Offset(), n)
	}
	if nulls != col.NullN() {
		return fmt.Errorf("%d nulls, announced are %d", nulls, col.NullN())
	}
	switch c := col.(type) {
	case *array.String:
		for i := range n {
			if !utf8.ValidString(c.Value(i)) {
				return fmt.Errorf("row %d is not UTF-8", i)
			}
		}
	case *array.Dictionary:
		size := c.Dictionary().Len()
		for i := range n {
			if c.IsValid(i) {
				if k := c.GetValueIndex(i); k < 0 || k >= size {
					return fmt.Errorf("row %d has name %d, want 0 to %d", i, k, size-1)
				}
			}
		}
		return checkArray(c.Dictionary())
	}
	return nil
}

// sameNames tests that a column's dictionary is the list in the metadata.
func sameNames(col *array.Dictionary, what string, want []string) error {
	dict, ok := col.Dictionary().(*array.String)
	if !ok {
		return errors.New("the dictionary holds no names")
	}
	if dict.Len() != len(want) {
		return fmt.Errorf("the dictionary has %d %s, the metadata %d", dict.Len(), what, len(want))
	}
	for i, name := range want {
		if dict.Value(i) != name {
			return fmt.Errorf("the dictionary has %s[%d] as %q, the metadata as %q", what, i, dict.Value(i), name)
		}
	}
	return nil
}
