package sim

import (
	"math"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/synapse"
)

// partition says who owns what: worker w the neurons bounds[p][w] to
// bounds[p][w+1] of population p, in whole blocks. It decides about speed alone.
//
// Where workers meet within an array, each fetches some lines of the other's part
// ahead of use and takes them from it. That is nothing next to a large part. A
// large population is therefore cut into equal parts, so that no estimate matters,
// and the small ones are laid end to end and cut by estimated cost, so that few of
// them are cut at all.
func (n Network) partition(workers int) [][]int {
	bounds := make([][]int, len(n.Populations))
	var costs []float64 // of each small population, 0 for the others
	total := 0.0
	for _, p := range n.Populations {
		cost := 0.0
		if p.Size < smallPart*workers {
			cost = n.cost(p) * float64(p.Size)
		}
		costs = append(costs, cost)
		total += cost
	}
	before := 0.0
	for i, p := range n.Populations {
		if costs[i] == 0 {
			bounds[i] = evenly(p.Size, workers, i)
			continue
		}
		bounds[i] = make([]int, workers+1)
		for w := 1; w <= workers; w++ {
			bounds[i][w] = cut(p.Size, (total*float64(w)/float64(workers)-before)/costs[i], total/float64(workers)/costs[i])
		}
		before += costs[i]
	}
	return bounds
}

const (
	// smallPart is how many neurons a worker needs of a population, for that to be
	// cut: its arrays then fill a page of 4 kB.
	smallPart = 1024
	// snap is the part of a worker's share that it may have too much or too little,
	// so that a population remains whole.
	snap = 0.1
)

// evenly divides size neurons among workers in whole blocks, as evenly as blocks
// go. turn rotates who gets the blocks that are left over, so that not all load
// the same worker.
func evenly(size, workers, turn int) []int {
	blocks := neuron.Padded(size) / neuron.Block
	bounds := make([]int, workers+1)
	for w := range workers {
		share := blocks / workers
		if (w+turn)%workers < blocks%workers {
			share++
		}
		bounds[w+1] = bounds[w] + share*neuron.Block
	}
	for w := range bounds {
		bounds[w] = min(bounds[w], size)
	}
	return bounds
}

// cut returns how many of size neurons come before a place in a population, which
// is 1 at its end; share is how far the places are apart.
func cut(size int, place, share float64) int {
	if near := math.Round(place); place < 0 || place > 1 || math.Abs(place-near) <= snap*share {
		return int(min(max(near, 0), 1)) * size
	}
	blocks := math.Round(place * float64(size) / neuron.Block)
	return min(int(blocks)*neuron.Block, size)
}

// The estimated cost of a neuron and step, in units of a cell's own update, with
// all firing at a usual rate (see benchmarks/README.md).
const (
	usualRateHz    = 5
	costOfTrain    = 0.05 // a private train that is silent
	costOfPoisson  = 2    // a spike of it
	costOfStatic   = 0.7  // a spike at a synapse
	costOfPlastic  = 8    // with what it and its target's spikes change
	mostTrainSpike = 1    // where they are many, a number is drawn instead
)

func (n Network) cost(p Population) float64 {
	cost := 1.0
	for _, in := range n.Inputs {
		if in.To == p.Name {
			cost += costOfTrain + costOfPoisson*min(mostTrainSpike, float64(in.trains())*in.RateHz*n.DtMS/1000)
		}
	}
	for _, q := range n.Projections {
		if q.To != p.Name {
			continue
		}
		each := costOfStatic
		if q.Rule != nil {
			each = costOfPlastic
		}
		g := synapse.Geometry{Sources: n.size(q.From), Targets: p.Size, Same: q.From == q.To}
		cost += each * q.Wiring.MeanInDegree(g) * usualRateHz * n.DtMS / 1000
	}
	return cost
}

func (n Network) size(population string) int {
	for _, p := range n.Populations {
		if p.Name == population {
			return p.Size
		}
	}
	return 0
}
