package images

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/curvefile"
	"github.com/apical-sim/apical/io/dataset/datasettest"
	"github.com/apical-sim/apical/rate"
)

// example is an experiment with the parameters of all, and one hidden layer of 20 units.
func example() *experiment.Experiment {
	return &experiment.Experiment{
		Name: "sample", Title: "t",
		Params: slices.Concat(RuleParams(), DataParams("mnist", 2), NetworkParams(), LearningParams()),
		Files:  Files(), Checkpoint: CheckpointName,
		Run: func(ctx context.Context, r *experiment.Run) error { return Learn(ctx, r, []rate.Hidden{{Units: 20}}) },
	}
}

// newRun prepares a run on generated images in dir.
func newRun(t *testing.T, dir, data string, sets ...string) *experiment.Run {
	t.Helper()
	e := example()
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	v, err := e.Resolve("", append(sets, "data="+data))
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.NewRun(v, 1, dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// files are those of a run, by name.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, name := range append(Files(), "metrics.json") {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = b
	}
	return all
}

func same(t *testing.T, what string, got, want map[string][]byte) {
	t.Helper()
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

// A run that was stopped after epoch 2 of 4 and goes on leaves the bytes of one that
// was never stopped, for every rule: also where draws, momentum and feedback are part
// of what goes on.
func TestResumeGivesTheSameBytes(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 200, Test: 50})
	for _, rule := range rate.Rules() {
		for _, feedback := range rule.Feedbacks() {
			sets := []string{"rule=" + rule.Name(), "feedback=" + string(feedback), "epochs=4", "momentum=0.5", "angle_batches=2"}
			whole := newRun(t, t.TempDir(), data, sets...)
			if err := whole.Experiment.Run(t.Context(), whole); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			stopped := newRun(t, dir, data, sets...)
			if err := stopAfter(ctx, cancel, stopped, 2); !errors.Is(err, context.Canceled) {
				t.Fatalf("an interrupted run ended with %v", err)
			}
			if f, err := curvefile.Read(filepath.Join(dir, curvesName)); err != nil || f.Rows[len(f.Rows)-1].Epoch != 2 {
				t.Fatalf("curves of the interrupted run: %v", err)
			}
			if err := os.Remove(filepath.Join(dir, curvesName)); err != nil { // as a plan does
				t.Fatal(err)
			}
			rest := newRun(t, dir, data, sets...)
			rest.Resume, rest.Workers = true, 3
			if err := rest.Experiment.Run(t.Context(), rest); err != nil {
				t.Fatal(err)
			}
			same(t, rule.Name()+" "+string(feedback), files(t, dir), files(t, whole.Dir))
		}
	}
}

// stopAfter cancels a run once it has kept so many epochs.
func stopAfter(ctx context.Context, cancel func(), r *experiment.Run, epochs int) error {
	defer cancel()
	t, rec, err := newTraining(r, []rate.Hidden{{Units: 20}})
	if err != nil {
		return err
	}
	t.After = func(n *rate.Network, history []Epoch) error {
		if len(history) == epochs+1 {
			cancel()
		}
		return rec.keep(n, history)
	}
	_, err = t.Run(ctx, rec.restore)
	return errors.Join(err, rec.close())
}

// Other values, other data or another seed are no run to go on from.
func TestResumeRefuses(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 60, Test: 20})
	other := datasettest.Dir(t, datasettest.Options{Train: 60, Test: 20, Seed: 9})
	dir := t.TempDir()
	first := newRun(t, dir, data)
	if err := first.Experiment.Run(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*experiment.Run{
		"batch": newRun(t, dir, data, "batch=16"),
		"data":  newRun(t, dir, other),
	} {
		r.Resume = true
		var input *experiment.InputError
		if err := r.Experiment.Run(t.Context(), r); !errors.As(err, &input) || len(input.Problems) != 1 {
			t.Errorf("%s: %v, want one line", name, err)
		}
	}
}

func TestTheNumberOfWorkersChangesNothing(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 200, Test: 50})
	var want map[string][]byte
	for _, workers := range []int{1, 2, 3} {
		r := newRun(t, t.TempDir(), data)
		r.Workers = workers
		if err := r.Experiment.Run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got := files(t, r.Dir); want == nil {
			want = got
		} else {
			same(t, "workers", got, want)
		}
	}
}

