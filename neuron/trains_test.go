package neuron

import (
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/internal/rng"
)

// driveCases take all ways: one train of many and of few spikes, several with
// gaps from the table and from the logarithm, and counts.
var driveCases = []struct {
	trains int
	p      float64
}{{1, 0.05}, {1, 0.7}, {1, 0.003}, {1, 0.0005}, {1, 1}, {3, 0.05}, {20, 0.002}, {1000, 1e-4}, {1000, 0.002}, {30, 0.5}, {2, 1}, {MaxTrains, 1e-7}}

// TestDriveIsBinomial counts the spikes of each unit and step.
func TestDriveIsBinomial(t *testing.T) {
	const size, steps = 200, 4000
	for _, x := range driveCases {
		d := NewDrive(rng.NewSource(7, rng.PoissonInput, 1), size, x.trains, x.p)
		seen := map[int]float64{}
		g := make([]float32, Padded(size))
		for n := range int64(steps) {
			clear(g)
			d.Add(n, 0, size, 1, g)
			for _, v := range g[:size] {
				seen[int(v)]++
			}
			for i, v := range g[size:] {
				if v != 0 {
					t.Fatalf("%v: padding %d has spikes", x, i)
				}
			}
		}
		if x.p == 1 {
			if seen[x.trains] != size*steps {
				t.Errorf("%v: some trains miss a spike", x)
			}
			continue
		}
		law := distuv.Binomial{N: float64(x.trains), P: x.p}
		var observed, expected []float64
		var rareSeen, rareWanted float64
		for k := range min(x.trains, 100) + 1 {
			want := law.Prob(float64(k)) * size * steps
			if want < 10 {
				rareSeen += seen[k]
				rareWanted += want
				continue
			}
			observed, expected = append(observed, seen[k]), append(expected, want)
		}
		if rareWanted > 1 {
			observed, expected = append(observed, rareSeen), append(expected, rareWanted)
		}
		chi2 := stat.ChiSquare(observed, expected)
		// A fixed seed; 1e-4 is the chance of another one to fail.
		if p := 1 - (distuv.ChiSquared{K: float64(len(observed) - 1)}).CDF(chi2); p < 1e-4 {
			t.Errorf("%v: chi-square %.1f of %d classes, p %g", x, chi2, len(observed), p)
		}
	}
}

// TestDriveParts demands the same bits however the units are divided.
func TestDriveParts(t *testing.T) {
	const size, steps = 300, 300
	for _, x := range driveCases {
		source := rng.NewSource(7, rng.PoissonInput, 1)
		whole, parts := NewDrive(source, size, x.trains, x.p), NewDrive(source, size, x.trains, x.p)
		want, got := make([]float32, Padded(size)), make([]float32, Padded(size))
		for n := range int64(steps) {
			whole.Add(n, 0, size, 0.3, want)
			parts.Add(n, 192, size, 0.3, got)
			parts.Add(n, 0, 64, 0.3, got)
			parts.Add(n, 64, 192, 0.3, got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: other sums in parts", x)
		}
	}
}

// TestDriveAnyStep asks a single train a unit for later steps directly, which
// gives what walking gives.
func TestDriveAnyStep(t *testing.T) {
	const size = 200
	for _, x := range driveCases {
		if x.trains > 1 {
			continue
		}
		source := rng.NewSource(7, rng.PoissonInput, 1)
		walking, jumping := NewDrive(source, size, 1, x.p), NewDrive(source, size, 1, x.p)
		for n := range int64(1000) {
			want, got := make([]float32, Padded(size)), make([]float32, Padded(size))
			walking.Add(n, 0, size, 1, want)
			if n%37 != 0 {
				continue
			}
			jumping.Add(n, 0, size, 1, got)
			if !slices.Equal(got, want) {
				t.Fatalf("p %v: step %d differs", x.p, n)
			}
		}
	}
}

// TestBlocksAgree demands that what a worker may own is what is drawn together.
func TestBlocksAgree(t *testing.T) {
	if Block != rng.GridBlock {
		t.Errorf("blocks of %d and %d units", Block, rng.GridBlock)
	}
}

func TestDriveDoesNotAllocate(t *testing.T) {
	const size = 300
	for _, x := range driveCases {
		d := NewDrive(rng.NewSource(7, rng.PoissonInput, 1), size, x.trains, x.p)
		g, n := make([]float32, Padded(size)), int64(0)
		if a := testing.AllocsPerRun(2000, func() { d.Add(n, 0, size, 1, g); n++ }); a > 0 {
			t.Errorf("%v: %v allocations a step", x, a)
		}
	}
}

func BenchmarkDrive(b *testing.B) {
	const size = 4096
	for _, x := range []struct {
		trains int
		p      float64
	}{{1, 5e-4}, {1, 0.015}, {1, 0.05}, {10, 0.01}, {10, 0.019}, {10, 0.02}, {1000, 1e-4}, {1000, 0.002}} {
		b.Run(fmt.Sprintf("%dx%v", x.trains, x.p), func(b *testing.B) {
			d := NewDrive(rng.NewSource(7, rng.PoissonInput, 1), size, x.trains, x.p)
			g, n := make([]float32, size), int64(0)
			for b.Loop() {
				d.Add(n, 0, size, 1, g)
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/unit")
		})
	}
}
