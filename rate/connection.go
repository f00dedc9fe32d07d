package rate

import (
	"fmt"

	"github.com/apical-sim/apical/internal/matmul"
	"gonum.org/v1/gonum/blas"
)

// Shape is how the units of a layer lie: Channels planes of Height × Width. A layer
// without geometry has its units as channels, of height and width 1.
type Shape struct {
	Channels, Height, Width int
}

// Flat is the shape of n units without geometry.
func Flat(n int) Shape { return Shape{Channels: n, Height: 1, Width: 1} }

// Units is how many units there are.
func (s Shape) Units() int { return s.Channels * s.Height * s.Width }

// String writes 500, or 64×14×14.
func (s Shape) String() string {
	if s.Height == 1 && s.Width == 1 {
		return fmt.Sprint(s.Channels)
	}
	return fmt.Sprintf("%d×%d×%d", s.Channels, s.Height, s.Width)
}

// Connection is a linear map from the units of one layer to those of the next,
// without its weights: forward weights and the feedback weights that stand for them
// have one shape, and go through the same Connection.
type Connection interface {
	// In and Out are the units that it leads from and to.
	In() Shape
	Out() Shape
	// Weights is the shape of a weight matrix w: one row a channel of Out.
	Weights() (rows, cols int)
	// Fan is how many weights lead to a unit, and from one: what initial weights are
	// scaled by.
	Fan() (in, out int)
	// Apply sets y = W x for each row of a batch: x is examples × In, y examples × Out.
	Apply(t *matmul.Team, w, x, y Matrix)
	// Transpose sets x = Wᵀ y for each row of a batch.
	Transpose(t *matmul.Team, w, y, x Matrix)
	// Outer sets g = beta g + Σ d xᵀ over the rows of a batch: the gradient of
	// Σ d·(W x) with respect to W.
	Outer(t *matmul.Team, d, x Matrix, beta float64, g Matrix)
}

// Dense connects each unit with each.
type Dense struct {
	From, To Shape
}

// In implements Connection.
func (c Dense) In() Shape { return c.From }

// Out implements Connection.
func (c Dense) Out() Shape { return c.To }

// Weights implements Connection.
func (c Dense) Weights() (rows, cols int) { return c.To.Units(), c.From.Units() }

// Fan implements Connection.
func (c Dense) Fan() (in, out int) { return c.From.Units(), c.To.Units() }

// Apply implements Connection.
func (c Dense) Apply(t *matmul.Team, w, x, y Matrix) { t.Mul(blas.NoTrans, blas.Trans, x, w, 0, y) }

// Transpose implements Connection.
func (c Dense) Transpose(t *matmul.Team, w, y, x Matrix) {
	t.Mul(blas.NoTrans, blas.NoTrans, y, w, 0, x)
}

// Outer implements Connection.
func (c Dense) Outer(t *matmul.Team, d, x Matrix, beta float64, g Matrix) {
	t.Mul(blas.Trans, blas.NoTrans, d, x, beta, g)
}
