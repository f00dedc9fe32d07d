package curvefile

import (
	"math"

	"github.com/apical-sim/apical/rate"
)

// Split says whose examples were shown.
type Split string

// The splits.
const (
	// Train are the examples that are learned from.
	Train Split = "train"
	// Test are others.
	Test Split = "test"
)

// Layers that stand for several.
const (
	// Hidden are the hidden layers together.
	Hidden = "hidden"
	// Network are all layers together.
	Network = "network"
)

// Measure is the name of a column.
type Measure string

// The measures. Loss and ErrorPct are those of the network; what the others are is
// told by [rate.Angles], [rate.Spectrum] and [rate.Network.FeedbackCorrelation], by layer.
const (
	Loss                Measure = "loss"
	ErrorPct            Measure = "error_pct"
	Delta               Measure = "delta_deg"
	DeltaFA             Measure = "delta_fa_deg"
	DeltaFABP           Measure = "delta_fa_bp_deg"
	Gradient            Measure = "gradient_deg"
	GradientFA          Measure = "gradient_fa_deg"
	GradientFABP        Measure = "gradient_fa_bp_deg"
	Symmetry            Measure = "symmetry_deg"
	Cancelling          Measure = "cancelling_deg"
	Degenerate          Measure = "n_degenerate"
	FeedbackCorrelation Measure = "feedback_correlation"
	ParticipationRatio  Measure = "participation_ratio"
	EffectiveRank       Measure = "effective_rank"
)

// column describes a measure.
type column struct {
	name       Measure
	unit, what string
}

// columns are the measures in the order of the file.
func columns() []column {
	return []column{
		{Loss, "1", "mean over examples"},
		{ErrorPct, "%", "examples whose class has not the highest rate"},
		{Delta, "degree", "d to backpropagation, mean over examples"},
		{DeltaFA, "degree", "d to feedback alignment, mean over examples"},
		{DeltaFABP, "degree", "feedback alignment to backpropagation, signals, mean over examples"},
		{Gradient, "degree", "changes of weights to backpropagation, mean over minibatches"},
		{GradientFA, "degree", "changes of weights to feedback alignment, mean over minibatches"},
		{GradientFABP, "degree", "feedback alignment to backpropagation, changes of weights, mean over minibatches"},
		{Symmetry, "degree", "forward to feedback weights of the layer above"},
		{Cancelling, "degree", "feedback weights of the layer above to those that cancel them"},
		{Degenerate, "count", "angles of a vector of length zero, taken as 90 degrees"},
		{FeedbackCorrelation, "1", "multiple correlation of burst probabilities with perturbations of the output"},
		{ParticipationRatio, "1", "dimensions of d over examples, (sum v)^2 / sum v^2 of its variances v"},
		{EffectiveRank, "1", "dimensions of d over examples, exp of the entropy of its variances"},
	}
}

// Values are measures of a row. What is missing, or NaN, is null.
type Values map[Measure]float64

// Angles are the values of measured angles.
func Angles(a rate.Angles) Values {
	v := Values{Degenerate: float64(a.Degenerate)}
	for m, x := range map[Measure]float64{
		Delta: a.Delta, DeltaFA: a.DeltaFA, DeltaFABP: a.DeltaFABP,
		Gradient: a.Gradient, GradientFA: a.GradientFA, GradientFABP: a.GradientFABP,
		Symmetry: a.Symmetry, Cancelling: a.Cancelling,
	} {
		if !math.IsNaN(x) {
			v[m] = x
		}
	}
	return v
}
