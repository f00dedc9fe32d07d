package export

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// writeNumPy writes a NumPy archive: a ZIP file of one array a column, as
// numpy.savez does (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
// The head of an array has its length and the width of texts, so these are found
// in a reading of their own.
func writeNumPy(w io.Writer, open func() (Rows, error)) (rows int64, err error) {
	var columns []column
	var widths []int // of texts, in characters
	err = each(open, func(table Rows) error {
		if columns, err = columnsOf(table.Schema()); err != nil {
			return err
		}
		widths = make([]int, len(columns))
		for i := range widths {
			widths[i] = 1
		}
		return nil
	}, func(table Rows) error {
		rec := table.Record()
		rows += rec.NumRows()
		for i := range columns {
			c := &columns[i]
			if c.kind != texts {
				continue
			}
			if err := c.load(rec.Column(i)); err != nil {
				return err
			}
			for k := range c.names.Len() { // of a dictionary all names, used or not
				widths[i] = max(widths[i], utf8.RuneCountInString(c.names.Value(k)))
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	archive := zip.NewWriter(w)
	for i := range columns {
		if err := columns[i].archive(archive, open, i, rows, widths[i]); err != nil {
			return 0, fmt.Errorf("column %s: %w", columns[i].name, err)
		}
	}
	return rows, archive.Close()
}

// each reads a table from the first batch to the last.
func each(open func() (Rows, error), begin, batch func(Rows) error) error {
	table, err := open()
	if err != nil {
		return err
	}
	defer table.Close()
	if err := begin(table); err != nil {
		return err
	}
	for table.Next() {
		if err := guard(func() error { return batch(table) }); err != nil {
			return err
		}
	}
	return table.Err()
}

// archive writes the i-th column as an array of so many rows.
func (c *column) archive(archive *zip.Writer, open func() (Rows, error), i int, rows int64, width int) error {
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: c.name + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(entry, 1<<16)
	if _, err := io.WriteString(out, arrayHead(c.dtype(width), rows)); err != nil {
		return err
	}
	var left = rows
	var buf []byte
	err = each(open, func(Rows) error { return nil }, func(table Rows) error {
		rec := table.Record()
		if left -= rec.NumRows(); left < 0 {
			return errChanged
		}
		if err := c.load(rec.Column(i)); err != nil {
			return err
		}
		for row := range int(rec.NumRows()) {
			buf = c.appendBinary(buf[:0], row, width)
			if _, err := out.Write(buf); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && left != 0 {
		err = errChanged
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

var errChanged = fmt.Errorf("the file has changed while it was read")

// dtype is the type of the array.
func (c *column) dtype(width int) string {
	switch {
	case c.kind == texts:
		return fmt.Sprintf("<U%d", width)
	case c.kind == numbers:
		return fmt.Sprintf("<f%d", c.bits/8)
	}
	letter, order := "i", "<"
	if c.unsigned {
		letter = "u"
	}
	if c.bits == 8 {
		order = "|"
	}
	return fmt.Sprintf("%s%s%d", order, letter, c.bits/8)
}

// arrayHead is the head of an array of format 1.0: magic, length, and a Python
// dictionary, filled up so that the values begin at a multiple of 64 bytes.
func arrayHead(dtype string, rows int64) string {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }", dtype, rows)
	const before = 10
	pad := 63 - (before+len(dict))%64
	dict += strings.Repeat(" ", pad) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))) + dict
}

// appendBinary appends the value of a row.
func (c *column) appendBinary(b []byte, row, width int) []byte {
	null := c.null(row)
	switch {
	case c.kind == texts:
		n := 0
		if !null {
			for _, r := range c.text(row) {
				b = binary.LittleEndian.AppendUint32(b, uint32(r))
				n++
			}
		}
		return append(b, make([]byte, 4*(width-n))...)
	case c.kind == numbers:
		x := c.floats[row]
		if null {
			x = math.NaN()
		}
		if c.bits == 32 {
			return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
		}
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	n := c.ints[row]
	if null {
		n = -1
	}
	for i := range c.bits / 8 {
		b = append(b, byte(n>>(8*i)))
	}
	return b
}
