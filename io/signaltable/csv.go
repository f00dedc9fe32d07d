package signaltable

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/internal/csvtext"
)

// maxColumns bounds what a line of a foreign file may ask for.
const maxColumns = 1024

// readCSV reads text. name is that of the value where the file has no names.
func readCSV(r io.Reader, name string) (*Table, error) {
	c := csvtext.NewReader(r)
	c.ReuseRecord = true
	first, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("holds no line, want a table with times and values")
	}
	if err != nil {
		return nil, csvtext.Plain(err)
	}
	if len(first) < 2 || len(first) > maxColumns {
		return nil, fmt.Errorf("%d columns, want 2 to %d, separated by comma, semicolon or tab", len(first), maxColumns)
	}
	names := make([]string, len(first))
	for i, f := range first {
		names[i] = strings.TrimSpace(f)
	}
	at, scale := 0, 1.0
	numbers := make([]float64, len(first))
	nameless := len(first) == 2 && parse(first, numbers) < 0
	if nameless {
		names = []string{"time_s", name}
	} else if at, scale, err = findTime(names); err != nil {
		return nil, err
	}
	t := &Table{}
	for i, n := range names {
		if i != at {
			t.Columns = append(t.Columns, Column{Name: n})
		}
	}
	for {
		if !nameless {
			record, err := c.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, csvtext.Plain(err)
			}
			if i := parse(record, numbers); i >= 0 {
				line, _ := c.FieldPos(i)
				return nil, fmt.Errorf("line %d, column %s: %q, want a number", line, names[i], record[i])
			}
		}
		nameless = false
		t.TimeS = append(t.TimeS, numbers[at])
		k := 0
		for i, v := range numbers {
			if i != at {
				t.Columns[k].Values = append(t.Columns[k].Values, v)
				k++
			}
		}
	}
	t.scaleTime(scale)
	return t, nil
}

// parse reads the numbers of a line, and returns the place of the first field that
// is none, or -1.
func parse(record []string, into []float64) int {
	for i, f := range record {
		v, err := strconv.ParseFloat(strings.TrimSpace(f), 64)
		if err != nil {
			return i
		}
		into[i] = v
	}
	return -1
}
