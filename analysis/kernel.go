package analysis

import (
	"fmt"
	"math"
)

// KernelShape is how the weight of an event spreads over time.
type KernelShape uint8

// The shapes, with s the time since the event and T the width. Exponential and
// Alpha are causal: what has not happened yet has no weight, as for one who
// observes while it happens.
const (
	Gaussian    KernelShape = iota // exp(−s²/2T²)/(T·sqrt(2π)), cut at 5 T
	Exponential                    // exp(−s/T)/T for s >= 0, cut at 20 T
	Alpha                          // s·exp(−s/T)/T² for s >= 0, cut at 25 T
)

// String returns the name, as in "gaussian".
func (s KernelShape) String() string { return [...]string{"gaussian", "exponential", "alpha"}[s] }

// KernelShapes are the names of all shapes, in the order of their values.
func KernelShapes() []string { return []string{"gaussian", "exponential", "alpha"} }

// Kernel is a shape of some width.
type Kernel struct {
	Shape KernelShape
	Width int64 // T above in steps, > 0
}

// weights are a kernel's at whole steps, which add up to 1.
type weights struct {
	before int64     // steps before an event at which it has weight
	at     []float64 // of −before, ..., after
	sums   []float64 // of the first so many
}

// maxKernel bounds the table of weights to 512 MB.
const maxKernel = 1 << 25

// weights samples the kernel.
func (k Kernel) weights() (weights, error) {
	before, after, t := int64(0), int64(0), float64(k.Width)
	switch {
	case k.Width < 1:
		return weights{}, fmt.Errorf("kernel: %d steps wide, want at least one", k.Width)
	case k.Width > maxKernel/25:
		return weights{}, fmt.Errorf("kernel: %d steps wide, want at most %d", k.Width, maxKernel/25)
	case k.Shape == Gaussian:
		before, after = 5*k.Width, 5*k.Width
	case k.Shape == Exponential:
		after = 20 * k.Width
	case k.Shape == Alpha:
		after = 25 * k.Width
	default:
		return weights{}, fmt.Errorf("kernel: shape %d, want gaussian, exponential or alpha", k.Shape)
	}
	w := weights{before: before, at: make([]float64, before+after+1), sums: make([]float64, before+after+2)}
	sum := 0.0
	for i := range w.at {
		s := float64(int64(i)-before) / t
		switch k.Shape {
		case Gaussian:
			w.at[i] = math.Exp(-s * s / 2)
		case Exponential:
			w.at[i] = math.Exp(-s)
		case Alpha:
			w.at[i] = s * math.Exp(-s)
		}
		sum += w.at[i]
	}
	for i := range w.at {
		w.at[i] /= sum
		w.sums[i+1] = w.sums[i] + w.at[i]
	}
	return w, nil
}

// after is how many steps after an event it has weight.
func (w weights) after() int64 { return int64(len(w.at)) - 1 - w.before }

// mass is the weight that a sample at step would give to events everywhere in
// the window: 1, but near the edges.
func (w weights) mass(step int64, window Window) float64 {
	// The event at step s weighs at[step−s+before]; s runs from From to To−1.
	last, first := min(int64(len(w.at)), step-window.From+w.before+1), max(0, step-window.To+w.before+1)
	if last <= first {
		return 0
	}
	return w.sums[last] - w.sums[first]
}
