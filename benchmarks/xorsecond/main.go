// Command xorsecond advances the XOR network, with all rules plastic, by a given
// model time: .ci/guard counts the instructions of it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/internal/vec"
	"github.com/apical-sim/apical/sim"
)

func main() {
	seconds := flag.Float64("seconds", 1, "model time, s")
	workers := flag.Int("workers", 1, "goroutines that advance the network")
	flag.Parse()
	if err := run(*seconds, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "xorsecond:", err)
		os.Exit(1)
	}
}

func run(seconds float64, workers int) error {
	s, err := xor.Network(xor.Experiment().Defaults(), 1).Build(sim.Options{Workers: workers})
	if err != nil {
		return err
	}
	if err := s.SetPlastic(true); err != nil {
		return err
	}
	if err := s.Run(context.Background(), s.Steps(seconds)); err != nil {
		return err
	}
	kernels := "portable"
	if vec.Enabled() {
		kernels = "avx2"
	}
	_, err = fmt.Printf("seconds %g workers %d kernels %s\n", s.Seconds(), workers, kernels)
	return err
}
