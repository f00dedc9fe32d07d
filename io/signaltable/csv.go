package signaltable

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxColumns bounds what a line of a foreign file may ask for.
const maxColumns = 1024

// readCSV reads text. name is that of the value where the file has no names.
func readCSV(r io.Reader, name string) (*Table, error) {
	in := bufio.NewReader(r)
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		if _, err := in.Discard(3); err != nil {
			return nil, err
		}
	}
	c := csv.NewReader(in)
	c.Comment, c.ReuseRecord, c.TrimLeadingSpace = '#', true, true
	c.Comma = separator(in)
	first, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("holds no line, want a table with times and values")
	}
	if err != nil {
		return nil, plain(err)
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
				return nil, plain(err)
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

// separator looks for the first one in the first line that is no comment.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(4096) // fewer at the end of the file
	for line := range bytes.Lines(head) {
		if len(line) > 0 && line[0] == '#' {
			continue
		}
		if i := bytes.IndexAny(line, ",;\t"); i >= 0 {
			return rune(line[i])
		}
		if len(bytes.TrimSpace(line)) > 0 {
			break
		}
	}
	return ','
}

// plain says what package csv found in our words.
func plain(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		if errors.Is(p.Err, csv.ErrFieldCount) {
			return fmt.Errorf("line %d has another number of columns than the first", p.Line)
		}
		return fmt.Errorf("line %d: %v", p.Line, p.Err)
	}
	return err
}
