package bias

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/internal/rng"
)

// normalise gives each unit its variances over tasks as parts of the greatest, as Yang et
// al. 2019 do (doi 10.1038/s41593-018-0310-2). Units whose activity varies in no task are
// left out; units says which are not.
func normalise(variances [][]float64) (points [][]float64, units []int) {
	for j := range variances[0] {
		point := make([]float64, len(variances))
		for k, v := range variances {
			point[k] = v[j]
		}
		if greatest := slices.Max(point); greatest > 0 {
			floats.Scale(1/greatest, point)
			points, units = append(points, point), append(units, j)
		}
	}
	return points, units
}

// restarts is how often k-means begins anew; the best is kept.
const restarts = 10

// greatestK is the largest number of clusters that is tried.
const greatestK = 16

// kMeans sorts points into k clusters: those of the least sum of squared distances to the
// means that Lloyd's algorithm comes to from 10 beginnings by k-means++ (Arthur and
// Vassilvitskii 2007, SODA). 2 ≤ k, and there are at least k points.
func kMeans(points [][]float64, k int, seed uint64) (cluster []int, sum float64) {
	source := rng.NewSource(seed, rng.Resampling, uint32(k))
	sum = math.Inf(1)
	for restart := range restarts {
		stream := source.Stream(uint32(restart))
		c, s := lloyd(points, plusPlus(points, k, &stream))
		if s < sum {
			cluster, sum = c, s
		}
	}
	return cluster, sum
}

// plusPlus draws centres: the first of all points alike, each other with probability in
// proportion to the squared distance from those there are.
func plusPlus(points [][]float64, k int, stream *rng.Stream) [][]float64 {
	centres := [][]float64{slices.Clone(points[stream.Below(uint32(len(points)))])}
	away := make([]float64, len(points))
	for len(centres) < k {
		total := 0.0
		for i, p := range points {
			_, away[i] = nearest(p, centres)
			total += away[i]
		}
		left, pick := stream.Float64()*total, 0
		for i, a := range away {
			if a > 0 {
				pick = i
				if left -= a; left < 0 {
					break
				}
			}
		}
		centres = append(centres, slices.Clone(points[pick]))
	}
	return centres
}

// lloyd moves centres to the means of the points nearest to them until none changes
// sides; an empty cluster keeps its centre.
func lloyd(points, centres [][]float64) (cluster []int, sum float64) {
	cluster = make([]int, len(points))
	for i := range cluster {
		cluster[i] = -1
	}
	counts := make([]float64, len(centres))
	for {
		moved := false
		sum = 0
		for i, p := range points {
			c, d := nearest(p, centres)
			moved = moved || c != cluster[i]
			cluster[i] = c
			sum += d
		}
		if !moved {
			return cluster, sum
		}
		clear(counts)
		for _, c := range cluster {
			counts[c]++
		}
		for c, n := range counts {
			if n > 0 {
				clear(centres[c])
			}
		}
		for i, p := range points {
			floats.Add(centres[cluster[i]], p)
		}
		for c, n := range counts {
			if n > 0 {
				floats.Scale(1/n, centres[c])
			}
		}
	}
}

// nearest is the first of the nearest centres, and the squared distance from it.
func nearest(p []float64, centres [][]float64) (best int, least float64) {
	least = math.Inf(1)
	for c, centre := range centres {
		if d := squared(p, centre); d < least {
			best, least = c, d
		}
	}
	return best, least
}

func squared(a, b []float64) (sum float64) {
	for i := range a {
		d := a[i] - b[i]
		sum += float64(d * d)
	}
	return sum
}

// silhouette is the mean over points of (b − a)/max(a, b), where a is the mean distance to
// the others of its cluster and b that to those of the nearest other cluster; 0 for a
// point alone (Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7).
func silhouette(points [][]float64, cluster []int, k int) float64 {
	counts := make([]float64, k)
	for _, c := range cluster {
		counts[c]++
	}
	sums := make([]float64, k)
	total := 0.0
	for i, p := range points {
		clear(sums)
		for j, q := range points {
			sums[cluster[j]] += math.Sqrt(squared(p, q))
		}
		own, a, b := cluster[i], 0.0, math.Inf(1)
		if counts[own] < 2 {
			continue
		}
		for c, n := range counts {
			switch {
			case c == own:
				a = sums[c] / (n - 1)
			case n > 0:
				b = math.Min(b, sums[c]/n)
			}
		}
		if m := math.Max(a, b); m > 0 && !math.IsInf(b, 1) {
			total += (b - a) / m
		}
	}
	return total / float64(len(points))
}

// bySize renames clusters so that 0 is the largest, equals as they were.
func bySize(cluster []int, k int) {
	counts, order, name := make([]int, k), make([]int, k), make([]int, k)
	for _, c := range cluster {
		counts[c]++
	}
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[b] - counts[a] })
	for i, c := range order {
		name[c] = i
	}
	for i, c := range cluster {
		cluster[i] = name[c]
	}
}

// spearman is the rank correlation of x and y; equals share the mean of their ranks. ok is
// false where all of x or all of y are equal.
func spearman(x, y []float64) (r float64, ok bool) {
	r = stat.Correlation(ranks(x), ranks(y), nil)
	return r, !math.IsNaN(r)
}

func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	floats.ArgsortStable(slices.Clone(x), order)
	r := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, place := range order[i:j] {
			r[place] = float64(i+j-1) / 2
		}
		i = j
	}
	return r
}
