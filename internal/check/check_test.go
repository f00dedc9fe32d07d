package check

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestListReportsEveryProblemWithItsPath(t *testing.T) {
	var inner List
	inner.Positive("tau_m_ms", -1)
	inner.Within("p", math.NaN(), 0, 1)
	var l List
	l.Merge("populations.pyr", inner.Err())
	l.NotNegative("dt_ms", math.Inf(1))
	l.Finite("seed", 1)
	want := []string{"populations.pyr.tau_m_ms: -1, want > 0", "populations.pyr.p: NaN, want 0 to 1", "dt_ms: +Inf, want >= 0"}
	if got := strings.Split(l.Err().Error(), "\n"); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
	var deep List
	deep.Merge("a", fmt.Errorf("b: %w", inner.Err()))
	if got, want := deep.Err().Error(), "a.b: "+inner.Err().Error(); got != want {
		t.Errorf("wrapped problems: %q, want %q", got, want)
	}
	var none List
	none.Merge("x", nil)
	if none.Err() != nil {
		t.Errorf("no problems, but %v", none.Err())
	}
}
