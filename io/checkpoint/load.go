package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// What to do about a checkpoint from which a run cannot go on.
const (
	anew  = "begin anew, with --force in place of --resume or elsewhere"
	other = "continue the run that wrote it, or begin anew elsewhere"
	same  = "want a checkpoint of the same network"
)

// Load gives n the weights of the checkpoint path, which must be of a run with the seed
// and the configuration of meta, and of a network with the tensors of n. Whatever is
// wrong with the file is a *[spikefile.CorruptError], one line that says what would be
// right. After an error the weights of n mean nothing.
func Load(path string, n *rate.Network, meta spikefile.Meta) (State, error) {
	wrong := func(kind, err error, remedy string) (State, error) {
		return State{}, &spikefile.CorruptError{Path: path, Reason: err.Error(), Kind: kind, Remedy: remedy}
	}
	// unreadable replaces the remedy of other tables, to repair them: no run goes on from
	// part of the weights.
	unreadable := func(err error) (State, error) {
		var corrupt *spikefile.CorruptError
		if errors.As(err, &corrupt) {
			return wrong(corrupt.Kind, errors.New(corrupt.Reason), anew)
		}
		return State{}, err
	}
	r, err := spikefile.OpenRecords(path)
	if err != nil {
		return unreadable(err)
	}
	defer r.Close()
	if r.Format() != "apical."+kind {
		return wrong(spikefile.ErrSchema, fmt.Errorf("the table is %q, want %q", r.Format(), "apical."+kind), "")
	}
	md := r.Schema().Metadata()
	s, err := decode(md, meta)
	if err != nil {
		return wrong(spikefile.ErrSchema, err, other)
	}
	l, err := newLoader(n, r.Schema(), value(md, keyTensors))
	if err != nil {
		return wrong(spikefile.ErrSchema, err, same)
	}
	for r.Next() {
		if err := l.take(r.Record()); err != nil {
			return wrong(spikefile.ErrDamaged, err, anew)
		}
	}
	if err := r.Err(); err != nil {
		return unreadable(err)
	}
	if l.tensor < len(l.shapes) {
		return wrong(spikefile.ErrDamaged, fmt.Errorf("it ends within %s %s", l.shapes[l.tensor].Layer, l.shapes[l.tensor].Name), anew)
	}
	if hash(s, s.Meta.ConfigSHA256, l.tensors) != value(md, keyHash) {
		return wrong(spikefile.ErrDamaged, errors.New("epoch, record or weights are not those that were saved: their "+keyHash+" differs"), anew)
	}
	return s, nil
}

func value(md arrow.Metadata, key string) string {
	if i := md.FindKey(key); i >= 0 {
		return md.Values()[i]
	}
	return ""
}

// decode reads the state, and compares it with the run that wants to go on from it.
func decode(md arrow.Metadata, want spikefile.Meta) (s State, err error) {
	s.Meta.Version, s.Meta.Revision = value(md, "version"), value(md, "vcs.revision")
	if s.Meta.Seed, err = strconv.ParseUint(value(md, "seed"), 10, 64); err != nil {
		return s, fmt.Errorf("seed %q, want an unsigned integer", value(md, "seed"))
	}
	if s.Meta.Seed != want.Seed {
		return s, fmt.Errorf("seed is %d, want %d", s.Meta.Seed, want.Seed)
	}
	const most = 1 << 30
	if s.Epoch, err = strconv.Atoi(value(md, keyEpoch)); err != nil || s.Epoch < 0 || s.Epoch > most {
		return s, fmt.Errorf("epoch %q, want an integer ≥ 0", value(md, keyEpoch))
	}
	if record := value(md, keyRecord); record != "" {
		if s.Record = json.RawMessage(record); !json.Valid(s.Record) {
			return s, errors.New("record is not JSON")
		}
	}
	if config := value(md, "config"); config != "" {
		s.Meta.Config = json.RawMessage(config)
	}
	s.Meta.ConfigSHA256 = value(md, "config_sha256")
	config, err := want.ConfigHash()
	if err == nil && s.Meta.ConfigSHA256 != config {
		err = difference(s.Meta.Config, want.Config)
	}
	return s, err
}

