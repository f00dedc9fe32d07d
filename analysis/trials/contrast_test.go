package trials

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

func contrast(t *testing.T, s *Sums, opt ContrastOptions) *Contrast {
	t.Helper()
	if opt.A == "" {
		opt.A, opt.B = "a", "b"
	}
	c, err := s.Contrast(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// With one stratum t is the difference over its standard error, and the
// difference that of the pooled ratios.
func TestContrastIsTheNaiveStatistic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := planted(15, 6, 4, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.4, 0.3) })
	c := contrast(t, s, ContrastOptions{Permutations: Resampling{Seed: 1, Draws: 50}})
	for k, curve := range c.Curves {
		for b := range 4 {
			var n, d [2]float64
			value := func(trial int) (float64, float64) {
				ni, di := ratio(s.At(trial, b), Signal(k), s.observed[trial])
				return float64(ni), float64(di)
			}
			for trial := range s.Trials {
				ni, di := value(trial)
				n[trial%2], d[trial%2] = n[trial%2]+ni, d[trial%2]+di
			}
			mean, scatter := (n[0]+n[1])/(d[0]+d[1]), 0.0
			for trial := range s.Trials {
				ni, di := value(trial)
				scatter += (ni - mean*di) * (ni - mean*di) / (d[0] + d[1])
			}
			difference := n[0]/d[0] - n[1]/d[1]
			unit := 1.0
			if Signal(k) != BurstFraction {
				unit = 0.02 // s, a bin
			}
			near(t, fmt.Sprint(curve.Signal, " difference"), curve.Difference[b], difference/unit, 1e-9)
			near(t, fmt.Sprint(curve.Signal, " A−B"), curve.A[b]-curve.B[b], difference/unit, 1e-9)
			near(t, fmt.Sprint(curve.Signal, " t"), curve.T[b], difference/math.Sqrt(scatter*(1/d[0]+1/d[1])), 1e-9)
		}
	}
}

// With few trials all labellings are taken, within strata: C(4,2)·C(2,1) = 12 of
// them here. p is then the share of those that are at least as extreme, counted
// once more by hand.
func TestAllLabellingsOfFewTrials(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	s := restratify(planted(3, 5, 2, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.8, 0.4) }),
		func(trial int) string { return string("ssssqq"[trial]) })
	c := contrast(t, s, ContrastOptions{Permutations: Resampling{Seed: 1, Draws: 12}})
	if !c.Exact || c.Permutations != 11 {
		t.Fatalf("%d permutations, exact %v, want 11 and true", c.Permutations, c.Exact)
	}
	var all [][]float64 // |t| of the events' rate by labelling and bin
	for first := range 4 {
		for second := range first {
			for third := range 2 {
				inA := map[int]bool{first: true, second: true, 4 + third: true}
				row := make([]float64, 2)
				for b := range row {
					var score, variance float64
					for _, of := range [][]int{{0, 1, 2, 3}, {4, 5}} {
						var sum, squares, a float64
						for _, trial := range of {
							sum += float64(s.At(trial, b).Events)
						}
						mean := sum / float64(len(of))
						for _, trial := range of {
							x := float64(s.At(trial, b).Events) - mean
							squares += x * x
							if inA[trial] {
								score += x
								a++
							}
						}
						m := float64(len(of))
						variance += squares / m * a * (m - a) / m
					}
					row[b] = math.Abs(score) / math.Sqrt(variance)
				}
				all = append(all, row)
			}
		}
	}
	for b := range 2 {
		observed, k, kMax := math.Abs(c.Curves[EventRate].T[b]), 0, 0
		for _, row := range all {
			if row[b] >= observed-1e-9 {
				k++
			}
			if max(row[0], row[1]) >= observed-1e-9 {
				kMax++
			}
		}
		near(t, "p", c.Curves[EventRate].P[b], float64(k)/12, 1e-12)
		near(t, "p of the maximum", c.Curves[EventRate].PMax[b], float64(kMax)/12, 1e-12)
	}
	// Drawn labellings tend to the same.
	drawn := contrast(t, s, ContrastOptions{Permutations: Resampling{Seed: 1, Draws: 11}})
	if drawn.Exact {
		t.Error("11 draws of 12 labellings count as all")
	}
}

