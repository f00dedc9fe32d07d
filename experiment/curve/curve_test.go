package curve

import (
	"math"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/sim"
)

// values are those of the stairs −100 to 350 pA, changed by sets.
func values(t *testing.T, sets ...string) *experiment.Values {
	t.Helper()
	e := &experiment.Experiment{Name: "stairs", Params: append(Params(-100, 350, 50, 20), NoiseParams(30)...)}
	v, err := e.Resolve("", sets)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStairs(t *testing.T) {
	s, err := Read(values(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.Count != 10 || s.Stair != 10_000 || s.Bin != 200 || s.Steps() != 100_000 || s.Current(9) != 350 {
		t.Errorf("%+v, want 10 stairs of 10000 steps up to 350 pA", s)
	}
	w := s.Waveform()
	if err := w.Validate(1); err != nil || w.TimesMS[1] != 1000 || w.PA[1] != -50 {
		t.Errorf("waveform %+v: %v", w, err)
	}
	if s, err := Read(values(t, "dendritic_first=0pA", "dendritic_last=-100pA", "dendritic_increment=-25pA")); err != nil || s.Count != 5 {
		t.Errorf("falling stairs: %+v, %v", s, err)
	}
	if s, err := Read(values(t, "dendritic_last=-100pA")); err != nil || s.Count != 1 {
		t.Errorf("a single stair: %+v, %v", s, err)
	}
}

func TestStairsThatDoNotFit(t *testing.T) {
	for set, want := range map[string]string{
		"dendritic_increment=0pA":     "dendritic_increment: 0pA, want",
		"dendritic_increment=-50pA":   "dendritic_increment: -50pA, want",
		"dendritic_increment=40pA":    "dendritic_increment: 40pA, want",
		"dendritic_increment=0.001pA": "at most 10000 stairs",
		"bin=0.25ms":                  "bin: 0.25ms, want a multiple of the step",
		"bin=30ms":                    "stair_duration: 1s, want a multiple of bin",
		"bin=500ms":                   "3 bins of 500ms or more",
	} {
		if _, err := Read(values(t, set)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
	if err := Check(values(t, "noise_units=99")); err == nil {
		t.Error("99 units for an in-degree of 100 were accepted")
	}
}

// TestMeter counts bins by hand: of a stair of five bins those that end at 0.6 and
// 0.8 of it; a bin without events has rates and no burst probability.
func TestMeter(t *testing.T) {
	m := newMeter(Stairs{FirstPA: 0, ByPA: 10, Count: 2, Stair: 500, Bin: 100})
	for i, c := range []struct{ events, bursts int64 }{
		{90, 90}, {90, 90}, {4, 1}, {8, 4}, {90, 90},
		{90, 90}, {90, 90}, {0, 0}, {0, 1}, {90, 90},
	} {
		m.add(sim.RateBin{From: int64(100 * i), To: int64(100 * (i + 1)), Neurons: 10, Events: c.events, Bursts: c.bursts})
	}
	p := m.points()
	// 10 ms of 10 neurons: an event is 10 Hz.
	if p[0].EventRateHz != 60 || p[0].BurstRateHz != 25 || p[0].BurstProbabilityPct == nil || *p[0].BurstProbabilityPct != 37.5 {
		t.Errorf("first stair: %+v, want 60 and 25 Hz and the mean of 25 and 50 %%", p[0])
	}
	if p[1].EventRateHz != 0 || p[1].BurstRateHz != 5 || p[1].BurstProbabilityPct != nil || p[1].DendriticCurrentPA != 10 {
		t.Errorf("second stair: %+v, want 0 and 5 Hz and no burst probability", p[1])
	}
	if !math.IsNaN(BurstProbability(p[1])) || BurstProbability(p[0]) != 37.5 {
		t.Error("burst probability of a point for a figure")
	}
}

// TestMeterTakesTheBinsOfTheAnalysis: of 20 ms bins in a second 24, of 25 ms bins
// 19, those whose end t has 0.5 s < t < 1 s.
func TestMeterTakesTheBinsOfTheAnalysis(t *testing.T) {
	for bin, want := range map[int64]int{200: 24, 250: 19} {
		m := newMeter(Stairs{Count: 1, Stair: 10_000, Bin: bin})
		for to := bin; to <= 10_000; to += bin {
			m.add(sim.RateBin{From: to - bin, To: to, Neurons: 1, Events: 1})
		}
		if m.sums[0].bins != want {
			t.Errorf("bins of %d steps: %d, want %d", bin, m.sums[0].bins, want)
		}
	}
}
