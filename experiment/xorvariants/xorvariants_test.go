package xorvariants

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/xor"
)

func comparisons() []comparison {
	return []comparison{timescales(), controls(), symmetric()}
}

func TestDescriptions(t *testing.T) {
	for _, c := range comparisons() {
		if err := c.experiment().Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestVariantsChangeWhatTheySay compares the values of each variant with those of
// xor: Payeur et al. 2021, supplements to Figure 4.
func TestVariantsChangeWhatTheySay(t *testing.T) {
	want := map[string]string{
		"xor-timescales/reference":          "",
		"xor-timescales/short_examples":     "example_duration=4s",
		"xor-timescales/short_average":      "tau_avg=0.5s",
		"xor-controls/reference":            "",
		"xor-controls/fewer_neurons":        "neurons=400",
		"xor-controls/no_hidden_plasticity": "eta_input_hidden=0",
		"xor-controls/random_order":         "order=random",
		"xor-symmetric/symmetric":           "feedback=symmetric eta_input_hidden=0.004 eta_hidden_output=0.002",
	}
	for _, c := range comparisons() {
		e := c.experiment()
		for _, k := range c.variants {
			v, err := c.values(e.Defaults(), k)
			if err != nil {
				t.Fatal(err)
			}
			var changed []string
			for _, key := range v.Changed() {
				changed = append(changed, key+"="+v.Text(key))
			}
			name := e.Name + "/" + k.key
			if got := strings.Join(changed, " "); got != want[name] {
				t.Errorf("%s changes %q, want %q", name, got, want[name])
			}
		}
	}
}

// run runs one seed in small form: two epochs of a network of 40 neurons.
func run(t *testing.T, e *experiment.Experiment, workers int) (Metrics, string) {
	t.Helper()
	v, err := e.Resolve("", []string{"epochs=2", "neurons=40", "example_duration=200ms", "tau_avg=100ms"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, err := e.NewRun(v, 3, dir)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r.Workers, r.Out = workers, &out
	if err := e.Run(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	m := experimenttest.Metrics[Metrics](t, dir)
	if lines := strings.Count(out.String(), "\n"); lines != 2+len(m.Variants) {
		t.Errorf("%s: %d lines of results, want two of titles and one of each variant", e.Name, lines)
	}
	return m, dir
}

// TestSmallRuns: the same bytes for any number of workers, epochs as asked for, and
// a figure that names every variant.
func TestSmallRuns(t *testing.T) {
	for _, c := range comparisons() {
		e := c.experiment()
		m, dir := run(t, e, 1)
		_, again := run(t, e, 2)
		names := []string{"metrics.json"}
		for _, k := range c.variants {
			names = append(names, k.files()[:3]...) // no states were asked for
			if len(m.Variants[k.key].EpochCosts) != 2 || m.Variants[k.key].Window.Epoch != 2 {
				t.Errorf("%s, %s: not two epochs", e.Name, k.key)
			}
		}
		for _, name := range names {
			if !bytes.Equal(experimenttest.Read(t, dir, name), experimenttest.Read(t, again, name)) {
				t.Errorf("%s: %s differs between 1 and 2 workers", e.Name, name)
			}
		}
		drawn(t, c, experimenttest.Read(t, dir, "metrics.json"))
	}
}

func TestVariantIsARunOfXOR(t *testing.T) {
	_, dir := run(t, Timescales(), 1)
	x := experimenttest.Trial{Seed: 3, Workers: 1, Sets: []string{"examples=8", "neurons=40", "example_duration=100ms", "tau_avg=100ms"}}
	alone := x.Run(t, xor.Experiment())
	for _, name := range []string{"spikes.arrow", "rates.arrow", "weights.arrow"} {
		if !bytes.Equal(experimenttest.Read(t, alone, name), experimenttest.Read(t, dir, "short_examples-"+name)) {
			t.Errorf("short_examples-%s is not what xor leaves with the same values", name)
		}
	}
}

// drawn checks the figure of two seeds.
func drawn(t *testing.T, c comparison, metrics []byte) {
	t.Helper()
	var says []string
	for _, k := range c.variants {
		says = append(says, "Output: "+k.label)
	}
	experimenttest.Figure(t, c.experiment(), []json.RawMessage{metrics, metrics}, says...)
}

// TestExpectations: an answer of each variant in full length and of the quick
// preset; costs of those that learn, with the publication's values alone.
func TestExpectations(t *testing.T) {
	for _, c := range comparisons() {
		e, name := c.experiment(), c.name
		want := map[string]struct{ answers, quick, costs int }{
			"xor-timescales": {3, 2, 3}, "xor-controls": {4, 4, 3}, "xor-symmetric": {1, 1, 1},
		}[name]
		for preset, n := range map[string]int{"": want.answers + want.costs, "quick": want.quick} {
			v, err := e.Resolve(preset, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(e.Expect(v)); got != n {
				t.Errorf("%s, preset %q: %d expectations, want %d", name, preset, got, n)
			}
			if v, err = e.Resolve(preset, []string{"epochs=2"}); err != nil || len(e.Expect(v)) != 0 {
				t.Errorf("%s, preset %q: two epochs have expectations, or %v", name, preset, err)
			}
		}
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct {
		comparison
		set, want string
	}{
		{timescales(), "example_duration=2ms", "half the example: example_duration: 0.001s"},
		{timescales(), "examples=4", "examples: unknown parameter"},
		{symmetric(), "feedback=opposed", "feedback: unknown parameter"},
		{controls(), "epochs=0", "epochs: 0 is out of range"},
	} {
		_, err := c.experiment().Resolve("", []string{c.set})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s, %s: %v, want %s", c.name, c.set, err, c.want)
		}
	}
}
