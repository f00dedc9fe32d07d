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

// paletteSize is how many colours fit into a byte a pixel.
const paletteSize = 256

// writePNG writes an opaque picture with its 256 most frequent colours, each other
// one as the nearest of these. Of line drawings the rest are blends at edges, which
// nobody tells apart; the file is less than half as long.
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
	palette := make(color.Palette, 0, paletteSize)
	for _, c := range colours[:min(paletteSize, len(colours))] {
		palette = append(palette, c)
	}
	nearest := make(map[color.RGBA]uint8, len(colours))
	for _, c := range colours {
		nearest[c] = uint8(palette.Index(c))
	}
	small := image.NewPaletted(bounds, palette)
	each(func(x, y int, c color.RGBA) { small.SetColorIndex(x, y, nearest[c]) })
	return png.Encode(w, small)
}
