package information

import (
	"fmt"
	"math"
)

// Discrete is the mutual information of two counts, such as bursts in a bin and
// the stimulus shown, in bits.
type Discrete struct {
	// Plugin is that of the observed frequencies, too great by chance.
	Plugin float64
	// MillerMadow has the first-order bias taken away, (C−A−B+1)/(2n ln 2) of n pairs
	// with A, B and C values that occur of the first, of the second and of both
	// together (Miller 1955; Panzeri & Treves 1996, doi 10.1088/0954-898X_7_1_006).
	MillerMadow float64
	// Quadratic is the value for an infinite number of pairs of the parabola in 1/n
	// through the plug-in estimates of all pairs, of halves and of quarters, the latter
	// averaged (Strong et al. 1998, doi 10.1103/PhysRevLett.80.197).
	Quadratic float64
	Pairs     int
}

// leastPairs is what quarters need to hold anything.
const leastPairs = 8

// Counted estimates the mutual information of a and b from pairs (a[i], b[i]),
// at least 8. Parts of the data are every second and every fourth pair, so that slow
// changes reach all of them.
func Counted(a, b []int) (Discrete, error) {
	if len(a) != len(b) || len(a) < leastPairs {
		return Discrete{}, fmt.Errorf("counts: %d and %d, want as many of both, at least %d", len(a), len(b), leastPairs)
	}
	d := Discrete{Pairs: len(a)}
	var bias float64
	d.Plugin, bias = plugin(a, b, 0, 1)
	d.MillerMadow = d.Plugin - bias
	mean := func(parts int) float64 {
		sum := 0.0
		for k := range parts {
			i, _ := plugin(a, b, k, parts)
			sum += i
		}
		return sum / float64(parts)
	}
	// The parabola through 1/n, 2/n and 4/n, at 0: Lagrange's weights.
	d.Quadratic = 8.0/3*d.Plugin - 2*mean(2) + 1.0/3*mean(4)
	return d, nil
}

// plugin is the estimate from every parts-th pair, and its first-order bias, bits.
func plugin(a, b []int, first, parts int) (bits, bias float64) {
	type pair struct{ a, b int }
	index := map[pair]int{}
	ones, twos := map[int]int{}, map[int]int{}
	var pairs []pair // in the order in which they are met, and so are the sums
	var counts []int
	n := 0
	for i := first; i < len(a); i += parts {
		p := pair{a[i], b[i]}
		k, ok := index[p]
		if !ok {
			k = len(pairs)
			index[p] = k
			pairs, counts = append(pairs, p), append(counts, 0)
		}
		counts[k]++
		ones[a[i]]++
		twos[b[i]]++
		n++
	}
	for k, p := range pairs {
		c := float64(counts[k])
		bits += c / float64(n) * math.Log2(c*float64(n)/(float64(ones[p.a])*float64(twos[p.b])))
	}
	bias = float64(len(pairs)-len(ones)-len(twos)+1) / (2 * float64(n) * math.Ln2)
	return bits, bias
}
