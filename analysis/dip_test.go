package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
)

// Dips that the program diptest 0.12.0 for Python gives, which is the C code of
// the R package of that name (Maechler), a corrected AS 217. Where no sample of
// this size could be closer to unimodal it gives 0, and R and we 1/(2n).
func TestDipAgainstReference(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{1, 2, 3, 4, 5}, 0.1},
		{[]float64{1, 1, 2, 3, 8, 9, 9, 10}, 0.17857142857142855},
		{[]float64{0, 1}, 0.25},
		{[]float64{5, 5, 5, 5}, 0.125},
		{[]float64{1, 2, 3, 10, 11, 12}, 0.19444444444444445},
		{[]float64{1, 2, 4, 8, 16, 32, 64}, 0.07142857142857142},
		{[]float64{0.1, 0.5, 0.55, 0.6, 3, 3.1, 3.2, 7, 8}, 0.15384615384615383},
	} {
		if got := Dip(c.x); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%v: %v, want %v", c.x, got, c.want)
		}
	}
	if Dip(nil) != 0 {
		t.Error("an empty sample has a dip")
	}
}

// naiveDip is the dip by its definition, as a linear program for each place of the
// mode: the least d for which there are values F of a distribution function at the
// points of the sample, within d of that of the sample on both sides of each step,
// that rise ever faster up to the mode, where F may jump, and ever more slowly after
// it.
func naiveDip(t *testing.T, sample []float64) float64 {
	x := slices.Compact(slices.Clone(sample))
	below := make([]float64, len(x)+1) // the sample's function before each point, and at the end
	for i := range x {
		at, _ := slices.BinarySearch(sample, x[i])
		below[i] = float64(at) / float64(len(sample))
	}
	below[len(x)] = 1
	best := 1.0
	for mode := range x {
		// Variables: F at the points up to the mode, F at those from the mode on, d.
		n := len(x) + 2
		at := func(i int, right bool) int {
			if i > mode || i == mode && right {
				return i + 1
			}
			return i
		}
		var rows [][]float64 // row · variables <= bound
		var bounds []float64
		less := func(bound float64, terms map[int]float64) {
			row := make([]float64, n)
			for k, v := range terms {
				row[k] = v
			}
			rows, bounds = append(rows, row), append(bounds, bound)
		}
		near := func(k int, value float64) {
			less(value, map[int]float64{k: 1, n - 1: -1})
			less(-value, map[int]float64{k: -1, n - 1: -1})
		}
		for i := range x {
			near(at(i, false), below[i])
			near(at(i, true), below[i+1])
		}
		for k := range n - 2 {
			less(0, map[int]float64{k: 1, k + 1: -1})
		}
		for i := 1; i+1 < len(x); i++ {
			sign := 1.0
			if i == mode {
				continue
			} else if i > mode {
				sign = -1
			}
			left, right := sign/(x[i]-x[i-1]), sign/(x[i+1]-x[i])
			less(0, map[int]float64{at(i-1, true): -left, at(i, false): left + right, at(i+1, false): -right})
		}
		a := mat.NewDense(len(rows), n+len(rows), nil)
		for r, row := range rows {
			for k, v := range row {
				a.Set(r, k, v)
			}
			a.Set(r, n+r, 1)
		}
		cost := make([]float64, n+len(rows))
		cost[n-1] = 1
		d, _, err := lp.Simplex(cost, a, bounds, 1e-10, nil)
		if err != nil {
			t.Fatalf("%v: %v", sample, err)
		}
		best = min(best, d)
	}
	return best
}

func TestDipAgainstDefinition(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 1))
		x := make([]float64, 2+r.IntN(8))
		for i := range x {
			switch seed % 3 {
			case 0:
				x[i] = r.Float64()
			case 1:
				x[i] = float64(r.IntN(7))
			case 2:
				x[i] = r.NormFloat64() + float64(r.IntN(2))*10
			}
		}
		slices.Sort(x)
		if x[0] == x[len(x)-1] {
			continue // by the definition 0; by the algorithm, and in R, never below 1/(2n)
		}
		if got, want := Dip(x), naiveDip(t, x); math.Abs(got-want) > 1e-8 {
			t.Errorf("%v: %v, want %v", x, got, want)
		}
	}
}

