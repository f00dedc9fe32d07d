package dataset

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// idxFile is a file with a header of these numbers.
func idxFile(data string, numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, data...)
}

func packed(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(file []byte, magic uint32) ([]int, []uint8, error) {
	c, err := newContent("FILE", bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, nil, err
	}
	return decodeIDX(c, magic)
}

// What is wrong with an IDX file is told with the byte, plain and packed.
func TestIDXIsRefused(t *testing.T) {
	for _, x := range []struct {
		name  string
		file  []byte
		plain string // error
		gzip  string // error if packed, without what all have; plain if empty
	}{
		{"empty", nil, "FILE: byte 0: ends here, want 4 bytes or more", ""},
		{"short magic", []byte{0, 0}, "FILE: byte 2: ends here, want 4 bytes or more", ""},
		{"labels", idxFile("ab", 2049, 2), "FILE: byte 0: magic number 2049, that of labels, want 2051, that of images", ""},
		{"text", []byte("hello"), "FILE: byte 0: magic number 1751477356, want 2051, that of images", ""},
		{"short header", idxFile("", 2051, 1), "FILE: byte 8: ends here, want 16 bytes or more", ""},
		{"no images", idxFile("", 2051, 0, 2, 2), "FILE: byte 4: 0 images, want at least 1", ""},
		{"no columns", idxFile("", 2051, 1, 2, 0), "FILE: byte 12: 0 columns, want at least 1", ""},
		{"too large", idxFile("", 2051, 1<<16, 1<<16, 1<<16), "FILE: byte 8: 65536 rows make more than 1073741824 bytes, the most that is read", ""},
		{"overflow", idxFile("", 2051, 1<<31, 1<<31, 4), "FILE: byte 4: 2147483648 images make more than 1073741824 bytes, the most that is read", ""},
		{"short", idxFile("abcdefg", 2051, 2, 2, 2), "FILE: byte 23: ends here, want 24 bytes, as the header says", ""},
		{"no pixels", idxFile("", 2051, 2, 2, 2), "FILE: byte 16: ends here, want 24 bytes, as the header says", ""},
		{"long", idxFile("abcdefghi", 2051, 2, 2, 2), "FILE: byte 24: goes on here, up to byte 25, want the end", "FILE: byte 24: goes on here, want the end"},
		{"boast", idxFile("", 2051, 1<<10, 1<<10, 1<<10), "FILE: byte 16: ends here, want 1073741840 bytes, as the header says",
			"FILE: byte 4: the header promises 1073741840 bytes in all, but a packed file of this size holds at most "},
	} {
		_, _, err := decode(x.file, magicImages)
		if err == nil || err.Error() != x.plain {
			t.Errorf("%s: %v, want %s", x.name, err, x.plain)
		}
		want := x.gzip
		if want == "" {
			want = x.plain
		}
		_, _, err = decode(packed(t, x.file), magicImages)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), " (byte of the unpacked content)") {
			t.Errorf("%s, packed: %v, want %s", x.name, err, want)
		}
	}
}

// A gzip stream that is cut, changed or followed by something is refused, wherever.
func TestPackedIDXIsRefused(t *testing.T) {
	whole := packed(t, idxFile(strings.Repeat("abcdefgh", 100), 2051, 100, 4, 2))
	_, want, err := decode(whole, magicImages)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, _, err := decode(whole[:n], magicImages); err == nil {
			t.Errorf("cut at byte %d: accepted", n)
		}
	}
	// Some bits do not touch the content: the time in the header, what fills the last byte.
	for bit := range 8 * len(whole) {
		changed := bytes.Clone(whole)
		changed[bit/8] ^= 1 << (bit % 8)
		if _, data, err := decode(changed, magicImages); err == nil && !bytes.Equal(data, want) {
			t.Errorf("bit %d changed: accepted as something else", bit)
		}
	}
	if _, _, err := decode(append(bytes.Clone(whole), "more"...), magicImages); err == nil {
		t.Error("more after the stream: accepted")
	}
}

