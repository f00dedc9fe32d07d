package export

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// groupRows is the length of a row group: its columns are in memory, compressed,
// until it is complete.
const groupRows = 1 << 20

// parquetSink writes a Parquet file.
type parquetSink struct {
	w       *file.Writer
	columns []column
	group   file.BufferedRowGroupWriter
	rows    int // in the group

	levels []int16 // 1 where a nullable column has a value
	floats []float64
	narrow []float32
	ints   []int64
	small  []int32
	texts  []parquet.ByteArray
}

func newParquet(w io.Writer, s *arrow.Schema, columns []column) (*parquetSink, error) {
	var fields schema.FieldList
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd), parquet.WithVersion(parquet.V2_LATEST),
		parquet.WithDictionaryDefault(false), parquet.WithMaxRowGroupLength(groupRows), parquet.WithCreatedBy("apical"),
	}
	for i := range columns {
		c := &columns[i]
		node, err := c.node()
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.name, err)
		}
		fields = append(fields, node)
		switch {
		case c.kind == texts:
			options = append(options, parquet.WithDictionaryFor(c.name, true))
		case c.name == "step" && c.kind == integers:
			options = append(options, parquet.WithEncodingFor(c.name, parquet.Encodings.DeltaBinaryPacked))
		}
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return nil, err
	}
	kv := metadata.NewKeyValueMetadata()
	md := s.Metadata()
	for i, key := range md.Keys() {
		if err := kv.Append(key, md.Values()[i]); err != nil {
			return nil, fmt.Errorf("metadata %s: %w", key, err)
		}
	}
	return &parquetSink{columns: columns, w: file.NewParquetWriter(w, root,
		file.WithWriterProps(parquet.NewWriterProperties(options...)), file.WithWriteMetadata(kv))}, nil
}

// node is the column in the schema of a Parquet file.
func (c *column) node() (schema.Node, error) {
	repetition := parquet.Repetitions.Required
	if c.nullable {
		repetition = parquet.Repetitions.Optional
	}
	switch {
	case c.kind == texts:
		return schema.NewPrimitiveNodeLogical(c.name, repetition, schema.StringLogicalType{}, parquet.Types.ByteArray, -1, -1)
	case c.kind == numbers && c.bits == 32:
		return schema.NewPrimitiveNode(c.name, repetition, parquet.Types.Float, -1, -1)
	case c.kind == numbers:
		return schema.NewPrimitiveNode(c.name, repetition, parquet.Types.Double, -1, -1)
	}
	physical := parquet.Types.Int32
	if c.bits == 64 {
		physical = parquet.Types.Int64
	}
	return schema.NewPrimitiveNodeLogical(c.name, repetition, schema.NewIntLogicalType(int8(c.bits), !c.unsigned), physical, -1, -1)
}

func (s *parquetSink) write(rec arrow.Record) error {
	if err := load(s.columns, rec); err != nil {
		return err
	}
	for from, n := 0, int(rec.NumRows()); from < n; {
		if s.group == nil {
			s.group = s.w.AppendBufferedRowGroup()
		}
		to := min(n, from+groupRows-s.rows)
		for i := range s.columns {
			w, err := s.group.Column(i)
			if err == nil {
				err = s.put(w, &s.columns[i], from, to)
			}
			if err != nil {
				return fmt.Errorf("column %s: %w", s.columns[i].name, err)
			}
		}
		s.rows += to - from
		from = to
		if s.rows == groupRows {
			if err := s.endGroup(); err != nil {
				return err
			}
		}
	}
	return nil
}

// put appends rows [from, to) of a column. Values that are null are left out, and
// levels tell where.
func (s *parquetSink) put(w file.ColumnChunkWriter, c *column, from, to int) error {
	s.levels = s.levels[:0]
	s.floats, s.narrow, s.ints, s.small, s.texts = s.floats[:0], s.narrow[:0], s.ints[:0], s.small[:0], s.texts[:0]
	for row := from; row < to; row++ {
		if c.nullable {
			if c.null(row) {
				s.levels = append(s.levels, 0)
				continue
			}
			s.levels = append(s.levels, 1)
		}
		switch {
		case c.kind == texts:
			s.texts = append(s.texts, parquet.ByteArray(c.text(row)))
		case c.kind == numbers && c.bits == 32:
			s.narrow = append(s.narrow, float32(c.floats[row]))
		case c.kind == numbers:
			s.floats = append(s.floats, c.floats[row])
		case c.bits == 64:
			s.ints = append(s.ints, c.ints[row])
		default:
			s.small = append(s.small, int32(c.ints[row])) // of unsigned ones the bits
		}
	}
	levels := s.levels
	if !c.nullable {
		levels = nil
	}
	var err error
	switch w := w.(type) {
	case *file.ByteArrayColumnChunkWriter:
		_, err = w.WriteBatch(s.texts, levels, nil)
	case *file.Float32ColumnChunkWriter:
		_, err = w.WriteBatch(s.narrow, levels, nil)
	case *file.Float64ColumnChunkWriter:
		_, err = w.WriteBatch(s.floats, levels, nil)
	case *file.Int64ColumnChunkWriter:
		_, err = w.WriteBatch(s.ints, levels, nil)
	case *file.Int32ColumnChunkWriter:
		_, err = w.WriteBatch(s.small, levels, nil)
	default:
		err = fmt.Errorf("no writer for %v", w.Type())
	}
	return err
}

func (s *parquetSink) endGroup() error {
	err := s.group.Close()
	s.group, s.rows = nil, 0
	return err
}

func (s *parquetSink) close() error {
	if s.group != nil {
		if err := s.endGroup(); err != nil {
			return err
		}
	}
	return s.w.Close()
}
