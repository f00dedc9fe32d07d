package trials

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// Fisher's tea: 3 of 4 against 1 of 4 has p = 34/70 (R: fisher.test), and the
// salaries of textbooks, 1 of 10 against 11 of 14, p = 0.002759.
func TestFisher(t *testing.T) {
	near(t, "tea", fisher(3, 4, 1, 4), 34.0/70, 1e-9)
	near(t, "dieting", fisher(1, 12, 9, 12), 0.002759, 1e-6)
	near(t, "no bursts", fisher(0, 5, 0, 9), 1, 1e-12)
}

// The p values of Benjamini & Hochberg (1995), table 1: four are called at 0.05.
func TestFalseDiscoveryRate(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000}
	cells := make([]Cell, len(p)+1)
	for i := range p {
		cells[len(p)-i].FiringRate = Responsiveness{Change: float64(1 - 2*(i%2)), P: p[i]}
	}
	cells[0].FiringRate.P = math.NaN()
	classify(cells, func(c *Cell) *Responsiveness { return &c.FiringRate }, 0.05)
	for i := range p {
		want := Unresponsive
		if i < 4 {
			want = []ResponseClass{On, Off}[i%2]
		}
		if r := cells[len(p)-i].FiringRate; r.Class != want {
			t.Errorf("p %v: %v, q %v, want %v", p[i], r.Class, r.Q, want)
		}
	}
	near(t, "q", cells[len(p)-3].FiringRate.Q, 0.0095*15/4, 1e-12)
	if cells[0].FiringRate.Class != Untested || !math.IsNaN(cells[0].FiringRate.Q) {
		t.Errorf("a neuron without a test is %v", cells[0].FiringRate.Class)
	}
}

// All ways to flip three signs: the sum 1+2+4 is as large in 2 of 8; many draws
// of five tend to the share of all 32.
func TestTurnsOfTwoBlocksFlipSigns(t *testing.T) {
	flips := func(changes ...int64) (both []int64) {
		for _, c := range changes {
			both = append(both, c, -c)
		}
		return both
	}
	near(t, "all flips", turns(7, flips(1, 2, 4), 2, Resampling{Draws: 8}, 0), 2.0/8, 0)
	near(t, "nothing changed", turns(0, nil, 2, Resampling{Draws: 8}, 0), 1, 0)
	changes := flips(3, -1, 2, 5, 1)
	exact := turns(10, changes, 2, Resampling{Draws: 32}, 0)
	const draws = 20000
	near(t, "drawn flips", turns(10, append(changes, make([]int64, 40)...), 2, Resampling{Draws: draws}, 0), exact, 4*math.Sqrt(exact*(1-exact)/draws))
}

// One trial, a baseline of 4 bins and a response of 6: five blocks of 2 bins, of
// which three in a row are the response.
func TestTurnsOfACircle(t *testing.T) {
	c := newCircle(CellOptions{Baseline: Bins{0, 4}, Response: Bins{5, 11}})
	var base, response analysis.Counts
	for bin, spikes := range []int64{1, 0, 2, 2, 100, 0, 8, 0, 16, 32, 0} { // blocks 1 4 | 8 16 32
		c.add(bin, analysis.Counts{Spikes: spikes}, &base, &response)
	}
	if observed := c.turn(); observed != 5*56-3*61 || base.Spikes != 5 || response.Spikes != 56 {
		t.Errorf("change %d of %d and %d spikes, want %d of 5 and 56", observed, base.Spikes, response.Spikes, 5*56-3*61)
	}
	for by, inside := range []int64{8 + 16 + 32, 16 + 32 + 1, 32 + 1 + 4, 1 + 4 + 8, 4 + 8 + 16} {
		if got, want := c.changes[by], 5*inside-3*61; got != want {
			t.Errorf("turned by %d: %d, want %d", by, got, want)
		}
	}
	near(t, "all turns", turns(c.changes[0], c.changes, c.blocks(), Resampling{Draws: 5}, 0), 2.0/5, 0) // 97 and −118 of 97 62 2 −118 −43
}

