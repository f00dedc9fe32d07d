package panel

import (
	"cmp"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"slices"
)

// A byte a pixel has room for 256 colours. Half of them are the most frequent
// ones, the rest those that would be changed most.
const (
	paletteSize = 256
	frequent    = paletteSize / 2
)

// writePNG writes an opaque picture with at most 256 colours, each other one as the
// nearest of these. Of line drawings the rest are blends at edges and where bands
// overlap, which nobody tells apart; the file is less than half as long. A thin
// line keeps its colour, however few its pixels.
func writePNG(picture image.Image, w io.Writer) error {
	bounds := picture.Bounds()
	pixels := map[color.RGBA]int{}
	each := func(f func(x, y int, c color.RGBA)) {
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				f(x, y, color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA))
			}
		}
	}
	each(func(_, _ int, c color.RGBA) { pixels[c]++ })
	colours := slices.SortedFunc(maps.Keys(pixels), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(pixels[b], pixels[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette, nearest := reduce(colours)
	small := image.NewPaletted(bounds, palette)
	each(func(x, y int, c color.RGBA) { small.SetColorIndex(x, y, nearest[c]) })
	return png.Encode(w, small)
}

// reduce chooses a palette for colours in descending order of frequency, and says
// which of it stands for each.
func reduce(colours []color.RGBA) (palette color.Palette, nearest map[color.RGBA]uint8) {
	away := make([]int, len(colours)) // squared distance from the nearest of the palette
	entry := make([]uint8, len(colours))
	add := func(i int) {
		n := uint8(len(palette))
		palette = append(palette, colours[i])
		for j, c := range colours {
			if d := distance(c, colours[i]); n == 0 || d < away[j] {
				away[j], entry[j] = d, n
			}
		}
	}
	for i := range min(frequent, len(colours)) {
		add(i)
	}
	for len(palette) < min(paletteSize, len(colours)) {
		farthest := 0
		for j, d := range away {
			if d > away[farthest] {
				farthest = j
			}
		}
		add(farthest)
	}
	nearest = make(map[color.RGBA]uint8, len(colours))
	for j, c := range colours {
		nearest[c] = entry[j]
	}
	return palette, nearest
}

// distance is the squared distance of two opaque colours.
func distance(a, b color.RGBA) int {
	square := func(x, y uint8) int { return (int(x) - int(y)) * (int(x) - int(y)) }
	return square(a.R, b.R) + square(a.G, b.G) + square(a.B, b.B)
}