// Where there is nothing, p < 0.05 in one of twenty data sets, for every signal
// and correction; also where conditions differ in event rate, and their burst
// fractions do not; and where sessions differ in rate, burst fraction and share
// of hits.
func TestFalsePositives(t *testing.T) {
	const repetitions = 400
	for _, null := range []struct {
		name    string
		signals []Signal
		match   bool
		make    func(r *rand.Rand) *Sums
	}{
		{"nothing", []Signal{EventRate, BurstRate, BurstFraction, FiringRate}, true, func(r *rand.Rand) *Sums {
			return planted(20, 5, 5, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.2, 0.3) })
		}},
		{"event rate doubled", []Signal{BurstFraction}, true, func(r *rand.Rand) *Sums {
			return planted(20, 5, 5, func(_, _, _ int, inA bool) analysis.Counts {
				if inA {
					return events(r, 0.4, 0.3)
				}
				return events(r, 0.2, 0.3)
			})
		}},
		{"sessions that differ", []Signal{EventRate, BurstFraction}, false, func(r *rand.Rand) *Sums {
			// In session 1 most trials are of a, its rate and burst fraction are high.
			s := planted(20, 5, 5, func(trial, _, _ int, inA bool) analysis.Counts {
				if trial%8 < 2 || inA && trial%8 < 6 {
					return events(r, 0.5, 0.5)
				}
				return events(r, 0.2, 0.2)
			})
			return restratify(s, func(trial int) string {
				if trial%8 < 2 || trial%2 == 0 && trial%8 < 6 {
					return "1"
				}
				return "2"
			})
		}},
	} {
		t.Run(null.name, func(t *testing.T) {
			counts := map[string]int{}
			for seed := range uint64(repetitions) {
				s := null.make(rand.New(rand.NewPCG(seed, 7)))
				c := contrast(t, s, ContrastOptions{Permutations: Resampling{Seed: seed, Draws: 99}, Match: null.match})
				note := func(name string, d *Difference) {
					least := 1.0
					for _, cluster := range d.Clusters {
						least = min(least, cluster.P)
					}
					for what, p := range map[string]float64{" in a bin": d.P[2], " in any bin, corrected": minimum(d.PMax), " in any cluster": least} {
						if p <= 0.05 {
							counts[name+what]++
						} else {
							counts[name+what] += 0
						}
					}
				}
				for _, signal := range null.signals {
					note(signal.String(), &c.Curves[signal])
				}
				if null.match {
					note("matched burst_fraction", c.Matched)
				}
			}
			for what, k := range counts {
				// Tests of discrete data and clusters that need not exist reject no more
				// often than stated; they may reject less.
				bound := 0.05*repetitions + 4*math.Sqrt(0.05*0.95*repetitions)
				t.Logf("%s: %d of %d", what, k, repetitions)
				if float64(k) > bound {
					t.Errorf("%s: p <= 0.05 in %d of %d, want at most %.0f", what, k, repetitions, bound)
				}
				if !strings.Contains(what, "cluster") && float64(k) < 0.05*repetitions-4*math.Sqrt(0.05*0.95*repetitions) {
					t.Errorf("%s: p <= 0.05 in %d of %d, want about %.0f", what, k, repetitions, 0.05*repetitions)
				}
			}
		})
	}
}

func minimum(x []float64) float64 {
	least := 1.0
	for _, v := range x {
		if v < least {
			least = v
		}
	}
	return least
}

