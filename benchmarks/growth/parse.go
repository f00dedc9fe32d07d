package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// measurements are the benchmarks of one machine.
type measurements struct {
	machine string // processor, number of them in use, system
	rows    []row  // by cells, in-degree and workers
}

// row is one network, advanced by some workers.
type row struct {
	cells, inDegree, workers int
	values                   map[string]float64 // by unit, the median of the runs
}

func (r row) synapses() int { return r.cells * r.inDegree }

// The units of BenchmarkSize that are shown.
const (
	speed         = "model-s/s"
	processorTime = "CPU-s/model-s"
	update        = "ns/update"
	event         = "ns/event"
	held          = "B/synapse"
	building      = "build-s"
	wiring        = "synapses/CPU-s"
	peak          = "peak-MB"
	rate          = "Hz"
)

var (
	line   = regexp.MustCompile(`^BenchmarkSize/cells=(\d+)/in_degree=(\d+)/workers=(\d+)(?:-(\d+))?\s+\d+\s+(.*)$`)
	header = regexp.MustCompile(`^(goos|goarch|cpu): (.*)$`)
)

// parse reads the output of go test. Lines of other benchmarks are left out.
func parse(from io.Reader) (measurements, error) {
	type key struct{ cells, inDegree, workers int }
	runs := map[key]map[string][]float64{}
	named := map[string]string{}
	processors := "1"
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if m := header.FindStringSubmatch(text); m != nil {
			if was, ok := named[m[1]]; ok && was != m[2] {
				return measurements{}, fmt.Errorf("%s: %s and %s, want one machine", m[1], was, m[2])
			}
			named[m[1]] = m[2]
		}
		m := line.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if m[4] != "" {
			processors = m[4]
		}
		var numbers [3]int
		for i := range numbers {
			n, err := strconv.Atoi(m[1+i])
			if err != nil || n < 1 {
				return measurements{}, fmt.Errorf("%q: not a number of cells, synapses and workers", text)
			}
			numbers[i] = n
		}
		k := key{numbers[0], numbers[1], numbers[2]}
		if runs[k] == nil {
			runs[k] = map[string][]float64{}
		}
		fields := strings.Fields(m[5])
		for i := 0; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return measurements{}, fmt.Errorf("%q: %w", text, err)
			}
			runs[k][fields[i+1]] = append(runs[k][fields[i+1]], v)
		}
	}
	result := measurements{machine: fmt.Sprintf("%s, %s cores in use, %s/%s", named["cpu"], processors, named["goos"], named["goarch"])}
	for k, values := range runs {
		r := row{k.cells, k.inDegree, k.workers, map[string]float64{}}
		for _, unit := range []string{speed, processorTime, update, event, held, building, wiring, peak, rate} {
			v, ok := values[unit]
			if !ok {
				return result, fmt.Errorf("%d cells, in-degree %d, %d workers: no %s", k.cells, k.inDegree, k.workers, unit)
			}
			r.values[unit] = median(v)
		}
		result.rows = append(result.rows, r)
	}
	slices.SortFunc(result.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.cells, b.cells), cmp.Compare(a.inDegree, b.inDegree), cmp.Compare(a.workers, b.workers))
	})
	return result, lines.Err()
}

// median returns the middle of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// workers returns the numbers of workers that occur, ascending.
func (m measurements) workers() []int {
	var all []int
	for _, r := range m.rows {
		all = append(all, r.workers)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// series is one way to grow a network: what is varied, with the rest fixed.
type series struct {
	name  string
	holds func(row) bool
	size  func(row) float64
}

// The two series of BenchmarkSize; one network belongs to both.
func byCells() series {
	return series{"100 synapses a cell", func(r row) bool { return r.inDegree == 100 }, func(r row) float64 { return float64(r.cells) }}
}

func bySynapses() series {
	return series{"10 000 cells", func(r row) bool { return r.cells == 10_000 }, func(r row) float64 { return float64(r.synapses()) }}
}

// points are the rows of a series, of one number of workers.
func (m measurements) points(s series, workers int) []row {
	var found []row
	for _, r := range m.rows {
		if r.workers == workers && s.holds(r) {
			found = append(found, r)
		}
	}
	return found
}
