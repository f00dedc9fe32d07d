package pairing

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// shape says of a curve what its protocol is about.
func (p *protocol) shape(points []Point) Shape {
	var s Shape
	if len(points) < 2 {
		return s
	}
	switch p.name {
	case periodic:
		s.jump(points)
	case burstPoisson:
		s.line(points)
		monotone := p.monotone(points)
		s.Monotone = &monotone
	default:
		s.ZeroCrossingHz = rises(points)
	}
	return s
}

// rises is where the weight first goes from negative to positive, on straight
// lines between the points; nil if it never does.
func rises(points []Point) *float64 {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if a.WeightChange < 0 && b.WeightChange >= 0 {
			x := a.X() + (b.X()-a.X())*a.WeightChange/(a.WeightChange-b.WeightChange)
			return &x
		}
	}
	return nil
}

// jump finds the neighbours between which depression turns into potentiation.
func (s *Shape) jump(points []Point) {
	for i := 1; i < len(points); i++ {
		if points[i-1].WeightChange >= 0 || points[i].WeightChange < 0 {
			continue
		}
		from, to, smooth := points[i-1].X(), points[i].X(), true
		for k := 1; k < len(points); k++ {
			growth := points[k].WeightChange - points[k-1].WeightChange
			if k < i && growth >= 0 || k > i && growth <= 0 {
				smooth = false
			}
		}
		s.JumpFromHz, s.JumpToHz, s.Smooth = &from, &to, &smooth
		return
	}
}

// line fits one by least squares.
func (s *Shape) line(points []Point) {
	var x, w []float64
	for _, q := range points {
		x, w = append(x, q.X()), append(w, q.WeightChange)
	}
	origin, slope := stat.LinearRegression(x, w, nil, false)
	s.Slope = &slope
	if zero := -origin / slope; slope != 0 && zero >= x[0] && zero <= x[len(x)-1] {
		s.ZeroCrossingProbability = &zero
	}
}

// certain is how many standard errors make a difference.
const certain = 3

func (p *protocol) monotone(points []Point) bool {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		var variance float64
		if a.SD != nil && b.SD != nil {
			variance = (*a.SD**a.SD + *b.SD**b.SD) / float64(p.realisations())
		}
		if b.WeightChange < a.WeightChange-certain*math.Sqrt(variance) {
			return false
		}
	}
	return true
}

// steeper compares the slopes of curves with the same setting, of which there are
// so many, at ascending event rates; nil if there is one rate or no slope.
func steeper(curves []Curve, settings int) *bool {
	if len(curves) <= settings || curves[0].Slope == nil {
		return nil
	}
	all := true
	for i := settings; i < len(curves); i++ {
		all = all && *curves[i].Slope > *curves[i-settings].Slope
	}
	return &all
}

// ends are the least and greatest of some numbers.
func ends(x []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}
