package bridge

import (
	"slices"
	"sort"
)

// Curve is a measured function of one variable, linear between its points and beyond
// them along the nearest two.
type Curve struct {
	X []float64 `json:"x"` // ascending
	Y []float64 `json:"y"`
}

// at evaluates the curve.
func (c Curve) at(x float64) float64 {
	i, part := segment(c.X, x)
	return c.Y[i] + part*(c.Y[i+1]-c.Y[i])
}

// segment finds the interval i, i+1 of ascending numbers, at least two, that x lies in
// or is nearest to, and where: 0 at its beginning and 1 at its end, less or more
// outside.
func segment(xs []float64, x float64) (i int, part float64) {
	i = min(max(sort.SearchFloat64s(xs, x)-1, 0), len(xs)-2)
	return i, (x - xs[i]) / (xs[i+1] - xs[i])
}

// Surface is a measured event rate (Hz) of a population by what it receives: the
// summed event rates of its sources (Hz) and their mean excitatory weight (leak
// conductances), that is, Σ w e / Σ e. It is bilinear.
type Surface struct {
	SourcesHz []float64 `json:"sources_hz"`  // ascending
	Weights   []float64 `json:"mean_weight"` // ascending, leak conductances
	// EventRateHz has a row for each of SourcesHz.
	EventRateHz [][]float64 `json:"event_rate_hz"`
}

// at evaluates the surface; rates are not negative.
func (s Surface) at(sourcesHz, weight float64) float64 {
	i, p := segment(s.SourcesHz, sourcesHz)
	j, q := segment(s.Weights, weight)
	row := func(r []float64) float64 { return r[j] + q*(r[j+1]-r[j]) }
	low, high := row(s.EventRateHz[i]), row(s.EventRateHz[i+1])
	return max(0, low+p*(high-low))
}

// Transfer is what stands for the ensembles in the network of rates: measured from the
// spiking network before it learns, none of it fitted to what learning does.
type Transfer struct {
	// InputHz are the event rates of an input population whose bit is 0 and 1.
	InputHz [2]float64 `json:"input_hz"`
	// Hidden and Output are event rates; both hidden populations are built alike, and
	// the measurements of the two are averaged.
	Hidden Surface `json:"hidden"`
	Output Surface `json:"output"`
	// OutputBursts is the output's burst probability by the current into its dendrites
	// (pA); HiddenBursts those of hidden1 and hidden2 by the output's burst rate (Hz).
	OutputBursts Curve    `json:"output_burst_probability"`
	HiddenBursts [2]Curve `json:"hidden_burst_probability"`
}

// sorted returns the curve with its points in ascending order of X. Points whose X
// agree but for noise, where nothing bursts or everything does, are averaged: they
// are nearer to each other than apart.
func (c Curve) sorted(apart float64) Curve {
	order := make([]int, len(c.X))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case c.X[a] < c.X[b]:
			return -1
		case c.X[a] > c.X[b]:
			return 1
		}
		return 0
	})
	var out Curve
	var n []float64
	for _, i := range order {
		if last := len(out.X) - 1; last >= 0 && c.X[i]-out.X[last] < apart {
			n[last]++
			out.X[last] += (c.X[i] - out.X[last]) / n[last]
			out.Y[last] += (c.Y[i] - out.Y[last]) / n[last]
			continue
		}
		out.X, out.Y, n = append(out.X, c.X[i]), append(out.Y, c.Y[i]), append(n, 1)
	}
	return out
}