// A bomb is left after one byte more than its header says.
func TestBombIsLeft(t *testing.T) {
	bomb := packed(t, append(idxFile("", 2051, 1, 2, 2), make([]byte, 64<<20)...))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := decode(bomb, magicImages)
	runtime.ReadMemStats(&after)
	if want := "FILE: byte 20: goes on here, want the end"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	// The window of DEFLATE and the buffers take a tenth of a megabyte.
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes of memory taken for an image of 4 pixels", taken)
	}
}

func TestCountClasses(t *testing.T) {
	for _, x := range []struct {
		labels string
		want   int
		err    string
	}{
		{"\x00", 1, ""},
		{"\x01\x00\x02\x01", 3, ""},
		{"\x01\x02", 0, "FILE: byte 8: label 1, but no image has label 0; want classes counted from 0, each with images"},
		{"\x00\x01\xc8\x00", 0, "FILE: byte 10: label 200, but no image has label 2; want classes counted from 0, each with images"},
	} {
		got, err := countClasses([]uint8(x.labels), "FILE")
		if text := errorText(err); got != x.want || text != x.err {
			t.Errorf("%q: %d, %q, want %d, %q", x.labels, got, text, x.want, x.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func record(label byte, pixel byte) []byte {
	return append([]byte{label}, bytes.Repeat([]byte{pixel}, cifarPixels)...)
}

func TestCIFARIsRefused(t *testing.T) {
	two := append(record(3, 1), record(9, 2)...)
	bad := append(record(3, 1), record(10, 2)...)
	for _, x := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "FILE: is empty, want records of 3073 bytes"},
		{"short", two[:len(two)-1], "FILE: byte 3073: the last record has 3072 bytes, want records of 3073"},
		{"label", bad, "FILE: byte 3073: label 10, want 0 to 9"},
		{"packed", packed(t, two), "FILE: is packed by gzip, want it unpacked"},
	} {
		c, err := newContent("FILE", bytes.NewReader(x.file), int64(len(x.file)))
		if err == nil {
			err = decodeCIFAR(c, &Set{})
		}
		if errorText(err) != x.want {
			t.Errorf("%s: %v, want %s", x.name, err, x.want)
		}
	}
}

// FuzzIDX: what is accepted is what the bytes say, and no header has more memory taken
// than its file can fill.
func FuzzIDX(f *testing.F) {
	images, labels := idxFile("abcdefgh", 2051, 2, 2, 2), idxFile("\x00\x01", 2049, 2)
	for _, seed := range [][]byte{images, labels, packed(f, images), packed(f, labels),
		images[:len(images)-1], idxFile("", 2051, 1<<31, 1<<31, 4), packed(f, idxFile("", 2051, 1<<10, 1<<10, 1<<10))} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, file []byte, ofImages bool) {
		magic := uint32(magicLabels)
		if ofImages {
			magic = magicImages
		}
		shape, data, err := decode(file, magic)
		if err != nil {
			if text := err.Error(); !strings.HasPrefix(text, "FILE: ") || strings.Contains(text, "\n") {
				t.Errorf("error %q", text)
			}
			return
		}
		content := file
		if len(file) > 1 && file[0] == 0x1f && file[1] == 0x8b {
			r, err := gzip.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if content, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		numbers := []uint32{magic}
		product := 1
		for _, n := range shape {
			numbers, product = append(numbers, uint32(n)), product*n
		}
		if product != len(data) || !bytes.Equal(content, idxFile(string(data), numbers...)) {
			t.Errorf("shape %v with %d bytes is not what the file holds", shape, len(data))
		}
	})
}

// FuzzCIFAR: what is accepted gives the same bytes again.
func FuzzCIFAR(f *testing.F) {
	f.Add(record(3, 1))
	f.Add(append(record(0, 255), record(9, 0)...))
	f.Add(record(10, 1))
	f.Add(record(0x1f, 0x8b))
	f.Add([]byte("no record"))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := newContent("FILE", bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		var s Set
		if err := decodeCIFAR(c, &s); err != nil {
			if text := err.Error(); !strings.HasPrefix(text, "FILE: ") || strings.Contains(text, "\n") {
				t.Errorf("error %q", text)
			}
			return
		}
		var again []byte
		for i := range s.Count {
			again = append(append(again, s.Labels[i]), s.Images[i*cifarPixels:(i+1)*cifarPixels]...)
		}
		if !bytes.Equal(again, file) {
			t.Error("not the same bytes again")
		}
	})
}
