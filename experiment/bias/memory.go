package bias

import (
	"math"
	"runtime"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
)

// fits refuses networks that need more memory than is allowed.
func fits(v *experiment.Values, d *images.Data) error {
	widths, limit := v.Floats("widths"), 1e9*v.Float("memory_gb")
	key, width := "widths", int(widths[len(widths)-1])
	if v.Int("task_width") > width {
		key, width = "task_width", v.Int("task_width")
	}
	need := memory(v, d)
	if need <= limit {
		return nil
	}
	// Each unit takes as much.
	fit := int(limit / need * float64(width))
	return experiment.Inputf("%s: %d units need %.1f GB with %d images, memory_gb allows %g: take %d units or fewer, or fewer train_examples",
		key, width, need/1e9, d.Train.Count+d.Test.Count, v.Float("memory_gb"), fit)
}

// memory is what a seed takes at most, nearly, in bytes: the curves and then the tasks keep
// drives, of which tasks that wait keep those of test images; and each network that is
// trained as a whole has weights, gradients, and two moments of each.
func memory(v *experiment.Values, d *images.Data) float64 {
	widths := v.Floats("widths")
	widest, whole := widths[len(widths)-1], 0.0
	count := 0
	for _, w := range widths {
		if w <= float64(v.Int("widest_weights")) {
			whole = w
			count++
		}
	}
	atOnce := func(n int) float64 { return float64(min(n, runtime.GOMAXPROCS(0))) }
	train, test := float64(d.Train.Count), float64(d.Test.Count)
	aUnit := 8 * float64(d.Shape().Units()+d.Train.Classes)
	taskWidth, tasks := float64(v.Int("task_width")), len(v.Words("tasks"))+len(moreData(v))
	curves := 4*(train+test)*widest + atOnce(count)*4*aUnit*whole
	kept := 4 * taskWidth * (train*atOnce(tasks) + test*float64(tasks))
	return aUnit*math.Max(widest, taskWidth) + math.Max(curves, kept)
}
