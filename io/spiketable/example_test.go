package spiketable_test

import (
	"fmt"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spiketable"
)

func Example() {
	table, err := spiketable.Open("testdata/ten-spikes.csv", spiketable.Options{
		UntilS: 1,                                // recording went on after the last spike
		Sizes:  []analysis.Population{{Size: 3}}, // one of the neurons never spiked
	})
	if err != nil {
		fmt.Println(err) // one line, which names what is wrong
		return
	}
	defer table.Close()

	rec := table.Recording()
	criterion := analysis.Criterion{ISI: rec.Steps(0.016)}
	groups := analysis.ByPopulation(rec)
	bins := analysis.Bins{Width: rec.Steps(0.5)}
	rates, err := analysis.NewRates(table, criterion, analysis.DetectorOptions{}, groups, bins)
	if err != nil {
		fmt.Println(err)
		return
	}
	for rates.Next() {
		for _, r := range rates.Rates() {
			fmt.Printf("from %.1f s: %.2f events/s, ", rec.Seconds(r.From), r.Hz(r.Events, rec, groups))
			if bf, ok := r.BurstFraction(); ok {
				fmt.Printf("burst fraction %.2f\n", bf)
			} else {
				fmt.Println("no burst fraction")
			}
		}
	}
	if err := rates.Err(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// from 0.0 s: 3.33 events/s, burst fraction 0.60
	// from 0.5 s: 0.67 events/s, burst fraction 0.00
}
