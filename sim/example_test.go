package sim_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// Poisson sources drive bursting pyramidal cells over plastic synapses.
func Example() {
	network := sim.Network{
		Seed: 1,
		Populations: []sim.Population{
			{Name: "drive", Size: 200, Model: neuron.Poisson{RateHz: 5}},
			{Name: "pyramids", Size: 500, Model: neuron.DefaultBurstPoisson()},
		},
		Projections: []sim.Projection{{
			Name: "drive_pyramids", From: "drive", To: "pyramids", Receptor: neuron.SomaExc,
			Projection: synapse.Projection{Wiring: synapse.FixedInDegree{K: 18}, Weight: synapse.Constant(0.2)},
			Rule:       plasticity.AdaptiveEventBurst(),
		}},
		Inputs: []sim.Input{ // a Poisson train of its own for each cell
			{Name: "noise_exc", To: "pyramids", Receptor: neuron.SomaExc, RateHz: 200, Weight: 0.35},
			{Name: "noise_inh", To: "pyramids", Receptor: neuron.SomaInh, RateHz: 200, Weight: 0.35},
		},
		Currents: []sim.Current{
			{Name: "apical", To: "pyramids", Compartment: "dendrite", Waveform: sim.Constant(180)}, // pA
		},
	}
	s, err := network.Build(sim.Options{})
	if err != nil {
		fmt.Println(err) // every problem of the description, each with its path
		return
	}
	report := func(bins []sim.RateBin) error {
		pyramids := bins[1]
		_, err := fmt.Printf("%.0f events a second in each cell, %.1f of them bursts\n",
			pyramids.EventRateHz(s.StepsPerSecond()), pyramids.BurstFraction())
		return err
	}
	err = errors.Join(s.RecordRates(s.Steps(1), report), s.SetPlastic(true))
	if err == nil {
		err = s.Run(context.Background(), s.Steps(1))
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output: 4 events a second in each cell, 0.2 of them bursts
}
