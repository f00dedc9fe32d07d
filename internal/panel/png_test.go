package panel

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// TestWritePNG: colours that fit the palette are kept, rarer ones become the
// nearest, and the same picture gives the same bytes.
func TestWritePNG(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 2, 400))
	for y := range 400 {
		for x := range 2 { // grey 0 to 255 twice, then reds of which there is one each
			picture.Set(x, y, color.Gray{uint8(y % 256)})
		}
		if y >= 256 {
			picture.Set(0, y, color.RGBA{uint8(y - 256), 0, 0, 255})
		}
	}
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
	for y := range 256 {
		if got := color.GrayModel.Convert(read.At(1, y)).(color.Gray).Y; got != uint8(y) {
			t.Fatalf("grey %d became %d", y, got)
		}
	}
	red, _, _, _ := read.At(0, 399).RGBA()
	if red>>8 == 143 || red>>8 > 143 {
		t.Errorf("a rare red of 143 became %d, want the nearest grey", red>>8)
	}
}
