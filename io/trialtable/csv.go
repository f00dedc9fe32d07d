package trialtable

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/apical-sim/apical/internal/csvtext"
)

// decodeCSV reads a table of text. Lines that begin with # are left out.
func decodeCSV(content []byte) (*cells, error) {
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return nil, errors.New("is neither text nor an Arrow file, want a table of trials as CSV or Arrow")
	}
	r := csvtext.NewReader(bytes.NewReader(content))
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("is empty, want the names of the columns in the first line")
	}
	if err != nil {
		return nil, csvtext.Plain(err)
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
			return nil, csvtext.Plain(err)
		}
		line, _ := r.FieldPos(0)
		c.lines = append(c.lines, line)
		for i, text := range row {
			c.columns[i] = append(c.columns[i], strings.TrimSpace(text))
		}
	}
}
