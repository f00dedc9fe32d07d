package bias

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/dataset/datasettest"
	"github.com/apical-sim/apical/rate"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// The claims in little, on generated images: the same bytes for any number of workers,
// accuracy that grows with width, frozen weights, and bias vectors of two data sets and
// five tasks that each serve their own.
func TestClaims(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 600, Test: 200, Noise: 60})
	other := datasettest.Dir(t, datasettest.Options{Seed: 1, Train: 600, Test: 200, Classes: 8, Noise: 60})
	x := experimenttest.Trial{Seed: 1, Sets: []string{"data=" + data, "more_data=" + other, "epochs=8", "widths=5,20,80,320",
		"widest_weights=20", "task_width=200"}}
	dir := experimenttest.SameBytes(t, Experiment(), x, []int{3}, "metrics.json")
	m := experimenttest.Metrics[Metrics](t, dir)
	if !m.Biases.Increasing || len(m.Biases.StepsPct) != 3 {
		t.Errorf("accuracy %v by width, want it to grow", m.Biases.AccuracyPct)
	}
	if len(m.WeightsLessBiasesPct) != 2 || slices.Min(m.WeightsLessBiasesPct) <= 0 {
		t.Errorf("everything over biases: %v, want above 0 for two widths", m.WeightsLessBiasesPct)
	}
	if !m.Frozen.Unchanged || m.Frozen.Before != m.Frozen.After || len(m.Frozen.Before) != 64 {
		t.Errorf("weights: %+v", m.Frozen)
	}
	s := m.Tasks
	if len(s.Names) != 6 || *s.LeastMarginPct <= 0 || s.LeastAboveMajorityPct <= 0 {
		t.Errorf("tasks %v: %v, least margin %v", s.Names, s.SwapPct, *s.LeastMarginPct)
	}
	if c := s.Clusters; c == nil || len(c.Silhouettes) != greatestK-1 || c.Silhouette != slices.Max(c.Silhouettes) ||
		!slices.IsSortedFunc(c.Sizes, func(a, b int) int { return b - a }) || len(c.Variance) != s.Width-s.Silent {
		t.Errorf("clusters %+v", c)
	}
	metrics := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{metrics, metrics}, "mean of 2 seeds", "hidden units", "permuted-pixels", "bias vector of")
}

// Drives that are kept are W x, to the rounding of float32.
func TestKeptDrives(t *testing.T) {
	set := datasettest.Generate(datasettest.Options{Train: 300})
	d, err := images.NewData("generated", set.Train, set.Test)
	if err != nil {
		t.Fatal(err)
	}
	n := rate.DrawShallow(1, 0, 9, d.Shape().Units(), 10, 0.1, 0.1)
	k := keep(matmul.NewTeam(2), n.W, d, &d.Train)
	indices, classes := []int{299, 0, 256}, make([]uint8, 3)
	x, want, got := matrix(3, n.W.Cols), matrix(3, 9), matrix(3, 5)
	d.Fill(&d.Train, indices, x, classes)
	matmul.NewTeam(1).Mul(blas.NoTrans, blas.Trans, x, n.W, 0, want)
	clear(classes)
	k.drive(indices, got, classes) // of the first five units
	for i, index := range indices {
		if classes[i] != set.Train.Labels[index] {
			t.Errorf("class %d of image %d", classes[i], index)
		}
		for j := range got.Cols {
			if g, w := got.Data[i*5+j], want.Data[i*9+j]; math.Abs(g-w) > 6e-8*math.Abs(w) {
				t.Errorf("drive %v, want %v", g, w)
			}
		}
	}
}

// An epoch of a bias vector, or of a mask, allocates nothing but its stream of draws.
func TestEpochsAllocateNothing(t *testing.T) {
	set := datasettest.Generate(datasettest.Options{Train: 200})
	d, err := images.NewData("generated", set.Train, set.Test)
	if err != nil {
		t.Fatal(err)
	}
	team := matmul.NewTeam(1)
	n := rate.DrawShallow(1, 0, 30, d.Shape().Units(), 10, 0.1, 0.1)
	s := settings{seed: 1, epochs: 1, batch: 50, rateBiases: 0.01, rateWeights: 0.001, scoreBound: 0.1}
	for name, x := range map[string]*trainer{
		learnBiases:  newTrainer(s, learnBiases, team, n, keep(team, n.W, d, &d.Train), keep(team, n.W, d, &d.Test)),
		learnMask:    newTrainer(s, learnMask, team, n, keep(team, n.W, d, &d.Train), keep(team, n.W, d, &d.Test)),
		learnWeights: newFullTrainer(s, team, n, d),
	} {
		if a := testing.AllocsPerRun(3, func() {
			if _, err := x.epoch(t.Context(), 1); err != nil {
				t.Error(err)
			}
		}); a > 1 {
			t.Errorf("%s: %v allocations in an epoch", name, a)
		}
	}
}

