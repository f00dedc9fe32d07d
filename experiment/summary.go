package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Summary is summary.json: the metrics of several seeds merged. A number
// becomes {"mean", "sd", "min", "max", "n"}, an array of numbers the same with
// arrays, a truth value {"true", "n"}; text stays if all seeds agree. sd is
// that of the sample (n-1), null for one seed. Only seeds that are done count.
type Summary struct {
	Experiment   string          `json:"experiment"`
	Preset       string          `json:"preset,omitempty"`
	Values       json.RawMessage `json:"values"`
	ConfigSHA256 string          `json:"config_sha256"`
	Seeds        []uint64        `json:"seeds"`
	NotDone      []uint64        `json:"not_done,omitempty"`
	Metrics      any             `json:"metrics,omitempty"`
	Expected     []Outcome       `json:"expected,omitempty"`
}

// stat is a number over seeds.
type stat struct {
	Mean *float64 `json:"mean"`
	SD   *float64 `json:"sd"`
	Min  float64  `json:"min"`
	Max  float64  `json:"max"`
	N    int      `json:"n"`
}

// arrayStat is an array of numbers over seeds, element by element.
type arrayStat struct {
	Mean []*float64 `json:"mean"`
	SD   []*float64 `json:"sd"`
	Min  []float64  `json:"min"`
	Max  []float64  `json:"max"`
	N    int        `json:"n"`
}

// truthStat counts the seeds in which something holds.
type truthStat struct {
	True int `json:"true"`
	N    int `json:"n"`
}

// summarise writes summary.json and prints the seeds with their numbers.
func (p *Plan) summarise(results []Result) error {
	values, err := p.Values.MarshalJSON()
	if err != nil {
		return err
	}
	s := Summary{Experiment: p.Experiment.Name, Preset: p.Values.Preset(),
		Values: values, ConfigSHA256: p.Values.Hash(), Seeds: []uint64{}}
	var metrics []any
	var done []string
	fmt.Fprintf(p.Out, "\n%-10s %-12s %10s  %s\n", "seed", "status", "wall", "directory")
	for _, res := range results {
		fmt.Fprintf(p.Out, "%-10d %-12s %10s  %s\n", res.Seed, res.Status,
			clock(time.Duration(res.WallSeconds*float64(time.Second))), res.Dir)
		if res.Status != Done {
			s.NotDone = append(s.NotDone, res.Seed)
			continue
		}
		s.Seeds = append(s.Seeds, res.Seed)
		done = append(done, res.Dir)
		v, ok, err := readMetrics(res.Dir)
		if err != nil {
			return fmt.Errorf("seed %d: %w", res.Seed, err)
		}
		if ok {
			metrics = append(metrics, v)
		}
	}
	if merged, ok := mergeMetrics(metrics); ok {
		s.Metrics = merged
		for _, line := range p.Experiment.summaryLines(merged) {
			fmt.Fprintln(p.Out, line)
		}
		s.Expected = p.Experiment.outcomes(p.Values, merged)
		if len(s.Expected) > 0 {
			fmt.Fprintln(p.Out)
			if err := WriteOutcomes(p.Out, s.Expected); err != nil {
				return err
			}
		}
	}
	if len(p.otherSeeds) > 0 {
		fmt.Fprintf(p.Out, "%s holds %s alone; of an earlier command are %s\n", summaryName,
			FormatSeeds(p.Seeds), FormatSeeds(p.otherSeeds))
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(p.Dir, summaryName), append(b, '\n')); err != nil {
		return err
	}
	return p.Experiment.draw(p.Dir, done)
}

// readMetrics decodes a run's metrics.json; ok is false if it left none.
func readMetrics(dir string) (v any, ok bool, err error) {
	b, err := os.ReadFile(filepath.Join(dir, metricsName))
	if os.IsNotExist(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&v); err != nil {
		return nil, false, fmt.Errorf("%s: %w", metricsName, err)
	}
	if object, ok := v.(map[string]any); ok {
		delete(object, expectedKey) // judged anew for several seeds
	}
	return v, true, nil
}

// mergeMetrics merges values of the same place in several metrics, in the
// order given. ok is false where nothing sensible comes out: different types,
// texts or lengths.
func mergeMetrics(values []any) (merged any, ok bool) {
	values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
	if len(values) == 0 {
		return nil, false
	}
	if numbers, ok := allOf[float64](values); ok {
		return newStat(numbers), true
	}
	if truths, ok := allOf[bool](values); ok {
		s := truthStat{N: len(truths)}
		for _, t := range truths {
			if t {
				s.True++
			}
		}
		return s, true
	}
	if texts, ok := allOf[string](values); ok {
		return texts[0], len(slices.Compact(texts)) == 1
	}
	if arrays, ok := allOf[[]any](values); ok {
		return mergeArrays(arrays)
	}
	if objects, ok := allOf[map[string]any](values); ok {
		return mergeObjects(objects), true
	}
	return nil, false
}

func mergeObjects(objects []map[string]any) map[string]any {
	byKey := map[string][]any{}
	for _, o := range objects {
		for k, v := range o {
			byKey[k] = append(byKey[k], v)
		}
	}
	merged := map[string]any{}
	for k, vs := range byKey {
		if m, ok := mergeMetrics(vs); ok {
			merged[k] = m
		}
	}
	return merged
}

func mergeArrays(arrays [][]any) (any, bool) {
	for _, a := range arrays {
		if len(a) != len(arrays[0]) {
			return nil, false
		}
	}
	elements := make([]any, len(arrays[0]))
	flat := arrayStat{N: len(arrays)}
	for i := range elements {
		column := make([]any, len(arrays))
		for k, a := range arrays {
			column[k] = a[i]
		}
		elements[i], _ = mergeMetrics(column)
		if s, ok := elements[i].(stat); ok && s.N == len(arrays) {
			flat.Mean, flat.SD = append(flat.Mean, s.Mean), append(flat.SD, s.SD)
			flat.Min, flat.Max = append(flat.Min, s.Min), append(flat.Max, s.Max)
		}
	}
	if len(elements) > 0 && len(flat.Mean) == len(elements) {
		return flat, true
	}
	return elements, true
}

// allOf gives the values as one type, if all have it.
func allOf[T any](values []any) ([]T, bool) {
	ts := make([]T, len(values))
	for i, v := range values {
		t, ok := v.(T)
		if !ok {
			return nil, false
		}
		ts[i] = t
	}
	return ts, true
}

// newStat sums in the order given, so that it is the same every time.
func newStat(x []float64) stat {
	n := float64(len(x))
	mean := 0.0
	for _, v := range x {
		mean += v / n // divided first: the sum of large values may overflow
	}
	s := stat{Mean: Finite(mean), Min: slices.Min(x), Max: slices.Max(x), N: len(x)}
	if len(x) > 1 {
		squares := 0.0
		for _, v := range x {
			squares += (v - mean) * (v - mean)
		}
		s.SD = Finite(math.Sqrt(squares / (n - 1)))
	}
	return s
}

// Finite is nil, JSON's null, for what JSON cannot hold.
func Finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
