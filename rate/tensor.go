package rate

import (
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/internal/vec"
	"gonum.org/v1/gonum/stat/distuv"
)

// elements is the least number of weights that a worker is given at a time.
const elements = 4096

// Tensor is weights that learn, and the momentum of their changes; also weights that
// do not learn, then without momentum.
type Tensor struct {
	// Name says what it is within its layer: "weights", "biases", "feedback", …
	Name string
	// W are the weights. V holds the last change, of the same shape, with no data if
	// the weights do not learn: a step sets V = momentum V + rate Σ d xᵀ, and W by
	// Tensor.advance.
	W, V Matrix

	decay float64
	part  func(lo, hi int) // made once: a closure at each step would be an allocation
}

// newTensor returns zeros.
func newTensor(name string, rows, cols int, learns bool) *Tensor {
	t := &Tensor{Name: name, W: newMatrix(rows, cols)}
	if learns {
		t.learns()
	}
	return t
}

// learns makes room for changes.
func (t *Tensor) learns() {
	t.V = newMatrix(t.W.Rows, t.W.Cols)
	t.part = func(lo, hi int) {
		vec.Momentum(t.W.Data[lo:hi], t.V.Data[lo:hi], t.decay)
	}
}

// advance sets W = (1−decay) W + V.
func (t *Tensor) advance(team *matmul.Team, decay float64) {
	t.decay = decay
	team.Each(len(t.W.Data), elements, t.part)
}

// normal draws weights of mean 0 and standard deviation sd.
func (t *Tensor) normal(source rng.Source, sd float64) {
	stream := source.Stream(0)
	n := distuv.Normal{Sigma: sd, Src: &stream}
	for i := range t.W.Data {
		t.W.Data[i] = n.Rand()
	}
}

// uniform draws weights between −width and width.
func (t *Tensor) uniform(source rng.Source, width float64) {
	stream := source.Stream(0)
	for i := range t.W.Data {
		t.W.Data[i] = width * (float64(2*stream.Float64()) - 1)
	}
}
