package decoder

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// negligible is the part of the greatest singular value from which on a direction of the
// readouts' activity counts as silent: nothing is decoded from it.
const negligible = 1e-10

// fit gives the decoder, 2 × units, that tells the velocities of the last run from the
// rates of the readouts, the first units, by least squares without an intercept: of all
// that are equally good, the least. Of velocities it explains R², the part of their sum of
// squares. With rotate, each velocity points from where the effector is to its target,
// as fast as it was. R² is nil if all are 0.
func (l *loop) fit(rotate bool) (decoder rate.Matrix, r2 *float64, err error) {
	n, rows := l.targets, l.steps*l.targets
	x, y := mat.NewDense(rows, l.readouts, nil), mat.NewDense(rows, 2, nil)
	total := 0.0
	for t := range l.steps {
		rates := l.network.Rates(t + 1)
		for i := range n {
			at := t*n + i
			x.SetRow(at, row(rates, i)[:l.readouts])
			v := l.velocity(t+1, i, rotate)
			y.SetRow(at, v[:])
			total += float64(v[0]*v[0]) + float64(v[1]*v[1])
		}
	}
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDThin) {
		return decoder, nil, fmt.Errorf("decoder: the readouts' rates have no singular values: are they finite?")
	}
	decoder = matrix(2, l.units)
	rank := svd.Rank(negligible)
	if rank == 0 { // all are silent
		return decoder, experiment.Finite(0 / total), nil
	}
	var d mat.Dense
	svd.SolveTo(&d, y, rank)
	for k := range 2 {
		for j := range l.readouts {
			decoder.Data[k*l.units+j] = d.At(j, k)
		}
	}
	var left mat.Dense
	left.Mul(x, &d)
	left.Sub(y, &left)
	norm := mat.Norm(&left, 2)
	return decoder, experiment.Finite(1 - norm*norm/total), nil
}

// velocity of the effector after t steps, or one that points to the target.
func (l *loop) velocity(t, i int, rotate bool) [2]float64 {
	s := &l.states[t*l.targets+i]
	v := [2]float64{s[2], s[3]}
	if !rotate {
		return v
	}
	d := l.goal(i)
	x, y := d[0]-s[0], d[1]-s[1]
	distance := math.Hypot(x, y)
	if distance == 0 {
		return v
	}
	speed := math.Hypot(v[0], v[1])
	return [2]float64{speed * x / distance, speed * y / distance}
}

// adapt sets the readout to D ← c D_new + (1−c) D.
func (l *loop) adapt(fitted rate.Matrix, c float64) {
	for i, d := range l.readout.Data {
		l.readout.Data[i] = float64(c*fitted.Data[i]) + float64((1-c)*d)
	}
}
