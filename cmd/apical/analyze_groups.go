package main

import (
	"errors"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/internal/csvtext"
)

// maxNeuronGroups is the most neurons that --by neuron takes, some 800 bytes each.
const maxNeuronGroups = 1 << 22

// neuronCount is the number of neurons in all populations.
func neuronCount(rec analysis.Recording) (n int) {
	for _, p := range rec.Populations {
		n += p.Size
	}
	return n
}

// readGroups reads a table with the columns population, neuron and group, in any
// order and among others. Without a column population the recording must have
// only one.
func readGroups(path string, rec analysis.Recording) (analysis.Groups, error) {
	var none analysis.Groups
	if err := wantFile(path); err != nil {
		return none, err
	}
	f, err := os.Open(path)
	if err != nil {
		return none, fileError(path, err)
	}
	defer f.Close()
	r := csvtext.NewReader(f)
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return none, experiment.Inputf("%s: is empty, want columns population, neuron and group", path)
	}
	if err != nil {
		return none, experiment.Inputf("%s: %v", path, csvtext.Plain(err))
	}
	population, neuron, group := slices.Index(head, "population"), slices.Index(head, "neuron"), slices.Index(head, "group")
	switch {
	case neuron < 0 || group < 0:
		return none, experiment.Inputf("%s: columns %q, want population, neuron and group", path, head)
	case population < 0 && len(rec.Populations) > 1:
		return none, experiment.Inputf("%s: no column population, want it, since there are %d", path, len(rec.Populations))
	}
	table := map[analysis.NeuronID]string{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return none, experiment.Inputf("%s: %v", path, csvtext.Plain(err))
		}
		line, _ := r.FieldPos(0)
		n, err := strconv.ParseUint(row[neuron], 10, 32)
		if err != nil {
			return none, experiment.Inputf("%s: line %d: neuron %q, want a number from 0", path, line, row[neuron])
		}
		id := analysis.NeuronID{Population: rec.Populations[0].Name, Neuron: uint32(n)}
		if population >= 0 {
			id.Population = row[population]
		}
		if row[group] == "" {
			return none, experiment.Inputf("%s: line %d: no group, want its name, or no such line for a neuron in no group", path, line)
		}
		if _, twice := table[id]; twice {
			return none, experiment.Inputf("%s: line %d: neuron %d of %q is there twice, want it in one group", path, line, n, id.Population)
		}
		table[id] = row[group]
	}
	g, err := analysis.ByTable(rec, table)
	if err != nil {
		return none, experiment.Inputf("%s: %v", path, err)
	}
	return g, nil
}
