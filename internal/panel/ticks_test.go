package panel

import (
	"strings"
	"testing"
)

func TestWholeTicks(t *testing.T) {
	if got := (WholeTicks{}).Ticks(-0.5, 2.5)[0].Label; got != "0" {
		t.Errorf("first tick from -0.5 on: %s, want 0", got)
	}
	for high, want := range map[float64]string{4: "0 1 2 3 4", 20: "0 5 10 15 20", 250: "0 50 100 150 200 250", 500: "0 100 200 300 400 500"} {
		var labels []string
		for _, tick := range (WholeTicks{}).Ticks(0, high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("ticks up to %v: %s, want %s", high, got, want)
		}
	}
}

func TestRoundTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{1, 100, "20 40 60 80 100"}, {-3.4, 5.6, "-2 0 2 4"}, {0, 0.45, "0.0 0.1 0.2 0.3 0.4"},
		{-0.62, 0.284, "-0.6 -0.4 -0.2 0.0 0.2"}, {0, 1e-3, "0.0000 0.0002 0.0004 0.0006 0.0008 0.0010"},
		{1, 50, "10 20 30 40 50"}, {0, 6, "0 2 4 6"},
	} {
		var labels []string
		for _, tick := range (RoundTicks{}).Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
	if len((RoundTicks{}).Ticks(1, 1)) == 0 {
		t.Error("no ticks where there is no range")
	}
}
