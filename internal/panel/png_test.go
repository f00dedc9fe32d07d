package panel

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// TestWritePNG: a picture of more colours than fit keeps the frequent ones and the
// one that is unlike all others, no colour changes visibly, and the same picture
// gives the same bytes.
func TestWritePNG(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 64, 64))
	at := func(x, y int) color.RGBA { // 4096 blends of two bands, the first rows of one colour
		if y < 8 {
			return color.RGBA{200, 100, 0, 255}
		}
		return color.RGBA{uint8(150 + x), uint8(150 + y), 200, 255}
	}
	for y := range 64 {
		for x := range 64 {
			picture.Set(x, y, at(x, y))
		}
	}
	thin := color.RGBA{0, 0x72, 0xB2, 255}
	picture.Set(5, 40, thin)
	var files [2]bytes.Buffer
	for i := range files {
		if err := writePNG(picture, &files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("one picture, two files")
	}
	read, err := png.Decode(&files[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, paletted := read.(*image.Paletted); !paletted {
		t.Errorf("a %T, want a byte a pixel", read)
	}
	got := func(x, y int) color.RGBA { return color.RGBAModel.Convert(read.At(x, y)).(color.RGBA) }
	if c := got(5, 40); c != thin {
		t.Errorf("the only pixel of %v became %v", thin, c)
	}
	if c := got(0, 0); c != at(0, 0) {
		t.Errorf("the most frequent colour %v became %v", at(0, 0), c)
	}
	// The rarer 128 colours are at least as far apart as what is left over is from
	// them, r. Discs of radius r/2 around them lie within 64+r by 56+r levels and do not
	// overlap: 128 π r²/4 <= (64+r)(56+r), so r < 8.
	for y := range 64 {
		for x := range 64 {
			if (x != 5 || y != 40) && distance(got(x, y), at(x, y)) > 8*8 {
				t.Fatalf("%v became %v", at(x, y), got(x, y))
			}
		}
	}
}
