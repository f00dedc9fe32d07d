package trials

import (
	"context"
	"fmt"
	"math"

	"github.com/apical-sim/apical/analysis"
)

// ContrastOptions chooses how two conditions are compared.
type ContrastOptions struct {
	A, B string // the conditions
	// Permutations.Draws is the number of permutations, >= 1; 1000 or more for p
	// values that are looked at.
	Permutations Resampling
	// ClusterT is the |t| above which neighbouring bins make a cluster, > 0; 0 stands
	// for 1.96.
	ClusterT float64
	// Match adds the burst fraction at equal event rates: see [Contrast.Matched].
	Match bool
}

// Contrast is the difference of two conditions, bin by bin.
type Contrast struct {
	A, B             string
	TrialsA, TrialsB int
	// Permutations is how many labellings the observed one was compared with. Exact:
	// these are all that there are.
	Permutations int
	Exact        bool
	Curves       []Difference // in the order of signals
	// Matched is the burst fraction after events were left out at random, of each
	// neuron and bin in that condition which has more per trial, until both
	// conditions have the same event rate in each. What is left differs neither in
	// the number of events nor in the neurons that they come from. It is not drawn:
	// the values are the mean over all ways to leave events out. Bursts that come
	// about by chance at a high firing rate are bursts still. It is nil unless asked
	// for.
	Matched *Difference
}

// Difference compares one signal. Slices have a value a bin, NaN where a
// condition has no value.
type Difference struct {
	Signal Signal
	A, B   []float64 // values of sums over neurons and trials
	// Difference is a − b: of each stratum, weighted by how much it tells, as the
	// difference of Mantel & Haenszel. With one stratum it is A − B.
	Difference []float64
	T          []float64
	P          []float64 // of the bin alone
	PMax       []float64 // corrected for all bins, by the largest |t| of each permutation
	PCluster   []float64 // of the cluster that the bin is part of; NaN outside
	Clusters   []Cluster
}

// Cluster is a run of bins with |t| above the threshold, and the same sign.
type Cluster struct {
	Bins
	Mass float64 // sum of t
	P    float64 // against the largest |mass| of each permutation
}

