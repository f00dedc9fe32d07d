package spikefile

import (
	"errors"
	"fmt"
	"io"
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
	// FirstEpoch and LastEpoch are those of curves, and both the one after which a
	// checkpoint was taken, if HasEpochs.
	FirstEpoch, LastEpoch int64
	HasEpochs             bool
	// Tensors is filled in for checkpoints.
	Tensors []TensorInfo
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
	// Spiking is the number of neurons with at least one spike in the file, or
	// -1 if there are too many neurons to tell. There is no mean rate here,
	// because a file does not say for how long it was recorded: only some phases
	// of a run may be in it.
	Spiking int
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
	info.Kind = formatOf(s.schema)
	for _, field := range s.schema.Fields() {
		info.Columns = append(info.Columns, Column{Name: field.Name, Type: typeName(field.Type), Nullable: field.Nullable,
			Metadata: keyValues(field.Metadata)})
	}
	c, err := newContentCheck(s.schema)
	if err != nil {
		return info, wrongSchema(src.path, err)
	}
	if info.Kind == formatCheckpoint {
		if err := info.noteTensors(s.schema); err != nil {
			return info, wrongSchema(src.path, err)
		}
	}
	return info, info.scan(src.path, s, c)
}

// keyValues returns metadata as a list.
func keyValues(md arrow.Metadata) []KeyValue {
	var kv []KeyValue
	for i, k := range md.Keys() {
		kv = append(kv, KeyValue{k, md.Values()[i]})
	}
	return kv
}

// scan decodes and checks all batches, finds the first and the last time and
// counts spikes.
func (info *Info) scan(path string, s *recordStream, c contentCheck) error {
	counts := c.populations()
	for {
		ok, err := s.next()
		if err == nil && ok {
			err = c.check(s.rec)
		}
		if err == nil && ok {
			err = info.noteTimes(s.rec)
		}
		if err == nil && ok && info.Kind == formatCurves {
			err = info.noteEpochs(s.rec)
		}
		if err != nil {
			return damaged(path, "", err)
		}
		if !ok {
			break
		}
		if c.spikes != nil {
			for i, p := range c.spikes.populations {
				counts[p].note(c.spikes.neurons[i])
			}
		}
	}
	for _, k := range counts {
		info.Populations = append(info.Populations, k.PopulationInfo)
	}
	return nil
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

// maxCountedNeurons bounds the memory for telling which neurons spiked: one
// bit a neuron, 32 MiB in all.
const maxCountedNeurons = 1 << 28

// spikeCount counts the spikes of a population, and the neurons that spiked.
type spikeCount struct {
	PopulationInfo
	seen []uint64 // a bit for each neuron; nil if there are too many
}

// populations returns a count for each population of a spike file.
func (c contentCheck) populations() []spikeCount {
	if c.spikes == nil {
		return nil
	}
	counts := make([]spikeCount, len(c.spikes.meta.Populations))
	left := maxCountedNeurons
	for i, p := range c.spikes.meta.Populations {
		counts[i].PopulationInfo = PopulationInfo{Name: p.Name, Size: p.Size, Spiking: -1}
		if left -= min(p.Size, left+1); left >= 0 {
			counts[i].seen, counts[i].Spiking = make([]uint64, (p.Size+63)/64), 0
		}
	}
	return counts
}

// note counts a spike of a neuron, which is below the size.
func (k *spikeCount) note(neuron uint32) {
	k.Spikes++
	if k.seen == nil {
		return
	}
	if bit := uint64(1) << (neuron % 64); k.seen[neuron/64]&bit == 0 {
		k.seen[neuron/64] |= bit
		k.Spiking++
	}
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
	info.writeNetwork(&b)
	if len(info.Populations) > 0 {
		b.WriteString("\npopulations\n")
		for _, p := range info.Populations {
			fmt.Fprintf(&b, "  %-20s %10d neurons %14d spikes", p.Name, p.Size, p.Spikes)
			if p.Size > 0 && p.Spiking >= 0 {
				fmt.Fprintf(&b, ", %d neurons spiked (%.1f %%)", p.Spiking, 100*float64(p.Spiking)/float64(p.Size))
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
