package sim

import (
	"fmt"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/synapse"
)

// TestPartition cuts populations of many sizes for many workers: everybody is
// owned once, in whole blocks and ascending.
func TestPartition(t *testing.T) {
	for _, sizes := range [][]int{{1}, {500, 500, 500, 500, 500}, {64, 10_000, 65, 3, 700}, {10_000, 2500}, {63, 63, 63}} {
		n := Network{DtMS: 0.1}
		for i, size := range sizes {
			n.Populations = append(n.Populations, Population{Name: fmt.Sprint(i), Size: size, Model: neuron.DefaultLIFCurrent()})
		}
		n.Projections = []Projection{{Name: "p", From: "0", To: "0", Projection: synapse.Projection{Wiring: synapse.AllToAll{}}}}
		n.Inputs = []Input{{Name: "i", To: "0", RateHz: 100}}
		for _, workers := range []int{1, 2, 3, 7, 64} {
			for i, bounds := range n.partition(workers) {
				if len(bounds) != workers+1 || bounds[0] != 0 || bounds[workers] != sizes[i] {
					t.Fatalf("sizes %v, %d workers: population %d has bounds %v", sizes, workers, i, bounds)
				}
				for w := range workers {
					if bounds[w] > bounds[w+1] || (bounds[w]%neuron.Block != 0 && bounds[w] != sizes[i]) {
						t.Errorf("sizes %v, %d workers: population %d has bounds %v", sizes, workers, i, bounds)
					}
				}
			}
		}
	}
}

// TestPartitionKeepsSmallPopulationsWhole has five alike for two workers: only the
// third is cut, into parts of about its half; and of four none.
func TestPartitionKeepsSmallPopulationsWhole(t *testing.T) {
	n := Network{DtMS: 0.1}
	for i := range 5 {
		n.Populations = append(n.Populations, Population{Name: fmt.Sprint(i), Size: 500, Model: neuron.DefaultBurstPoisson()})
	}
	want := []int{500, 500, 256, 0, 0}
	for i, bounds := range n.partition(2) {
		if bounds[1] != want[i] {
			t.Errorf("of population %d the first worker has %d, want %d", i, bounds[1], want[i])
		}
	}
	n.Populations = n.Populations[:4]
	want = []int{500, 500, 0, 0}
	for i, bounds := range n.partition(2) {
		if bounds[1] != want[i] {
			t.Errorf("of population %d of four the first worker has %d, want %d", i, bounds[1], want[i])
		}
	}
}
