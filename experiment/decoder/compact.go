package decoder

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// Compactness says in how few of the readouts the control of the cursor is.
type Compactness struct {
	// Log10Loss is that with all readouts, UnitLog10Loss with one of them alone, the
	// best first. AddingLog10Loss is that with the 0, 1, 2, … best.
	Log10Loss       float64   `json:"log10_loss"`
	UnitLog10Loss   []float64 `json:"unit_log10_loss"`
	AddingLog10Loss []float64 `json:"adding_log10_loss"`
	// UnitsNeeded is the number of units from which on the adding curve stays within a
	// tenth of all that the readouts lower log10 of the loss by, between two numbers
	// linearly; nil if they do not lower it.
	UnitsNeeded *float64 `json:"units_needed"`
	// HeldAddingLog10Loss and HeldUnitsNeeded are the same with units that are left out
	// held at their mean rates, ranked so too: what only cancels means is not missed.
	HeldAddingLog10Loss []float64 `json:"held_adding_log10_loss"`
	HeldUnitsNeeded     *float64  `json:"held_units_needed"`
	// TargetAccuracy is the part of trials whose target is told from one unit's rates, the
	// best first, and TargetGini the Gini coefficient of these parts: 0 if all are equal.
	TargetAccuracy []float64 `json:"target_accuracy"`
	TargetGini     float64   `json:"target_gini"`
	// MeanTargetAccuracy is their mean.
	MeanTargetAccuracy float64 `json:"mean_target_accuracy"`
	// ParticipationRatio is the dimensionality of the rates of all units of the network,
	// (Σ v)²/Σ v² with v the eigenvalues of their covariance over steps and trials;
	// ReadoutParticipationRatio that of the readouts.
	ParticipationRatio        *float64 `json:"participation_ratio"`
	ReadoutParticipationRatio *float64 `json:"readout_participation_ratio"`
	// UnitDriftMM is how far the mean rate of one readout alone would move the cursor in a
	// trial, mean over readouts, mm: the decoder has no intercept, and such drifts cancel.
	UnitDriftMM float64 `json:"unit_drift_mm"`
}

// measures are what compactness is measured with.
type measures struct {
	seed    uint64
	batches int // of trials, one a target, that a loss is the mean of
	repeats int // of trials that targets are told from
	binSize int // steps
}

// nearFull is the part of the readouts' performance that may be missing of an asymptote.
const nearFull = 0.1

// rounds is how often count is called by compactness: for each run of one trial a target,
// and each regression.
func (l *loop) rounds(m measures) int {
	return m.batches + 2*m.batches*(2*l.readouts+1) + m.repeats + folds*l.readouts
}

func (l *loop) compactness(ctx context.Context, m measures, count counter) (*Compactness, error) {
	x, err := l.collect(ctx, m, count)
	if err != nil {
		return nil, err
	}
	rates := make([]float64, l.readouts)
	for j := range rates {
		for i := range x.Rows {
			rates[j] += x.Data[i*x.Cols+j] / float64(x.Rows)
		}
	}
	c := &Compactness{UnitDriftMM: l.drift(rates)}
	if c.UnitLog10Loss, c.AddingLog10Loss, err = l.unitAdding(ctx, m, make([]float64, l.readouts), count); err != nil {
		return nil, err
	}
	if _, c.HeldAddingLog10Loss, err = l.unitAdding(ctx, m, rates, count); err != nil {
		return nil, err
	}
	c.Log10Loss = c.AddingLog10Loss[l.readouts]
	c.UnitsNeeded = experiment.Finite(unitsNeeded(c.AddingLog10Loss))
	c.HeldUnitsNeeded = experiment.Finite(unitsNeeded(c.HeldAddingLog10Loss))
	c.ParticipationRatio, c.ReadoutParticipationRatio = participationRatio(x, l.units), participationRatio(x, l.readouts)
	if c.TargetAccuracy, err = l.targetAccuracy(ctx, m, count); err != nil {
		return nil, err
	}
	c.TargetGini, c.MeanTargetAccuracy = gini(c.TargetAccuracy), stat.Mean(c.TargetAccuracy, nil)
	slices.Sort(c.TargetAccuracy)
	slices.Reverse(c.TargetAccuracy)
	return c, nil
}

