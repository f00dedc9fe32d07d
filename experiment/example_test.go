package experiment_test

import (
	"context"
	"fmt"
	"os"

	"github.com/apical-sim/apical/experiment"
)

// decay is an experiment of one parameter: an exponential decay.
func decay() *experiment.Experiment {
	return &experiment.Experiment{
		Name: "decay", Title: "Exponential decay of a trace",
		Params: []experiment.Param{
			{Key: "tau", Unit: "ms", Default: 20, Min: 0, OpenMin: true, Max: 1000, Doc: "time constant"},
		},
		Presets: []experiment.Preset{{Name: "slow", Doc: "the trace of bursts", Set: map[string]string{"tau": "100ms"}}},
		Run: func(ctx context.Context, r *experiment.Run) error {
			const stepMS, endMS = 0.5, 40.0
			x, tau := 1.0, r.Values.Float("tau") // ms
			for t := 0.0; t < endMS; t += stepMS {
				if err := ctx.Err(); err != nil {
					return err
				}
				x -= stepMS / tau * x
				r.Progress.Set(t/1000, endMS/1000, "")
			}
			fmt.Fprintf(r.Out, "left: %.3f\n", x)
			return r.Metrics(map[string]float64{"left": x})
		},
	}
}

// An experiment is run by a plan; the command makes one of its flags.
func ExamplePlan() {
	dir, err := os.MkdirTemp("", "decay")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	e := decay()
	values, err := e.Resolve("slow", []string{"tau=0.04s"})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := experiment.Plan{Experiment: e, Values: values, Seeds: []uint64{1}, Dir: dir, Out: os.Stdout}
	if _, err := p.Execute(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: left: 0.366
}
