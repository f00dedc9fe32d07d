package panel

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// WholeTicks labels at most six round whole numbers, as an axis of epochs or
// neurons wants.
type WholeTicks struct{}

// Ticks implements plot.Ticker.
func (WholeTicks) Ticks(low, high float64) []plot.Tick {
	step := 1.0
	for i := 0; (high-low)/step > 6; i++ { // 1, 2, 5, 10, 20, 50, ...
		step *= []float64{2, 2.5, 2}[i%3]
	}
	var ticks []plot.Tick
	for v := math.Ceil(low/step)*step + 0; v <= high; v += step { // + 0 makes 0 of -0
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ticks
}

// RoundTicks labels at most six multiples of 1, 2 or 5 times a power of ten, with
// as many digits as they need.
type RoundTicks struct{}

// Ticks implements plot.Ticker.
func (RoundTicks) Ticks(low, high float64) []plot.Tick {
	const most = 6
	if !(low < high) || math.IsInf(high-low, 0) {
		return []plot.Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', 3, 64)}}
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/most)))
	for i := 0; (high-low)/step >= most; i++ { // 1, 2, 5, 10
		step *= []float64{2, 2.5, 2}[i%3]
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		value := k * step
		if k == 0 {
			value = 0 // not -0
		}
		ticks = append(ticks, plot.Tick{Value: value, Label: strconv.FormatFloat(value, 'f', decimals, 64)})
	}
	return ticks
}

// LogTicks labels 1, 2 and 5 times powers of ten, of a logarithmic axis; over more than
// two decades the powers alone.
type LogTicks struct{}

// Ticks implements plot.Ticker.
func (LogTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	if !(low > 0 && low < high) {
		return nil
	}
	few := high > 100*low
	for k := math.Floor(math.Log10(low)); k <= math.Log10(high); k++ {
		for m := 1; m < 10; m++ {
			v := float64(m) * math.Pow(10, k)
			if v < low || v > high {
				continue
			}
			t := plot.Tick{Value: v}
			if m == 1 || !few && (m == 2 || m == 5) {
				t.Label = strconv.FormatFloat(v, 'g', 6, 64)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}