// Where windows differ in length and nothing responds, p ≤ 0.05 comes in at most
// one of twenty neurons, rarer where there are few spikes and so few values of p;
// also where the rate of a trial is drawn anew, and where spikes come in bursts.
// A response that is there is found.
func TestCellFalsePositivesOfUnequalWindows(t *testing.T) {
	for _, c := range []struct {
		name             string
		baseline, blocks int     // bins
		mean             float64 // events in a bin
		spread, fraction float64
		factor           float64
		from, to         int // of neurons with p ≤ 0.05
	}{
		// 100 ± 9.7 of 2000 would be 5 %; 4 standard deviations more are 139.
		{"1 s against 0.1 s at 1 Hz", 10, 11, 0.1, 0, 0, 1, 0, 139},
		{"0.5 s against 0.04 s at 2 Hz", 25, 27, 0.04, 0, 0, 1, 0, 139},
		{"1 s against 0.6 s at 3 Hz", 5, 8, 0.6, 0, 0, 1, 61, 139},
		{"0.1 s against 1 s at 1 Hz", 1, 11, 0.1, 0, 0, 1, 0, 139},
		{"rates that differ over trials", 10, 11, 0.5, 2, 0, 1, 61, 139},
		{"bursts", 10, 11, 0.5, 1, 0.6, 1, 61, 139},
		{"ten times the rate", 10, 11, 0.1, 0, 0, 10, 1960, 2000}, // 1 spike in each of 40 trials where 0.1 ± 0.3 are expected
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 2))
			const neurons = 2000
			rate := make([]float64, neurons)
			s := planted(20, neurons, c.blocks, func(_, n, b int, _ bool) analysis.Counts {
				if b == 0 {
					rate[n] = c.mean * math.Exp(c.spread*(r.Float64()-0.5))
				}
				if b >= c.baseline {
					return events(r, rate[n]*c.factor, c.fraction)
				}
				return events(r, rate[n], c.fraction)
			})
			cells, err := s.Cells(context.Background(), CellOptions{Baseline: Bins{0, c.baseline}, Response: Bins{c.baseline, c.blocks}, Permutations: Resampling{Seed: 1, Draws: 199}})
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for i := range cells {
				if cells[i].FiringRate.P <= 0.05 {
					found++
				}
			}
			t.Logf("%d of %d", found, neurons)
			if found < c.from || found > c.to {
				t.Errorf("firing rate: p ≤ 0.05 in %d of %d, want %d to %d", found, neurons, c.from, c.to)
			}
		})
	}
}

// Of 300 neurons, a third changes its rate alone, a third its burst fraction
// alone and a third nothing: each class finds its own, and few others. The rate
// of those that are to change their burst fraction alone is of spikes: fewer
// events make up for more bursts.
func TestClassesOfCells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := planted(30, 300, 4, func(_, n, b int, inA bool) analysis.Counts {
		mean, fraction := 1.0, 0.2
		if b >= 2 {
			switch n % 3 {
			case 1:
				mean = 2 // 2.4 spikes a trial more, ± √(1.6·6/60) = 0.4
			case 2:
				mean, fraction = 0.8, 0.5
			}
		}
		return events(r, mean, fraction)
	})
	cells, err := s.Cells(context.Background(), CellOptions{Baseline: Bins{0, 2}, Response: Bins{2, 4}, Permutations: Resampling{Seed: 1, Draws: 999}})
	if err != nil {
		t.Fatal(err)
	}
	var rate, fraction [3]int
	for _, c := range cells {
		if c.FiringRate.Class == On {
			rate[c.Neuron%3]++
		}
		if c.BurstFraction.Class == On {
			fraction[c.Neuron%3]++
		}
		if c.Trials != 60 {
			t.Fatalf("neuron %d in %d trials, want 60", c.Neuron, c.Trials)
		}
	}
	t.Logf("firing rate on: %v, burst fraction on: %v, table %v", rate, fraction, CrossTable(cells))
	if rate[1] < 95 || fraction[2] < 95 {
		t.Errorf("found %d of 100 rates and %d of 100 burst fractions", rate[1], fraction[2])
	}
	// One in twenty of those found may be false, 5 of 100 on average.
	if rate[0]+rate[2] > 15 || fraction[0]+fraction[1] > 15 {
		t.Errorf("%v and %v called on, of 200 each that are not", rate, fraction)
	}
	table := CrossTable(cells)
	if table[Unresponsive][On] < 90 {
		t.Errorf("%d cells whose bursts alone respond, want about 100", table[Unresponsive][On])
	}
}

// Without a response, and with one of the event rate alone, p < 0.05 in at most
// one of twenty neurons.
func TestCellFalsePositives(t *testing.T) {
	for _, c := range []struct {
		name   string
		factor float64 // of the event rate in the response
	}{{"nothing", 1}, {"event rate alone", 3}} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, 2))
			const neurons = 2000
			s := planted(20, neurons, 2, func(_, _, b int, inA bool) analysis.Counts {
				if b == 1 {
					return events(r, 0.5*c.factor, 0.3)
				}
				return events(r, 0.5, 0.3)
			})
			cells, err := s.Cells(context.Background(), CellOptions{Baseline: Bins{0, 1}, Response: Bins{1, 2}, Permutations: Resampling{Seed: 1, Draws: 199}})
			if err != nil {
				t.Fatal(err)
			}
			var rate, fraction int
			for i := range cells {
				if cells[i].FiringRate.P <= 0.05 {
					rate++
				}
				if cells[i].BurstFraction.P <= 0.05 {
					fraction++
				}
			}
			t.Logf("firing rate %d, burst fraction %d of %d", rate, fraction, neurons)
			if c.factor == 1 {
				within(t, "firing rate", rate, neurons, 0.05)
			}
			if fraction > 139 { // 100 + 4 standard deviations; the exact test rejects less
				t.Errorf("burst fraction: %d of %d, want at most one in twenty", fraction, neurons)
			}
		})
	}
}