// Contrast compares conditions A and B by exchanging their labels among the
// trials of each stratum. With n_t and d_t a trial's numerator and denominator (B
// and E of the burst fraction; counts and neurons of a rate), and N, D their sums
// over a stratum s, the statistic of a bin is
//
//	t = Σ_s (N_A − r D_A) / √(Σ_s σ² D_A D_B/D),  r = N/D,  σ² = Σ_t (n_t − r d_t)²/D
//
// the test of Cochran, Mantel & Haenszel with its variance scaled by how much
// trials scatter. The denominators of both conditions are in it, so that a change
// of event rate alone does not pass for one of the burst fraction. P values are
// two-sided; those of clusters are Maris & Oostenveld's (2007, doi
// 10.1016/j.jneumeth.2007.03.024).
func (s *Sums) Contrast(ctx context.Context, opt ContrastOptions) (*Contrast, error) {
	if opt.ClusterT == 0 {
		opt.ClusterT = 1.96
	}
	if !(opt.ClusterT > 0) {
		return nil, fmt.Errorf("cluster threshold: %v, want |t| > 0", opt.ClusterT)
	}
	l, err := s.labels(opt.A, opt.B, opt.Permutations)
	if err != nil {
		return nil, err
	}
	c := &Contrast{A: opt.A, B: opt.B, TrialsA: l.size(), TrialsB: len(l.trials) - l.size(), Permutations: len(l.rows) - 1, Exact: l.exact}
	kinds := signals
	var m *matcher
	if opt.Match {
		m, kinds = s.newMatcher(l), signals+1
	}
	base := s.newScores(l)
	width := kinds * s.bins
	t := make([]float64, len(l.rows)*width)
	err = opt.Permutations.each(ctx, len(l.rows), func() func(int) {
		sums := make([]groupSum, l.strata*s.bins)
		scratch := m.scratch()
		return func(i int) {
			base.add(s, l, l.rows[i], sums)
			row := t[i*width : (i+1)*width]
			for signal := range Signal(signals) {
				for b := range s.bins {
					row[int(signal)*s.bins+b], _ = base.t(signal, b, sums)
				}
			}
			if m != nil {
				m.compare(l.rows[i], scratch)
				copy(row[signals*s.bins:], scratch.t)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	sums := make([]groupSum, l.strata*s.bins)
	base.add(s, l, l.rows[0], sums)
	for k := range kinds {
		d := Difference{Signal: Signal(k)}
		if k < signals {
			base.values(s, &d, sums)
		} else {
			d.Signal = BurstFraction
			scratch := m.scratch()
			m.compare(l.rows[0], scratch)
			d.A, d.B, d.Difference = scratch.a, scratch.b, make([]float64, s.bins)
			for b := range d.Difference {
				d.Difference[b] = d.A[b] - d.B[b]
			}
		}
		d.test(func(i, b int) float64 { return t[i*width+k*s.bins+b] }, len(l.rows)-1, opt.ClusterT)
		if k < signals {
			c.Curves = append(c.Curves, d)
		} else {
			c.Matched = &d
		}
	}
	return c, nil
}

// groupSum is what the trials labelled A sum up to in a stratum and bin.
type groupSum struct {
	counts   analysis.Counts
	observed int64
}

// scores holds, for each signal, stratum and bin, what no labelling changes.
type scores struct {
	strata, bins int
	n, d         []float64 // sums over all trials; index as in at
	variance     []float64 // σ²
}

func (q *scores) at(signal Signal, stratum, bin int) int {
	return (int(signal)*q.strata+stratum)*q.bins + bin
}

func (s *Sums) newScores(l *labelling) *scores {
	size := signals * l.strata * s.bins
	q := &scores{strata: l.strata, bins: s.bins, n: make([]float64, size), d: make([]float64, size), variance: make([]float64, size)}
	each := func(visit func(at int, n, d float64)) {
		for i, t := range l.trials {
			for b := range s.bins {
				for signal := range Signal(signals) {
					n, d := ratio(s.At(t, b), signal, s.observed[t])
					visit(q.at(signal, l.stratum[i], b), float64(n), float64(d))
				}
			}
		}
	}
	each(func(at int, n, d float64) { q.n[at], q.d[at] = q.n[at]+n, q.d[at]+d })
	each(func(at int, n, d float64) {
		if q.d[at] > 0 {
			residual := n - q.n[at]/q.d[at]*d
			q.variance[at] += residual * residual / q.d[at]
		}
	})
	return q
}

// add sums up the trials labelled A.
func (q *scores) add(s *Sums, l *labelling, row []bool, sums []groupSum) {
	clear(sums)
	for i, t := range l.trials {
		if !row[i] {
			continue
		}
		to := sums[l.stratum[i]*s.bins : (l.stratum[i]+1)*s.bins]
		for b, c := range s.counts[t*s.bins : (t+1)*s.bins] {
			to[b].counts.Add(c)
			to[b].observed += s.observed[t]
		}
	}
}

// t is the statistic of a bin, 0 where nothing can be said, and the difference in
// units of numerator per denominator.
func (q *scores) t(signal Signal, bin int, sums []groupSum) (t, difference float64) {
	var score, variance, weight float64
	for stratum := range q.strata {
		at := q.at(signal, stratum, bin)
		if q.d[at] == 0 {
			continue
		}
		g := sums[stratum*q.bins+bin]
		n, d := ratio(g.counts, signal, g.observed)
		w := float64(d) * (q.d[at] - float64(d)) / q.d[at]
		score += float64(n) - q.n[at]*float64(d)/q.d[at]
		weight += w
		variance += w * q.variance[at]
	}
	if variance > 0 {
		t = score / math.Sqrt(variance)
	}
	return t, quotient(score, weight)
}

// values fills in the curves of a signal.
func (q *scores) values(s *Sums, d *Difference, sums []groupSum) {
	d.A, d.B, d.Difference = make([]float64, s.bins), make([]float64, s.bins), make([]float64, s.bins)
	perSecond := 1.0
	if d.Signal != BurstFraction {
		perSecond = s.seconds(1)
	}
	for b := range s.bins {
		var nA, dA, n, all float64
		for stratum := range q.strata {
			g := sums[stratum*q.bins+b]
			gn, gd := ratio(g.counts, d.Signal, g.observed)
			nA, dA = nA+float64(gn), dA+float64(gd)
			n, all = n+q.n[q.at(d.Signal, stratum, b)], all+q.d[q.at(d.Signal, stratum, b)]
		}
		d.A[b], d.B[b] = quotient(nA, dA)/perSecond, quotient(n-nA, all-dA)/perSecond
		_, difference := q.t(d.Signal, b, sums)
		d.Difference[b] = difference / perSecond
	}
}

// test fills in what the permutations say. t returns the statistic of labelling i
// of 0 to n, of which 0 is the observed one.
func (d *Difference) test(t func(i, b int) float64, n int, threshold float64) {
	bins := len(d.A)
	d.T, d.P, d.PMax, d.PCluster = undefined(bins), undefined(bins), undefined(bins), undefined(bins)
	largest, heaviest := make([]float64, n), make([]float64, n)
	for i := range n {
		for b := range bins {
			largest[i] = max(largest[i], math.Abs(t(i+1, b)))
		}
		clusters(bins, func(b int) float64 { return t(i+1, b) }, threshold, func(c Cluster) {
			heaviest[i] = max(heaviest[i], math.Abs(c.Mass))
		})
	}
	for b := range bins {
		if math.IsNaN(d.Difference[b]) {
			continue
		}
		d.T[b] = t(0, b)
		d.P[b] = pValue(math.Abs(d.T[b]), func(i int) float64 { return math.Abs(t(i+1, b)) }, n)
		d.PMax[b] = pValue(math.Abs(d.T[b]), func(i int) float64 { return largest[i] }, n)
	}
	clusters(bins, func(b int) float64 { return t(0, b) }, threshold, func(c Cluster) {
		c.P = pValue(math.Abs(c.Mass), func(i int) float64 { return heaviest[i] }, n)
		d.Clusters = append(d.Clusters, c)
		for b := c.From; b < c.To; b++ {
			d.PCluster[b] = c.P
		}
	})
}

// clusters finds runs of bins with |t| above the threshold and the same sign.
func clusters(bins int, t func(b int) float64, threshold float64, found func(Cluster)) {
	for from := 0; from < bins; {
		if math.Abs(t(from)) <= threshold {
			from++
			continue
		}
		c := Cluster{Bins: Bins{From: from, To: from}}
		for c.To < bins && math.Abs(t(c.To)) > threshold && (t(c.To) > 0) == (t(from) > 0) {
			c.Mass += t(c.To)
			c.To++
		}
		found(c)
		from = c.To
	}
}

// Latency returns the first of k bins in a row, from bin from on, that are
// significant; ok is false if there are none. k is at least 1.
func Latency(significant func(bin int) bool, from, bins, k int) (bin int, ok bool) {
	run := 0
	for b := from; b < bins; b++ {
		if !significant(b) {
			run = 0
			continue
		}
		if run++; run == k {
			return b - k + 1, true
		}
	}
	return 0, false
}
