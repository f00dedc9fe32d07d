package information_test

import (
	"fmt"
	"log"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/encoder"
	"github.com/apical-sim/apical/analysis/information"
)

// What a population of 200 cells sends about two signals, in its event rate and its
// burst fraction.
func ExampleMeasure() {
	recording, err := encoder.Generate(encoder.Williams(), 1)
	if err != nil {
		log.Fatal(err)
	}
	rec := recording.Recording
	soma := information.Signal{Name: "soma", TimeS: recording.TimeS, Values: recording.SomaMV}
	dendrite := information.Signal{Name: "dendrite", TimeS: recording.TimeS, Values: recording.DendriteMV}

	// Bins of 5 ms, and the signals averaged over them.
	grid, err := information.NewGrid(rec, rec.Steps(0.005), soma, dendrite)
	if err != nil {
		log.Fatal(err)
	}
	var signals []information.Series
	for _, s := range []information.Signal{soma, dendrite} {
		mean, err := grid.Mean(s)
		if err != nil {
			log.Fatal(err)
		}
		signals = append(signals, mean)
	}

	// Events and bursts: spikes within 16 ms belong together.
	bins := information.NewBins(grid, rec.Populations)
	d, err := analysis.NewDetector(recording.Source(), analysis.Criterion{ISI: rec.Steps(0.016)}, analysis.DetectorOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for d.Next() {
		bins.AddSpikes(d.Batch())
		bins.AddEvents(d.Events())
	}
	if err := d.Err(); err != nil {
		log.Fatal(err)
	}

	// Segments of 2 s, frequencies up to 20 Hz.
	welch, err := information.Welch(400, grid.BinSeconds())
	if err != nil {
		log.Fatal(err)
	}
	m, err := information.Measure(bins, 0, signals, information.Options{
		Estimator: welch, Band: information.Band{ToHz: 20}, Shuffles: 19, WidthS: information.Passing(20),
		Carriers: []information.Stream{information.EventRate, information.BurstFraction},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range m.Pairs {
		if p.Carrier {
			fmt.Printf("%s: %.0f bit/s\n", p.Stream, p.Bound.Corrected)
		}
	}
	gain, _ := m.Gain()
	fmt.Printf("multiplexing gains a factor of %.1f over the firing rate\n", gain)
	// Output:
	// event_rate: 53 bit/s
	// burst_fraction: 33 bit/s
	// multiplexing gains a factor of 1.8 over the firing rate
}
