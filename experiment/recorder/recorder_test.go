package recorder_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// network has two kinds of cells that share the name of a variable, v_soma, and
// a plastic projection between them.
func network() sim.Network {
	return sim.Network{
		Seed: 5,
		Populations: []sim.Population{
			{Name: "pyr", Size: 100, Model: neuron.DefaultTwoCompartment()},
			{Name: "som", Size: 20, Model: neuron.DefaultSOM()},
		},
		Projections: []sim.Projection{{
			Name: "pyr_som", From: "pyr", To: "som", Receptor: neuron.SomaExc, Rule: plasticity.AdaptiveEventBurst(),
			Projection: synapse.Projection{Wiring: synapse.FixedProbability{P: 0.5}, Weight: synapse.Constant(0.05)},
		}},
		Currents: []sim.Current{{Name: "i", To: "pyr", Compartment: "soma", Waveform: sim.Constant(800)}},
	}
}

// newRun makes a run in a directory of its own.
func newRun(t *testing.T) (dir string, r *experiment.Run) {
	t.Helper()
	e := &experiment.Experiment{
		Name: "test", Title: "A test",
		Record: experiment.Recordable{Populations: []string{"pyr", "som"}, Phases: []string{"on", "off"}, Default: "all"},
		Run:    func(context.Context, *experiment.Run) error { return nil },
	}
	dir = t.TempDir()
	r, err := e.NewRun(e.Defaults(), 5, dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, r
}

// open makes a run in a directory of its own, with a recorder that keeps
// everything.
func open(t *testing.T, opt recorder.Options, spikes sim.SpikeRecorder) (dir string, s *sim.Simulation, rec *recorder.Recorder, err error) {
	t.Helper()
	dir, r := newRun(t)
	s, err = network().Build(sim.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if spikes != nil {
		if _, err := s.RecordSpikes(spikes); err != nil {
			t.Fatal(err)
		}
	}
	rec, err = recorder.Open(r, network(), s, opt)
	return dir, s, rec, err
}

type count int64

func (c *count) Record(_ int64, _ int, neurons []uint32) error { *c += count(len(neurons)); return nil }

// TestFilesHoldWhatHappened reads the four files of a run of 0.1 s.
func TestFilesHoldWhatHappened(t *testing.T) {
	opt := recorder.Options{
		RateBin: 100, WeightInterval: 250, StateInterval: 500,
		States: []recorder.State{
			{Population: "pyr", Variable: "v_soma", Neurons: []uint32{99, 0}},
			{Population: "som", Variable: "w", Neurons: []uint32{3}},
			{Population: "som", Variable: "v_soma"},
		},
	}
	var all count
	dir, s, rec, err := open(t, opt, &all)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Phase("on"); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), 1000); err != nil {
		t.Fatal(err)
	}
	v, err := s.State("som", "v_soma")
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	_, rates, err := spikefile.ReadRates(filepath.Join(dir, "rates.arrow"))
	var counted int64
	for _, r := range rates {
		counted += r.NSpikes
	}
	if err != nil || len(rates) != 2*10 || counted != int64(all) || counted == 0 {
		t.Errorf("%d bins with %d spikes, want 20 with %d; %v", len(rates), counted, all, err)
	}
	_, _, weights, err := spikefile.ReadWeights(filepath.Join(dir, "weights.arrow"))
	if err != nil || len(weights) != 5 { // at 0, 25, …, 100 ms
		t.Errorf("%d rows of weights, want 5; %v", len(weights), err)
	}
	recorded := 0
	for _, name := range []string{"pyr", "som"} {
		steps, _, err := spikefile.ReadTrain(filepath.Join(dir, "spikes.arrow"), name)
		if err != nil {
			t.Error(err)
		}
		recorded += len(steps)
	}
	if recorded != int(all) {
		t.Errorf("%d spikes, want %d", recorded, all)
	}
	_, variables, rows, err := spikefile.ReadStates(filepath.Join(dir, "states.arrow"))
	if err != nil || !slices.Equal(variables, []spikefile.Variable{{Name: "v_soma", Unit: "mV"}, {Name: "w", Unit: "mV"}}) {
		t.Errorf("variables %v, %v", variables, err)
	}
	if len(rows) != 3*(2+1+20) { // at 0, 50 and 100 ms
		t.Fatalf("%d rows of states, want 69", len(rows))
	}
	first, last := rows[0], rows[68]
	if first != (spikefile.StateRow{TimeS: 0, Population: 0, Neuron: 99, Variable: 0, Value: first.Value}) {
		t.Errorf("first row %+v", first)
	}
	if last != (spikefile.StateRow{TimeS: 0.1, Population: 1, Neuron: 19, Variable: 0, Value: float64(v[19])}) {
		t.Errorf("last row %+v, want neuron 19 of som at 0.1 s, %v mV", last, v[19])
	}
}

// TestNoStatesNoFile records no states unless asked.
func TestNoStatesNoFile(t *testing.T) {
	dir, _, rec, err := open(t, recorder.Options{RateBin: 100, WeightInterval: 100}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "states.arrow")); !os.IsNotExist(err) {
		t.Errorf("states.arrow: %v, want no such file", err)
	}
}

