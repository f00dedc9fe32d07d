package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// MaxSeeds bounds the seeds of one command.
const MaxSeeds = 10000

// ParseSeed reads one seed, a whole number in 0 .. 2^63-1.
func ParseSeed(text string) (uint64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q, want a whole number from 0 to %d", text, int64(math.MaxInt64))
	}
	return uint64(n), nil
}

// ParseSeeds reads a list of seeds and ranges such as "1..5", "1,2,5" or
// "1..3,7" and returns them ascending. Repeated seeds, empty ranges and more
// than MaxSeeds are refused.
func ParseSeeds(text string) ([]uint64, error) {
	var seeds []uint64
	for _, part := range strings.Split(text, ",") {
		from, to, isRange := strings.Cut(part, "..")
		a, err := ParseSeed(from)
		if err != nil {
			return nil, seedsError(text, part)
		}
		b := a
		if isRange {
			if b, err = ParseSeed(to); err != nil {
				return nil, seedsError(text, part)
			}
		}
		if b < a {
			return nil, fmt.Errorf("%q: range %s is empty", text, part)
		}
		if b-a >= MaxSeeds || len(seeds)+int(b-a) >= MaxSeeds {
			return nil, fmt.Errorf("%q: more than %d seeds", text, MaxSeeds)
		}
		for s := a; s <= b; s++ {
			seeds = append(seeds, s)
		}
	}
	slices.Sort(seeds)
	for i := 1; i < len(seeds); i++ {
		if seeds[i] == seeds[i-1] {
			return nil, fmt.Errorf("%q: seed %d is there twice", text, seeds[i])
		}
	}
	return seeds, nil
}

func seedsError(text, part string) error {
	return fmt.Errorf("%q: %q is neither a seed nor a range, want a list such as 1..5 or 1,2,7..9", text, part)
}

// FormatSeeds writes ascending seeds as ParseSeeds takes them, with runs of
// neighbours as ranges.
func FormatSeeds(seeds []uint64) string {
	var b strings.Builder
	for i := 0; i < len(seeds); {
		j := i
		for j+1 < len(seeds) && seeds[j+1] == seeds[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", seeds[i])
		if j == i+1 {
			fmt.Fprintf(&b, ",%d", seeds[j])
		} else if j > i {
			fmt.Fprintf(&b, "..%d", seeds[j])
		}
		i = j + 1
	}
	return b.String()
}
