package panel

import (
	"strings"
	"testing"
)

func TestWholeTicks(t *testing.T) {
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
