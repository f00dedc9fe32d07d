package rate

import (
	"github.com/apical-sim/apical/internal/matmul"
	"gonum.org/v1/gonum/blas"
)

// Convolution connects each unit with a square of the planes below; the units of a
// channel have the same weights:
//
//	y[c,i,j] = Σ w[c,(k,u,v)] x[k, i·stride+u−padding, j·stride+v−padding]
//
// over the channels k of From and u, v = 0 … Kernel−1, where x is 0 beyond its planes.
// The planes of y have (size + 2 padding − Kernel)/stride + 1 rows, rounded down, and
// columns likewise; what that leaves over at the lower and right edge is not seen.
//
// Products are those of internal/matmul, with the squares as the columns of a matrix.
// It holds these for some examples at a time, so that they stay in a cache. Therefore
// it is not safe for concurrent use, as the team is not that its methods are given.
type Convolution struct {
	from, to                Shape
	kernel, stride, padding int

	group   int // examples of which squares are held at a time
	squares []float64
	planes  []float64

	// What the functions below work on: they are made once, since a closure at each
	// product would be an allocation.
	x, y                           Matrix
	gather, scatter, collect, deal func(lo, hi int)
}

// held is how many numbers the squares of a group have at most, if they are those of
// more than one example: 2 MB of them. A quarter makes products narrower, and training
// of the network for CIFAR-10 20 % slower; from a half to four times as much changes it
// by 4 % at most.
const held = 1 << 18

// NewConvolution returns the connection from a layer to the next. It panics if the
// kernel does not fit: Config.Validate tells beforehand.
func NewConvolution(from Shape, h Hidden) *Convolution {
	to, err := h.over(from)
	if err != nil || h.Channels == 0 {
		panic("rate: " + h.String() + " over " + from.String() + " is no convolution")
	}
	c := &Convolution{from: from, to: to, kernel: h.Kernel, stride: h.Stride, padding: h.Padding}
	_, cols := c.Weights()
	positions := to.Height * to.Width
	c.group = max(1, held/(cols*positions))
	c.squares = make([]float64, c.group*cols*positions)
	c.planes = make([]float64, c.group*to.Units())
	c.gather, c.scatter, c.collect, c.deal = c.gatherSquares, c.scatterSquares, c.collectPlanes, c.dealPlanes
	return c
}

// In implements Connection.
func (c *Convolution) In() Shape { return c.from }

// Out implements Connection.
func (c *Convolution) Out() Shape { return c.to }

// Weights implements Connection: a row is a channel of Out; its columns are ordered by
// channel of In, then row, then column of the kernel.
func (c *Convolution) Weights() (rows, cols int) {
	return c.to.Channels, c.from.Channels * c.kernel * c.kernel
}

// Fan implements Connection: the channels times the kernel's area on either side.
// A unit has fewer targets if the stride is above 1, which is not heeded here, as
// Payeur et al. 2021 do not in their initial weights.
func (c *Convolution) Fan() (in, out int) {
	area := c.kernel * c.kernel
	return c.from.Channels * area, c.to.Channels * area
}

// Apply implements Connection.
func (c *Convolution) Apply(t *matmul.Team, w, x, y Matrix) {
	for lo := 0; lo < x.Rows; lo += c.group {
		squares, planes := c.take(x, y, lo)
		t.Each(squares.Rows, 1, c.gather)
		t.Mul(blas.NoTrans, blas.NoTrans, w, squares, 0, planes)
		t.Each(planes.Rows, 1, c.deal)
	}
}

// Transpose implements Connection.
func (c *Convolution) Transpose(t *matmul.Team, w, y, x Matrix) {
	for lo := 0; lo < x.Rows; lo += c.group {
		squares, planes := c.take(x, y, lo)
		t.Each(planes.Rows, 1, c.collect)
		t.Mul(blas.Trans, blas.NoTrans, w, planes, 0, squares)
		t.Each(c.x.Rows*c.from.Channels, 1, c.scatter)
	}
}

// Outer implements Connection. Groups of examples go on with the sums of those before.
func (c *Convolution) Outer(t *matmul.Team, d, x Matrix, beta float64, g Matrix) {
	for lo := 0; lo < x.Rows; lo += c.group {
		squares, planes := c.take(x, d, lo)
		t.Each(squares.Rows, 1, c.gather)
		t.Each(planes.Rows, 1, c.collect)
		t.Mul(blas.NoTrans, blas.Trans, planes, squares, beta, g)
		beta = 1
	}
}

