package rate

import "math"

// Loss is what the output is trained for, and with it the activation of the output.
type Loss string

// The losses. t is 1 for the class of the example and 0 for the others.
const (
	// SquaredError is ½ Σ (t − e)² of sigmoid units: −∂L/∂z = (t − e) e (1 − e).
	SquaredError Loss = "squared-error"
	// CrossEntropy is −Σ t log e of a softmax: −∂L/∂z = t − e.
	CrossEntropy Loss = "cross-entropy"
)

// rates turns the inputs of the output units into event rates, in place.
func (l Loss) rates(z Matrix) {
	if l == SquaredError {
		for i := range z.Rows {
			Sigmoid.rates(z.Data[i*z.Stride:][:z.Cols])
		}
		return
	}
	for i := range z.Rows {
		row := z.Data[i*z.Stride:][:z.Cols]
		greatest := math.Inf(-1)
		for _, v := range row {
			greatest = max(greatest, v)
		}
		sum := 0.0
		for j, v := range row {
			row[j] = math.Exp(v - greatest)
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
}

// delta sets d = −∂L/∂z for the event rates e and the class of each example, and
// gives the loss summed over examples and how many are wrong: those whose class has
// not the highest rate.
func (l Loss) delta(e Matrix, classes []uint8, d Matrix) (loss float64, wrong int) {
	for i := range e.Rows {
		row, dr := e.Data[i*e.Stride:][:e.Cols], d.Data[i*d.Stride:][:d.Cols]
		class := int(classes[i])
		best := 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
			t := 0.0
			if j == class {
				t = 1
			}
			dr[j] = t - v
			if l == SquaredError {
				dr[j] *= v * (1 - v)
			}
		}
		loss += l.of(row, class)
		if best != class {
			wrong++
		}
	}
	return loss, wrong
}

// Gradient turns inputs z of output units into event rates, in place, sets d to ∂L/∂z of
// the mean loss over the batch, and gives the loss summed over examples and how many are
// wrong. z and d have one row an example.
func (l Loss) Gradient(z Matrix, classes []uint8, d Matrix) (loss float64, wrong int) {
	l.rates(z)
	loss, wrong = l.delta(z, classes, d)
	for i := range d.Rows {
		row := d.Data[i*d.Stride:][:d.Cols]
		for j := range row {
			row[j] /= -float64(z.Rows)
		}
	}
	return loss, wrong
}

// of gives the loss of one example, whose output has the event rates e.
func (l Loss) of(e []float64, class int) float64 {
	if l == CrossEntropy {
		return -math.Log(max(e[class], math.SmallestNonzeroFloat64))
	}
	sum := 0.0
	for j, v := range e {
		if j == class {
			v = 1 - v
		}
		sum += float64(v * v)
	}
	return sum / 2
}
