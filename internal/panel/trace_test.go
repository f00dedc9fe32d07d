package panel

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestFiniteRuns(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	var got [][2]int
	for from, until := range finiteRuns([]float64{nan, 1, 2, nan, 3, 4, 5, 6}, []float64{1, 1, 1, 1, 1, inf, 1, 1}) {
		got = append(got, [2]int{from, until})
	}
	if want := [][2]int{{1, 3}, {4, 5}, {6, 8}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Data areas of rows with axes of different widths begin at one place, where
// DataPixels has them.
func TestStackAligns(t *testing.T) {
	const width, height = 10 * vg.Centimeter, 2 * vg.Centimeter
	var rows []*Row
	for _, top := range []float64{1, 1e6} {
		r := NewRow("", "", "y", height)
		r.Plot.X.Min, r.Plot.X.Max, r.Plot.Y.Min, r.Plot.Y.Max = 0, 1, 0, top
		Trace(r.Plot, []float64{0, 1}, []float64{0, top}, Style{Colour: Blue})
		rows = append(rows, r)
	}
	var svg bytes.Buffer
	if err := Stack(rows, width, nil, &svg); err != nil {
		t.Fatal(err)
	}
	var starts []string
	for _, line := range strings.Split(svg.String(), "\n") {
		if strings.Contains(line, "#0072B2") {
			_, path, _ := strings.Cut(line, `d="M`)
			x, _, _ := strings.Cut(path, ",")
			starts = append(starts, x)
		}
	}
	if len(starts) != 2 || starts[0] != starts[1] || starts[0] != "53.858" { // 19 mm in points
		t.Errorf("lines begin at %v, want twice at 53.858", starts)
	}
	if columns, pixels := DataPixels(width, height); columns != 443 || pixels != 118 { // 75 and 20 mm at 150 an inch
		t.Errorf("%d x %d pixels", columns, pixels)
	}
}

// A legend that is wider than its panel goes on in the next line, and both lines
// make room for themselves.
func TestKeysWrap(t *testing.T) {
	height := func(keys int) vg.Length {
		r := NewRow("title", "", "", vg.Centimeter)
		for range keys {
			r.Key("as wide as a third", Trace(r.Plot, nil, nil, Style{}))
		}
		return r.measure(10 * vg.Centimeter).header
	}
	if one, none, many := height(1), height(0), height(7); one != none || many < 3*one/2 {
		t.Errorf("headers of 0, 1 and 7 keys: %v %v %v", none, one, many)
	}
}
