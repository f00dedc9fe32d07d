package spiketable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

const (
	// textBlock is how many bytes of a text file are taken apart at once.
	textBlock = 1 << 20
	// maxLine bounds a line, so that a file of another kind does not fill the memory.
	maxLine = 16 << 20
)

// textDecoder reads tables of text: columns between commas, semicolons or tabs,
// or between blanks; the first line may be a header; lines that begin with # are
// comments. A field may be in quotation marks, with doubled ones inside, but not
// span lines.
type textDecoder struct {
	f         *os.File
	separator byte // 0 for blanks
	infos     []columnInfo
	header    bool
	chosen    [3]int
	last      int // the highest of them

	buf   []byte  // what was read and not yet taken apart
	ended bool    // the end of the file is in buf
	line  int64   // lines taken apart
	lines []int64 // of the rows of the chunk
}

func openText(path string) (decoder, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	d := &textDecoder{f: f}
	if err := d.begin(path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return d, nil
}

// begin finds the separator and the header in the first line that is no comment,
// and leaves that in the buffer unless it is a header.
func (d *textDecoder) begin(path string) error {
	block, err := d.block()
	block, _ = strings.CutPrefix(block, "\ufeff") // byte order mark
	for ; err == nil && block != ""; block, err = d.block() {
		for block != "" {
			line, rest, _ := strings.Cut(block, "\n")
			if skipped(line) {
				d.line++
				block = rest
				continue
			}
			d.separate(strings.TrimSuffix(line, "\r"))
			if d.header {
				d.line++
				block = rest
			}
			d.buf = append([]byte(block), d.buf...)
			return nil
		}
	}
	if err != nil {
		return err
	}
	return inputf(path, "has no rows, want a table of spikes")
}

// separate finds the separator and the columns in the first line.
func (d *textDecoder) separate(line string) {
	for _, s := range []byte("\t;,") {
		if strings.IndexByte(line, s) >= 0 {
			d.separator = s
			break
		}
	}
	d.describe(line)
}

// describe makes columns of the first line: named by it if no field of it is a
// number, else by their place from 1.
func (d *textDecoder) describe(line string) {
	var fields []string
	for i, rest := 0, line; ; i++ {
		field, tail, more := d.field(rest)
		if !more && field == "" && d.separator == 0 {
			break
		}
		fields = append(fields, field)
		if rest = tail; !more {
			break
		}
	}
	d.header = true
	for _, f := range fields {
		if _, err := strconv.ParseFloat(f, 64); err == nil {
			d.header = false
		}
	}
	for i, f := range fields {
		if !d.header {
			f = strconv.Itoa(i + 1)
		}
		d.infos = append(d.infos, columnInfo{name: f, kind: guessed, typ: "text"})
	}
}

// skipped reports that a line holds no row.
func skipped(line string) bool {
	line = strings.TrimLeft(line, " \t\r")
	return line == "" || line[0] == '#'
}

// field cuts the first field from a line; more is false if it was the last.
func (d *textDecoder) field(line string) (field, rest string, more bool) {
	if d.separator == 0 {
		line = strings.TrimLeft(line, " \t")
		i := strings.IndexAny(line, " \t")
		if i < 0 {
			return line, "", false
		}
		rest = strings.TrimLeft(line[i:], " \t")
		return line[:i], rest, rest != ""
	}
	if len(line) > 0 && line[0] == '"' {
		for i := 1; i < len(line); i++ {
			if line[i] != '"' {
				continue
			}
			if i+1 < len(line) && line[i+1] == '"' {
				i++
				continue
			}
			field = line[1:i]
			if strings.Contains(field, `""`) {
				field = strings.ReplaceAll(field, `""`, `"`)
			}
			_, rest, more = strings.Cut(line[i+1:], string(rune(d.separator)))
			return field, rest, more
		}
	}
	i := strings.IndexByte(line, d.separator)
	if i < 0 {
		return strings.Trim(line, " "), "", false
	}
	return strings.Trim(line[:i], " "), line[i+1:], true
}

func (d *textDecoder) columns() []columnInfo  { return d.infos }
func (d *textDecoder) metadata(string) string { return "" }
func (d *textDecoder) place(i int) string     { return fmt.Sprintf("line %d", d.lines[i]) }
func (d *textDecoder) close() error           { return d.f.Close() }

func (d *textDecoder) choose(time, neuron, population int) error {
	d.chosen = [3]int{time, neuron, population}
	d.last = max(time, neuron, population)
	return nil
}

// block returns whole lines, about textBlock bytes of them; "" at the end.
func (d *textDecoder) block() (string, error) {
	for want := textBlock; ; want *= 2 {
		for len(d.buf) < want && !d.ended {
			at := len(d.buf)
			d.buf = append(d.buf, make([]byte, want-at)...)
			n, err := io.ReadFull(d.f, d.buf[at:])
			d.buf = d.buf[:at+n]
			d.ended = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
			if err != nil && !d.ended {
				return "", err
			}
		}
		end := bytes.LastIndexByte(d.buf, '\n') + 1
		if d.ended {
			end = len(d.buf)
		}
		if end > 0 || d.ended {
			text := string(d.buf[:end])
			d.buf = append(d.buf[:0], d.buf[end:]...)
			return text, nil
		}
		if want > maxLine {
			return "", fmt.Errorf("line %d is longer than %d bytes, want a table of spikes", d.line+1, maxLine)
		}
	}
}

func (d *textDecoder) next(c *chunk) (bool, error) {
	for {
		text, err := d.block()
		if err != nil || text == "" {
			return false, err
		}
		if err := d.take(text, c); err != nil {
			return false, err
		}
		if c.rows = len(d.lines); c.rows > 0 {
			return true, nil
		}
	}
}

// take fills a chunk with the rows of a block.
func (d *textDecoder) take(text string, c *chunk) error {
	d.lines = d.lines[:0]
	c.time.floats, c.neuron.texts, c.population.texts = c.time.floats[:0], c.neuron.texts[:0], c.population.texts[:0]
	c.time.null, c.neuron.null, c.population.null = -1, -1, -1
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		d.line++
		if skipped(line) {
			continue
		}
		row := len(d.lines)
		d.lines = append(d.lines, d.line)
		tail, more := strings.TrimSuffix(line, "\r"), true
		for i := 0; i <= d.last; i++ {
			if !more {
				return fmt.Errorf("%s: %d columns, want at least %d", d.place(row), i, d.last+1)
			}
			var field string
			field, tail, more = d.field(tail)
			if i == d.chosen[0] {
				seconds := 0.0
				var err error
				if field == "" {
					c.time.null = first(c.time.null, row)
				} else if seconds, err = strconv.ParseFloat(field, 64); err != nil {
					return fmt.Errorf("%s: time %q, want a number", d.place(row), field)
				}
				c.time.floats = append(c.time.floats, seconds)
			}
			if i == d.chosen[1] {
				if field == "" {
					c.neuron.null = first(c.neuron.null, row)
				}
				c.neuron.texts = append(c.neuron.texts, field)
			}
			if i == d.chosen[2] {
				if field == "" {
					c.population.null = first(c.population.null, row)
				}
				c.population.texts = append(c.population.texts, field)
			}
		}
	}
	return nil
}

// first keeps the first row of those that lack a value.
func first(known, row int) int {
	if known >= 0 {
		return known
	}
	return row
}
