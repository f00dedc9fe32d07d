package trials

import (
	"fmt"
	"math"
	"slices"
	"sync"
)

// labelling holds the trials of two conditions, and ways to share them out.
type labelling struct {
	a, b   string
	trials []int // places in Trials, ascending
	// stratum is of each of the trials, numbered from 0 in the order of the
	// alphabet.
	stratum []int
	strata  int
	// rows[0] tells which trials belong to a; the others exchange conditions within
	// strata.
	rows [][]bool
	// exact: the rows are all that there are.
	exact bool

	once sync.Once
	inA  [][]int32 // see members
}

// labels takes the trials of two conditions and draws permutations of them within
// strata. Where there are no more ways than draws it takes each once.
func (s *Sums) labels(a, b string, r Resampling) (*labelling, error) {
	if a == b {
		return nil, fmt.Errorf("contrast: %q with itself, want two conditions", a)
	}
	if r.Draws < 1 {
		return nil, fmt.Errorf("permutations: %d, want at least one", r.Draws)
	}
	l := &labelling{a: a, b: b}
	for _, condition := range []string{a, b} {
		of := s.Of(condition)
		if len(of) == 0 {
			return nil, fmt.Errorf("condition %q: has no trials, want two of %q", condition, s.Conditions())
		}
		l.trials = append(l.trials, of...)
	}
	slices.Sort(l.trials)
	var names []string
	for _, t := range l.trials {
		names = append(names, s.Trials[t].Stratum)
	}
	known := unique(slices.Clone(names))
	l.strata = len(known)
	observed := make([]bool, len(l.trials))
	for i, t := range l.trials {
		at, _ := slices.BinarySearch(known, names[i])
		l.stratum = append(l.stratum, at)
		observed[i] = s.Trials[t].Condition == a
	}
	l.rows = [][]bool{observed}
	if ways := l.ways(); ways <= float64(r.Draws) {
		l.exact = true
		l.enumerate(0, l.groups(), slices.Clone(observed))
		return l, nil
	}
	source := r.source(drawLabels)
	groups := l.groups()
	for i := range r.Draws {
		row := slices.Clone(observed)
		stream := source.Stream(uint32(i))
		for _, group := range groups {
			for k := len(group) - 1; k > 0; k-- {
				j := stream.Below(uint32(k + 1))
				row[group[k]], row[group[j]] = row[group[j]], row[group[k]]
			}
		}
		l.rows = append(l.rows, row)
	}
	return l, nil
}

// groups are the places of the trials of each stratum.
func (l *labelling) groups() [][]int {
	groups := make([][]int, l.strata)
	for i, s := range l.stratum {
		groups[s] = append(groups[s], i)
	}
	return groups
}

// ways is how many labellings there are: the product of binomials over strata.
func (l *labelling) ways() float64 {
	ways := 1.0
	for _, group := range l.groups() {
		a := 0
		for _, i := range group {
			if l.rows[0][i] {
				a++
			}
		}
		for k := range a {
			ways *= float64(len(group)-k) / float64(k+1)
		}
	}
	return math.Round(ways)
}

// enumerate appends all labellings but the observed one, stratum by stratum.
func (l *labelling) enumerate(stratum int, groups [][]int, row []bool) {
	if stratum == l.strata {
		if !slices.Equal(row, l.rows[0]) {
			l.rows = append(l.rows, slices.Clone(row))
		}
		return
	}
	group := groups[stratum]
	left := 0
	for _, i := range group {
		if l.rows[0][i] {
			left++
		}
	}
	var choose func(k, left int)
	choose = func(k, left int) {
		if k == len(group) {
			l.enumerate(stratum+1, groups, row)
			return
		}
		if left > 0 {
			row[group[k]] = true
			choose(k+1, left-1)
		}
		if len(group)-k > left {
			row[group[k]] = false
			choose(k+1, left)
		}
	}
	choose(0, left)
}

// size is the number of trials of a.
func (l *labelling) size() int {
	n := 0
	for _, a := range l.rows[0] {
		if a {
			n++
		}
	}
	return n
}

// members lists the trials of A in each labelling, in ascending order.
func (l *labelling) members() [][]int32 {
	l.once.Do(func() {
		size := l.size()
		all := make([]int32, 0, size*len(l.rows))
		for _, row := range l.rows {
			for i, inA := range row {
				if inA {
					all = append(all, int32(i))
				}
			}
			l.inA = append(l.inA, all[len(all)-size:])
		}
	})
	return l.inA
}

// slack is by how much of itself a statistic may be smaller than another and
// still count as equal to it: sums of the same counts in another order differ in
// their last bits.
const slack = 1e-9

// pValue is how often chance gives at least what was observed: (k+1)/(n+1) of n
// draws (Phipson & Smyth 2010, doi 10.2202/1544-6115.1585), so it is never 0.
// drawn holds the values of the draws, without the observed one.
func pValue(observed float64, drawn func(i int) float64, n int) float64 {
	k := 0
	for i := range n {
		if drawn(i) >= observed*(1-slack) {
			k++
		}
	}
	return float64(k+1) / float64(n+1)
}
