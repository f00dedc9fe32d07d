package xor

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// Teacher is what an output is taught by: the event rates that stand for 0 and 1,
// and the current that leads there.
type Teacher struct {
	LowHz, HighHz float64 // stand for 0 and 1
	ToleranceHz   float64 // an output as near to its target, or beyond, is right
	LargestPA     float64
}

// NewTeacher reads a teacher from rate_min, rate_max, teacher_tolerance and
// teacher_current.
func NewTeacher(v *experiment.Values) Teacher {
	return Teacher{LowHz: v.Float("rate_min"), HighHz: v.Float("rate_max"),
		ToleranceHz: v.Float("teacher_tolerance"), LargestPA: v.Float("teacher_current")}
}

// CheckTeacher refuses rates that no output lies between.
func CheckTeacher(v *experiment.Values) error {
	if t := NewTeacher(v); t.HighHz <= t.LowHz+2*t.ToleranceHz {
		return experiment.Inputf("rate_max: %s, want more than rate_min (%s) and twice the teacher_tolerance (%s) above it",
			v.Text("rate_max"), v.Text("rate_min"), v.Text("teacher_tolerance"))
	}
	return nil
}

// Current is that into the dendrite of an output neuron with the given event
// rate, pA: none where the rate is right, the largest where it is wrong, and the
// gradient of the cost in between. As in the reference program of Payeur et al.
// 2021 the largest current is divided by a number of Hz.
func (t Teacher) Current(hz float64, target bool) float64 {
	switch {
	case target && hz >= t.HighHz-t.ToleranceHz, !target && hz <= t.LowHz+t.ToleranceHz:
		return 0
	case target && hz <= t.LowHz+t.ToleranceHz:
		return t.LargestPA
	case target:
		return t.LargestPA / (hz - t.LowHz)
	case hz >= t.HighHz-t.ToleranceHz:
		return -t.LargestPA
	default:
		return -t.LargestPA / (t.HighHz - hz)
	}
}

// Answer is a mean event rate m of the output as a probability of 1,
// y = (m−ν_min)/(ν_max−ν_min), kept within [0.01, 0.99].
func (t Teacher) Answer(meanHz float64) float64 {
	return min(max((meanHz-t.LowHz)/(t.HighHz-t.LowHz), 0.01), 0.99)
}

// Cost is the cross-entropy of the answer that a mean event rate gives.
func (t Teacher) Cost(meanHz float64, target bool) float64 {
	y := t.Answer(meanHz)
	if target {
		return -math.Log(y)
	}
	return -math.Log(1 - y)
}
