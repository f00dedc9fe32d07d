package panel

import "math"

// Mean averages values of several runs, element by element. It is nil without runs.
func Mean(runs [][]float64) []float64 {
	if len(runs) == 0 {
		return nil
	}
	out := make([]float64, len(runs[0]))
	for i := range out {
		for _, r := range runs {
			out[i] += r[i] / float64(len(runs))
		}
	}
	return out
}

// Rescale maps the range of a driver affinely onto that of a signal, so that the
// two can be compared by shape. NaN stays NaN and belongs to neither range.
func Rescale(driver, signal []float64) []float64 {
	low, high := bounds(driver)
	bottom, top := bounds(signal)
	out := make([]float64, len(driver))
	for i, v := range driver {
		out[i] = bottom + (v-low)/(high-low)*(top-bottom)
	}
	return out
}

func bounds(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	return low, high
}
