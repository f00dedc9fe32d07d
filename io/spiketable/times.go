package spiketable

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// Unit is what the times of a foreign file count.
type Unit string

// The units of times.
const (
	Seconds      Unit = "s"
	Milliseconds Unit = "ms"
	Microseconds Unit = "us"
	Nanoseconds  Unit = "ns"
	Steps        Unit = "steps"
)

// Units are all of them.
func Units() []string { return []string{"s", "ms", "us", "ns", "steps"} }

// parseUnit reads the unit that a file names.
func parseUnit(text string) (Unit, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "s", "sec", "second", "seconds":
		return Seconds, true
	case "ms", "msec", "millisecond", "milliseconds":
		return Milliseconds, true
	case "us", "µs", "μs", "usec", "microsecond", "microseconds":
		return Microseconds, true
	case "ns", "nanosecond", "nanoseconds":
		return Nanoseconds, true
	case "step", "steps", "dt":
		return Steps, true
	}
	return "", false
}

// perSecond is how many of the unit are in a second, 0 for steps.
func (u Unit) perSecond() int64 {
	switch u {
	case Seconds:
		return 1
	case Milliseconds:
		return 1e3
	case Microseconds:
		return 1e6
	case Nanoseconds:
		return 1e9
	}
	return 0
}

const (
	// lastStep bounds times, so that sums of two steps stay in 64 bits: 3.6 million
	// years at 0.1 ms.
	lastStep = 1 << 60
	// offGrid is how far from a whole step, in steps, a time counts as rounded.
	// Seconds in float64 that were made of steps are nearer up to 4e12 steps.
	offGrid = 1e-3
)

// clock turns times into steps: step = time · num/den, rounded to the nearest;
// halves go away from 0.
type clock struct {
	num, den int64
	broken   bool   // whether a time was no whole number of the unit
	rounded  int64  // times that were no whole number of steps
	first    string // the first of them, with its place
}

// newClock returns the clock of times in a unit.
func newClock(u Unit, stepsPerSecond int64) clock {
	c := clock{num: stepsPerSecond, den: u.perSecond()}
	if c.den == 0 {
		c.num, c.den = 1, 1
	}
	g := gcd(c.num, c.den)
	c.num, c.den = c.num/g, c.den/g
	return c
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// steps appends the steps of the times of a chunk.
func (c *clock) steps(into []int64, times *column, n int, place func(int) string) ([]int64, error) {
	if times.ints != nil {
		return c.whole(into, times.ints[:n], place)
	}
	num, den := float64(c.num), float64(c.den)
	for i, t := range times.floats[:n] {
		x := t * num / den
		step := math.Round(x)
		if !(t >= 0 && step <= lastStep) {
			return into, fmt.Errorf("%s: time %v, want 0 or later and a finite number", place(i), t)
		}
		c.broken = c.broken || t != math.Trunc(t)
		if d := x - step; d > offGrid || d < -offGrid {
			c.note(t, i, place)
		}
		into = append(into, int64(step))
	}
	return into, nil
}

// whole is steps of integers, exact as they are.
func (c *clock) whole(into, times []int64, place func(int) string) ([]int64, error) {
	for i, t := range times {
		high, low := bits.Mul64(uint64(t), uint64(c.num))
		if t < 0 || high != 0 || low > lastStep {
			return into, fmt.Errorf("%s: time %d, want 0 or later and at most %d steps", place(i), t, int64(lastStep))
		}
		step := int64(low)
		if c.den > 1 {
			rest := step % c.den
			step /= c.den
			if rest != 0 {
				c.note(t, i, place)
				if rest >= c.den-rest {
					step++
				}
			}
		}
		into = append(into, step)
	}
	return into, nil
}

// note counts a time that had to be rounded.
func (c *clock) note(t any, i int, place func(int) string) {
	if c.rounded == 0 {
		c.first = fmt.Sprintf("%v in %s", t, place(i))
	}
	c.rounded++
}
