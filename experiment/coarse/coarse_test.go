package coarse

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/io/curvefile"
	"github.com/apical-sim/apical/io/dataset/datasettest"
)

// trial is a network of 20 hidden units that learns two classes from 200 images of
// 14 × 14 pixels.
func trial(t *testing.T, sets ...string) experimenttest.Trial {
	t.Helper()
	dir := datasettest.Dir(t, datasettest.Options{Classes: 2})
	return experimenttest.Trial{Seed: 1, Sets: append([]string{"data=" + dir, "hidden=20", "online_examples=20"}, sets...)}
}

func TestDescription(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
	for _, p := range Experiment().Presets {
		if _, err := Experiment().Resolve(p.Name, nil); err != nil {
			t.Errorf("preset %s: %v", p.Name, err)
		}
	}
}

// TestSameBytes: workers change nothing, curves.arrow says what metrics.json says, and
// both rules learn two classes.
func TestSameBytes(t *testing.T) {
	for _, rule := range []string{"burstprop", "burstccn"} {
		x := trial(t, "rule="+rule, "epochs=3", "tau_weight=30")
		dir := experimenttest.SameBytes(t, Experiment(), x, []int{3}, "curves.arrow", "metrics.json")
		m := experimenttest.Metrics[Metrics](t, dir)
		if len(m.Epochs) != 4 || m.Last.Epoch != 3 || m.Epochs[0].Online != nil || m.Course == nil || len(m.Course.Classes) != courseExamples {
			t.Fatalf("%s: epochs %+v, course %v", rule, m.Epochs, m.Course)
		}
		if !(m.Last.TestErrorPct < m.Epochs[0].TestErrorPct-20) || !(m.Last.Online.GlobalDeg < 90) {
			t.Errorf("%s: test error %.1f %% from %.1f, angle %.1f°: nothing learned", rule, m.Last.TestErrorPct, m.Epochs[0].TestErrorPct, m.Last.Online.GlobalDeg)
		}
		curves, err := curvefile.Read(filepath.Join(dir, curvesName))
		if err != nil {
			t.Fatal(err)
		}
		last := curves.Rows[len(curves.Rows)-1]
		if last.Layer != curvefile.Network || math.Abs(last.Values[curvefile.Gradient]-m.Last.Online.GlobalDeg) > 1e-12 {
			t.Errorf("%s: last row %+v, want the angle %v", rule, last, m.Last.Online.GlobalDeg)
		}
	}
}

// TestCourse: while there is no teacher the output's burst probability is a half, but
// for the step in which the last one's word ends; the expected one is a running mean.
func TestCourse(t *testing.T) {
	m := experimenttest.Metrics[Metrics](t, trial(t, "epochs=1").Run(t, Experiment()))
	output := m.Course.Traces[0]
	for i, taught := range m.Course.Taught {
		if !taught && output.BurstProbability[i] != 0.5 {
			t.Errorf("step %d: burst probability %v without a teacher", i, output.BurstProbability[i])
		}
		if i > 0 && math.Abs(output.Expected[i]-output.Expected[i-1]) > 0.05 {
			t.Errorf("step %d: expected burst probability jumps from %v to %v", i, output.Expected[i-1], output.Expected[i])
		}
	}
	if output.Unit != m.Course.Classes[0] {
		t.Errorf("traces of output %d, the first class is %d", output.Unit, m.Course.Classes[0])
	}
}

// TestSettled: a prediction of many time constants leaves less of the example before.
func TestSettled(t *testing.T) {
	var before [2]float64
	for i, prediction := range []string{"prediction=5", "prediction=25"} {
		m := experimenttest.Metrics[Metrics](t, trial(t, "epochs=1", prediction).Run(t, Experiment()))
		before[i] = m.Last.Online.Before[1]
	}
	// Of an average exp(−T/τ) is left: exp(−1) and exp(−5), a factor of 55; that of the
	// event rates by which p̄ divides is not the same in both.
	if !(before[1] < before[0]/10) {
		t.Errorf("p − p̄ of the output before the teacher: %v and %v", before[0], before[1])
	}
}

// TestRunsAway: rates that are no longer finite end a run with one line.
func TestRunsAway(t *testing.T) {
	x := trial(t, "feedback=tied", "dendritic_slope=100", "tau_weight=1", "epochs=3")
	e := Experiment()
	v, err := e.Resolve("", x.Sets)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.NewRun(v, 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context(), r); err == nil || !strings.Contains(err.Error(), "ran away") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

func TestFigure(t *testing.T) {
	dir := trial(t, "depth=2", "epochs=3").Run(t, Experiment())
	raw := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{raw, raw}, "Test error", "hidden 2", "angle to the gradient (°)", "time (model units), two examples")
	dir = trial(t, "epochs=0").Run(t, Experiment())
	experimenttest.Figure(t, Experiment(), []json.RawMessage{experimenttest.Read(t, dir, "metrics.json")}, "Test error")
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "prediction=0.25", "teaching=0", "tau_soma=0.05", "depth=0", "rule=bp", "feedback=zero", "activation=relu", "step=1")
}
