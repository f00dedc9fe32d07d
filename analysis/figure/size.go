package figure

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// Size of a figure in cm. The zero value stands for the default.
type Size struct {
	// WidthCM is that of the whole figure, 6 to 100; default 18.
	WidthCM float64
	// HeightCM is that of the data area of each row, 1 to 100; the default depends
	// on the figure.
	HeightCM float64
}

// Validate returns what is wrong with s, nil if nothing is.
func (s Size) Validate() error {
	for _, side := range []struct {
		name             string
		value, low, high float64
	}{{"width", s.WidthCM, 6, 100}, {"height", s.HeightCM, 1, 100}} {
		if side.value != 0 && !(side.value >= side.low && side.value <= side.high) {
			return fmt.Errorf("%s: %g cm, want %g to %g", side.name, side.value, side.low, side.high)
		}
	}
	return nil
}

// or returns the lengths, with those given where s has none.
func (s Size) or(width, height float64) (w, h vg.Length) {
	pick := func(value, otherwise float64) vg.Length {
		if value == 0 {
			value = otherwise
		}
		return vg.Length(value) * vg.Centimeter
	}
	return pick(s.WidthCM, width), pick(s.HeightCM, height)
}

// defaultWidth suits a column of text on a screen and a page of paper, in cm.
const defaultWidth = 18

// timeAxis sets the range of a time axis in s and names it.
func timeAxis(r *panel.Row, fromS, untilS float64, label string) {
	r.Plot.X.Min, r.Plot.X.Max = fromS, untilS
	r.Plot.X.Label.Text = label
}

// clip makes a name fit to stand in a title: not too long, and without what no SVG
// file may hold.
func clip(name string) string {
	const most = 40
	letters := []rune(strings.ToValidUTF8(name, "\uFFFD"))
	for i, c := range letters {
		if !unicode.IsPrint(c) {
			letters[i] = '\uFFFD'
		}
	}
	if len(letters) > most {
		letters = append(letters[:most-1], '…')
	}
	return string(letters)
}

// top is an upper end for an axis that shows values from 0: a little above the
// greatest finite one, 1 if there is none above 0.
func top(columns ...[]float64) float64 {
	most := 0.0
	for _, c := range columns {
		for _, v := range c {
			if !math.IsInf(v, 0) && v > most { // false for NaN
				most = v
			}
		}
	}
	if most == 0 {
		return 1
	}
	return most * 1.05
}
