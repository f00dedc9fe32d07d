package decoder

import (
	"fmt"
	"io"
	"text/tabwriter"

	"gonum.org/v1/gonum/stat"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// GradientError is the greatest relative deviation of the gradient of the closed loop
	// from central differences, with the arm and with the cursor.
	GradientError float64 `json:"gradient_error"`
	// Arm is how the network learned to move the arm.
	Arm []Point `json:"arm"`
	// FitR2 is the part of the sum of squares of the arm's velocities that the first
	// decoder explains.
	FitR2 float64 `json:"fit_r2"`
	// Before is the control of the cursor by the first decoder, before any learning.
	Before *Compactness `json:"before"`
	// Decoders are those of each intensity of adaptation, AgainstFixed the comparisons of
	// all but the first with the first, which does not adapt.
	Decoders     []*Decoder   `json:"decoders"`
	AgainstFixed []Comparison `json:"against_fixed"`
	// Reaches are trajectories to be shown, one a target: of the arm, and of the cursor
	// before learning.
	ArmReaches    []Reach `json:"arm_reaches"`
	BeforeReaches []Reach `json:"before_reaches"`
}

// Point of a learning curve: the mean log10 of the loss over epochs that follow each
// other, and the mean of their numbers.
type Point struct {
	Epoch     float64 `json:"epoch"`
	Log10Loss float64 `json:"log10_loss"`
}

// Reach is the way of an effector in one trial, beginning at its start.
type Reach struct {
	XMM []float64 `json:"x_mm"`
	YMM []float64 `json:"y_mm"`
}

// Decoder is what came of one intensity of adaptation.
type Decoder struct {
	Intensity float64 `json:"intensity"`
	// Learning is how the network learned to move the cursor.
	Learning []Point `json:"learning"`
	// EarlyLog10Loss and LateLog10Loss are the means over as many of the first and of the
	// last epochs.
	EarlyLog10Loss float64 `json:"early_log10_loss"`
	LateLog10Loss  float64 `json:"late_log10_loss"`
	// After is the control after learning.
	After *Compactness `json:"after"`
	// Changed is the distance of the last decoder from the first, as a part of the length
	// of the first.
	Changed float64 `json:"changed"`
	Reaches []Reach `json:"reaches"`

	losses []float64 // log10, each epoch
	draws  uint64    // checksum of what was drawn to learn
}

// Comparison is a decoder that adapts beside the one that does not, of the same seed.
type Comparison struct {
	Intensity float64 `json:"intensity"`
	// SameDraws: both networks learned from the same starts, rates and noise.
	SameDraws bool `json:"same_draws"`
	// EarlyLog10Difference is how much lower the mean log10 of the loss is in the first
	// epochs, FasterEarly that it is.
	EarlyLog10Difference float64 `json:"early_log10_difference"`
	FasterEarly          bool    `json:"faster_early"`
	// FewerUnits: the unit-adding curve is at its asymptote with fewer units, and
	// UnitsDifference with how many; nil where one of the curves does not fall.
	FewerUnits      *bool    `json:"fewer_units"`
	UnitsDifference *float64 `json:"units_difference"`
	// HeldUnitsDifference is UnitsDifference with units that are left out held at their
	// mean rates.
	HeldUnitsDifference *float64 `json:"held_units_difference"`
	// AddingLog10Difference is how much lower the unit-adding curve lies, mean over all
	// numbers of units.
	AddingLog10Difference float64 `json:"adding_log10_difference"`
	// GiniDifference is by how much more unequal the readouts tell the target.
	GiniDifference float64 `json:"gini_difference"`
	// DimensionsDifference is by how much greater the participation ratio of all units is.
	DimensionsDifference *float64 `json:"dimensions_difference"`
}

// compare compares with the first decoder.
func (m *Metrics) compare() {
	m.AgainstFixed = []Comparison{}
	fixed := m.Decoders[0]
	for _, d := range m.Decoders[1:] {
		c := Comparison{Intensity: d.Intensity, SameDraws: d.draws == fixed.draws,
			EarlyLog10Difference:  fixed.EarlyLog10Loss - d.EarlyLog10Loss,
			AddingLog10Difference: stat.Mean(fixed.After.AddingLog10Loss, nil) - stat.Mean(d.After.AddingLog10Loss, nil),
			GiniDifference:        d.After.TargetGini - fixed.After.TargetGini,
		}
		c.FasterEarly = c.EarlyLog10Difference > 0
		if a, b := fixed.After.UnitsNeeded, d.After.UnitsNeeded; a != nil && b != nil {
			difference := *a - *b
			fewer := difference > 0
			c.UnitsDifference, c.FewerUnits = &difference, &fewer
		}
		if a, b := fixed.After.HeldUnitsNeeded, d.After.HeldUnitsNeeded; a != nil && b != nil {
			difference := *a - *b
			c.HeldUnitsDifference = &difference
		}
		if a, b := fixed.After.ParticipationRatio, d.After.ParticipationRatio; a != nil && b != nil {
			difference := *b - *a
			c.DimensionsDifference = &difference
		}
		m.AgainstFixed = append(m.AgainstFixed, c)
	}
}

// points averages log10 losses over blocks.
func points(losses []float64, block int) []Point {
	all := []Point{}
	for from := 0; from < len(losses); from += block {
		until := min(from+block, len(losses))
		all = append(all, Point{Epoch: float64(from+until-1) / 2, Log10Loss: stat.Mean(losses[from:until], nil)})
	}
	return all
}

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "decoder\tlog10 loss early\tlate\tafter learning\tunits needed\tothers held\ttarget told by a unit %\tGini\tdimensions of rates\tof readouts")
	number := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf("%.2f", *x)
	}
	line := func(name, early, late string, c *Compactness) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\t%s\t%s\t%.0f\t%.3f\t%s\t%s\n", name, early, late, c.Log10Loss, number(c.UnitsNeeded), number(c.HeldUnitsNeeded),
			100*c.MeanTargetAccuracy, c.TargetGini, number(c.ParticipationRatio), number(c.ReadoutParticipationRatio))
	}
	line("before learning", "", "", m.Before)
	for _, d := range m.Decoders {
		line(fmt.Sprintf("adapting by %g", d.Intensity), number(&d.EarlyLog10Loss), number(&d.LateLog10Loss), d.After)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nThe first decoder explains %.1f %% of the arm's velocities. The gradient is right to %.0e.\n", 100*m.FitR2, m.GradientError)
	return err
}
