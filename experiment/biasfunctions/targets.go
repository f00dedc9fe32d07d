package biasfunctions

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/rate"
)

// target is a continuous function on [-1, 1] or [-1, 1]².
type target struct {
	name    string
	inputs  int
	formula string
	at      func(x []float64) float64
}

// targets are all that can be asked for.
func targets() []target {
	return []target{
		{"sine", 1, "sin 2πx", func(x []float64) float64 { return math.Sin(2 * math.Pi * x[0]) }},
		{"absolute", 1, "|x|", func(x []float64) float64 { return math.Abs(x[0]) }},
		{"bump", 1, "exp(-x²/(2·0.2²))", func(x []float64) float64 { return gaussian(x, 0.2) }},
		{"step", 1, "tanh 10x", func(x []float64) float64 { return math.Tanh(10 * x[0]) }},
		{"wave", 2, "sin πx₁ cos πx₂", func(x []float64) float64 { return math.Sin(math.Pi*x[0]) * math.Cos(math.Pi*x[1]) }},
		{"hill", 2, "exp(-|x|²/(2·0.4²))", func(x []float64) float64 { return gaussian(x, 0.4) }},
		{"saddle", 2, "x₁² - x₂²", func(x []float64) float64 { return float64(x[0]*x[0]) - float64(x[1]*x[1]) }},
	}
}

func gaussian(x []float64, sd float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v * v)
	}
	return math.Exp(-sum / (2 * sd * sd))
}

func targetNames() (names []string) {
	for _, t := range targets() {
		names = append(names, t.name)
	}
	return names
}

// chosen are the targets of these names, in the order of targets.
func chosen(names []string) (these []target) {
	for _, t := range targets() {
		if slices.Contains(names, t.name) {
			these = append(these, t)
		}
	}
	return these
}

// Points of the grids on which errors are measured, a side; and, at least, of those on which
// random features are fitted, by least squares instead of from a stream of points.
const (
	measured1D, leastFitted1D = 1001, 401
	measured2D, leastFitted2D = 51, 33
)

// fittedAUnit is how many points there are at least for each feature that is fitted: with
// about as many points as features, least squares go through all points and swing between.
const fittedAUnit = 4

// grid has a row for each of so many points a side, from edge to edge of [-1, 1].
func grid(inputs, side int) rate.Matrix {
	place := func(i int) float64 { return 2*float64(i)/float64(side-1) - 1 }
	if inputs == 1 {
		x := matrix(side, 1)
		for i := range side {
			x.Data[i] = place(i)
		}
		return x
	}
	x := matrix(side*side, 2)
	for i := range side {
		for j := range side {
			x.Data[2*(i*side+j)], x.Data[2*(i*side+j)+1] = place(i), place(j)
		}
	}
	return x
}

func measuredGrid(inputs int) rate.Matrix {
	if inputs == 1 {
		return grid(1, measured1D)
	}
	return grid(2, measured2D)
}

func fittedGrid(inputs, units int) rate.Matrix {
	if inputs == 1 {
		return grid(1, max(leastFitted1D, fittedAUnit*units+1))
	}
	return grid(2, max(leastFitted2D, int(math.Ceil(math.Sqrt(float64(fittedAUnit*units))))))
}

// cut is the line on which functions are drawn: all of [-1, 1], or x₂ = x₁/2.
func cut(inputs int) rate.Matrix {
	const points = 101
	line := grid(1, points)
	if inputs == 1 {
		return line
	}
	x := matrix(points, 2)
	for i, v := range line.Data {
		x.Data[2*i], x.Data[2*i+1] = v, v/2
	}
	return x
}

func matrix(rows, cols int) rate.Matrix {
	return rate.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

// values are those of a target at points.
func (t *target) values(x rate.Matrix) []float64 {
	y := make([]float64, x.Rows)
	for i := range y {
		y[i] = t.at(x.Data[i*x.Stride:][:x.Cols])
	}
	return y
}

// Error is how far a function is from its target, in units of the target.
type Error struct {
	RMS float64 `json:"rms"`
	// Sup is the greatest distance.
	Sup float64 `json:"sup"`
}

func errorOf(y, want []float64) (e Error) {
	sum := 0.0
	for i, v := range y {
		d := v - want[i]
		sum += float64(d * d)
		e.Sup = max(e.Sup, math.Abs(d))
	}
	e.RMS = math.Sqrt(sum / float64(len(y)))
	return e
}
