package experiment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// summaryLines writes merged metrics for people: those of the headline, or what
// differs between seeds.
func (e *Experiment) summaryLines(merged any) []string {
	if len(e.Headline) == 0 {
		return scalarLines("", merged, false)
	}
	var lines []string
	for _, path := range e.Headline {
		if v, ok := follow(merged, strings.Split(path, ".")); ok {
			lines = append(lines, scalarLines(path, v, true)...)
		}
	}
	return lines
}

// follow walks down merged metrics; ok is false where the path ends nowhere.
func follow(v any, path []string) (found any, ok bool) {
	if len(path) == 0 {
		return v, true
	}
	switch v := v.(type) {
	case map[string]any:
		if below, ok := v[path[0]]; ok {
			return follow(below, path[1:])
		}
	case []any:
		if i, ok := element(path[0], len(v)); ok {
			return follow(v[i], path[1:])
		}
	case arrayStat:
		if i, ok := element(path[0], len(v.Mean)); ok {
			return follow(stat{Mean: v.Mean[i], SD: v.SD[i], Min: v.Min[i], Max: v.Max[i], N: v.N}, path[1:])
		}
	}
	return nil, false
}

// element reads an index into an array of n elements: a number, or "last".
func element(text string, n int) (i int, ok bool) {
	if text == "last" {
		return n - 1, n > 0
	}
	i, err := strconv.Atoi(text)
	return i, err == nil && 0 <= i && i < n
}

// scalarLines writes the numbers and truth values of merged metrics for
// people, one a line with its path, arrays left out. all takes numbers too that
// are the same for all of several seeds.
func scalarLines(path string, v any, all bool) []string {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		var lines []string
		for _, k := range keys {
			lines = append(lines, scalarLines(strings.TrimPrefix(path+"."+k, "."), v[k], all)...)
		}
		return lines
	case stat:
		if v.Mean == nil || !all && v.N > 1 && v.Min == v.Max {
			return nil
		}
		line := fmt.Sprintf("%s: mean %.4g", path, *v.Mean)
		if v.SD != nil {
			line += fmt.Sprintf(", sd %.3g", *v.SD)
		}
		return []string{line + fmt.Sprintf(", %.4g to %.4g", v.Min, v.Max)}
	case truthStat:
		seeds := "seeds"
		if v.N == 1 {
			seeds = "seed"
		}
		return []string{fmt.Sprintf("%s: %d of %d %s", path, v.True, v.N, seeds)}
	}
	return nil
}
