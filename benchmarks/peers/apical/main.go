//go:build unix

// Command apical runs one network of networks.json and prints what it cost and
// what came out as JSON, in the form of the other programs of this directory.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"

	"github.com/apical-sim/apical/sim"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "apical:", err)
		os.Exit(1)
	}
}

// report is what each of the programs prints.
type report struct {
	Simulator  string             `json:"simulator"`
	Version    string             `json:"version"`
	Build      cost               `json:"build"`
	Run        cost               `json:"run"` // of the measured window alone
	PeakRSSMiB float64            `json:"peak_rss_mib"`
	RateHz     map[string]float64 `json:"rate_hz"`
	CV         float64            `json:"cv"`
	Spikes     int                `json:"spikes"`
	Weight     float64            `json:"weight,omitempty"` // mean of the plastic ones at the end
}

func run() error {
	file := flag.String("networks", "networks.json", "the `file` of parameters")
	name := flag.String("network", "coba", "coba, brunel or plastic")
	transient := flag.Float64("transient", 0.5, "model time before the measured window, s")
	window := flag.Float64("window", 1, "model time of the measured window, s")
	seed := flag.Uint64("seed", 1, "of wiring, drive and initial voltages")
	wiring := flag.String("wiring", "", "COBA: a `file` of connections, instead of random ones")
	workers := flag.Int("workers", 1, "goroutines that advance the network")
	flag.Parse()
	runtime.GOMAXPROCS(*workers)

	network, err := read(*file, *name, *wiring)
	if err != nil {
		return err
	}
	network.Seed = *seed
	r := report{Simulator: "apical", Version: runtime.Version()}
	begin := now()
	s, err := network.Build(sim.Options{Workers: *workers})
	if err != nil {
		return err
	}
	r.Build = now().since(begin)

	spikes := &recorder{}
	recording, err := s.RecordSpikes(spikes)
	if err != nil {
		return err
	}
	recording.Set(false)
	plastic := network.Projections[0].Rule != nil
	if plastic {
		if err := s.SetPlastic(true, network.Projections[0].Name); err != nil {
			return err
		}
	}
	if err := s.Run(context.Background(), s.Steps(*transient)); err != nil {
		return err
	}
	recording.Set(true)
	begin = now()
	if err := s.Run(context.Background(), s.Steps(*window)); err != nil {
		return err
	}
	r.Run = now().since(begin)

	sizes := make([]int, len(network.Populations))
	for i, p := range network.Populations {
		sizes[i] = p.Size
	}
	rates, cv := spikes.statistics(sizes, *window)
	r.RateHz = map[string]float64{}
	for i, p := range network.Populations {
		r.RateHz[p.Name] = rates[i]
	}
	r.CV, r.Spikes = cv, len(spikes.cells)
	peak, err := peakRSSMiB()
	if plastic {
		weights, err := s.Weights(network.Projections[0].Name, nil)
		if err != nil {
			return err
		}
		for _, w := range weights {
			r.Weight += w / float64(len(weights))
		}
	}
	r.PeakRSSMiB = peak
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(r))
}
