package trialtable

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apical-sim/apical/io/spikefile"
)

// maxRows bounds the trials of a table.
const maxRows = 10_000_000

// decodeArrow reads an Arrow file, of columns that are not nested.
func decodeArrow(path string) (*cells, error) {
	r, err := spikefile.OpenRecords(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	c := &cells{columns: make([][]string, r.Schema().NumFields()), what: "row"}
	for _, f := range r.Schema().Fields() {
		c.names = append(c.names, f.Name)
	}
	if err := checkNames(c.names); err != nil {
		return nil, err
	}
	for r.Next() {
		rec := r.Record()
		n := int(rec.NumRows())
		if n > maxRows-len(c.lines) {
			return nil, fmt.Errorf("has more than %d trials", maxRows)
		}
		for k := range int(rec.NumCols()) {
			c.columns[k] = appendText(c.columns[k], rec.Column(k))
		}
		for range n {
			c.lines = append(c.lines, len(c.lines)+1)
		}
	}
	return c, r.Err()
}

// appendText appends the values of a column, written so that numbers read back
// as they are. A null is empty.
func appendText(to []string, column arrow.Array) []string {
	for i := range column.Len() {
		if column.IsNull(i) {
			to = append(to, "")
		} else {
			to = append(to, column.ValueStr(i))
		}
	}
	return to
}
