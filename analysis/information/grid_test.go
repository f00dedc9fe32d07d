package information

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/rng"
)

// recorded is two windows of a recording with 1000 steps a second, one population
// of 3 neurons and one of 2.
func recorded() analysis.Recording {
	return analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 100, To: 1107}, {From: 2000, To: 2055}},
		Populations: []analysis.Population{{Name: "pyr", Size: 3}, {Name: "pv", Size: 2}}}
}

func TestGridCutsToWholeBins(t *testing.T) {
	g := must[Grid](t)(NewGrid(recorded(), 10))
	if len(g.Stretches) != 2 || g.Stretches[0] != (analysis.Window{From: 100, To: 1100}) || g.Stretches[1] != (analysis.Window{From: 2000, To: 2050}) {
		t.Errorf("stretches %v", g.Stretches)
	}
	// A signal from 0.2 s to 2.02 s, its last sample held for an interval.
	s := Signal{Name: "s"}
	for i := 200; i < 2020; i += 5 {
		s.TimeS, s.Values = append(s.TimeS, float64(i)/1000), append(s.Values, 1)
	}
	g = must[Grid](t)(NewGrid(recorded(), 10, s))
	if len(g.Stretches) != 2 || g.Stretches[0] != (analysis.Window{From: 200, To: 1100}) || g.Stretches[1] != (analysis.Window{From: 2000, To: 2020}) {
		t.Errorf("stretches %v", g.Stretches)
	}
	if b := g.Bins(); b[0] != 90 || b[1] != 2 || g.BinSeconds() != 0.01 {
		t.Errorf("%v bins of %v s", b, g.BinSeconds())
	}
	for step := int64(0); step < 2200; step++ {
		want := -1
		for i, w := range g.Stretches {
			if step >= w.From && step < w.To {
				want = i
			}
		}
		if a, b := g.find(step, 0), g.find(step, 1); a != want || b != want {
			t.Fatalf("step %d: in stretch %d and %d, want %d", step, a, b, want)
		}
	}
	late := Signal{Name: "late", TimeS: []float64{5, 6}, Values: []float64{1, 2}}
	wantError(t, second(NewGrid(recorded(), 10, late)), "none of 0.01 s lies in the recorded time (0.1 s to 2.055 s)", "5 s to 7 s")
	wantError(t, second(NewGrid(recorded(), 2000)), "none of 2 s fits")
	wantError(t, second(NewGrid(recorded(), 0)), "0 steps, want at least one of 0.001 s")
}

// The mean over a bin is exact: of a straight line its middle, of a signal that is
// held its last value, and whatever the samples, the mean of many points.
func TestMeanOverBins(t *testing.T) {
	g := must[Grid](t)(NewGrid(recorded(), 7))
	line := Signal{Name: "line", TimeS: []float64{0}, Values: []float64{3}}
	odd := Signal{Name: "odd", TimeS: []float64{0}, Values: []float64{0}}
	stream := rng.NewSource(1, rng.Protocol, 0).Stream(0)
	for at := 0.0; at < 2.2; {
		at += 0.0005 + 0.006*stream.Float64()
		line.TimeS, line.Values = append(line.TimeS, at), append(line.Values, 3-2*at)
		odd.TimeS, odd.Values = append(odd.TimeS, at), append(odd.Values, stream.Float64())
	}
	lines, odds := must[Series](t)(g.Mean(line)), must[Series](t)(g.Mean(odd))
	for i, w := range g.Stretches {
		for j := range lines[i] {
			from := float64(w.From+int64(7*j)) / 1000
			within(t, "line", lines[i][j], 3-2*(from+0.0035), 1e-12)
			sum := 0.0
			const points = 2000
			k := 0
			for p := range points {
				at := from + 0.007*(float64(p)+0.5)/points
				for odd.TimeS[k+1] < at {
					k++
				}
				sum += odd.between(k, at) / points
			}
			within(t, "odd", odds[i][j], sum, 1e-5)
		}
	}

	held := Signal{Name: "held", TimeS: []float64{0, 0.004, 0.008}, Values: []float64{1, 1, 5}}
	r := recorded()
	r.Windows = []analysis.Window{{From: 0, To: 12}}
	g = must[Grid](t)(NewGrid(r, 4, held))
	got := must[Series](t)(g.Mean(held))
	for i, want := range []float64{1, 3, 5} {
		within(t, "held", got[0][i], want, 1e-12)
	}
}

