package experiment

import (
	"math"
	"strings"
	"testing"
)

func TestParseQuantity(t *testing.T) {
	for _, c := range []struct {
		text string
		unit Unit
		want float64
	}{
		{"2s", "s", 2},
		{"16ms", "s", 0.016}, // the float64 nearest to 0.016, as a literal is
		{"16 ms", "s", 0.016},
		{"0.1ms", "s", 1e-4},
		{"7us", "ms", 0.007},
		{"7µs", "ms", 0.007},
		{"1.5min", "s", 90},
		{"90s", "min", 1.5},
		{"1e3ms", "s", 1},
		{"1E-3s", "ms", 1},
		{"+.5s", "s", 0.5},
		{"5.s", "s", 5},
		{"-350pA", "pA", -350},
		{"0.15nA", "pA", 150},
		{"150000fA", "pA", 150},
		{"-0.07V", "mV", -70},
		{"0.5kHz", "Hz", 500},
		{"1.3nS", "nS", 1.3},
		{"370pF", "pF", 370},
		{"0", "s", 0},
		{"-0.0", "pA", 0},
		{"0e5", "mV", 0},
		{"0.234", "", 0.234},
		{"8e-3", "", 0.008},
		{"1e-400s", "s", 0},
	} {
		got, err := ParseQuantity(c.text, c.unit)
		if err != nil || got != c.want || math.Signbit(got) != math.Signbit(c.want) {
			t.Errorf("ParseQuantity(%q, %q) = %v, %v, want %v", c.text, c.unit, got, err, c.want)
		}
	}
}

func TestParseQuantityRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		unit Unit
		want string // in the error
	}{
		{"2", "s", "2 has no unit, want a time such as 2s"},
		{"-70", "mV", "-70 has no unit, want a voltage such as -70mV (mV, V)"},
		{"2pA", "s", `unit "pA" is not a time, want us, ms, s, min`},
		{"2S", "s", `unit "S" is not a time`},
		{"2 sec", "s", `unit "sec" is not a time`},
		{"2s", "", `has unit "s", want a bare number`},
		{"", "s", "is empty, want a time such as 2s (us, ms, s, min)"},
		{" ", "", "is empty, want a number such as 0.1"},
		{"0,1", "", `"0,1" is not a number, want a number such as 0.1`},
		{"s", "s", "is not a number"},
		{"NaN", "", `"NaN" is not a number, want a number such as 0.1`},
		{"nans", "s", "is not a number"},
		{"Inf", "", "is not a number"},
		{"-infs", "s", "is not a number"},
		{"0x10", "", `has unit "x10"`},
		{"1_000", "", `has unit "_000"`},
		{"1,5s", "s", "is not a number"},
		{"1.2.3s", "s", "is not a number"},
		{"--1s", "s", "is not a number"},
		{"1e400s", "s", "too large"},
		{"1e9999999s", "s", "out of range"},
		{"1e308min", "s", "too large"},
	} {
		got, err := ParseQuantity(c.text, c.unit)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			// "x10" and "_000" hold digits and are refused one step earlier.
			if err != nil && strings.Contains(c.want, "has unit") && strings.Contains(err.Error(), "is not a number") {
				continue
			}
			t.Errorf("ParseQuantity(%q, %q) = %v, %v, want an error with %q", c.text, c.unit, got, err, c.want)
		}
	}
}

func FuzzParseQuantity(f *testing.F) {
	for _, s := range []string{"2s", "16ms", "-350pA", "0", "1e3 kHz", "NaN", "0x1p4", "1.5min", "µs", "1e", "+", ".e5V"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, unit := range []Unit{"", "s", "ms", "min", "pA", "mV", "Hz", "nS", "pF"} {
			x, err := ParseQuantity(text, unit)
			if err != nil {
				continue
			}
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("ParseQuantity(%q, %q) = %v", text, unit, x)
			}
			again, err := ParseQuantity(FormatQuantity(x, unit), unit)
			if err != nil || again != x {
				t.Fatalf("%q in %q is %v, written %q, read back %v, %v", text, unit, x, FormatQuantity(x, unit), again, err)
			}
		}
	})
}

func TestFormatQuantityRoundTrips(t *testing.T) {
	for _, x := range []float64{0, 2, 0.016, 1.0 / 3, -350, 1e-4, 9.99e-5, 5e-324, 1e9, 123456789.5, math.MaxFloat64, -math.Pi} {
		for _, unit := range []Unit{"", "s", "min", "pA"} {
			got, err := ParseQuantity(FormatQuantity(x, unit), unit)
			if err != nil || got != x {
				t.Errorf("%v written %q, read back %v, %v", x, FormatQuantity(x, unit), got, err)
			}
		}
	}
	for x, want := range map[float64]string{2: "2s", 0.016: "0.016s", 16070: "16070s", 1e-5: "1e-05s", 1e6: "1000000s"} {
		if got := FormatQuantity(x, "s"); got != want {
			t.Errorf("FormatQuantity(%v) = %q, want %q", x, got, want)
		}
	}
}
