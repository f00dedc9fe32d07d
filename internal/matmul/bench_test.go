package matmul

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// BenchmarkMul reports how many billions of multiply-adds a second products take that
// training a 784-500-10 network does with minibatches of 32, and some others.
func BenchmarkMul(b *testing.B) {
	for _, shape := range []struct {
		name    string
		ta, tb  blas.Transpose
		m, k, n int
		beta    float64
	}{
		{"forward/784-500", blas.NoTrans, blas.Trans, 32, 784, 500, 0},
		{"backward/500-784", blas.NoTrans, blas.NoTrans, 32, 500, 784, 0},
		{"gradient/784-500", blas.Trans, blas.NoTrans, 500, 32, 784, 0.8},
		{"forward/500-10", blas.NoTrans, blas.Trans, 32, 500, 10, 0},
		{"backward/10-500", blas.NoTrans, blas.NoTrans, 32, 10, 500, 0},
		{"gradient/500-10", blas.Trans, blas.NoTrans, 10, 32, 500, 0.8},
		{"forward/500-500/1", blas.NoTrans, blas.Trans, 1, 500, 500, 0},
		{"convolution", blas.NoTrans, blas.Trans, 32 * 196, 25, 16, 0},
		{"gradient/convolution", blas.Trans, blas.NoTrans, 16, 32 * 196, 25, 0.8},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		x, y, z := drawn(r, shape.m, shape.k, 0), drawn(r, shape.k, shape.n, 0), drawn(r, shape.m, shape.n, 0)
		if shape.ta == blas.Trans {
			x = drawn(r, shape.k, shape.m, 0)
		}
		if shape.tb == blas.Trans {
			y = drawn(r, shape.n, shape.k, 0)
		}
		for i := range z.Data {
			z.Data[i] = 0
		}
		work := float64(shape.m * shape.k * shape.n)
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", shape.name, workers), func(b *testing.B) {
				team := NewTeam(workers)
				defer team.Close()
				b.ReportAllocs()
				for b.Loop() {
					team.Mul(shape.ta, shape.tb, x, y, shape.beta, z)
				}
				b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFMA/s")
			})
		}
		b.Run(shape.name+"/gonum", func(b *testing.B) {
			for b.Loop() {
				blas64.Gemm(shape.ta, shape.tb, 1, x, y, shape.beta, z)
			}
			b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFMA/s")
		})
	}
}