func TestSignalsReject(t *testing.T) {
	g := must[Grid](t)(NewGrid(recorded(), 10))
	gap := Signal{Name: "soma"}
	for i := 0; i < 2100; i += 5 {
		if i < 300 || i > 340 {
			gap.TimeS, gap.Values = append(gap.TimeS, float64(i)/1000), append(gap.Values, 0)
		}
	}
	wantError(t, second(g.Mean(gap)), "signal soma: no sample between 0.295 s and 0.345 s", "a bin of 0.01 s")
	for _, c := range []struct {
		s    Signal
		want string
	}{
		{Signal{"x", []float64{1}, []float64{1}}, "1 times and 1 values, want as many of both, at least 2"},
		{Signal{"x", []float64{1, 2}, []float64{1}}, "2 times and 1 values"},
		{Signal{"x", []float64{1, 1}, []float64{1, 2}}, "time 1 s in row 2 follows 1 s"},
		{Signal{"x", []float64{1, math.NaN()}, []float64{1, 2}}, "time NaN in row 2"},
		{Signal{"x", []float64{1, 2}, []float64{1, math.Inf(1)}}, "+Inf at 2 s, want a finite number"},
	} {
		wantError(t, c.s.Validate(), "signal x: ", c.want)
	}
	if err := gap.Validate(); err != nil {
		t.Error(err)
	}
}

// Counts equal those of a naive loop; events count by their first spike, so that no
// bin has more bursts than events, and silent neurons count in every rate.
func TestBinsEqualNaive(t *testing.T) {
	r := recorded()
	g := must[Grid](t)(NewGrid(r, 10))
	b := NewBins(g, r.Populations)
	stream := rng.NewSource(2, rng.Protocol, 0).Stream(0)
	var events []analysis.Event
	var batch analysis.Batch
	for step := int64(0); step < 2100; step += int64(stream.Below(4)) {
		p := int16(stream.Below(2))
		e := analysis.Event{Step: step, Second: step + 5, Population: p, Class: analysis.Class(stream.Below(4)), Followed: stream.Below(5) > 0}
		events = append(events, e)
		batch.Steps, batch.Neurons, batch.Populations = append(batch.Steps, step), append(batch.Neurons, 0), append(batch.Populations, p)
	}
	b.AddSpikes(batch)
	b.AddEvents(events)
	for p := range r.Populations {
		er, br, fr := b.Rate(p, EventRate), b.Rate(p, BurstRate), b.Rate(p, FiringRate)
		for i, w := range g.Stretches {
			for j := range er[i] {
				var spikes, all, bursts, classified, fractional float64
				for _, e := range events {
					if int(e.Population) != p || e.Step < w.From+int64(10*j) || e.Step >= w.From+int64(10*j+10) {
						continue
					}
					spikes++
					if e.Class == analysis.LeftCensored {
						continue
					}
					all++
					if e.Followed {
						classified++
					}
					if e.Class == analysis.Burst {
						bursts++
						if e.Followed {
							fractional++
						}
					}
				}
				scale := 1 / (0.01 * float64(r.Populations[p].Size))
				within(t, "event rate", er[i][j], all*scale, 1e-9)
				within(t, "burst rate", br[i][j], bursts*scale, 1e-9)
				within(t, "firing rate", fr[i][j], spikes*scale, 1e-9)
				within(t, "classified", b.classified[p][i][j], classified, 0)
				within(t, "bursts classified", b.fractional[p][i][j], fractional, 0)
				if br[i][j] > er[i][j] {
					t.Errorf("bin %d: burst rate %v above event rate %v", j, br[i][j], er[i][j])
				}
			}
		}
	}
}

// The ratio of smoothed series is defined where either has something near, is what
// it divides where nothing is smoothed, and falls back to the ratio of totals.
func TestRatio(t *testing.T) {
	over, under := Series{{0, 1, 0, 0, 0, 0, 0, 2}}, Series{{0, 2, 0, 0, 0, 0, 0, 4}}
	r, undefined := Ratio(over, under, 0)
	if undefined != 6 {
		t.Errorf("%d undefined, want 6", undefined)
	}
	for _, v := range r[0] {
		within(t, "ratio", v, 0.5, 1e-15)
	}
	if _, undefined = Ratio(over, under, 0.5); undefined != 1 {
		t.Errorf("%d undefined, want the one further than 2 bins from any", undefined)
	}
	// Two neighbours, by hand: weights 1 and e^(−1/2).
	over, under = Series{{1, 0}}, Series{{1, 1}}
	r, _ = Ratio(over, under, 1)
	within(t, "first", r[0][0], 1/(1+math.Exp(-0.5)), 1e-15)
	within(t, "second", r[0][1], math.Exp(-0.5)/(1+math.Exp(-0.5)), 1e-15)
	r, undefined = Ratio(Series{{0, 0}}, Series{{0, 0}}, 1)
	if undefined != 2 || r[0][0] != 0 || r[0][1] != 0 {
		t.Errorf("of nothing: %v, %d undefined", r, undefined)
	}
	// At the frequency that is to pass, the Gaussian's gain is e^(−1/2).
	const hz, binS = 7, 0.0005
	width, gain, all := Passing(hz)/binS, 0.0, 0.0
	for i, w := range gaussian(width) {
		n := 2.0
		if i == 0 {
			n = 1
		}
		gain += n * w * math.Cos(2*math.Pi*hz*binS*float64(i))
		all += n * w
	}
	within(t, "gain", gain/all, math.Exp(-0.5), 1e-3)
}
