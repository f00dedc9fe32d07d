package images

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// LayerPath is what becomes of errors on their way down to a hidden layer; nil where
// that is not defined, as without feedback.
type LayerPath struct {
	// FeedbackCorrelation says how linear the way is: rate.Network.FeedbackCorrelation.
	FeedbackCorrelation *float64 `json:"feedback_correlation"`
	// ParticipationRatio and EffectiveRank say how many dimensions what arrives has:
	// rate.Spectrum.
	ParticipationRatio *float64 `json:"participation_ratio"`
	EffectiveRank      *float64 `json:"effective_rank"`
}

// How the output is perturbed to see how linear the way down is: by this standard
// deviation, relative to its burst probabilities, so that a change is rarely greater
// than a teacher's greatest, and few probabilities become negative; and so often for
// each example, but at least so often for each class that a line does not fit noise.
const (
	perturbationSD        = 0.3
	perturbations         = 250
	perturbationsPerClass = 10
)

// path measures the way down to each hidden layer, on the first test examples.
func (t *trainer) path() []LayerPath {
	hidden := len(t.network.Layers()) - 1
	if hidden == 0 || t.PathExamples == 0 && t.ErrorExamples == 0 {
		return nil
	}
	p := make([]LayerPath, hidden)
	if t.PathExamples > 0 {
		x, _ := t.firstOf(t.PathExamples)
		for k, r := range t.network.FeedbackCorrelation(x, max(perturbations, perturbationsPerClass*t.Data.Train.Classes), perturbationSD) {
			p[k].FeedbackCorrelation = experiment.Finite(r)
		}
	}
	if t.ErrorExamples > 0 {
		spaces := t.network.ErrorSpaces(t.firstOf(t.ErrorExamples))
		for k := range p {
			p[k].ParticipationRatio = experiment.Finite(spaces[k].ParticipationRatio)
			p[k].EffectiveRank = experiment.Finite(spaces[k].EffectiveRank)
		}
	}
	return p
}

// firstOf gives the first n test examples, or all if there are fewer.
func (t *trainer) firstOf(n int) (x rate.Matrix, classes []uint8) {
	n = min(n, t.Data.Test.Count)
	units := t.Data.Shape().Units()
	x = rate.Matrix{Rows: n, Cols: units, Stride: units, Data: make([]float64, n*units)}
	classes = make([]uint8, n)
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i
	}
	t.Data.Fill(&t.Data.Test, indices, x, classes)
	return x, classes
}
