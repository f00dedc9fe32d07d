package spiketable

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// pack writes numbers of width bits one behind the other, a bit at a time.
func pack(numbers []uint64, width int) []byte {
	b := make([]byte, (len(numbers)*width+7)/8)
	for i, n := range numbers {
		for k := range width {
			if n>>k&1 != 0 {
				b[(i*width+k)/8] |= 1 << ((i*width + k) % 8)
			}
		}
	}
	return b
}

func TestPacked(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := 1; width <= 64; width++ {
		numbers := make([]uint64, 37)
		for i := range numbers {
			numbers[i] = r.Uint64() >> (64 - width)
		}
		b := pack(numbers, width)
		for i, want := range numbers {
			if got := packed(b, i, width); got != want {
				t.Fatalf("width %d: number %d is %d, want %d", width, i, got, want)
			}
		}
	}
}

// The first numbers are the example of the specification of the hybrid, of width 3;
// then five equal ones.
func TestHybrid(t *testing.T) {
	b := []byte{3, 0x88, 0xc6, 0xfa, 10, 5}
	got, err := hybrid(nil, b, 3, 12)
	if want := []uint32{0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 5}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	for _, bad := range [][]byte{{}, {0}, {1}, {10}, {3, 0x88}} {
		if got, err := hybrid(nil, bad, 3, 8); err == nil {
			t.Errorf("%v gives %v, want an error", bad, got)
		}
	}
}

// differ writes numbers as differences, in blocks of 128 and small blocks of 32.
func differ(numbers []int64) []byte {
	b := binary.AppendUvarint(nil, 128)
	b = binary.AppendUvarint(b, 4)
	b = binary.AppendUvarint(b, uint64(len(numbers)))
	b = binary.AppendVarint(b, numbers[0])
	var steps []int64
	for i := 1; i < len(numbers); i++ {
		steps = append(steps, numbers[i]-numbers[i-1])
	}
	for block := range slices.Chunk(steps, 128) {
		least := slices.Min(block)
		b = binary.AppendVarint(b, least)
		b = append(b, 64, 64, 64, 64)
		for small := range slices.Chunk(block, 32) {
			above := make([]uint64, 32)
			for i, d := range small {
				above[i] = uint64(d - least)
			}
			b = append(b, pack(above, 64)...)
		}
	}
	return b
}

func TestDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 32, 33, 34, 128, 129, 130, 1000} {
		want := make([]int64, n)
		for i := range want {
			want[i] = int64(r.Uint64()) // differences overflow, and that is as it should be
		}
		got, rest, err := differences(nil, append(differ(want), 7, 8), n)
		if err != nil || !slices.Equal(got, want) || !slices.Equal(rest, []byte{7, 8}) {
			t.Errorf("%d numbers: %v, rest %v", n, err, rest)
		}
	}
}

func TestPrefixTexts(t *testing.T) {
	b := append(differ([]int64{0, 3, 5, 0}), differ([]int64{5, 2, 0, 1})...)
	b = append(b, "axialisb"...)
	got, err := prefixTexts(nil, b, 4)
	if want := []string{"axial", "axiis", "axiis", "b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// FuzzEncodings decodes any bytes in every way: each gives the number of values
// that was asked for, or an error.
func FuzzEncodings(f *testing.F) {
	f.Add([]byte{3, 0x88, 0xc6, 0xfa, 10, 5}, 3, 12)
	f.Add(differ([]int64{1, 5, 3, 7}), 64, 4)
	f.Add(append(differ([]int64{0, 3}), append(differ([]int64{5, 2}), "axialis"...)...), 0, 2)
	f.Fuzz(func(t *testing.T, b []byte, width, n int) {
		n = int(uint(n) % 5000)
		if got, err := hybrid(nil, b, width, n); err == nil && len(got) != n {
			t.Errorf("hybrid: %d values, want %d", len(got), n)
		}
		if got, _, err := differences(nil, b, n); err == nil && len(got) != n {
			t.Errorf("differences: %d values, want %d", len(got), n)
		}
		for _, decode := range []func([]string, []byte, int) ([]string, error){plainTexts, lengthTexts, prefixTexts} {
			if got, err := decode(nil, b, n); err == nil && len(got) != n {
				t.Errorf("texts: %d values, want %d", len(got), n)
			}
		}
	})
}
