package trials

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// Windows of 80 ms: at 0, 50 and 200 ms the first two overlap, at 80 ms they only
// touch, and those about different neurons do not.
func TestOverlappingTrials(t *testing.T) {
	for _, c := range []struct {
		what   string
		onsets []int64
		about  []Neurons
		want   int
	}{
		{"apart", []int64{0, 80, 200}, make([]Neurons, 3), 0},
		{"two of three", []int64{0, 50, 200}, make([]Neurons, 3), 2},
		{"a chain", []int64{0, 50, 100}, make([]Neurons, 3), 3},
		{"the same twice", []int64{0, 0, 200}, make([]Neurons, 3), 2},
		{"other neurons", []int64{0, 0, 50}, []Neurons{{To: 1}, {From: 1, To: 2}, {From: 2, To: 4}}, 0},
		{"one neuron in both", []int64{0, 10, 50}, []Neurons{{To: 2}, {From: 2, To: 3}, {From: 1, To: 2}}, 2},
	} {
		a := &Aligned{Design: Design{From: -40, To: 40, Bin: 20}, first: []int{0, 4}}
		for i, onset := range c.onsets {
			a.Trials = append(a.Trials, Trial{Onset: onset, Condition: "a", Neurons: c.about[i]})
		}
		if got := a.Overlapping(); got != c.want {
			t.Errorf("%s: %d trials overlap, want %d", c.what, got, c.want)
		}
	}
}

// Trials whose responses overlap are not decoded; that baselines overlap does no
// harm to it.
func TestDecodeRefusesOverlappingResponses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := planted(10, 3, 4, func(_, _, _ int, _ bool) analysis.Counts { return events(r, 1, 0.3) })
	for i := range s.Trials {
		s.Trials[i].Onset = int64(40 * i) // of windows of 80
	}
	opt := DecodeOptions{A: "a", B: "b", Response: Bins{2, 4}, Permutations: Resampling{Draws: 9}}
	if _, err := Decode(context.Background(), []*Sums{s}, opt); err != nil {
		t.Error(err)
	}
	opt.Response = Bins{1, 4}
	if _, err := Decode(context.Background(), []*Sums{s}, opt); err == nil || !strings.Contains(err.Error(), "20 trials overlap,") {
		t.Errorf("%v, want an error that 20 trials overlap", err)
	}
}
