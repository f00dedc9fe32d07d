package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxList bounds the numbers of one List.
const maxList = 1000

// parseList reads numbers separated by commas, each with its unit, and evenly
// spaced ones as "1Hz..100Hz/20": 20 numbers from 1 to 100 Hz, both included. The
// word that stands for an empty list gives one.
func (q *Param) parseList(text string) ([]float64, error) {
	if text = strings.TrimSpace(text); q.Empty != "" && text == q.Empty {
		return []float64{}, nil
	}
	if text == "" {
		return nil, fmt.Errorf("is empty, want %s", q.Range())
	}
	list := []float64{}
	for item := range strings.SplitSeq(text, ",") {
		numbers, err := q.parseItem(item)
		if err != nil {
			return nil, err
		}
		if list = append(list, numbers...); len(list) > maxList {
			return nil, fmt.Errorf("more than %d numbers", maxList)
		}
	}
	return list, nil
}

// parseItem reads a number, or evenly spaced ones.
func (q *Param) parseItem(item string) ([]float64, error) {
	from, rest, spaced := strings.Cut(item, "..")
	if !spaced {
		x, err := ParseQuantity(item, q.Unit)
		return []float64{x}, err
	}
	to, count, ok := strings.Cut(rest, "/")
	if !ok {
		return nil, fmt.Errorf("%q does not say how many numbers, want such as %s/5", item, strings.TrimSpace(item))
	}
	first, err := ParseQuantity(from, q.Unit)
	if err != nil {
		return nil, err
	}
	last, err := ParseQuantity(to, q.Unit)
	if err != nil {
		return nil, err
	}
	n, err := parseInteger(count)
	if err == nil && (n < 2 || n > maxList) {
		err = fmt.Errorf("%d numbers, want 2 to %d", n, maxList)
	}
	if err == nil && !(first < last) {
		err = errors.New("does not ascend")
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", strings.TrimSpace(item), err)
	}
	return Spaced(first, last, n), nil
}

// Spaced returns n evenly spaced numbers, the first and the last of which are
// given; n is at least 2.
func Spaced(first, last float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = first + (last-first)*float64(i)/float64(n-1)
	}
	x[n-1] = last
	return x
}

// fewSpaced is the least number of evenly spaced numbers that are written as such.
const fewSpaced = 4

// formatList writes a list as parseList reads it.
func (q *Param) formatList(list []float64) string {
	n := len(list)
	switch {
	case n == 0:
		return q.Empty
	case n >= fewSpaced && list[0] < list[n-1] && slices.Equal(list, Spaced(list[0], list[n-1], n)):
		return fmt.Sprintf("%s..%s/%d", FormatQuantity(list[0], q.Unit), FormatQuantity(list[n-1], q.Unit), n)
	}
	texts := make([]string, n)
	for i, x := range list {
		texts[i] = FormatQuantity(x, q.Unit)
	}
	return strings.Join(texts, ",")
}

// checkList reports the first number outside the range, or that there is none
// where there must be one.
func (q *Param) checkList(list []float64) error {
	if len(list) == 0 && q.Empty == "" {
		return errors.New("is empty")
	}
	for _, x := range list {
		if err := q.checkRange(x); err != nil {
			return err
		}
	}
	return nil
}
