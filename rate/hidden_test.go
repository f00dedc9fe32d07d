package rate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseHidden(t *testing.T) {
	for text, want := range map[string][]Hidden{
		"":                {},
		"500":             {{Units: 500}},
		" 8@4/2 , 16@3":   {{Channels: 8, Kernel: 4, Stride: 2}, {Channels: 16, Kernel: 3, Stride: 1}},
		"64@5/2+1,10,7@1": {{Channels: 64, Kernel: 5, Stride: 2, Padding: 1}, {Units: 10}, {Channels: 7, Kernel: 1, Stride: 1}},
	} {
		got, err := ParseHidden(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{",", "500,", "0", "-3", "5x", "8@", "@3", "8@3/", "8@3/2+", "8@3+1/2", "0@3", "9999999999999999999"} {
		if got, err := ParseHidden(text); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v, want one line", text, got, err)
		}
	}
}

func FuzzParseHidden(f *testing.F) {
	f.Add("64@5/2+1,128@3,500")
	f.Add("8@3/-1")
	f.Fuzz(func(t *testing.T, text string) {
		layers, err := ParseHidden(text)
		if err != nil {
			return
		}
		var written []string
		for _, h := range layers {
			written = append(written, h.String())
		}
		if again, err := ParseHidden(strings.Join(written, ",")); err != nil || !slices.Equal(again, layers) {
			t.Errorf("%q is %v, and again %v, %v", text, layers, again, err)
		}
	})
}

// Each wrong layer is one line that names it and says what would be right.
func TestValidateHidden(t *testing.T) {
	for _, test := range []struct {
		hidden Hidden
		want   string
	}{
		{Hidden{}, "0 units, want 1 to 1048576"},
		{Hidden{Units: 1 << 30}, "1073741824 units, want 1 to 1048576"},
		{Hidden{Units: 1 << 20}, "1048576 units over 784, want at most 134217728 weights"},
		{Hidden{Units: 5, Stride: 2}, "a kernel, a stride or a padding without channels"},
		{Hidden{Units: 5, Channels: 3, Kernel: 3, Stride: 1}, "5 units and 3 channels, want either"},
		{Hidden{Channels: -1, Kernel: 3, Stride: 1}, "-1 channels, want 1 to 1048576"},
		{Hidden{Channels: 3, Kernel: 3}, "stride 0, want at least 1"},
		{Hidden{Channels: 3, Stride: 1}, "kernel 0, want 1 to 1048576"},
		{Hidden{Channels: 3, Kernel: 3, Stride: 1, Padding: 3}, "padding 3, want 0 to 2, less than the kernel"},
		{Hidden{Channels: 3, Kernel: 31, Stride: 1, Padding: 1}, "kernel 31 over planes of 28 × 28 with padding 1, want at most 30"},
		{Hidden{Channels: 1 << 20, Kernel: 3, Stride: 1}, "1048576×26×26 units, want at most 1048576"},
		{Hidden{Channels: 1 << 20, Kernel: 28, Stride: 1}, "1048576@28 over 1×28×28, want at most 134217728 weights"},
	} {
		c := exampleConfig(DefaultBackprop())
		c.Input = Shape{1, 28, 28}
		c.Hidden = []Hidden{{Channels: 1, Kernel: 1, Stride: 1}, test.hidden}
		want := "hidden: layer 2: " + test.want
		if err := c.Validate(); fmt.Sprint(err) != want {
			t.Errorf("%v: %v, want %s", test.hidden, err, want)
		}
	}
	for _, input := range []Shape{{0, 1, 1}, {1, -1, -1}, {1 << 30, 1 << 30, 1}, {1 << 16, 1 << 16, 1}, {1 << 11, 1 << 5, 1 << 5}} {
		c := exampleConfig(DefaultBackprop())
		c.Input = input
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), "input: ") {
			t.Errorf("input %v: %v", input, err)
		}
	}
}