// A planted effect is found, in its bins and in the right signal. With 100 events
// a bin and condition, of which 0.45 and 0.2 are bursts, the difference is
// 0.25/√(0.325·0.675·2/100) = 3.8 standard errors; the critical value of the
// largest of 10 bins is about 2.8, so a bin is found with probability 0.84.
func TestPower(t *testing.T) {
	var plain, cluster, matched, rate int
	const repetitions = 50
	for seed := range uint64(repetitions) {
		r := rand.New(rand.NewPCG(seed, 9))
		s := planted(50, 20, 10, func(_, _, bin int, inA bool) analysis.Counts {
			if inA && bin >= 5 && bin < 8 {
				return events(r, 0.1, 0.45)
			}
			return events(r, 0.1, 0.2)
		})
		c := contrast(t, s, ContrastOptions{Permutations: Resampling{Seed: seed, Draws: 199}, Match: true})
		d := &c.Curves[BurstFraction]
		if d.PMax[6] <= 0.05 {
			plain++
		}
		if d.PCluster[6] <= 0.05 {
			cluster++
		}
		if c.Matched.PMax[6] <= 0.05 {
			matched++
		}
		if minimum(c.Curves[EventRate].PMax) <= 0.05 {
			rate++
		}
		if at, ok := Latency(func(b int) bool { return d.PMax[b] <= 0.05 }, 0, 10, 3); ok && at != 5 {
			t.Errorf("latency: bin %d, want 5", at)
		}
	}
	t.Logf("found in a bin %d, in a cluster %d, matched %d; event rate %d of %d", plain, cluster, matched, rate, repetitions)
	within(t, "burst fraction", plain, repetitions, 0.84)
	if cluster < plain {
		t.Errorf("clusters found in %d, want more than single bins, in %d: three bins in a row differ", cluster, plain)
	}
	// Of two Poisson counts of 5, the events of a neuron, the less is 3.8 on average:
	// 3.3 standard errors are left.
	within(t, "matched burst fraction", matched, repetitions, 0.69)
	if rate > 10 { // binomial with 0.05, probability 0.0001
		t.Errorf("a change of event rate found in %d of %d, where there is none", rate, repetitions)
	}
}

// The sign turns with the conditions' names, the p values stay; and names do not
// matter at all.
func TestRelabelling(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	s := planted(12, 4, 6, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.5, 0.3) })
	opt := ContrastOptions{A: "a", B: "b", Permutations: Resampling{Seed: 3, Draws: 300}, Match: true}
	want := contrast(t, s, opt)
	opt.A, opt.B = "b", "a"
	turned := contrast(t, s, opt)
	for k := range want.Curves {
		for b := range 6 {
			w, g := want.Curves[k], turned.Curves[k]
			near(t, "difference", g.Difference[b], -w.Difference[b], 1e-9)
			near(t, "p", g.P[b], w.P[b], 0)
			near(t, "p of the maximum", g.PMax[b], w.PMax[b], 0)
			near(t, "p of the cluster", g.PCluster[b], w.PCluster[b], 0)
		}
	}
	for trial := range s.Trials {
		s.Trials[trial].Condition = map[string]string{"a": "zebra", "b": "ant"}[s.Trials[trial].Condition]
	}
	opt.A, opt.B = "zebra", "ant"
	named := contrast(t, s, opt)
	named.A, named.B = want.A, want.B
	if !same(named, want) {
		t.Error("the names of conditions change the result")
	}
}

// same compares with NaN equal to itself.
func same(a, b any) bool { return fmt.Sprintf("%#v", deref(a)) == fmt.Sprintf("%#v", deref(b)) }

func deref(v any) any {
	if c, ok := v.(*Contrast); ok {
		return []any{*c.Matched, c.Curves, c.A, c.B, c.TrialsA, c.TrialsB, c.Permutations, c.Exact}
	}
	return v
}

