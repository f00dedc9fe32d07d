package curvefile

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/io/spikefile"
)

// kind is the table's kind in the metadata key format, after "apical.".
const kind = "curves"

// Row is what was measured of a layer after an epoch.
type Row struct {
	Epoch int // not decreasing within a file, ≥ 0
	Split Split
	Layer string // one of those of the file, or Hidden, or Network
	Values
}

// Writer writes curves. It is not safe for concurrent use. Close must be called.
type Writer struct {
	w      *spikefile.ResultsWriter
	layers []string
	last   int
}

// Create starts the file path, which must not exist. layers are the names of the
// network's layers from the bottom up, as [rate.Network.Names] has them; of meta
// version, revision, seed, config and Extra are used.
func Create(path string, meta spikefile.Meta, layers []string, opt spikefile.Options) (*Writer, error) {
	c := &Writer{layers: append(slices.Clone(layers), Hidden, Network)}
	var err error
	c.w, err = spikefile.CreateResults(path, kind, meta, c.empty(), opt)
	return c, err
}

// empty is the columns of no row.
func (c *Writer) empty() []spikefile.ResultColumn {
	out := []spikefile.ResultColumn{
		{Name: "epoch", Unit: "count", What: "epochs of training before the measurement", Counts: []int64{}},
		{Name: "split", Index: []int16{}, Names: []string{string(Train), string(Test)}},
		{Name: "layer", Index: []int16{}, Names: c.layers},
	}
	for _, m := range columns() {
		out = append(out, spikefile.ResultColumn{Name: string(m.name), Unit: m.unit, What: m.what, Numbers: []float64{}, Nullable: true})
	}
	return out
}

// Append adds the rows of an epoch and makes them durable: a run that is killed loses
// none of them, and `apical repair` finds them. Rows that are wrong are rejected and
// leave the file as it was.
func (c *Writer) Append(rows ...Row) error {
	out := c.empty()
	last := c.last
	for _, r := range rows {
		split, layer := slices.Index(out[1].Names, string(r.Split)), slices.Index(c.layers, r.Layer)
		switch {
		case r.Epoch < last:
			return fmt.Errorf("curvefile: epoch %d follows %d, want epochs that do not decrease", r.Epoch, last)
		case split < 0:
			return fmt.Errorf("curvefile: epoch %d: split %q, want %s or %s", r.Epoch, r.Split, Train, Test)
		case layer < 0:
			return fmt.Errorf("curvefile: epoch %d: layer %q, want one of %q", r.Epoch, r.Layer, c.layers)
		}
		last = r.Epoch
		out[0].Counts = append(out[0].Counts, int64(r.Epoch))
		out[1].Index = append(out[1].Index, int16(split))
		out[2].Index = append(out[2].Index, int16(layer))
		known := 0
		for i, m := range columns() {
			v, ok := r.Values[m.name]
			if ok {
				known++
			} else {
				v = math.NaN()
			}
			out[3+i].Numbers = append(out[3+i].Numbers, v)
		}
		if known < len(r.Values) {
			return fmt.Errorf("curvefile: epoch %d: values %v, want measures of this package alone", r.Epoch, r.Values)
		}
	}
	if err := c.w.Append(out); err != nil {
		return err
	}
	c.last = last
	return c.w.Flush()
}

// Close completes the file and gives it its name.
func (c *Writer) Close() error { return c.w.Close() }

// Discard gives up the file and removes it.
func (c *Writer) Discard() { c.w.Discard() }

// File is what a file of curves holds.
type File struct {
	Layers []string // those of the network, from the bottom up
	Rows   []Row
	// Metadata tells of the run, as [spikefile.Meta] says.
	Metadata []spikefile.KeyValue
}

// Read reads the file path. It fails as [spikefile.Open] does, and with
// [spikefile.ErrSchema] where the table is another, has splits or layers that no Writer
// makes, or epochs that decrease. Numbers have no checksum: a bit of one that changed on
// the disk is not seen.
func Read(path string) (*File, error) {
	r, err := spikefile.ReadResults(path)
	if err != nil {
		return nil, err
	}
	wrong := func(format string, a ...any) (*File, error) {
		return nil, &spikefile.CorruptError{Path: path, Reason: fmt.Sprintf(format, a...), Kind: spikefile.ErrSchema,
			Remedy: "want learning curves, such as curves.arrow"}
	}
	if r.Kind != kind {
		return wrong("the table is %q, want %q", r.Kind, kind)
	}
	epoch, _ := r.Column("epoch")
	split, _ := r.Column("split")
	layer, _ := r.Column("layer")
	for _, n := range []int{len(epoch.Counts), len(split.Index), len(layer.Index)} {
		if n != r.Rows {
			return wrong("%d of epoch, split or layer in %d rows", n, r.Rows)
		}
	}
	for _, name := range split.Names {
		if name != string(Train) && name != string(Test) {
			return wrong("split %q, want %s or %s", name, Train, Test)
		}
	}
	layers, err := layersOf(layer.Names)
	if err != nil && r.Rows > 0 {
		return wrong("%v", err)
	}
	f := &File{Metadata: r.Metadata, Layers: layers}
	for i := range r.Rows {
		if epoch.Counts[i] < 0 || epoch.Counts[i] > math.MaxInt32 || i > 0 && epoch.Counts[i] < epoch.Counts[i-1] {
			return wrong("row %d has epoch %d, want epochs that do not decrease", i, epoch.Counts[i])
		}
		f.Rows = append(f.Rows, Row{Epoch: int(epoch.Counts[i]), Split: Split(split.Names[split.Index[i]]),
			Layer: layer.Names[layer.Index[i]], Values: Values{}})
	}
	for _, m := range columns() {
		c, ok := r.Column(string(m.name))
		if !ok || len(c.Numbers) != r.Rows {
			return wrong("column %s is missing", m.name)
		}
		for i, v := range c.Numbers {
			if !math.IsNaN(v) {
				f.Rows[i].Values[m.name] = v
			}
		}
	}
	return f, nil
}

// layersOf is the names of single layers among all that a file has, those that Create
// wrote: each once, and then Hidden and Network.
func layersOf(all []string) ([]string, error) {
	single := len(all) - 2
	if single < 0 || all[single] != Hidden || all[single+1] != Network {
		return nil, fmt.Errorf("layers %q, want the last two to be %s and %s", all, Hidden, Network)
	}
	for i, name := range all {
		if name == "" || slices.Contains(all[:i], name) {
			return nil, fmt.Errorf("layers %q, want each to have a name of its own", all)
		}
	}
	return all[:single], nil
}
