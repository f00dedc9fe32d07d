// Package images trains networks of rates on images, and watches how well credit is
// assigned while they learn: what the experiments with a data set share. They add
// which networks they train, and what they expect.
//
// An epoch shows every training example once, in an order drawn for that epoch alone,
// in minibatches. Whatever is drawn depends on the seed and on the number of the
// epoch, so that a run which goes on from a checkpoint needs to know no more than
// the weights.
package images

import (
	"context"
	"fmt"
	"math"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/rate"
)

// Training is a network and what it learns from.
type Training struct {
	Data *Data
	// Network is what is built; Input and Classes are those of the data.
	Network rate.Config
	// Epochs is for how many it learns, ≥ 0.
	Epochs int
	// Samples is how many minibatches of an epoch, evenly spaced, angles are taken
	// from, ≥ 0.
	Samples int
	// PathExamples and ErrorExamples are how many test examples Path is measured on
	// after each epoch, ≥ 0: its correlation, and the dimensions of errors.
	PathExamples, ErrorExamples int
	// Rest is for how many epochs feedback alone learns, without teacher, before the
	// first, ≥ 0.
	Rest int
	// Progress, if not nil, is told of each part of an epoch that is done.
	Progress func(epochs float64, note string)
	// After, if not nil, is called before the first epoch and after each, with what has
	// been measured so far; also once with what restore gives.
	After func(n *rate.Network, history []Epoch) error
}

// Score is how well examples are classified.
type Score struct {
	// Loss is the mean over examples.
	Loss float64 `json:"loss"`
	// ErrorPct is the part of them whose class has not the highest rate, %.
	ErrorPct float64 `json:"error_pct"`
}

// Epoch is what was measured in an epoch and after it. Epoch 0 is before any
// learning.
type Epoch struct {
	Epoch int `json:"epoch"`
	// Train is the running mean of the epoch: each example is classified when it is
	// shown, before it is learned from. Nil in epoch 0.
	Train *Score `json:"train,omitempty"`
	// Test is that of the test examples after the epoch.
	Test   Score  `json:"test"`
	Credit Credit `json:"credit"`
	// Path has the hidden layers from the bottom up; nil where nothing was measured.
	Path []LayerPath `json:"path,omitempty"`
}

// Evaluation in larger batches than those of learning takes less time.
const evaluationBatch = 256

// Objects of rng.Protocol.
const drawOrder = 0

// progressParts is how often an epoch reports its progress.
const progressParts = 20

// trainer is a Training under way.
type trainer struct {
	Training
	network *rate.Network
	x       rate.Matrix
	classes []uint8
	order   []int
	history []Epoch
}

// Run trains, from the state that restore gives the network; nil is the beginning. It
// returns what was measured in each epoch, also with an error.
func (t Training) Run(ctx context.Context, restore func(n *rate.Network) ([]Epoch, error)) ([]Epoch, error) {
	c := t.Network
	c.Input, c.Classes = t.Data.Shape(), t.Data.Train.Classes
	batch := c.Batch
	c.Batch = max(batch, evaluationBatch)
	n, err := rate.New(c)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	r := trainer{Training: t, network: n, classes: make([]uint8, c.Batch), order: make([]int, t.Data.Train.Count),
		x: rate.Matrix{Rows: c.Batch, Cols: c.Input.Units(), Stride: c.Input.Units(), Data: make([]float64, c.Batch*c.Input.Units())}}
	if restore != nil {
		if r.history, err = restore(n); err != nil {
			return nil, err
		}
		if len(r.history) > 0 && t.After != nil {
			if err := t.After(n, r.history); err != nil {
				return r.history, err
			}
		}
	}
	if len(r.history) == 0 {
		for epoch := range t.Rest {
			if err := r.rest(ctx, epoch, batch); err != nil {
				return nil, err
			}
		}
		if err := r.measure(ctx, Epoch{}); err != nil {
			return r.history, err
		}
	}
	for len(r.history) <= t.Epochs {
		e, err := r.learn(ctx, len(r.history), batch)
		if err == nil {
			err = r.measure(ctx, e)
		}
		if err != nil {
			return r.history, err
		}
	}
	return r.history, nil
}

// rest shows every training example once without a teacher. Its order is that of an
// epoch which nobody reaches.
func (t *trainer) rest(ctx context.Context, epoch, batch int) error {
	t.shuffle(math.MaxUint32 - uint32(epoch))
	for lo := 0; lo < len(t.order); lo += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		x, _ := t.batch(&t.Data.Train, t.order[lo:min(lo+batch, len(t.order))])
		t.network.Cancel(x)
	}
	return nil
}

// learn shows every training example once.
func (t *trainer) learn(ctx context.Context, epoch, batch int) (Epoch, error) {
	t.shuffle(uint32(epoch))
	batches := (len(t.order) + batch - 1) / batch
	var loss float64
	var wrong, shown int
	sample := sample{wanted: t.Samples}
	for k := range batches {
		if err := ctx.Err(); err != nil {
			return Epoch{}, err
		}
		indices := t.order[k*batch : min((k+1)*batch, len(t.order))]
		x, classes := t.batch(&t.Data.Train, indices)
		if sample.wants(k, batches) {
			sample.take(t.network, x, classes)
		}
		l, w := t.network.Train(x, classes)
		loss, wrong, shown = loss+l, wrong+w, shown+len(indices)
		if t.Progress != nil && (k+1)*progressParts/batches != k*progressParts/batches {
			t.Progress(float64(epoch-1)+float64(k+1)/float64(batches), t.note(loss/float64(shown)))
		}
	}
	score := newScore(loss, wrong, shown)
	return Epoch{Epoch: epoch, Train: &score, Credit: sample.credit()}, nil
}

// note is what the progress line says beside the bar.
func (t *trainer) note(loss float64) string {
	return fmt.Sprintf("loss %.3g, test error %.2f %%", loss, t.history[len(t.history)-1].Test.ErrorPct)
}

// measure tests, and adds the epoch to the history.
func (t *trainer) measure(ctx context.Context, e Epoch) error {
	var loss float64
	var wrong int
	set := &t.Data.Test
	for lo := 0; lo < set.Count; lo += evaluationBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		indices := t.order[:0]
		for i := lo; i < min(lo+evaluationBatch, set.Count); i++ {
			indices = append(indices, i)
		}
		l, w := t.network.Test(t.batch(set, indices))
		loss, wrong = loss+l, wrong+w
	}
	e.Test = newScore(loss, wrong, set.Count)
	e.Path = t.path()
	t.history = append(t.history, e)
	if t.After != nil {
		return t.After(t.network, t.history)
	}
	return nil
}

func newScore(loss float64, wrong, examples int) Score {
	return Score{Loss: loss / float64(examples), ErrorPct: 100 * float64(wrong) / float64(examples)}
}

// batch fills the matrix with the examples of these indices.
func (t *trainer) batch(set *dataset.Set, indices []int) (x rate.Matrix, classes []uint8) {
	x = t.x
	x.Rows = len(indices)
	classes = t.classes[:len(indices)]
	t.Data.Fill(set, indices, x, classes)
	return x, classes
}

// shuffle draws the order of an epoch.
func (t *trainer) shuffle(epoch uint32) {
	stream := rng.NewSource(t.Network.Seed, rng.Protocol, drawOrder).Stream(epoch)
	for i := range t.order {
		t.order[i] = i
	}
	rng.Shuffle(&stream, t.order)
}
