package export

import (
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// csvSink writes text: a header, then a line a row, commas between columns.
type csvSink struct {
	w       io.Writer
	columns []column
	buf     []byte
}

func newCSV(w io.Writer, columns []column) *csvSink {
	s := &csvSink{w: w, columns: columns}
	for i := range columns {
		if i > 0 {
			s.buf = append(s.buf, ',')
		}
		s.buf = appendText(s.buf, columns[i].name)
	}
	s.buf = append(s.buf, '\n')
	return s
}

// csvFlush is the length from which the buffer is written.
const csvFlush = 1 << 16

func (s *csvSink) write(rec arrow.Record) error {
	if err := load(s.columns, rec); err != nil {
		return err
	}
	for row := range int(rec.NumRows()) {
		for i := range s.columns {
			if i > 0 {
				s.buf = append(s.buf, ',')
			}
			s.buf = s.columns[i].appendTo(s.buf, row)
		}
		s.buf = append(s.buf, '\n')
		if len(s.buf) >= csvFlush {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *csvSink) flush() error {
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

func (s *csvSink) close() error { return s.flush() }

// appendTo appends the value of a row, nothing if it has none.
func (c *column) appendTo(b []byte, row int) []byte {
	if c.null(row) {
		return b
	}
	switch c.kind {
	case integers:
		return strconv.AppendInt(b, c.ints[row], 10)
	case texts:
		return appendText(b, c.text(row))
	}
	switch x := c.floats[row]; { // as R and pandas read them
	case math.IsInf(x, 1):
		return append(b, "Inf"...)
	case math.IsInf(x, -1):
		return append(b, "-Inf"...)
	default:
		return strconv.AppendFloat(b, x, 'g', -1, c.bits)
	}
}

// appendText appends a text, in quotation marks where it needs them (RFC 4180)
// or could be taken for a missing value or a comment.
func appendText(b []byte, s string) []byte {
	if s != "" && s != "NA" && !strings.ContainsAny(s, ",\"\r\n #;\t") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}