// unitAdding gives log10 of the loss with one readout alone, the best first, and with
// the 0, 1, 2, … best. The decoder takes the others to have these rates.
func (l *loop) unitAdding(ctx context.Context, m measures, others []float64, count counter) (alone, adding []float64, err error) {
	whole := slices.Clone(l.readout.Data)
	defer func() {
		copy(l.readout.Data, whole)
		l.held = [2]float64{}
	}()
	loss := func(units ...int) (float64, error) {
		clear(l.readout.Data)
		l.held = [2]float64{}
		for j, r := range others {
			for k := range l.held {
				if w := whole[k*l.units+j]; slices.Contains(units, j) {
					l.readout.Data[k*l.units+j] = w
				} else {
					l.held[k] += float64(w * r)
				}
			}
		}
		sum := 0.0
		for b := range m.batches {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			sum += l.run(trialSource(m.seed, trialsTest), uint32(b))
			count(measuring)
		}
		return math.Log10(sum / float64(m.batches)), nil
	}
	type unit struct {
		index int
		loss  float64
	}
	units := make([]unit, l.readouts)
	for j := range units {
		units[j].index = j
		if units[j].loss, err = loss(j); err != nil {
			return nil, nil, err
		}
	}
	slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(a.loss, b.loss) })
	var best []int
	adding = make([]float64, l.readouts+1)
	if adding[0], err = loss(); err != nil {
		return nil, nil, err
	}
	for i, u := range units {
		best = append(best, u.index)
		alone = append(alone, u.loss)
		if adding[i+1], err = loss(best...); err != nil {
			return nil, nil, err
		}
	}
	return alone, adding, nil
}

// unitsNeeded finds where a curve, of 0, 1, 2, … units, comes within a tenth of its
// fall of its end, for good. NaN if it does not fall.
func unitsNeeded(curve []float64) float64 {
	last := len(curve) - 1
	fall := curve[0] - curve[last]
	if !(fall > 0) || math.IsInf(fall, 0) {
		return math.NaN()
	}
	enough := curve[last] + float64(nearFull*fall)
	k := last
	for curve[k-1] <= enough { // the first of all is above
		k--
	}
	return float64(k) - (enough-curve[k])/(curve[k-1]-curve[k])
}

// gini is the Gini coefficient of numbers of which none is negative and one is not 0:
// half their mean absolute difference, as a part of the mean.
func gini(x []float64) float64 {
	ascending := slices.Sorted(slices.Values(x))
	n, sum, weighted := float64(len(x)), 0.0, 0.0
	for i, v := range ascending {
		sum += v
		weighted += float64((2*float64(i+1) - n - 1) * v)
	}
	return weighted / (n * sum)
}

// collect gives the rates of all units after each step of the trials that losses are
// measured with, one row a step and trial.
func (l *loop) collect(ctx context.Context, m measures, count counter) (rate.Matrix, error) {
	rows := l.steps * l.targets
	x := matrix(m.batches*rows, l.units)
	for b := range m.batches {
		if err := ctx.Err(); err != nil {
			return x, err
		}
		l.run(trialSource(m.seed, trialsTest), uint32(b))
		count(measuring)
		for t := range l.steps {
			copy(x.Data[(b*rows+t*l.targets)*l.units:], l.network.Rates(t+1).Data)
		}
	}
	return x, nil
}

// drift is the UnitDriftMM of these mean rates of the readouts.
func (l *loop) drift(rates []float64) float64 {
	sum := 0.0
	for j, r := range rates {
		sum += r * math.Hypot(l.readout.Data[j], l.readout.Data[l.units+j])
	}
	return sum / float64(l.readouts) * l.dtMS * float64(l.steps) // m/s · ms = mm
}

// participationRatio is that of the first units: of a covariance C the squared trace over
// the sum of squares of all elements.
func participationRatio(x rate.Matrix, units int) *float64 {
	var c mat.SymDense
	stat.CovarianceMatrix(&c, mat.NewDense(x.Rows, x.Cols, x.Data).Slice(0, x.Rows, 0, units), nil)
	norm := mat.Norm(&c, 2)
	if norm == 0 {
		return nil
	}
	trace := mat.Trace(&c) / norm
	return experiment.Finite(trace * trace)
}
