package spiketable

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// format is the kind of a file.
type format uint8

const (
	textFormat format = iota
	arrowFormat
	parquetFormat
)

// detect tells the kind of a file by its first bytes. Kinds that are known but
// not read are errors that say what to do.
func detect(path string) (format, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return 0, err
	}
	head = head[:n]
	begins := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	convert := "; convert it to Parquet, Arrow or CSV with a column of times and one of neurons"
	switch {
	case n == 0:
		return 0, inputf(path, "is empty, want a table of spikes")
	case begins("ARROW1"), begins("\xff\xff\xff\xff"):
		return arrowFormat, nil
	case begins("PAR1"):
		return parquetFormat, nil
	case begins("\x89HDF"):
		return 0, inputf(path, "is an HDF5 file (NWB, SONATA, NIX), which is not read%s", convert)
	case begins("\x1f\x8b"), begins("\x28\xb5\x2f\xfd"), begins("BZh"):
		return 0, inputf(path, "is compressed as a whole; decompress it first")
	case begins("PK\x03\x04"):
		return 0, inputf(path, "is a ZIP or NumPy archive, which is not read%s", convert)
	case begins("\x93NUMPY"), begins("MATLAB"):
		return 0, inputf(path, "is a NumPy or MATLAB file, which is not read%s", convert)
	case bytes.IndexByte(head, 0) >= 0:
		return 0, inputf(path, "is neither text nor Arrow nor Parquet%s", convert)
	}
	return textFormat, nil
}