// Each variant moves pixels or labels as its name says.
func TestVariants(t *testing.T) {
	s := dataset.Set{Images: []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9}, Labels: []uint8{1}, Count: 1, Channels: 1, Height: 3, Width: 3, Classes: 3}
	if got := variant(taskRotated, s, 1).Images; !slices.Equal(got, []uint8{7, 4, 1, 8, 5, 2, 9, 6, 3}) {
		t.Errorf("rotated: %v", got)
	}
	if got := variant(taskInverted, s, 1).Images; !slices.Equal(got, []uint8{254, 253, 252, 251, 250, 249, 248, 247, 246}) {
		t.Errorf("inverted: %v", got)
	}
	got := variant(taskPermutedPixels, s, 1).Images
	for i := range got {
		if got[i] == s.Images[i] {
			t.Errorf("permuted: %v, pixel %d has not moved", got, i)
		}
	}
	if slices.Sort(got); !slices.Equal(got, s.Images) {
		t.Errorf("permuted: %v is no permutation", got)
	}
	if v := variant(taskPermutedLabels, s, 1); v.Labels[0] == 1 || !slices.Equal(v.Images, s.Images) || s.Labels[0] != 1 {
		t.Errorf("permuted labels: %v of %v", v.Labels, s.Labels)
	}
}

// Points around three far corners are found, with the silhouette highest for three.
func TestClustersAreFound(t *testing.T) {
	stream := rng.Source{}.Stream(0)
	var points [][]float64
	for i := range 90 {
		p := make([]float64, 3)
		for k := range p {
			p[k] = 0.05 * stream.Float64()
		}
		p[map[bool]int{true: 2, false: i % 2}[i%3 == 2]] += 1
		points = append(points, p)
	}
	c := newClusters(points, 0, 1)
	if c.K != 3 || !slices.Equal(c.Sizes, []int{30, 30, 30}) || c.Silhouette < 0.9 {
		t.Errorf("%d clusters of %v points, silhouette %v; want three of 30", c.K, c.Sizes, c.Silhouette)
	}
	if c = newClusters(points, 5, 1); c.K != 5 || len(c.Means) != 5 {
		t.Errorf("%d clusters, want 5", c.K)
	}
}

// On a line with the points 0, 1 and 5, 6, 7: a and b by hand.
func TestSilhouette(t *testing.T) {
	points := [][]float64{{0}, {1}, {5}, {6}, {7}}
	want := (5.0/6 + 4.0/5 + 3.0/4.5 + 4.5/5.5 + 5.0/6.5) / 5
	if got := silhouette(points, []int{0, 0, 1, 1, 1}, 2); math.Abs(got-want) > 1e-15 {
		t.Errorf("silhouette %v, want %v", got, want)
	}
	if _, sum := kMeans(points, 2, 1); math.Abs(sum-2.5) > 1e-15 { // ½ and 2
		t.Errorf("sum of squares %v, want 2.5", sum)
	}
}

// Any monotonic function has rank correlation 1; with ties it is that of mid-ranks.
func TestSpearman(t *testing.T) {
	x := []float64{-2, 0.1, 3, 7, 8}
	y := []float64{math.Exp(-2), math.Exp(0.1), math.Exp(3), math.Exp(7), math.Exp(8)}
	if r, ok := spearman(x, y); !ok || math.Abs(r-1) > 1e-15 {
		t.Errorf("%v of a monotonic function", r)
	}
	if got := ranks([]float64{3, 1, 3, 2}); !slices.Equal(got, []float64{2.5, 0, 2.5, 1}) {
		t.Errorf("ranks %v", got)
	}
	if _, ok := spearman(x, []float64{1, 1, 1, 1, 1}); ok {
		t.Error("a constant has a rank correlation")
	}
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "widths=0", "widths=100,50", "widths=1.5", "clusters=1", "clusters=99", "tasks=upside-down",
		"tasks=plain,plain", "batch=0", "rate=0", "weight_bound=0", "more_data=a,,b", "data= ")
}
