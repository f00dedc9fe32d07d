package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/apical-sim/apical/analysis/encoder"
	"github.com/apical-sim/apical/io/spikefile"
)

// encode is the program of the scripts that makes spikes with known inputs:
// spikes.arrow, 60 s of a population of 60 cells, and soma.csv, dendrite.csv and
// both.csv.
func encode() {
	if err := encodeInto(60, 60); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func encodeInto(neurons int, seconds float64) error {
	p := encoder.Williams()
	p.Neurons, p.DurationS = neurons, seconds
	e, err := encoder.Generate(p, 1)
	if err != nil {
		return err
	}
	w, err := spikefile.Create("spikes.arrow", spikefile.Meta{
		Seed: 1, Populations: []spikefile.Population{{Name: "encoder", Size: neurons}},
	}, spikefile.Options{})
	if err != nil {
		return err
	}
	for i := 0; i < len(e.Steps); {
		k := i
		for i < len(e.Steps) && e.Steps[i] == e.Steps[k] {
			i++
		}
		if err := w.Record(e.Steps[k], 0, e.Neurons[k:i]); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	var soma, dendrite, both strings.Builder
	soma.WriteString("# membrane potential\ntime_s,mV\n")
	both.WriteString("t_ms;soma;dendrite\n")
	for i, t := range e.TimeS {
		fmt.Fprintf(&soma, "%.3f,%.6g\n", t, e.SomaMV[i])
		fmt.Fprintf(&dendrite, "%.3f,%.6g\n", t, e.DendriteMV[i])
		fmt.Fprintf(&both, "%d;%.6g;%.6g\n", i, e.SomaMV[i], e.DendriteMV[i])
	}
	for name, text := range map[string]*strings.Builder{"soma.csv": &soma, "dendrite.csv": &dendrite, "both.csv": &both} {
		if err := os.WriteFile(name, []byte(text.String()), 0o666); err != nil {
			return err
		}
	}
	return nil
}
