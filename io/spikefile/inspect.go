package spikefile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Info describes a table file.
type Info struct {
	Path     string
	Format   string // "Arrow IPC file"
	Kind     string // "apical.spikes", ...; empty if the file is not apical's
	Codec    Codec
	Rows     int64
	Batches  int   // with rows
	Bytes    int64 // of the file
	Columns  []Column
	Metadata []KeyValue // of the schema, in file order
	// FirstS and LastS are the times of the first and the last row in s, if
	// HasTimes: the file has rows and a column time_s or t_s.
	FirstS, LastS float64
	HasTimes      bool
	// Populations is filled in for spike files.
	Populations []PopulationInfo
}

// Column describes a column.
type Column struct {
	Name     string
	Type     string // such as "float64" or "dictionary<int16, utf8>"
	Nullable bool
	Metadata []KeyValue // in file order
}

// KeyValue is a key of the metadata with its value.
type KeyValue struct{ Key, Value string }

// PopulationInfo counts the spikes of a population.
type PopulationInfo struct {
	Name   string
	Size   int   // neurons
	Spikes int64 // in the file
	// MeanRateHz is spikes/(neurons*duration), in Hz; the duration is from the
	// start of the recording to the last spike of any population. It is NaN
	// when neurons or duration are 0.
	MeanRateHz float64
}

// Inspect describes the table file path, of any of this package's kinds. It
// decodes all rows once, so that it finds what reading would find, and fails
// as [Open] does.
func Inspect(path string) (Info, error) { return inspect(path, memory.DefaultAllocator) }

func inspect(path string, mem memory.Allocator) (Info, error) {
	src, err := openSource(path)
	if err != nil {
		return Info{}, err
	}
	defer src.c.Close()
	return src.inspect(mem)
}

func (src source) inspect(mem memory.Allocator) (Info, error) {
	l, s, err := src.decode(mem)
	if err != nil {
		return Info{}, err
	}
	defer s.close()
	info := Info{Path: src.path, Format: "Arrow IPC file", Codec: l.codec, Rows: l.rows, Batches: l.filled, Bytes: src.size,
		Metadata: keyValues(s.schema.Metadata())}
	if i := s.schema.Metadata().FindKey("format"); i >= 0 {
		info.Kind = s.schema.Metadata().Values()[i]
	}
	for _, field := range s.schema.Fields() {
		info.Columns = append(info.Columns, Column{Name: field.Name, Type: typeName(field.Type), Nullable: field.Nullable,
			Metadata: keyValues(field.Metadata)})
	}
	if info.Kind == formatSpikes {
		err = info.countSpikes(src, mem)
	} else {
		err = info.scanTimes(src.path, s)
	}
	return info, err
}

// keyValues returns metadata as a list.
func keyValues(md arrow.Metadata) []KeyValue {
	var kv []KeyValue
	for i, k := range md.Keys() {
		kv = append(kv, KeyValue{k, md.Values()[i]})
	}
	return kv
}

// scanTimes decodes all batches and finds the first and the last time.
func (info *Info) scanTimes(path string, s *recordStream) error {
	for {
		ok, err := s.next()
		if err == nil && ok {
			err = info.noteTimes(s.rec)
		}
		if err != nil || !ok {
			if err != nil {
				err = damaged(path, "", err)
			}
			return err
		}
	}
}

// noteTimes takes the times of a batch from its column t_s or time_s.
func (info *Info) noteTimes(rec arrow.Record) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = caught(v)
		}
	}()
	for i := range int(rec.NumCols()) {
		name := rec.ColumnName(i)
		col, ok := rec.Column(i).(*array.Float64)
		if !ok || name != "t_s" && name != "time_s" {
			continue
		}
		v := col.Float64Values()
		if len(v) == 0 {
			return errors.New("a batch lacks its times")
		}
		info.noteSpan(v[0], v[len(v)-1])
		return nil
	}
	return nil
}

// noteSpan extends the time range by a batch's first and last time, in s.
func (info *Info) noteSpan(first, last float64) {
	if !info.HasTimes {
		info.FirstS, info.HasTimes = first, true
	}
	info.LastS = last
}

// countSpikes counts the spikes of each population.
func (info *Info) countSpikes(src source, mem memory.Allocator) error {
	r, err := newReader(src, mem)
	if err != nil {
		return err
	}
	defer r.stream.close()
	counts := make([]int64, len(r.meta.Populations))
	for r.Next() {
		for _, p := range r.populations {
			counts[p]++
		}
		info.noteSpan(r.times[0], r.times[len(r.times)-1])
	}
	start := float64(r.meta.StartStep) / float64(r.meta.StepsPerSecond)
	for i, p := range r.meta.Populations {
		rate := math.NaN()
		if d := float64(p.Size) * (info.LastS - start); d > 0 {
			rate = float64(counts[i]) / d
		}
		info.Populations = append(info.Populations, PopulationInfo{Name: p.Name, Size: p.Size, Spikes: counts[i], MeanRateHz: rate})
	}
	return r.Err()
}

// WriteText prints a summary for people, one subject a paragraph.
func (info Info) WriteText(w io.Writer) error {
	var b strings.Builder
	kind := info.Kind
	if kind == "" {
		kind = "not an apical table"
	}
	fmt.Fprintf(&b, "%s: %s, %s, codec %v\n", info.Path, kind, info.Format, info.Codec)
	fmt.Fprintf(&b, "%d rows in %d batches, %d bytes", info.Rows, info.Batches, info.Bytes)
	if info.Rows > 0 {
		fmt.Fprintf(&b, ", %.2f bytes a row", float64(info.Bytes)/float64(info.Rows))
	}
	b.WriteByte('\n')
	if info.HasTimes {
		fmt.Fprintf(&b, "times %v s to %v s\n", info.FirstS, info.LastS)
	}
	if len(info.Populations) > 0 {
		b.WriteString("\npopulations\n")
		for _, p := range info.Populations {
			fmt.Fprintf(&b, "  %-20s %10d neurons %14d spikes", p.Name, p.Size, p.Spikes)
			if !math.IsNaN(p.MeanRateHz) {
				fmt.Fprintf(&b, " %10.3f Hz", p.MeanRateHz)
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("\ncolumns\n")
	for _, c := range info.Columns {
		fmt.Fprintf(&b, "  %-20s %s", c.Name, c.Type)
		if c.Nullable {
			b.WriteString(", nullable")
		}
		for _, kv := range c.Metadata {
			fmt.Fprintf(&b, ", %s=%s", kv.Key, printable(kv.Value))
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nmetadata\n")
	for _, kv := range info.Metadata {
		fmt.Fprintf(&b, "  %-20s %s\n", printable(kv.Key), printable(kv.Value))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printable shortens a long value and keeps control characters, which a
// foreign file may hold, off the terminal.
func printable(s string) string {
	const most = 200
	tail := ""
	if len(s) > most {
		s, tail = s[:most], fmt.Sprintf("... (%d bytes)", len(s))
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?")) + tail
}