// Every epoch shows every example once, in an order of its own that the seed decides.
func TestOrder(t *testing.T) {
	orders := map[string]bool{}
	for seed := uint64(1); seed <= 2; seed++ {
		for epoch := 1; epoch <= 3; epoch++ {
			tr := trainer{Training: Training{Network: rate.Config{Seed: seed}}, order: make([]int, 50)}
			tr.shuffle(uint32(epoch))
			key := string(bytesOf(tr.order))
			if orders[key] {
				t.Errorf("seed %d epoch %d: an order that was there before", seed, epoch)
			}
			orders[key] = true
			tr.shuffle(uint32(epoch))
			if string(bytesOf(tr.order)) != key {
				t.Errorf("seed %d epoch %d: two orders", seed, epoch)
			}
			slices.Sort(tr.order)
			for i, v := range tr.order {
				if i != v {
					t.Fatalf("seed %d epoch %d: %d is missing", seed, epoch, i)
				}
			}
		}
	}
}

func bytesOf(x []int) []byte {
	b := make([]byte, len(x))
	for i, v := range x {
		b[i] = byte(v)
	}
	return b
}

// Minibatches are sampled in the middle of equal parts of the epoch.
func TestSample(t *testing.T) {
	for _, c := range []struct {
		wanted, batches int
		want            []int
	}{{3, 9, []int{1, 4, 7}}, {2, 3, []int{0, 2}}, {5, 2, []int{0, 1}}, {0, 5, nil}, {1, 1, []int{0}}} {
		var got []int
		for k := range c.batches {
			if (&sample{wanted: c.wanted}).wants(k, c.batches) {
				got = append(got, k)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d of %d: %v, want %v", c.wanted, c.batches, got, c.want)
		}
	}
}

// Inputs are standardised: over the whole training set mean 0 and standard deviation 1,
// but for the rounding of moments to three digits.
func TestInputsAreStandardised(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 100, Test: 20})
	d, err := Load(newRun(t, t.TempDir(), data).Values)
	if err != nil {
		t.Fatal(err)
	}
	n := d.Shape().Units()
	x := rate.Matrix{Rows: 100, Cols: n, Stride: n, Data: make([]float64, 100*n)}
	indices := make([]int, 100)
	for i := range indices {
		indices[i] = i
	}
	d.Fill(&d.Train, indices, x, make([]uint8, 100))
	var sum, squares float64
	for _, v := range x.Data {
		sum, squares = sum+v, squares+v*v
	}
	mean, sd := sum/float64(len(x.Data)), math.Sqrt(squares/float64(len(x.Data)))
	if tolerance := 0.0005 / d.Moments[0].SD; math.Abs(mean) > tolerance || math.Abs(sd-1) > 2*tolerance {
		t.Errorf("mean %v, sd %v", mean, sd)
	}
}

func TestRefusals(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 60, Test: 20})
	e := example()
	for _, sets := range [][]string{
		{"rule=bp", "p0=0.1"},
		{"rule=bp", "feedback=learned-q"},
		{"rule=burstprop", "p0=0.7"},
		{"rule=node-perturbation", "perturbation_sd=1e-9"},
	} {
		v, err := e.Resolve("", sets)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Config(v, v.String("rule"), v.String("feedback"))
		var input *experiment.InputError
		if !errors.As(err, &input) || len(input.Problems) != 1 {
			t.Errorf("%v: %v, want one line", sets, err)
		}
	}
	for _, sets := range [][]string{{"data=" + filepath.Join(data, "none")}, {"data=" + data, "train_examples=61"}, {"data=" + data, "test_examples=21"}} {
		v, err := e.Resolve("", sets)
		if err != nil {
			t.Fatal(err)
		}
		var input *experiment.InputError
		if _, err = Load(v); !errors.As(err, &input) || len(input.Problems) != 1 {
			t.Errorf("%v: %v, want one line", sets, err)
		}
	}
}

// Every number of LearningParams reaches a configuration of some rule.
func TestLearningParamsReachARule(t *testing.T) {
	reached := map[string]bool{}
	for _, r := range rate.Rules() {
		c := asBrought(r, r.Feedbacks()[0])
		before := Numbers(c)
		for key := range before {
			adjust(&c, func(k string, x *float64) {
				if k == key && x != nil {
					*x = 0.25
				}
			})
			reached[key] = true
			if got := Numbers(c)[key]; got != 0.25 {
				t.Errorf("%s: %s is %v after it was set to 0.25", r.Name(), key, got)
			}
		}
	}
	for _, q := range LearningParams() {
		if !reached[q.Key] {
			t.Errorf("%s: no rule has it", q.Key)
		}
	}
}