// TestBadStatesAreRefused names what is wrong, and leaves no open file.
func TestBadStatesAreRefused(t *testing.T) {
	for _, c := range []struct {
		state recorder.State
		want  string
	}{
		{recorder.State{Population: "pv", Variable: "v_soma"}, `no population "pv"`},
		{recorder.State{Population: "pyr", Variable: "v"}, `no variable "v"`},
		{recorder.State{Population: "pyr", Variable: "v_soma", Neurons: []uint32{100}}, "neuron 100 of pyr"},
	} {
		opt := recorder.Options{RateBin: 1, WeightInterval: 1, StateInterval: 1, States: []recorder.State{c.state}}
		if _, _, _, err := open(t, opt, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.state, err, c.want)
		}
	}
	opt := recorder.Options{RateBin: 1, WeightInterval: 1, States: []recorder.State{{Population: "pyr", Variable: "v_soma"}}}
	if _, _, _, err := open(t, opt, nil); err == nil || !strings.Contains(err.Error(), "interval of 0 steps") {
		t.Errorf("no interval: %v", err)
	}
}

// TestReplay gives the recorded spikes of a population to a source of a second
// network, which must emit exactly these.
func TestReplay(t *testing.T) {
	dir, s, rec, err := open(t, recorder.Options{RateBin: 1000, WeightInterval: 1000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Phase("on"); err != nil {
		t.Fatal(err)
	}
	if err := rec.End(s.Run(context.Background(), 5000)); err != nil {
		t.Fatal(err)
	}
	steps, neurons, err := spikefile.ReadTrain(filepath.Join(dir, "spikes.arrow"), "pyr")
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) < 100 {
		t.Fatalf("only %d spikes to replay", len(steps))
	}
	second, err := sim.Network{Populations: []sim.Population{
		{Name: "replay", Size: 100, Model: neuron.NewSpikeList(steps, neurons)},
	}}.Build(sim.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	var again kept
	if _, err := second.RecordSpikes(&again); err != nil {
		t.Fatal(err)
	}
	if err := second.Run(context.Background(), 5000); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.steps, steps) || !slices.Equal(again.neurons, neurons) {
		t.Errorf("%d spikes replayed, which differ from the %d recorded", len(again.steps), len(steps))
	}
}

// kept is a recorder in memory.
type kept struct {
	steps   []int64
	neurons []uint32
}

func (k *kept) Record(step int64, _ int, neurons []uint32) error {
	for _, n := range neurons {
		k.steps, k.neurons = append(k.steps, step), append(k.neurons, n)
	}
	return nil
}

type broken struct{ error }

// A write error is told once, though the writer repeats it when it is closed.
func TestEndTellsAnErrorOnce(t *testing.T) {
	_, _, rec, err := open(t, recorder.Options{RateBin: 1000, WeightInterval: 1000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	run := broken{os.ErrClosed}
	if got := rec.End(run); got != run {
		t.Errorf("End of closed files: %v, want the run's own error", got)
	}
}

// TestDetectorIsNamed reads what a rates file says of its events and bursts.
func TestDetectorIsNamed(t *testing.T) {
	dir, _, rec, err := open(t, recorder.Options{RateBin: 1000, WeightInterval: 1000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	meta, _, err := spikefile.ReadRates(filepath.Join(dir, "rates.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "accumulating, window 16 ms, lag 0 ms"; meta.Detector != want {
		t.Errorf("detector %q, want %q", meta.Detector, want)
	}
}

// TestWhenSpikesWereRecorded gives each stretch with its populations, without
// cuts where nothing changes.
func TestWhenSpikesWereRecorded(t *testing.T) {
	on := []experiment.Stretch{{FromS: 0.01, UntilS: 0.03}, {FromS: 0.05, UntilS: 0.06}}
	pyr := []experiment.Stretch{{FromS: 0.01, UntilS: 0.03, Populations: []string{"pyr"}}, {FromS: 0.05, UntilS: 0.06, Populations: []string{"pyr"}}}
	for record, want := range map[string][]experiment.Stretch{
		"all": {{FromS: 0, UntilS: 0.06}}, "none": {}, "on": on, "pyr,on": pyr, "off,som": {
			{FromS: 0, UntilS: 0.01, Populations: []string{"som"}}, {FromS: 0.03, UntilS: 0.05, Populations: []string{"som"}}},
	} {
		dir, r := newRun(t)
		var err error
		if r.Record, err = r.Experiment.Record.Parse(record); err != nil {
			t.Fatal(err)
		}
		s, err := network().Build(sim.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := recorder.Open(r, network(), s, recorder.Options{RateBin: 100, WeightInterval: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, phase := range []string{"off", "on", "on", "off", "off", "on"} {
			if err = rec.Phase(phase); err == nil {
				err = s.Run(context.Background(), 100)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		if got := r.Recorded(); len(got) != 1 || !reflect.DeepEqual(got["spikes.arrow"], want) {
			t.Errorf("%s in %s: %+v, want %+v", record, dir, got, want)
		}
	}
}
