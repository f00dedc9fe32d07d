package main

import (
	"context"
	"encoding/json"
	"math"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
)

// resultFile is the file of results that a command makes, if it is asked to.
type resultFile struct {
	outputFlags
	name   string
	opt    spikefile.Options
	commit func() error
}

// begin finds out whether the file can be made, before there are results. It is none of the inputs.
func (r *resultFile) begin(inputs ...string) (err error) {
	if r.out == "" {
		return nil
	}
	r.name, r.opt, r.commit, err = r.Begin(inputs...)
	return err
}

// write makes the file.
func (r *resultFile) write(kind string, meta spikefile.Meta, columns []spikefile.ResultColumn) error {
	if r.out == "" {
		return nil
	}
	if err := spikefile.WriteResults(r.name, kind, meta, columns, r.opt); err != nil {
		return fileError(r.name, err)
	}
	return r.commit()
}

// resultMeta is the metadata of results about the spike file path.
func resultMeta(path string, rec analysis.Recording) spikefile.Meta {
	windows := make([][2]float64, len(rec.Windows))
	for i, w := range rec.Windows {
		windows[i] = [2]float64{rec.Seconds(w.From), rec.Seconds(w.To)}
	}
	list, err := json.Marshal(windows)
	if err != nil {
		panic(err) // of finite numbers there is none
	}
	meta, _ := fileMeta(path, rec, analysis.Criterion{}, analysis.DetectorOptions{})
	meta.Extra = map[string]string{"recorded_s": string(list)}
	return meta
}

// neuronIDs are what a file calls its neurons, by population and neuron, if it does
// not number them: nil of a population that it numbers, and nil if it numbers all.
func neuronIDs(table *spiketable.Table) [][]string {
	ids, named := make([][]string, len(table.Recording().Populations)), false
	for p := range ids {
		ids[p] = table.Names(p)
		named = named || ids[p] != nil
	}
	if !named {
		return nil
	}
	return ids
}

// neuronID is one of them, empty where there is none.
func neuronID(ids [][]string, population, neuron int) string {
	if ids == nil || neuron >= len(ids[population]) {
		return ""
	}
	return ids[population][neuron]
}

// neuronIDColumn is a column of them.
func neuronIDColumn() spikefile.ResultColumn {
	return spikefile.ResultColumn{Name: "neuron_id", What: "name in the file that was read", Nullable: true, Texts: []string{}}
}

// populationColumn names the population of each row.
func populationColumn(rec analysis.Recording, index []int16) spikefile.ResultColumn {
	var names []string
	for _, p := range rec.Populations {
		names = append(names, p.Name)
	}
	return spikefile.ResultColumn{Name: "population", Index: index, Names: names}
}

// stepsWithin reads a time that an interval must not exceed: the greatest whole
// number of the recording's steps that does not, at least one.
func stepsWithin(rec analysis.Recording, flag, text string) (int64, error) {
	s, err := experiment.ParseQuantity(text, "s")
	if err != nil {
		return 0, experiment.Inputf("%s: %v", flag, err)
	}
	return stepsWithinSeconds(rec, flag, text, s)
}

// stepsWithinSeconds does so for a time that was read from text already.
func stepsWithinSeconds(rec analysis.Recording, flag, text string, s float64) (int64, error) {
	// 16 ms of 0.1 ms are 160 steps, whatever their product is rounded to.
	steps := math.Floor(s * float64(rec.StepsPerSecond) * (1 + 1e-12))
	switch {
	case steps < 1:
		return 0, experiment.Inputf("%s: %s, want at least the recording's time step of %s", flag, text, formatMS(1/float64(rec.StepsPerSecond)))
	case steps > 1<<53:
		return 0, experiment.Inputf("%s: %s is too long", flag, text)
	}
	return int64(steps), nil
}

// stoppable is a source that ends with the error of a context once that is
// cancelled.
type stoppable struct {
	analysis.Source
	ctx context.Context
}

func (s stoppable) Next() bool { return s.ctx.Err() == nil && s.Source.Next() }

func (s stoppable) Err() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return s.Source.Err()
}
