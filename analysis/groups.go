package analysis

import (
	"fmt"
	"slices"
)

// Groups divides neurons: what is counted, is counted for each group.
type Groups struct {
	// List names the groups; at least one.
	List []Group
	// Of is the group of each neuron, in the order of populations and neurons,
	// -1 for those that are in none.
	Of []int32
}

// Group is a set of neurons.
type Group struct {
	Name string
	// Population is the index of that which all its neurons are of, or -1.
	Population int
	// Neuron is the only neuron of a group of one neuron, or -1.
	Neuron int64
	Size   int // neurons, >= 1
}

// ByPopulation makes a group of each population.
func ByPopulation(rec Recording) Groups {
	var g Groups
	for i, p := range rec.Populations {
		g.List = append(g.List, Group{Name: p.Name, Population: i, Neuron: -1, Size: p.Size})
		for range p.Size {
			g.Of = append(g.Of, int32(i))
		}
	}
	return g
}

// ByNeuron makes a group of each neuron.
func ByNeuron(rec Recording) Groups {
	var g Groups
	for i, p := range rec.Populations {
		for n := range p.Size {
			g.Of = append(g.Of, int32(len(g.List)))
			g.List = append(g.List, Group{Name: p.Name, Population: i, Neuron: int64(n), Size: 1})
		}
	}
	return g
}

// NeuronID names a neuron of a recording.
type NeuronID struct {
	Population string
	Neuron     uint32
}

// ByTable makes the groups that a table gives to neurons, ordered by name. A
// neuron that is not in it is in no group.
func ByTable(rec Recording, table map[NeuronID]string) (Groups, error) {
	var names []string
	for id, name := range table {
		i := slices.IndexFunc(rec.Populations, func(p Population) bool { return p.Name == id.Population })
		switch {
		case i < 0:
			return Groups{}, fmt.Errorf("groups: population %q is not in the recording", id.Population)
		case uint64(id.Neuron) >= uint64(rec.Populations[i].Size):
			return Groups{}, fmt.Errorf("groups: neuron %d of %q, want below its size %d", id.Neuron, id.Population, rec.Populations[i].Size)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return Groups{}, fmt.Errorf("groups: none, want a group for at least one neuron")
	}
	var g Groups
	for _, name := range names {
		g.List = append(g.List, Group{Name: name, Population: -1, Neuron: -1})
	}
	for i, p := range rec.Populations {
		for n := range p.Size {
			name, ok := table[NeuronID{p.Name, uint32(n)}]
			if !ok {
				g.Of = append(g.Of, -1)
				continue
			}
			k, _ := slices.BinarySearch(names, name)
			g.Of = append(g.Of, int32(k))
			group := &g.List[k]
			if group.Size == 0 {
				group.Population = i
			} else if group.Population != i {
				group.Population = -1
			}
			group.Size++
		}
	}
	return g, nil
}

// check returns the numbers of the first neurons of the populations, if the
// groups are of that recording.
func (g Groups) check(rec Recording) (first []int, err error) {
	first, neurons := firstNeurons(rec)
	if len(g.Of) != neurons || len(g.List) == 0 {
		return nil, fmt.Errorf("groups: %d groups of %d neurons, want at least one of the %d of the recording", len(g.List), len(g.Of), neurons)
	}
	return first, nil
}

// firstNeurons numbers the neurons of a recording through: it gives the number of
// the first of each population, and how many there are.
func firstNeurons(rec Recording) (first []int, neurons int) {
	for _, p := range rec.Populations {
		first = append(first, neurons)
		neurons += p.Size
	}
	return first, neurons
}
