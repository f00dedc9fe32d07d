package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/depth"
	"github.com/apical-sim/apical/experiment/mnist"
	"github.com/apical-sim/apical/io/dataset/datasettest"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes "apical" a command of the scripts: the real command line over
// the table of experiments plus one that does as it is told.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"apical": func() { os.Exit(main1([]*experiment.Experiment{obedient()})) },
		"encode": encode,
		"images": makeImages,
		// The real experiments on images, and images for them.
		"learn":   func() { os.Exit(main1([]*experiment.Experiment{mnist.Experiment(), depth.Experiment()})) },
		"fixture": fixture,
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("APICAL_UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":  checkCode,
			"await": await,
		},
	})
}

// checkCode is "code N program args...": runs the program, as exec does, and
// wants exit code N.
func checkCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// await is "await FILE N": waits until a file is there and has been replaced N times.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE N")
	}
	times, err := strconv.Atoi(args[1])
	ts.Check(err)
	var last os.FileInfo
	for start := time.Now(); times >= 0; time.Sleep(time.Millisecond) {
		if now, err := os.Stat(ts.MkAbs(args[0])); err == nil && (last == nil || !os.SameFile(now, last)) {
			last = now
			times--
		}
		if time.Since(start) > time.Minute {
			ts.Fatalf("%s: not yet after a minute", args[0])
		}
	}
}

// fixture is "fixture DIR TRAIN TEST": writes a data set of generated images.
func fixture() {
	train, err := strconv.Atoi(os.Args[2])
	test, err2 := strconv.Atoi(os.Args[3])
	err = errors.Join(err, err2, os.MkdirAll(os.Args[1], 0o777))
	if err == nil {
		err = datasettest.WriteIDX(os.Args[1], datasettest.Generate(datasettest.Options{Train: train, Test: test}))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestTableIsValid checks the descriptions of the real experiments.
func TestTableIsValid(t *testing.T) {
	for _, e := range append(experiments(), obedient()) {
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
}

// obedient is an experiment whose parameters say how it is to end.
func obedient() *experiment.Experiment {
	return &experiment.Experiment{
		Name:     "obedient",
		Title:    "An experiment that ends as it is told",
		Summary:  "It counts model seconds and then does what its parameters say, which is all that a command line can be tested with.",
		Citation: "Nobody (2026), doi:10.0000/none",
		Params: []experiment.Param{
			{Key: "duration", Unit: "s", Default: 10, Min: 0, Max: 1e6, Doc: "model time of the run"},
			{Key: "pause", Unit: "ms", Default: 0, Min: 0, Max: 1e4, Doc: "wall time of a model second"},
			{Key: "input_high", Unit: "pA", Default: 150, Min: -1000, Max: 1000, Doc: "current for a one"},
			{Key: "neurons", Kind: experiment.Integer, Flag: true, Default: 500, Min: 1, Max: 100000, Doc: "neurons a population"},
			{Key: "order", Kind: experiment.Choice, Default: "fixed", Choices: []string{"fixed", "random"}, Doc: "order of the examples"},
			{Key: "end", Kind: experiment.Choice, Default: "well", Choices: []string{"well", "error", "panic", "interrupt", "terminate"}, Doc: "how the run ends"},
			{Key: "deaf", Kind: experiment.Bool, Default: false, Doc: "do not listen to a cancelled context"},
			{Key: "end_seed", Kind: experiment.Integer, Default: -1, Min: -1, Max: 1000, Doc: "the seed that ends so, -1 for all"},
		},
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "a tenth of the time", Set: map[string]string{"duration": "1s", "neurons": "50"}},
		},
		Record: experiment.Recordable{
			Populations: []string{"input1", "output"},
			Phases:      []string{"test_before", "test_after"},
			Default:     "test_before,test_after",
		},
		Files: []string{"told.txt"},
		Check: func(v *experiment.Values) error {
			if v.Float("duration") < 1 && v.Int("neurons") > 1000 {
				return experiment.Inputf("duration: %s is too short for %d neurons", v.Text("duration"), v.Int("neurons"))
			}
			return nil
		},
		Run: runObedient,
	}
}

func runObedient(ctx context.Context, r *experiment.Run) error {
	v := r.Values
	end := v.String("end")
	if s := v.Int("end_seed"); s >= 0 && uint64(s) != r.Seed {
		end = "well"
	}
	if err := os.WriteFile(r.Path("told.txt"), []byte("as told\n"), 0o666); err != nil {
		return err
	}
	spikes, err := createSpikes(r)
	if err != nil {
		return err
	}
	if err := count(ctx, r, end, spikes); err != nil {
		return errors.Join(err, spikes.Close())
	}
	if err := spikes.Close(); err != nil {
		return err
	}
	r.Count("spikes", spikes.Rows())
	fmt.Fprintf(r.Out, "seed %d did as told, %d workers, codec %s, record %s\n", r.Seed, r.Workers, r.Codec, r.Record.Text())
	return r.Metrics(map[string]any{
		"cost": []float64{float64(r.Seed), 2}, "learned": r.Seed != 2, "final": map[string]any{"rate_hz": 6 + float64(r.Seed)},
	})
}

// createSpikes starts a spike file with a batch every four spikes.
func createSpikes(r *experiment.Run) (*spikefile.Writer, error) {
	codec, err := spikefile.ParseCodec(r.Codec)
	if err != nil {
		return nil, err
	}
	m := r.Meta()
	return spikefile.Create(r.Path("spikes.arrow"), spikefile.Meta{
		Version: m.Version, Revision: m.Revision, Seed: m.Seed, Config: m.Config, Extra: m.Extra,
		Populations: []spikefile.Population{{Name: "input1", Size: 10}, {Name: "output", Size: 10}},
	}, spikefile.Options{Codec: codec, BatchRows: 4})
}

// count counts model seconds, with two spikes in each.
func count(ctx context.Context, r *experiment.Run, end string, spikes *spikefile.Writer) error {
	v := r.Values
	for t := 0.0; t < v.Float("duration"); t++ {
		switch {
		case end == "interrupt" && t == 3:
			if err := signalSelf(os.Interrupt); err != nil {
				return err
			}
		case end == "terminate" && t == 3:
			if err := signalSelf(syscall.SIGTERM); err != nil {
				return err
			}
		}
		pause := time.Duration(v.Float("pause") * float64(time.Millisecond))
		if t >= 3 && (end == "interrupt" || end == "terminate") {
			pause = 20 * time.Second // the signal comes long before
		}
		cancelled := ctx.Done()
		if v.Bool("deaf") {
			cancelled = nil
		}
		select {
		case <-cancelled:
			return ctx.Err()
		case <-time.After(pause):
		}
		if err := spikes.Record(int64(t)*10000, 1, []uint32{3, 5}); err != nil {
			return err
		}
		r.Progress.Set(t+1, v.Float("duration"), fmt.Sprintf("second %.0f", t+1))
	}
	switch end {
	case "error":
		return errors.New("populations.hidden1: 3 of 500 neurons at NaN in step 41")
	case "panic":
		panic("obedient: told to")
	}
	return nil
}

func signalSelf(s os.Signal) error {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	return self.Signal(s)
}