// difference names the first key in which two configurations differ.
func difference(was, want json.RawMessage) error {
	var a, b map[string]any
	if json.Unmarshal(was, &a) == nil && json.Unmarshal(want, &b) == nil {
		all := maps.Clone(b)
		maps.Copy(all, a)
		for _, k := range slices.Sorted(maps.Keys(all)) {
			if !reflect.DeepEqual(a[k], b[k]) {
				return fmt.Errorf("%s is %s, want %s", k, text(a[k]), text(b[k]))
			}
		}
	}
	return errors.New("its configuration is another than that of the run")
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// loader copies rows to the tensors that they are of.
type loader struct {
	tensors    []*rate.Tensor
	shapes     []spikefile.TensorInfo
	columns    [6]int // of the file, in the order of empty
	tensor, at int    // the next element
}

func newLoader(n *rate.Network, s *arrow.Schema, list string) (*loader, error) {
	l := &loader{}
	l.tensors, l.shapes = tensors(n)
	var found []spikefile.TensorInfo
	if err := json.Unmarshal([]byte(list), &found); err != nil {
		return nil, fmt.Errorf("metadata %s: %w", keyTensors, err)
	}
	for i := range max(len(found), len(l.shapes)) {
		switch {
		case i >= len(found):
			return nil, fmt.Errorf("%s is missing", describe(l.shapes[i]))
		case i >= len(l.shapes):
			return nil, fmt.Errorf("it has %s, which the network has not", describe(found[i]))
		case found[i] != l.shapes[i]:
			return nil, fmt.Errorf("it has %s, want %s", describe(found[i]), describe(l.shapes[i]))
		}
	}
	for i, c := range empty(l.shapes) {
		at := s.FieldIndices(c.Name)
		if len(at) != 1 {
			return nil, fmt.Errorf("column %s is missing", c.Name)
		}
		l.columns[i] = at[0]
	}
	return l, nil
}

// describe is for errors.
func describe(s spikefile.TensorInfo) string {
	return fmt.Sprintf("%s %s of %d × %d (last change: %v)", s.Layer, s.Name, s.Rows, s.Columns, s.Changes)
}

// take copies a batch.
func (l *loader) take(rec arrow.Record) error {
	layer, ok1 := rec.Column(l.columns[0]).(*array.Dictionary)
	tensor, ok2 := rec.Column(l.columns[1]).(*array.Dictionary)
	row, ok3 := rec.Column(l.columns[2]).(*array.Int64)
	column, ok4 := rec.Column(l.columns[3]).(*array.Int64)
	value, ok5 := rec.Column(l.columns[4]).(*array.Float64)
	change, ok6 := rec.Column(l.columns[5]).(*array.Float64)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return errors.New("columns have other types than those of a checkpoint")
	}
	layers, ok1 := layer.Dictionary().(*array.String)
	names, ok2 := tensor.Dictionary().(*array.String)
	if !ok1 || !ok2 {
		return errors.New("layers or tensors have no names")
	}
	if layer.NullN()+tensor.NullN()+row.NullN()+column.NullN()+value.NullN() > 0 {
		return errors.New("rows have nulls, want them in last_change alone")
	}
	for i := range int(rec.NumRows()) {
		if l.tensor == len(l.shapes) {
			return errors.New("rows follow the last tensor")
		}
		s, t := l.shapes[l.tensor], l.tensors[l.tensor]
		if layers.Value(layer.GetValueIndex(i)) != s.Layer || names.Value(tensor.GetValueIndex(i)) != s.Name ||
			row.Value(i) != int64(l.at/s.Columns) || column.Value(i) != int64(l.at%s.Columns) || change.IsValid(i) != s.Changes {
			return fmt.Errorf("element %d of %s is missing, or another is in its place", l.at, describe(s))
		}
		t.W.Data[l.at] = value.Value(i)
		if s.Changes {
			t.V.Data[l.at] = change.Value(i)
		}
		if l.at++; l.at == s.Rows*s.Columns {
			l.tensor, l.at = l.tensor+1, 0
		}
	}
	return nil
}
