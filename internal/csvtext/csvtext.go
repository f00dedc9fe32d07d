// Package csvtext opens tables of text that people and spreadsheets write: with
// commas, semicolons or tabs between the fields, lines of comment that begin with
// #, and perhaps a byte order mark.
package csvtext

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// NewReader returns a reader of the lines of a table, which may not differ in the
// number of their fields. Its separator is the one of comma, tab and semicolon that
// the first line that is neither empty nor comment has most of, in this order where
// there are as many. What goes wrong, [Plain] says.
func NewReader(r io.Reader) *csv.Reader {
	in := bufio.NewReader(r)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3) // which are there
	}
	c := csv.NewReader(in)
	c.Comma, c.Comment, c.TrimLeadingSpace = separator(in), '#', true
	return c
}

// separator looks at the first line of the table, as far as it is buffered.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(in.Size()) // fewer at the end of the file
	best, most := ',', 0
	for line := range bytes.Lines(head) {
		if line[0] == '#' || len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		for _, s := range ",\t;" {
			if n := bytes.Count(line, []byte(string(s))); n > most {
				best, most = s, n
			}
		}
		break
	}
	return best
}

// Plain says in one line what a reader found wrong, and where.
func Plain(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return err
	}
	if errors.Is(p.Err, csv.ErrFieldCount) {
		return fmt.Errorf("line %d: has another number of fields than the first", p.Line)
	}
	return fmt.Errorf("line %d: %v", p.Line, p.Err)
}
