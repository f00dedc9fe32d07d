package trials

// Overlapping is how many trials share time, and a neuron that both are about,
// with another one. What happens there counts in each of them, so that they are
// not independent, as tests and cross-validation take trials to be.
func (a *Aligned) Overlapping() int {
	all := make([]int, len(a.Trials))
	from, to := make([]int, len(a.Trials)), make([]int, len(a.Trials))
	for t := range a.Trials {
		all[t] = t
		from[t], to[t] = a.span(a.Trials[t])
	}
	return a.overlapping(all, from, to, a.Design.To-a.Design.From)
}

// Overlapping is how many trials of two conditions share time in some bins, and a
// neuron, with another of them.
func (s *Sums) Overlapping(bins Bins, a, b string) int {
	var of []int
	for t := range s.Trials {
		if c := s.Trials[t].Condition; s.observed[t] > 0 && (c == a || c == b) {
			of = append(of, t)
		}
	}
	return s.overlapping(of, s.from, s.to, int64(bins.To-bins.From)*s.Design.Bin)
}

// overlapping counts those of some trials, in ascending order, whose onsets lie
// less than length apart and whose neurons, from and to of each trial, meet.
func (a *Aligned) overlapping(of, from, to []int, length int64) int {
	shares := make([]bool, len(a.Trials))
	n := 0
	mark := func(t int) {
		if !shares[t] {
			shares[t] = true
			n++
		}
	}
	for i, t := range of {
		for _, u := range of[i+1:] {
			if a.Trials[u].Onset-a.Trials[t].Onset >= length {
				break // trials are in the order of onset
			}
			if from[t] < to[u] && from[u] < to[t] {
				mark(t)
				mark(u)
			}
		}
	}
	return n
}
