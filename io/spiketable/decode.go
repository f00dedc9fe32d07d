package spiketable

import (
	"fmt"
)

// kind is what the values of a column are.
type kind uint8

const (
	other   kind = iota // what is neither a time nor a name
	floats              // any floating-point number
	ints                // any integer that fits into 64 bits
	texts               // names
	guessed             // a text file's, which may be any of the three
)

// columnInfo describes a column of a foreign file.
type columnInfo struct {
	name string
	kind kind
	typ  string // as the format calls it
	unit string // of times: what the type or the metadata say, or ""
}

// column holds the values of a column of a chunk, in one of its slices, valid
// until the next chunk.
type column struct {
	floats []float64
	ints   []int64
	texts  []string
	null   int // index of the first row without a value, -1 if all have one

	// Memory for values that need a wider type. The slices above may be memory of
	// the decoder, which must not be written to.
	ownFloats []float64
	ownInts   []int64
}

// takeInts keeps what was made of ownInts as the column's values.
func (c *column) takeInts(values []int64) { c.ownInts, c.ints = values, values }

// chunk is some consecutive rows of a foreign file.
type chunk struct {
	rows                     int
	time, neuron, population column // population is empty if there is none
}

// decoder gives the rows of a foreign file in file order. Malformed files give
// errors; what a decoder calls may panic, and guard catches that.
type decoder interface {
	columns() []columnInfo
	// metadata is the value of a key of the file, "" if it has none.
	metadata(key string) string
	// choose says which columns chunks have, before the first of them; population
	// is -1 for none.
	choose(time, neuron, population int) error
	// next fills c; false at the end.
	next(c *chunk) (bool, error)
	// place names row i of the chunk last filled, as in "row 12".
	place(i int) string
	close() error
}

// openDecoder opens a foreign file by the kind that its first bytes tell.
func openDecoder(path string, f format) (decoder, error) {
	switch f {
	case arrowFormat:
		return openArrow(path)
	case parquetFormat:
		return openParquet(path)
	}
	return openText(path)
}

// guard calls f and makes an error of its panic: the decoders of other formats
// panic on malformed bytes.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the file is malformed (%v)", v)
		}
	}()
	return f()
}
