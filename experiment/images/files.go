package images

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/checkpoint"
	"github.com/apical-sim/apical/io/curvefile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// The files that Learn leaves beside metrics.json.
const (
	curvesName = "curves.arrow"
	// CheckpointName is the file that a run goes on from.
	CheckpointName = "checkpoint.arrow"
)

// Files are what Learn leaves in the directory of a run beside metrics.json.
func Files() []string { return []string{curvesName, CheckpointName} }

// recording writes the files of a run while it learns.
type recording struct {
	run     *experiment.Run
	options spikefile.Options
	// meta is that of the curves; that of checkpoints has a configuration of its own.
	meta, checkpoint spikefile.Meta
	curves           *curvefile.Writer
	written          int // epochs in curves
}

func newRecording(r *experiment.Run, d *Data) (*recording, error) {
	codec, err := spikefile.ParseCodec(r.Codec)
	if err != nil {
		return nil, err
	}
	m := r.Meta()
	rec := &recording{run: r, options: spikefile.Options{Codec: codec},
		meta: spikefile.Meta{Version: m.Version, Revision: m.Revision, Seed: m.Seed, Config: m.Config, Extra: m.Extra}}
	rec.checkpoint = rec.meta
	rec.checkpoint.Config, err = lasting(r.Values, d)
	return rec, err
}

// lasting is what has to stay as it was for a run to go on: all values but those that
// grow and where the data lie, and the data.
func lasting(v *experiment.Values, d *Data) (json.RawMessage, error) {
	all, err := v.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := json.Unmarshal(all, &values); err != nil {
		return nil, err
	}
	delete(values, "epochs")
	delete(values, "data")
	h := sha256.New()
	for _, s := range []struct{ images, labels []uint8 }{{d.Train.Images, d.Train.Labels}, {d.Test.Images, d.Test.Labels}} {
		h.Write(s.images)
		h.Write(s.labels)
	}
	values["data_sha256"] = hex.EncodeToString(h.Sum(nil))
	return json.Marshal(values)
}

// restore gives the network the weights of the checkpoint, if the run is to go on from
// one and there is one.
func (r *recording) restore(n *rate.Network) ([]Epoch, error) {
	path := r.run.Path(CheckpointName)
	if _, err := os.Lstat(path); !r.run.Resume || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	state, err := checkpoint.Load(path, n, r.checkpoint)
	var wrong *spikefile.CorruptError
	if errors.As(err, &wrong) {
		return nil, experiment.Inputf("resume: %v", err)
	}
	if err != nil {
		return nil, err
	}
	var history []Epoch
	if err := json.Unmarshal(state.Record, &history); err != nil {
		return nil, fmt.Errorf("%s: record: %w", path, err)
	}
	if len(history) != state.Epoch+1 {
		return nil, fmt.Errorf("%s: %d epochs of measures, want %d", path, len(history)-1, state.Epoch)
	}
	return history, nil
}

// keep writes what is new of the history, and after an epoch the checkpoint.
func (r *recording) keep(n *rate.Network, history []Epoch) error {
	if r.curves == nil {
		var err error
		if r.curves, err = curvefile.Create(r.run.Path(curvesName), r.meta, n.Names(), r.options); err != nil {
			return err
		}
	}
	known := r.written
	for ; r.written < len(history); r.written++ {
		if err := r.curves.Append(rows(history[r.written], n.Names())...); err != nil {
			return err
		}
	}
	if known > 0 || len(history) == 1 { // else it is the checkpoint that all came from
		return r.save(n, history)
	}
	return nil
}

func (r *recording) save(n *rate.Network, history []Epoch) error {
	record, err := json.Marshal(history)
	if err != nil {
		return err
	}
	return checkpoint.Save(r.run.Path(CheckpointName), n,
		checkpoint.State{Meta: r.checkpoint, Epoch: len(history) - 1, Record: record}, r.options)
}

// close completes the curves.
func (r *recording) close() error {
	if r.curves == nil {
		return nil
	}
	return r.curves.Close()
}

// rows are those of an epoch: of the network by split, and of its layers.
func rows(e Epoch, layers []string) (all []curvefile.Row) {
	score := func(s Score) curvefile.Values {
		return curvefile.Values{curvefile.Loss: s.Loss, curvefile.ErrorPct: s.ErrorPct}
	}
	add := func(split curvefile.Split, layer string, v curvefile.Values) {
		all = append(all, curvefile.Row{Epoch: e.Epoch, Split: split, Layer: layer, Values: v})
	}
	for k, l := range e.Credit.Layers {
		v := curvefile.Values{}
		for m, x := range map[curvefile.Measure]*float64{
			curvefile.Delta: l.DeltaDeg, curvefile.DeltaFA: l.DeltaFADeg, curvefile.DeltaFABP: l.DeltaFABPDeg,
			curvefile.Gradient: l.GradientDeg, curvefile.GradientFA: l.GradientFADeg, curvefile.GradientFABP: l.GradientFABPDeg,
			curvefile.Symmetry: l.SymmetryDeg, curvefile.Cancelling: l.CancellingDeg,
		} {
			if x != nil {
				v[m] = *x
			}
		}
		add(curvefile.Train, layers[k], v)
	}
	if g := e.Credit.HiddenGradientDeg; g != nil {
		add(curvefile.Train, curvefile.Hidden, curvefile.Values{curvefile.Gradient: *g})
	}
	if e.Train != nil {
		v := score(*e.Train)
		v[curvefile.Degenerate] = float64(e.Credit.Degenerate)
		if g := e.Credit.GradientDeg; g != nil {
			v[curvefile.Gradient] = *g
		}
		add(curvefile.Train, curvefile.Network, v)
	}
	for k, l := range e.Path {
		v := curvefile.Values{}
		for m, x := range map[curvefile.Measure]*float64{curvefile.FeedbackCorrelation: l.FeedbackCorrelation,
			curvefile.ParticipationRatio: l.ParticipationRatio, curvefile.EffectiveRank: l.EffectiveRank} {
			if x != nil {
				v[m] = *x
			}
		}
		add(curvefile.Test, layers[k], v)
	}
	add(curvefile.Test, curvefile.Network, score(e.Test))
	return all
}
