package panel

import (
	"fmt"
	"math"

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
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ticks
}
