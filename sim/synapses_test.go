package sim_test

import (
	"testing"
)

// TestSynapses: as many as there are weights, whatever the workers.
func TestSynapses(t *testing.T) {
	n := zoo(1)
	for _, workers := range []int{1, 3} {
		s := build(t, n, workers)
		for _, p := range n.Projections {
			weights, err := s.Weights(p.Name, nil)
			must(t, err)
			count, err := s.Synapses(p.Name)
			must(t, err)
			if count != int64(len(weights)) || count == 0 {
				t.Errorf("%s: %d synapses, %d weights", p.Name, count, len(weights))
			}
		}
		if _, err := s.Synapses("nobody"); err == nil {
			t.Error("no projection is no error")
		}
	}
}