// Everything has the same bits for any number of goroutines.
func TestProcessors(t *testing.T) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(5, 1))
	s := planted(15, 8, 6, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.4, 0.3) })
	draws := Resampling{Seed: 3, Draws: 120}
	run := func() []any {
		c, err := s.Contrast(ctx, ContrastOptions{A: "a", B: "b", Permutations: draws, Match: true})
		if err != nil {
			t.Fatal(err)
		}
		p, err1 := s.PSTH(ctx, []string{"a", "b"}, PSTHOptions{Baseline: Bins{0, 3}, Bootstrap: draws})
		roc, err2 := s.ROC(ctx, ROCOptions{A: "a", B: "b", Window: 2, Permutations: draws})
		cells, err3 := s.Cells(ctx, CellOptions{Baseline: Bins{0, 3}, Response: Bins{3, 6}, A: "a", B: "b", Permutations: draws})
		d, err4 := Decode(ctx, []*Sums{s}, DecodeOptions{A: "a", B: "b", Response: Bins{0, 6}, Parts: 2, Permutations: draws})
		for _, err := range []error{err1, err2, err3, err4} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return []any{deref(c), p, roc, cells, d}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := run()
	runtime.GOMAXPROCS(5)
	for i, got := range run() {
		if !same(got, want[i]) {
			t.Errorf("result %d, a %v, depends on the number of goroutines", i, reflect.TypeOf(got))
		}
	}
}

func TestCancelled(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	s := planted(15, 8, 6, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.4, 0.3) })
	ctx, cancel := context.WithCancel(context.Background())
	draws := Resampling{Draws: 1 << 20, Progress: func(done, total int) { cancel() }}
	if _, err := s.PSTH(ctx, []string{"a"}, PSTHOptions{Bootstrap: Resampling{Draws: 1000, Progress: draws.Progress}}); err != context.Canceled {
		t.Errorf("error %v, want that of the context", err)
	}
}

// The matched burst fraction is the mean over events left out at random.
func TestMatchingIsTheMeanOfSubsamples(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	s := planted(10, 3, 2, func(_, n, _ int, inA bool) analysis.Counts {
		if inA { // neuron 2 bursts most, and has most of its events in a
			return events(r, 0.5+float64(n), 0.2+0.3*float64(n))
		}
		return events(r, 1, 0.2+0.3*float64(n))
	})
	c := contrast(t, s, ContrastOptions{Permutations: Resampling{Draws: 10}, Match: true})
	for b := range 2 {
		var mean, plain float64
		const samples = 20000
		for range samples {
			var bursts, events int
			for n := range 3 {
				var classes [2][]bool
				for trial := range s.Trials {
					k := s.cellWindow(trial, n, Bins{b, b + 1})
					for e := range k.Classified {
						classes[trial%2] = append(classes[trial%2], e < k.Bursts)
					}
				}
				keep := min(len(classes[0]), len(classes[1]))
				r.Shuffle(len(classes[0]), func(i, j int) { classes[0][i], classes[0][j] = classes[0][j], classes[0][i] })
				for _, burst := range classes[0][:keep] {
					events++
					if burst {
						bursts++
					}
				}
			}
			mean += float64(bursts) / float64(events) / samples
		}
		plain = c.Curves[BurstFraction].A[b]
		// Each sample has a standard deviation below 0.1, the mean of 20 000 below 0.0007.
		near(t, "matched burst fraction of a", c.Matched.A[b], mean, 0.003)
		if plain-c.Matched.A[b] < 0.05 {
			t.Errorf("matching changes %v to %v, want less: the neurons of a differ", plain, c.Matched.A[b])
		}
	}
}

func TestContrastRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	s := planted(3, 2, 2, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.4, 0.3) })
	ten := Resampling{Draws: 10}
	for _, c := range []struct {
		opt  ContrastOptions
		want string
	}{
		{ContrastOptions{A: "a", B: "a", Permutations: ten}, "two conditions"},
		{ContrastOptions{A: "a", B: "c", Permutations: ten}, `"c": has no trials`},
		{ContrastOptions{A: "a", B: "b"}, "permutations: 0"},
		{ContrastOptions{A: "a", B: "b", Permutations: ten, ClusterT: -1}, "cluster threshold"},
		{ContrastOptions{A: "a", B: "b", Permutations: ten, ClusterT: math.NaN()}, "cluster threshold"},
	} {
		if _, err := s.Contrast(context.Background(), c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.opt, err, c.want)
		}
	}
}
