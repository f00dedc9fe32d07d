package trialtable

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// decodeCSV reads a table of text. Lines that begin with # are left out.
func decodeCSV(content []byte) (*cells, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")) // what spreadsheets begin with
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return nil, errors.New("is neither text nor an Arrow file, want a table of trials as CSV or Arrow")
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.Comment, r.TrimLeadingSpace = separator(content), '#', true
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("is empty, want the names of the columns in the first line")
	}
	if err != nil {
		return nil, textError(err)
	}
	c := &cells{columns: make([][]string, len(names)), what: "line"}
	for _, name := range names {
		c.names = append(c.names, strings.TrimSpace(name))
	}
	if err := checkNames(c.names); err != nil {
		return nil, err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, textError(err)
		}
		line, _ := r.FieldPos(0)
		c.lines = append(c.lines, line)
		for i, text := range row {
			c.columns[i] = append(c.columns[i], strings.TrimSpace(text))
		}
	}
}

// textError says where a text is no table.
func textError(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		if errors.Is(p.Err, csv.ErrFieldCount) {
			return fmt.Errorf("line %d: has another number of fields than the first", p.Line)
		}
		return fmt.Errorf("line %d: %v", p.Line, p.Err)
	}
	return err
}