// take begins with a group of examples. It gives their squares, one column a position
// of an example and one row a weight of a channel, and their planes, one row a channel.
func (c *Convolution) take(x, y Matrix, lo int) (squares, planes Matrix) {
	hi := min(x.Rows, lo+c.group)
	c.x, c.y = span(x, lo, hi), span(y, lo, hi)
	rows, cols := c.Weights()
	n := (hi - lo) * c.to.Height * c.to.Width
	return Matrix{Rows: cols, Cols: n, Stride: n, Data: c.squares[:cols*n]},
		Matrix{Rows: rows, Cols: n, Stride: n, Data: c.planes[:rows*n]}
}

// place gives the channel, row and column of the kernel that a row of squares is for,
// and the columns of a plane of To, from first to end, for which it lies within From.
func (c *Convolution) place(r int) (k, u, v, first, end int) {
	k, u, v = r/(c.kernel*c.kernel), r/c.kernel%c.kernel, r%c.kernel
	// 0 ≤ j·stride + v − padding ≤ width − 1
	first = max(0, (c.padding-v+c.stride-1)/c.stride)
	if last := c.from.Width - 1 + c.padding - v; last >= 0 {
		end = min(c.to.Width, last/c.stride+1)
	}
	return k, u, v, min(first, end), end
}

// gatherSquares fills rows of squares from x.
func (c *Convolution) gatherSquares(lo, hi int) {
	height, width := c.from.Height, c.from.Width
	n := c.x.Rows * c.to.Height * c.to.Width
	for r := lo; r < hi; r++ {
		k, u, v, first, end := c.place(r)
		out := c.squares[r*n : (r+1)*n]
		for e := range c.x.Rows {
			plane := row(c.x, e)[k*height*width:][:height*width]
			for i := range c.to.Height {
				line := out[:c.to.Width]
				out = out[c.to.Width:]
				h := i*c.stride + u - c.padding
				if h < 0 || h >= height || first == end {
					clear(line)
					continue
				}
				clear(line[:first])
				clear(line[end:])
				from := plane[h*width+first*c.stride+v-c.padding : (h+1)*width]
				pick(line[first:end], from, c.stride)
			}
		}
	}
}

// pick sets to[j] = from[j·stride].
func pick(to, from []float64, stride int) {
	if stride == 1 {
		copy(to, from)
		return
	}
	for j := range to {
		to[j] = from[j*stride]
	}
}

// scatterSquares sets planes of x, counted over examples and channels, to the sums of
// what the squares have for each unit, rows of squares ascending.
func (c *Convolution) scatterSquares(lo, hi int) {
	height, width, positions := c.from.Height, c.from.Width, c.to.Height*c.to.Width
	n := c.x.Rows * positions
	area := c.kernel * c.kernel
	for at := lo; at < hi; at++ {
		e, k := at/c.from.Channels, at%c.from.Channels
		plane := row(c.x, e)[k*height*width:][:height*width]
		clear(plane)
		for r := k * area; r < (k+1)*area; r++ {
			_, u, v, first, end := c.place(r)
			if first == end {
				continue
			}
			in := c.squares[r*n+e*positions:][:positions]
			for i := range c.to.Height {
				h := i*c.stride + u - c.padding
				if h < 0 || h >= height {
					continue
				}
				to := plane[h*width+first*c.stride+v-c.padding : (h+1)*width]
				for j, s := range in[i*c.to.Width+first : i*c.to.Width+end] {
					to[j*c.stride] += s
				}
			}
		}
	}
}

// collectPlanes fills rows of planes from y.
func (c *Convolution) collectPlanes(lo, hi int) {
	positions := c.to.Height * c.to.Width
	n := c.y.Rows * positions
	for ch := lo; ch < hi; ch++ {
		for e := range c.y.Rows {
			copy(c.planes[ch*n+e*positions:][:positions], row(c.y, e)[ch*positions:])
		}
	}
}

// dealPlanes is the reverse.
func (c *Convolution) dealPlanes(lo, hi int) {
	positions := c.to.Height * c.to.Width
	n := c.y.Rows * positions
	for ch := lo; ch < hi; ch++ {
		for e := range c.y.Rows {
			copy(row(c.y, e)[ch*positions:][:positions], c.planes[ch*n+e*positions:])
		}
	}
}
