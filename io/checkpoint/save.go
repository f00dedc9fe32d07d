package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/apical-sim/apical/io/newfile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// kind is the table's kind in the metadata key format, after "apical.".
const kind = "checkpoint"

// Keys of the metadata.
const (
	keyEpoch   = "epoch"
	keyTensors = "tensors"
	keyRecord  = "record"
	keyHash    = "state_sha256"
)

// State is what a checkpoint holds beside the weights.
type State struct {
	// Meta tells of the run: version, revision, seed, configuration and Extra are used.
	// The configuration is what a run has to agree in to go on from here, so it should
	// hold all that decides what is learned, and not for how long.
	Meta spikefile.Meta
	// Epoch is how many epochs were completed, ≥ 0.
	Epoch int
	// Record is what else the program needs to go on; may be empty.
	Record json.RawMessage
}

// tensors are all of a network, and what the metadata say of them.
func tensors(n *rate.Network) (all []*rate.Tensor, shapes []spikefile.TensorInfo) {
	names := n.Names()
	for k, l := range n.Layers() {
		for _, t := range l.Tensors() {
			all = append(all, t)
			shapes = append(shapes, spikefile.TensorInfo{Layer: names[k], Name: t.Name, Rows: t.W.Rows, Columns: t.W.Cols, Changes: t.V.Data != nil})
		}
	}
	return all, shapes
}

// hash is over what a run goes on from. Integers and values, each followed by its last
// changes, have 8 bytes, little endian; texts follow their lengths.
func hash(s State, config string, all []*rate.Tensor) string {
	h := sha256.New()
	var b []byte
	for _, n := range []uint64{s.Meta.Seed, uint64(s.Epoch)} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	for _, text := range []string{config, string(s.Record)} {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(text)))
		b = append(b, text...)
	}
	h.Write(b)
	for _, t := range all {
		for _, values := range [][]float64{t.W.Data, t.V.Data} {
			b = b[:0]
			for _, v := range values {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Save writes a checkpoint of n, replacing a regular file that has the name path. What
// a killed program left of one beside it is removed: it is for the caller to see that
// nobody else writes there. A network that holds a NaN is refused, since nothing could
// go on from it; the checkpoint before stays.
func Save(path string, n *rate.Network, s State, opt spikefile.Options) error {
	fresh := path + newfile.Suffix
	for _, left := range []string{fresh, fresh + ".partial"} {
		if info, err := os.Lstat(left); err == nil && info.Mode().IsRegular() {
			if err := os.Remove(left); err != nil {
				return err
			}
		}
	}
	if err := newfile.Check(path, true); err != nil {
		return err
	}
	if err := write(fresh, n, s, opt); err != nil {
		return err
	}
	return newfile.Publish(fresh, path)
}

func write(path string, n *rate.Network, s State, opt spikefile.Options) error {
	if s.Epoch < 0 {
		return fmt.Errorf("checkpoint: epoch %d, want ≥ 0", s.Epoch)
	}
	all, shapes := tensors(n)
	for i, t := range all {
		for _, values := range [][]float64{t.W.Data, t.V.Data} {
			if at := slices.IndexFunc(values, math.IsNaN); at >= 0 {
				return fmt.Errorf("checkpoint: epoch %d: %s %s: element %d is not a number: the network has diverged, learn at a smaller rate",
					s.Epoch, shapes[i].Layer, shapes[i].Name, at)
			}
		}
	}
	list, err := json.Marshal(shapes)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	config, err := s.Meta.ConfigHash()
	if err != nil {
		return err
	}
	extra := map[string]string{keyEpoch: strconv.Itoa(s.Epoch), keyTensors: string(list), keyHash: hash(s, config, all)}
	if len(s.Record) > 0 {
		extra[keyRecord] = string(s.Record)
	}
	for k, v := range s.Meta.Extra {
		if _, taken := extra[k]; taken {
			return fmt.Errorf("checkpoint: extra metadata: key %q belongs to the format", k)
		}
		extra[k] = v
	}
	meta := s.Meta
	meta.Extra = extra
	columns := empty(shapes)
	w, err := spikefile.CreateResults(path, kind, meta, columns, opt)
	if err != nil {
		return err
	}
	for i, t := range all {
		fill(columns, t, shapes[i])
		if err := w.Append(columns); err != nil {
			w.Discard()
			return err
		}
	}
	if err := w.Close(); err != nil {
		_ = os.Remove(path + ".partial") // err says what happened
		return err
	}
	return nil
}

// empty is the columns of no element.
func empty(shapes []spikefile.TensorInfo) []spikefile.ResultColumn {
	var layers, names []string
	for _, s := range shapes {
		if !slices.Contains(layers, s.Layer) {
			layers = append(layers, s.Layer)
		}
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return []spikefile.ResultColumn{
		{Name: "layer", Index: []int16{}, Names: layers},
		{Name: "tensor", Index: []int16{}, Names: names},
		{Name: "row", Unit: "index", What: "unit, or channel, that it leads to", Counts: []int64{}},
		{Name: "column", Unit: "index", What: "unit that it comes from, or weight of a kernel", Counts: []int64{}},
		{Name: "value", Unit: "1", Numbers: []float64{}},
		{Name: "last_change", Unit: "1", What: "of the value; null where the tensor keeps none", Numbers: []float64{}, Nullable: true},
	}
}

// fill makes the columns those of a tensor.
func fill(c []spikefile.ResultColumn, t *rate.Tensor, s spikefile.TensorInfo) {
	layer, name := int16(slices.Index(c[0].Names, s.Layer)), int16(slices.Index(c[1].Names, s.Name))
	for i := range c {
		c[i].Index, c[i].Counts, c[i].Numbers = c[i].Index[:0], c[i].Counts[:0], c[i].Numbers[:0]
	}
	for r := range s.Rows {
		for column := range s.Columns {
			at := r*s.Columns + column
			change := math.NaN()
			if s.Changes {
				change = t.V.Data[at]
			}
			c[0].Index, c[1].Index = append(c[0].Index, layer), append(c[1].Index, name)
			c[2].Counts, c[3].Counts = append(c[2].Counts, int64(r)), append(c[3].Counts, int64(column))
			c[4].Numbers, c[5].Numbers = append(c[4].Numbers, t.W.Data[at]), append(c[5].Numbers, change)
		}
	}
}