// The dip does not change when the sample is shifted, scaled or mirrored, and not
// when each point is doubled but for half a step.
func TestDipRelations(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		x := make([]float64, 3+r.IntN(60))
		for i := range x {
			x[i] = math.Round(64*(r.NormFloat64()+float64(3*r.IntN(2)))) / 64
		}
		slices.Sort(x)
		var scaled, mirrored []float64
		for i := range x {
			scaled = append(scaled, 4*x[i]+32)
			mirrored = append(mirrored, -x[len(x)-1-i])
		}
		d := Dip(x)
		if Dip(scaled) != d || math.Abs(Dip(mirrored)-d) > 1e-12 || d < 0.5/float64(len(x)) || d > 0.25 {
			t.Errorf("seed %d: dip %v, scaled %v, mirrored %v", seed, d, Dip(scaled), Dip(mirrored))
		}
	}
}

// Quantiles of the dip of uniform samples: those of 20 000 samples each that the
// program above gives. Of 1000 samples the share below such a quantile q has the
// standard deviation √(q(1−q)/1000), and that of the 20 000 adds little.
func TestDipOfUniformSamples(t *testing.T) {
	dips := NewDips(3)
	for n, want := range map[int][4]float64{
		50:   {0.0375, 0.0488, 0.0647, 0.0699},
		200:  {0.01968, 0.02556, 0.03400, 0.03690},
		1000: {0.00911, 0.01174, 0.01561, 0.01696},
	} {
		null := dips.uniform(n)
		for i, q := range []float64{0.1, 0.5, 0.9, 0.95} {
			at, _ := slices.BinarySearch(null, want[i])
			if share := float64(at) / float64(len(null)); math.Abs(share-q) > 4*math.Sqrt(q*(1-q)/1000)*1.03+0.005 {
				t.Errorf("%d points: %v of the dips are below %v, want %v", n, share, want[i], q)
			}
		}
	}
}

func TestDipSize(t *testing.T) {
	sizes := map[int]bool{}
	for n := int64(1); n < 10000; n++ {
		size := dipSize(n)
		sizes[size] = true
		if int64(size) > n || n <= DipSample && int64(size) < n*3/4 {
			t.Errorf("%d of %d intervals", size, n)
		}
	}
	if len(sizes) > 40 || dipSize(1<<40) != DipSample {
		t.Errorf("%d sizes", len(sizes))
	}
}

func TestDipTest(t *testing.T) {
	dips := NewDips(1)
	below := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 5))
		var one IntervalCounts
		logNormal(r, &one, 300, 0.05, 0.4, 10000)
		if p := dips.Test(&one).P; p < 0.05 {
			below++
		}
	}
	// Normal samples have smaller dips than uniform ones, so fewer than 5 %.
	if below > 10 {
		t.Errorf("p < 0.05 in %d of 200 unimodal samples", below)
	}
	r := rand.New(rand.NewPCG(1, 5))
	var two IntervalCounts
	logNormal(r, &two, 20000, 0.005, 0.1, 10000)
	logNormal(r, &two, 20000, 0.2, 0.2, 10000)
	got := dips.Test(&two)
	if got.N != DipSample || got.P != 1.0/1001 || got != NewDips(1).Test(&two) {
		t.Errorf("two modes: %+v", got)
	}
	// Whole steps are no modes of their own: intervals of 3 to 6 steps.
	var coarse IntervalCounts
	for i := range 4000 {
		coarse.Add(3 + int64(i)%4)
	}
	if got := dips.Test(&coarse); got.P < 0.05 {
		t.Errorf("even intervals of few steps: %+v", got)
	}
	if !math.IsNaN(dips.Test(&IntervalCounts{}).P) {
		t.Error("no intervals have a p value")
	}
}
