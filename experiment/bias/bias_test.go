package bias

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
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
	x := experimenttest.Trial{Seed: 1, Sets: []string{"data=" + data, "more_data=" + other, "train_examples=0", "test_examples=0", "epochs=8", "widths=5,20,80,320",
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
	team := matmul.NewTeam(2)
	defer team.Close()
	told := 0.0
	k, _, err := keepBoth(t.Context(), team, n.W, d, func(part float64) { told = part })
	if err != nil || told != 1 {
		t.Fatalf("told of a part of %v in the end, want 1 (%v)", told, err)
	}
	indices, classes := []int{299, 0, 256}, make([]uint8, 3)
	x, want, got := matrix(3, n.W.Cols), matrix(3, 9), matrix(3, 5)
	d.Fill(&d.Train, indices, x, classes)
	team.Mul(blas.NoTrans, blas.Trans, x, n.W, 0, want)
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
	defer team.Close()
	n := rate.DrawShallow(1, 0, 30, d.Shape().Units(), 10, 0.1, 0.1)
	s := settings{seed: 1, epochs: 1, batch: 50, rateBiases: 0.01, rateWeights: 0.001, scoreBound: 0.1}
	nobody := func(float64) {}
	train, tests, err := keepBoth(t.Context(), team, n.W, d, nobody)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]*trainer{
		learnBiases:  newTrainer(s, learnBiases, team, n, train, tests),
		learnMask:    newTrainer(s, learnMask, team, n, train, tests),
		learnWeights: newFullTrainer(s, team, n, d),
	} {
		if a := testing.AllocsPerRun(3, func() {
			if _, err := x.epoch(t.Context(), 1, nobody); err != nil {
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

// Whoever interrupts need not wait until all drives are kept, nor for an accuracy.
func TestInterruption(t *testing.T) {
	set := datasettest.Generate(datasettest.Options{Train: 2*chunk + 1})
	d, err := images.NewData("generated", set.Train, set.Test)
	if err != nil {
		t.Fatal(err)
	}
	team := matmul.NewTeam(1)
	defer team.Close()
	n := rate.DrawShallow(1, 0, 9, d.Shape().Units(), 10, 0.1, 0.1)
	ctx, cancel := context.WithCancel(t.Context())
	times := 0
	if _, _, err := keepBoth(ctx, team, n.W, d, func(float64) { times++; cancel() }); !errors.Is(err, context.Canceled) || times != 1 {
		t.Errorf("%v after %d chunks, want that it stopped after one", err, times)
	}
	x := newFullTrainer(settings{epochs: 1, batch: 50, rateWeights: 0.001}, team, n, d)
	if _, err := x.accuracy(ctx, x.test); !errors.Is(err, context.Canceled) {
		t.Errorf("accuracy: %v, want that it was stopped", err)
	}
}

// What would not fit is refused before anything is made, with what would.
func TestMemoryIsRefused(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 600, Test: 200})
	for _, set := range []string{"widths=100000", "task_width=100000"} {
		v, err := Experiment().Resolve("", []string{"data=" + data, "train_examples=0", "test_examples=0", "memory_gb=0.1", set})
		if err != nil {
			t.Fatal(err)
		}
		err = Experiment().Ready(v)
		if err == nil || !strings.Contains(err.Error(), "memory_gb allows 0.1: take ") || !strings.HasPrefix(err.Error(), strings.Split(set, "=")[0]) {
			t.Errorf("%s: %v", set, err)
		}
	}
}

// Claims are judged over five seeds, and of networks that learn as the claims have it.
func TestExpectationsAreOfTheSettingsClaimed(t *testing.T) {
	for set, want := range map[string]int{"task_width=800": 14, "rate=0.5": 1, "epochs=0": 1, "widths=50,60": 1 + 2 + 2} {
		v, err := Experiment().Resolve("", []string{set})
		if err != nil {
			t.Fatal(err)
		}
		if got := expect(v); len(got) != want {
			t.Errorf("%s: %d expectations, want %d", set, len(got), want)
		}
	}
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "widths=0", "widths=100,50", "widths=1.5", "clusters=1", "clusters=99", "tasks=upside-down",
		"tasks=plain,plain", "batch=0", "rate=0", "weight_bound=0", "more_data=a,,b", "data= ")
}
