package spiketable

import (
	"testing"

	"github.com/apical-sim/apical/analysis"
)

func TestTooManyNeurons(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		ok    bool
	}{{[]int{MaxNeurons}, true}, {[]int{MaxNeurons, 1}, false}, {[]int{1 << 30, 1 << 30}, false}, {nil, true}} {
		var populations []analysis.Population
		for _, n := range c.sizes {
			populations = append(populations, analysis.Population{Size: n})
		}
		if err := tooMany("a", populations); (err == nil) != c.ok {
			t.Errorf("%v: error %v", c.sizes, err)
		}
	}
	o := Options{Sizes: []analysis.Population{{Name: "a", Size: MaxNeurons + 1}}}
	if o.validate() == nil {
		t.Error("more neurons than any recording may have are accepted")
	}
}
