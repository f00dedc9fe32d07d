package rate

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// variants are the rules with their defaults, and with what these leave out.
func variants() map[string]Rule {
	all := map[string]Rule{}
	for _, r := range Rules() {
		all[r.Name()] = r
	}
	plain, drawn, shared, layer, unit := DefaultBurstprop(), DefaultBurstCCN(), DefaultBurstCCN(), DefaultNodePerturbation(), DefaultNodePerturbation()
	plain.Recurrent, plain.RateZ, plain.WidthZ = false, 0, 0
	drawn.DeviationQ, drawn.FollowShare = 0.2, 0
	shared.FollowShare, shared.FollowMomentum, shared.P0, shared.ErrorScale = 0.5, 0.9, 0.3, 0.5
	layer.Perturbed, unit.Perturbed = OneLayer, OneUnit
	all["burstprop without Z"], all["burstccn with Q drawn"], all["burstccn that shares changes"] = plain, drawn, shared
	all["node-perturbation by layers"], all["node-perturbation by units"] = layer, unit
	return all
}

// eachConfig calls f for every rule and variant with each of its feedback modes, losses
// and activations, in a network of two hidden layers that is small, but large enough for
// three workers to share its batches and its weights; and in one with a convolution.
func eachConfig(t *testing.T, f func(t *testing.T, c Config)) {
	t.Helper()
	for name, rule := range variants() {
		for _, feedback := range rule.Feedbacks() {
			t.Run(fmt.Sprintf("%s %s convolution", name, feedback), func(t *testing.T) {
				c := exampleConfig(rule)
				c.Input, c.Batch = Shape{Channels: 1, Height: 5, Width: conformInputs / 5}, 13
				c.Hidden = []Hidden{{Channels: 3, Kernel: 3, Stride: 1, Padding: 1}, {Units: 30}}
				c.Feedback = feedback
				c.Learning = Learning{HiddenRate: 0.01, OutputRate: 0.01, Momentum: 0.5, Decay: 1e-3}
				f(t, c)
			})
			for _, loss := range []Loss{SquaredError, CrossEntropy} {
				for _, activation := range []Activation{Sigmoid, ReLU} {
					t.Run(fmt.Sprintf("%s %s %s %s", name, feedback, loss, activation), func(t *testing.T) {
						c := exampleConfig(rule)
						c.Input, c.Hidden, c.Batch = Flat(conformInputs), []Hidden{{Units: 90}, {Units: 110}}, 13
						c.Feedback, c.Loss, c.Activation = feedback, loss, activation
						// A rate at which no rule's rectified units die within the test.
						c.Learning = Learning{HiddenRate: 0.01, OutputRate: 0.01, Momentum: 0.5, Decay: 1e-3}
						f(t, c)
					})
				}
			}
		}
	}
}

const conformInputs = 20

// trained draws a network and trains it with batches of 13 and of 5 examples by turns.
func trained(t *testing.T, c Config, steps int) *Network {
	t.Helper()
	n := newNetwork(t, c)
	train(n, steps)
	return n
}

func train(n *Network, steps int) {
	x, classes := examples(13, conformInputs, 3)
	for i := range steps {
		rows := 13
		if i%2 == 1 {
			rows = 5
		}
		n.Train(first(x, rows), classes[:rows])
	}
}

// state is what a network has learned and drawn, and the signals of the last batch.
func state(n *Network) map[string][]float64 {
	all := map[string][]float64{}
	for k, l := range n.Layers() {
		for _, t := range l.Tensors() {
			name := fmt.Sprintf("layer %d %s", k, t.Name)
			all[name] = slices.Clone(t.W.Data)
			all[name+" last change"] = slices.Clone(t.V.Data)
		}
		u := l.Unit()
		for name, m := range map[string]Matrix{"E": u.E, "D": u.D, "B": u.B, "BT": u.BT, "P": u.P, "PT": u.PT} {
			if m.Data != nil {
				all[fmt.Sprintf("layer %d %s", k, name)] = slices.Clone(first(m, u.Examples).Data)
			}
		}
	}
	return all
}

// sameState demands the same bits.
func sameState(t *testing.T, what string, got, want map[string][]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d arrays of state, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		sameBits(t, what+": "+name, got[name], w)
	}
}

func sameBits(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestWorkersChangeNoBit(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		want := state(trained(t, c, 4))
		for _, v := range want["layer 0 weights"] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("a weight of %v", v)
			}
		}
		for c.Workers = 2; c.Workers <= 3; c.Workers++ {
			sameState(t, fmt.Sprint(c.Workers, " workers"), state(trained(t, c, 4)), want)
		}
	})
}

// The last batch of an epoch is smaller than the others. What the greatest may be has
// no part in what is learned from it.
func TestRoomChangesNoBit(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		want := state(trained(t, c, 4))
		c.Batch = 31
		sameState(t, "room for 31 examples", state(trained(t, c, 4)), want)
	})
}

func TestTrainingAllocatesNothing(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		n := trained(t, c, 1)
		x, classes := examples(13, conformInputs, 3)
		if a := testing.AllocsPerRun(5, func() { n.Train(x, classes) }); a > 0 {
			t.Errorf("%v allocations for a batch, want none", a)
		}
	})
}

