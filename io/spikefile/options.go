package spikefile

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// Codec is the compression of a file's record batches.
type Codec uint8

const (
	// LZ4 is the default: about 6 bytes a spike, cheap enough to never hold a
	// simulation back.
	LZ4 Codec = iota
	// ZSTD halves LZ4's size at four times its cost, and keeps about 20 MB of
	// encoder state for each open file. Meant for archives.
	ZSTD
	// None stores 22 bytes a spike, and lets readers map the file.
	None
)

// ParseCodec returns the codec named s: "lz4", "zstd" or "none", in any case.
// An empty name is the default, LZ4.
func ParseCodec(s string) (Codec, error) {
	switch strings.ToLower(s) {
	case "lz4", "":
		return LZ4, nil
	case "zstd":
		return ZSTD, nil
	case "none":
		return None, nil
	}
	return 0, fmt.Errorf("spikefile: unknown codec %q, want lz4, zstd or none", s)
}

// String returns the name that [ParseCodec] accepts.
func (c Codec) String() string {
	switch c {
	case LZ4:
		return "lz4"
	case ZSTD:
		return "zstd"
	case None:
		return "none"
	}
	return fmt.Sprintf("Codec(%d)", uint8(c))
}

// option appends the Arrow writer option of the codec.
func (c Codec) option(opts []ipc.Option) []ipc.Option {
	switch c {
	case LZ4:
		return append(opts, ipc.WithLZ4())
	case ZSTD:
		return append(opts, ipc.WithZstd())
	}
	return opts
}

const (
	// defaultBatchRows is the knee of size against batch length: 1024 rows
	// cost 60 % more bytes a spike under ZSTD, 1 Mi rows save 3 %.
	defaultBatchRows = 65536
	// maxBatchRows keeps a writer's three buffers below 280 MB.
	maxBatchRows = 1 << 22
)

// Options chooses how a file is stored. The zero value is the default.
type Options struct {
	// Codec compresses the record batches; default LZ4.
	Codec Codec
	// BatchRows is the number of rows after which a batch is written, 1 to
	// 4 194 304; 0 means 65 536. It bounds what a crash can lose.
	BatchRows int
}

// validate fills defaults and rejects values out of range.
func (o Options) validate() (Options, error) {
	if o.Codec > None {
		return o, fmt.Errorf("spikefile: %v is not a codec, want lz4, zstd or none", o.Codec)
	}
	if o.BatchRows == 0 {
		o.BatchRows = defaultBatchRows
	}
	if o.BatchRows < 1 || o.BatchRows > maxBatchRows {
		return o, fmt.Errorf("spikefile: %d rows a batch, want 1 to %d", o.BatchRows, maxBatchRows)
	}
	return o, nil
}
