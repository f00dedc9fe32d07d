package decoder

import (
	"fmt"
	"io"
	"text/tabwriter"

	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// GradientError is the greatest deviation of the gradient of the closed loop from
	// central differences, with the arm and with the cursor, along the gradient itself and in
	// random directions, as a part of the gradient's length.
	GradientError float64 `json:"gradient_error"`
	// Arm is how the network learned to move the arm.
	Arm []Point `json:"arm"`
	// FitR2 is the part of the sum of squares of the arm's velocities that the first
	// decoder explains; nil if they are all 0.
	FitR2 *float64 `json:"fit_r2"`
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
	// StartLog10Loss is the mean over the first ten epochs, after the first adaptation,
	// and FallLog10 by how much lower that over epochs 90 to 99 is: until, by default, the
	// second adaptation. Nil where epochs are fewer.
	StartLog10Loss float64  `json:"start_log10_loss"`
	FallLog10      *float64 `json:"fall_log10"`
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
	// epochs (early_epochs), LowerEarly that it is.
	EarlyLog10Difference float64 `json:"early_log10_difference"`
	LowerEarly           bool    `json:"lower_early"`
	// StartLog10Difference is how much lower it is in the first ten epochs: what the first
	// adaptation gives before anything is learned. FallLog10Difference is how much
	// more it falls from there, and FallsFaster that it does; nil where FallLog10 is.
	StartLog10Difference float64  `json:"start_log10_difference"`
	FallLog10Difference  *float64 `json:"fall_log10_difference"`
	FallsFaster          *bool    `json:"falls_faster"`
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
			StartLog10Difference:  fixed.StartLog10Loss - d.StartLog10Loss,
			EarlyLog10Difference:  fixed.EarlyLog10Loss - d.EarlyLog10Loss,
			AddingLog10Difference: stat.Mean(fixed.After.AddingLog10Loss, nil) - stat.Mean(d.After.AddingLog10Loss, nil),
			GiniDifference:        d.After.TargetGini - fixed.After.TargetGini,
		}
		c.LowerEarly = c.EarlyLog10Difference > 0
		if a, b := fixed.FallLog10, d.FallLog10; a != nil && b != nil {
			difference := *b - *a
			faster := difference > 0
			c.FallLog10Difference, c.FallsFaster = &difference, &faster
		}
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

// The fall of the loss is measured from the first to the last block of the first
// fallEpochs epochs.
const (
	fallEpochs = 100
	fallBlock  = 10
)

// start gives the StartLog10Loss and FallLog10 of a decoder with these log10 losses.
func start(losses []float64) (at float64, fall *float64) {
	at = stat.Mean(losses[:min(fallBlock, len(losses))], nil)
	if len(losses) < fallEpochs {
		return at, nil
	}
	return at, experiment.Finite(at - stat.Mean(losses[fallEpochs-fallBlock:fallEpochs], nil))
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
	fmt.Fprintln(t, "decoder\tlog10 loss at first\tfalls by\tearly\tlate\tafter learning\tunits needed\tothers held\ttarget told by a unit %\tGini\tdimensions of rates\tof readouts")
	number := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf("%.2f", *x)
	}
	line := func(name, first, fall, early, late string, c *Compactness) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.2f\t%s\t%s\t%.0f\t%.3f\t%s\t%s\n", name, first, fall, early, late, c.Log10Loss, number(c.UnitsNeeded), number(c.HeldUnitsNeeded),
			100*c.MeanTargetAccuracy, c.TargetGini, number(c.ParticipationRatio), number(c.ReadoutParticipationRatio))
	}
	line("before learning", "", "", "", "", m.Before)
	for _, d := range m.Decoders {
		line(fmt.Sprintf("adapting by %g", d.Intensity), number(&d.StartLog10Loss), number(d.FallLog10), number(&d.EarlyLog10Loss), number(&d.LateLog10Loss), d.After)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	explains := "There were no velocities of the arm to fit the first decoder to."
	if m.FitR2 != nil {
		explains = fmt.Sprintf("The first decoder explains %.1f %% of the arm's velocities.", 100**m.FitR2)
	}
	_, err := fmt.Fprintf(w, "\n%s The gradient is right to %.0e.\n", explains, m.GradientError)
	return err
}
