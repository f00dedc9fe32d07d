package rate

// LearnBiases returns what moves the biases against the gradient of a batch's loss, by
// Adam with that step size. It takes d = ∂L/∂y of the batch that Forward saw last, and the
// part of the step size to go, 1 for all of it.
func (s *Shallow) LearnBiases(step float64) func(d Matrix, part float64) {
	gradient := make([]float64, s.V.Cols)
	adam := NewAdam(step, len(gradient))
	return func(d Matrix, part float64) {
		adam.Rate = step * part
		s.Backward(d)
		s.BiasGradient(gradient)
		adam.Step(s.B, gradient)
	}
}

// LearnMask gives the network the gates that scores, one a unit, stand for, and returns
// what moves the scores, and gates with them, as [ScoreGradient] says; otherwise it is as
// LearnBiases. The scores are the network's from then on.
func (s *Shallow) LearnMask(step float64, scores []float64) func(d Matrix, part float64) {
	gradient, room := make([]float64, s.V.Cols), make([]float64, s.V.Cols)
	adam := NewAdam(step, len(gradient))
	s.Gates = make([]float64, s.V.Cols)
	Gates(scores, s.Gates)
	return func(d Matrix, part float64) {
		adam.Rate = step * part
		s.Backward(d)
		s.GateGradient(gradient)
		ScoreGradient(scores, gradient, room)
		adam.Step(scores, gradient)
		Gates(scores, s.Gates)
	}
}

// LearnAll returns what moves the biases, V and w, the W by which a batch x was driven; V
// and w have to be the caller's to change. Otherwise it is as LearnBiases.
func (s *Shallow) LearnAll(step float64, w Matrix) func(x, d Matrix, part float64) {
	gw, gv, gb := newMatrix(w.Rows, w.Cols), newMatrix(s.V.Rows, s.V.Cols), make([]float64, s.V.Cols)
	ofW, ofV, ofB := NewAdam(step, len(gw.Data)), NewAdam(step, len(gv.Data)), NewAdam(step, len(gb))
	return func(x, d Matrix, part float64) {
		ofW.Rate = step * part
		ofV.Rate, ofB.Rate = ofW.Rate, ofW.Rate
		s.ReadoutGradient(d, gv)
		s.Backward(d)
		s.BiasGradient(gb)
		s.WeightGradient(x, gw)
		ofW.Step(w.Data, gw.Data)
		ofV.Step(s.V.Data, gv.Data)
		ofB.Step(s.B, gb)
	}
}
