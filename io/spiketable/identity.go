package spiketable

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// id is what a file calls a neuron or a population: an integer, or a text that is
// none.
type id struct {
	number int64
	text   string // "" of an integer
}

func (x id) String() string {
	if x.text == "" {
		return strconv.FormatInt(x.number, 10)
	}
	return x.text
}

// compare orders integers by value, before texts by their bytes.
func (x id) compare(y id) int {
	return cmp.Or(cmp.Compare(x.text, y.text), cmp.Compare(x.number, y.number))
}

// parseInteger reads an integer written without superfluous zeros or signs, or
// with a point and zeros behind it, as tables of floating-point numbers have it.
// What is written otherwise, such as 007, is a name.
func parseInteger(s string) (n int64, ok bool) {
	digits := strings.TrimPrefix(s, "-")
	if whole, zeros, point := strings.Cut(digits, "."); point {
		if strings.Trim(zeros, "0") != "" {
			return 0, false
		}
		digits = whole
	}
	// 18 digits fit; -0 would be a second name of 0.
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && (len(digits) > 1 || s[0] == '-') {
		return 0, false
	}
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = 10*n + int64(d)
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

// near is the number of integers from the first one on that identities keeps in
// a table instead of a map.
const near = 1 << 16

// identities numbers ids from 0 in the order in which they are first met.
type identities struct {
	all   []id
	base  int64    // of table
	table []uint32 // number + 1 of the integers from base on; 0 is not met
	ints  map[int64]uint32
	texts map[string]uint32
	fixed bool // whether no more may come
}

// errUnmet is that an id comes which was not there at the first reading.
var errUnmet = errors.New("is new: the file has changed while it was read")

// number returns the number of an integer.
func (t *identities) number(n int64) (uint32, error) {
	if at := uint64(n - t.base); at < uint64(len(t.table)) && t.table[at] != 0 {
		return t.table[at] - 1, nil
	}
	if k, ok := t.ints[n]; ok {
		return k, nil
	}
	k, err := t.add(id{number: n})
	if err != nil {
		return 0, err
	}
	if k == 0 {
		t.base = n &^ (near - 1)
	}
	if at := uint64(n - t.base); at < near {
		for uint64(len(t.table)) <= at {
			t.table = append(t.table, 0)
		}
		t.table[at] = k + 1
		return k, nil
	}
	if t.ints == nil {
		t.ints = map[int64]uint32{}
	}
	t.ints[n] = k
	return k, nil
}

// text returns the number of a text, whose memory it does not keep.
func (t *identities) text(s string) (uint32, error) {
	if n, ok := parseInteger(s); ok {
		return t.number(n)
	}
	if k, ok := t.texts[s]; ok {
		return k, nil
	}
	if s == "" {
		return 0, errors.New("is empty")
	}
	s = strings.Clone(s)
	k, err := t.add(id{text: s})
	if err != nil {
		return 0, err
	}
	if t.texts == nil {
		t.texts = map[string]uint32{}
	}
	t.texts[s] = k
	return k, nil
}

func (t *identities) add(x id) (uint32, error) {
	if t.fixed {
		return 0, errUnmet
	}
	if uint64(len(t.all)) == math.MaxUint32 {
		return 0, fmt.Errorf("more than %d names", len(t.all))
	}
	t.all = append(t.all, x)
	return uint32(len(t.all) - 1), nil
}

// at returns the number of the value in row i of a column.
func (t *identities) at(c *column, i int) (uint32, error) {
	switch {
	case c.texts != nil:
		return t.text(c.texts[i])
	case c.ints != nil:
		return t.number(c.ints[i])
	}
	f := c.floats[i]
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("is %v, want a whole number or a name", f)
	}
	return t.number(int64(f))
}

// ranks returns the place of each number in the order of the ids, and the ids in
// that order.
func (t *identities) ranks() (rank []uint32, sorted []id) {
	sorted = slices.Clone(t.all)
	order := make([]uint32, len(t.all))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return t.all[a].compare(t.all[b]) })
	rank = make([]uint32, len(t.all))
	for place, number := range order {
		rank[number] = uint32(place)
		sorted[place] = t.all[number]
	}
	return rank, sorted
}
