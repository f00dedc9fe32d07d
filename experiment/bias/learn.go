package bias

import (
	"context"
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// What is learned of a network.
const (
	learnBiases  = "biases"
	learnMask    = "mask"
	learnWeights = "weights" // and biases: all there is
)

// drawOrder is an object of rng.Protocol; the entity is the epoch.
const drawOrder = 0

// settings are how networks learn, the same for all.
type settings struct {
	seed                    uint64
	epochs, batch           int
	rateBiases, rateWeights float64 // steps of Adam
	scoreBound              float64 // scores of a mask begin uniform between this and its negative
}

func newSettings(v *experiment.Values, seed uint64) settings {
	return settings{seed: seed, epochs: v.Int("epochs"), batch: v.Int("batch"), rateBiases: v.Float("rate"),
		rateWeights: v.Float("rate_weights"), scoreBound: v.Float("score_bound")}
}

// History is how a network learned. TestAccuracyPct has one number more than epochs: the
// first is before any learning. TrainLoss is the mean cross-entropy, nats, of an epoch's
// batches, each before it was learned from.
type History struct {
	TestAccuracyPct []float64 `json:"test_accuracy_pct"`
	TrainLoss       []float64 `json:"train_loss"`
}

// last is the accuracy at the end.
func (h History) last() float64 { return h.TestAccuracyPct[len(h.TestAccuracyPct)-1] }

// trainer trains one network, by one worker.
type trainer struct {
	settings
	net         *rate.Shallow
	train, test examples

	classes []uint8
	delta   rate.Matrix
	order   []int
	update  func(d rate.Matrix, part float64) // learns from the batch that was shown
}

// newTrainer is for biases, or for a mask, which learn from drives that are kept.
func newTrainer(s settings, learn string, team *matmul.Team, n rate.ShallowWeights, train, test *kept) *trainer {
	t := &trainer{settings: s, net: rate.NewShallow(team, n.V, max(s.batch, chunk)), train: train, test: test}
	t.makeRoom()
	if learn == learnBiases {
		t.update = t.net.LearnBiases(s.rateBiases)
	} else {
		t.update = t.net.LearnMask(s.rateBiases, rate.DrawUnits(s.seed, drawScores, n.V.Cols, s.scoreBound))
	}
	return t
}

// newFullTrainer is for all weights and biases of a network, of which it changes a copy.
func newFullTrainer(s settings, team *matmul.Team, n rate.ShallowWeights, d *images.Data) *trainer {
	own := n.Clone()
	x := matrix(max(s.batch, chunk), own.W.Cols)
	train := &shown{data: d, set: &d.Train, w: own.W, team: team, x: x}
	test := &shown{data: d, set: &d.Test, w: own.W, team: team, x: x}
	t := &trainer{settings: s, net: rate.NewShallow(team, own.V, x.Rows), train: train, test: test}
	t.makeRoom()
	update := t.net.LearnAll(s.rateWeights, own.W)
	t.update = func(d rate.Matrix, part float64) { update(train.x, d, part) }
	return t
}

func (t *trainer) makeRoom() {
	rows := max(t.batch, chunk)
	t.classes = make([]uint8, rows)
	t.delta = matrix(rows, t.net.V.Rows)
	t.order = make([]int, max(t.train.count(), t.test.count()))
}

// run trains for all epochs; after is told now and then how many are over.
func (t *trainer) run(ctx context.Context, after func(epochs float64)) (History, error) {
	before, err := t.accuracy(ctx, t.test)
	if err != nil {
		return History{}, err
	}
	h := History{TestAccuracyPct: []float64{before}, TrainLoss: []float64{}}
	for epoch := range t.epochs {
		loss, err := t.epoch(ctx, uint32(epoch), after)
		if err != nil {
			return History{}, err
		}
		accuracy, err := t.accuracy(ctx, t.test)
		if err != nil {
			return History{}, err
		}
		h.TrainLoss = append(h.TrainLoss, loss)
		h.TestAccuracyPct = append(h.TestAccuracyPct, accuracy)
		after(float64(epoch + 1))
	}
	return h, nil
}

// oftenBatches is after how many batches progress is told.
const oftenBatches = 64

// epoch shows every training example once, in an order that all networks of a seed share.
func (t *trainer) epoch(ctx context.Context, epoch uint32, after func(epochs float64)) (meanLoss float64, err error) {
	order := t.ordered(t.train.count())
	stream := rng.NewSource(t.seed, rng.Protocol, drawOrder).Stream(epoch)
	rng.Shuffle(&stream, order)
	sum := 0.0
	for from := 0; from < len(order); from += t.batch {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if from/t.batch%oftenBatches == oftenBatches-1 {
			after(float64(epoch) + float64(from)/float64(len(order)))
		}
		indices := order[from:min(from+t.batch, len(order))]
		y := t.show(t.train, indices)
		d := t.delta
		d.Rows = len(indices)
		loss, _ := rate.CrossEntropy.Gradient(y, t.classes[:len(indices)], d)
		sum += loss
		t.update(d, 1)
	}
	return sum / float64(len(order)), nil
}

// ordered is 0, 1, 2, …
func (t *trainer) ordered(n int) []int {
	order := t.order[:n]
	for i := range order {
		order[i] = i
	}
	return order
}

func (t *trainer) show(e examples, indices []int) (y rate.Matrix) {
	e.drive(indices, t.net.Drive(len(indices)), t.classes)
	return t.net.Forward()
}

// accuracy is the part of the examples whose class has the greatest output, the first of
// equals, %.
func (t *trainer) accuracy(ctx context.Context, e examples) (float64, error) {
	right := 0
	err := t.through(ctx, e, func(y rate.Matrix, classes []uint8) {
		for i, class := range classes {
			row := y.Data[i*y.Stride:][:y.Cols]
			if slices.Index(row, slices.Max(row)) == int(class) {
				right++
			}
		}
	})
	return 100 * float64(right) / float64(e.count()), err
}

// through shows all examples, some at a time.
func (t *trainer) through(ctx context.Context, e examples, f func(y rate.Matrix, classes []uint8)) error {
	order := t.ordered(e.count())
	for from := 0; from < len(order); from += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		indices := order[from:min(from+chunk, len(order))]
		f(t.show(e, indices), t.classes[:len(indices)])
	}
	return nil
}

// variances are those of the activity of each unit over examples.
func (t *trainer) variances(ctx context.Context, e examples) ([]float64, error) {
	units := t.net.V.Cols
	sum, squares := make([]float64, units), make([]float64, units)
	err := t.through(ctx, e, func(_ rate.Matrix, classes []uint8) {
		for i := range classes {
			for j, h := range t.net.Row(i) {
				sum[j] += h
				squares[j] += float64(h * h)
			}
		}
	})
	n := float64(e.count())
	for j, s := range sum {
		mean := s / n
		squares[j] = math.Max(0, squares[j]/n-float64(mean*mean))
	}
	return squares, err
}