// Tensors are all that a network needs to go on as another would.
func TestTensorsAreAllThatIsLearned(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		n, other := trained(t, c, 3), trained(t, c, 6)
		for k, l := range n.Layers() {
			seen := map[string]bool{}
			to := other.Layers()[k].Tensors()
			for i, from := range l.Tensors() {
				if seen[from.Name] || to[i].Name != from.Name {
					t.Fatalf("layer %d: tensor %d is called %q and %q, want one name of its own", k, i, from.Name, to[i].Name)
				}
				seen[from.Name] = true
				copy(to[i].W.Data, from.W.Data)
				copy(to[i].V.Data, from.V.Data)
			}
		}
		train(n, 2)
		train(other, 2)
		sameState(t, "after copying the tensors", state(other), state(n))
	})
}

// Tied feedback is that through Y = W, so a network with random feedback whose Y are
// set to W has the same signals.
func TestTiedIsTransposed(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		if c.Feedback != Tied || !slices.Contains(c.Rule.Feedbacks(), Random) {
			t.SkipNow()
		}
		if r, ok := c.Rule.(BurstCCN); ok && r.DeviationQ > 0 {
			t.Skip("a Q of its own has only the network with random feedback")
		}
		x, classes := examples(13, conformInputs, 3)
		tied := trained(t, c, 3)
		c.Feedback = Random
		random := newNetwork(t, c)
		for k, l := range random.Layers() {
			to, from := l.Tensors(), tied.Layers()[k].Tensors()
			for _, f := range from {
				at := slices.IndexFunc(to, func(t *Tensor) bool { return t.Name == f.Name })
				copy(to[at].W.Data, f.W.Data)
			}
			if k > 0 {
				copy(l.Unit().Y.W.Data, l.Unit().W.W.Data)
			}
		}
		tied.Assign(x, classes)
		random.Assign(x, classes)
		for k, l := range random.Layers() {
			sameBits(t, fmt.Sprintf("D of layer %d", k), l.Unit().D.Data, tied.Layers()[k].Unit().D.Data)
		}
	})
}

// The negative control: hidden layers that are told nothing learn nothing.
func TestZeroFeedbackTeachesNothing(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		if c.Feedback != Zero {
			t.SkipNow()
		}
		const steps = 3
		n, before := trained(t, c, steps), newNetwork(t, c)
		for k, l := range n.Layers()[:len(c.Hidden)] {
			for i, d := range first(l.Unit().D, l.Unit().Examples).Data {
				if d != 0 {
					t.Fatalf("layer %d: D[%d] = %v, want 0", k, i, d)
				}
			}
			want := slices.Clone(before.Layers()[k].Unit().W.W.Data)
			for i := range want {
				for range steps {
					want[i] *= 1 - c.Learning.Decay
				}
			}
			sameBits(t, fmt.Sprintf("weights of layer %d", k), l.Unit().W.W.Data, want)
		}
		top := len(c.Hidden)
		if slices.Equal(n.Layers()[top].Unit().W.W.Data, before.Layers()[top].Unit().W.W.Data) {
			t.Error("the output has learned nothing")
		}
	})
}

// Without a teacher no rule gives credit, unless its feedback is still to be cancelled.
func TestRestGivesNoCredit(t *testing.T) {
	eachConfig(t, func(t *testing.T, c Config) {
		n := trained(t, c, 2)
		x, _ := examples(13, conformInputs, 3)
		n.Rest(x)
		for k, l := range n.Layers() {
			if k+1 < len(n.Layers()) && n.Layers()[k+1].Unit().Q != nil {
				continue
			}
			for i, d := range l.Unit().D.Data {
				if d != 0 {
					t.Fatalf("layer %d: D[%d] = %v without a teacher, want 0", k, i, d)
				}
			}
		}
	})
}

// Every number of every rule has a range, and is named when outside of it.
func TestRulesRejectBadFields(t *testing.T) {
	for _, rule := range Rules() {
		if err := rule.Validate(); err != nil {
			t.Errorf("%s: defaults: %v", rule.Name(), err)
		}
		if rule.Doc() == "" || strings.HasSuffix(rule.Doc(), ".") || strings.Contains(rule.Doc(), "\n") {
			t.Errorf("%s: doc %q, want one line without a full stop", rule.Name(), rule.Doc())
		}
		value := reflect.ValueOf(rule)
		for i := range value.NumField() {
			for _, bad := range badValues(value.Field(i)) {
				changed := reflect.New(value.Type()).Elem()
				changed.Set(value)
				changed.Field(i).Set(bad)
				name := snake(value.Type().Field(i).Name)
				c := exampleConfig(changed.Interface().(Rule))
				_, err := New(c)
				if err == nil || !strings.HasPrefix(err.Error(), "rule."+name+": ") {
					t.Errorf("%s with %s %v: error %q, want one about rule.%s", rule.Name(), name, bad, err, name)
				}
			}
		}
	}
}

// badValues are those that are legal for no parameter.
func badValues(v reflect.Value) []reflect.Value {
	switch v.Kind() {
	case reflect.Float64:
		return []reflect.Value{reflect.ValueOf(-1.0), reflect.ValueOf(math.NaN()), reflect.ValueOf(math.Inf(1))}
	case reflect.String:
		return []reflect.Value{reflect.ValueOf("nonsense").Convert(v.Type())}
	}
	return nil
}

// snake writes RateZ as rate_z.
func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "${1}_$2"))
}
