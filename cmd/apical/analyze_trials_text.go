package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
)

// print shows what matters, population by population.
func (t *trialsFound) print(w io.Writer) error {
	fmt.Fprintf(w, "%d trials", len(t.Trials))
	if t.Skipped > 0 {
		fmt.Fprintf(w, ", %d left out because they are not recorded in full", t.Skipped)
	}
	fmt.Fprintf(w, "; %s around the onset in bins of %s; baseline %s, response %s\n", milliseconds(t.BinStart(0), t.BinStart(t.Design.Bins())),
		formatMS(t.Recording.Seconds(t.Design.Bin)), t.windowText(t.baseline), t.windowText(t.response))
	if n := t.Overlapping(); n > 0 {
		fmt.Fprintf(w, "the windows of %d trials overlap with that of another: the tests take trials for independent, and p values are too small\n", n)
	}
	for _, r := range t.results {
		fmt.Fprintf(w, "\n%s, %d neurons\n", r.name, r.neurons)
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		t.printConditions(out, r)
		t.printContrast(out, r)
		t.printROC(out, r)
		t.printCells(out, r)
		t.printDecoding(out, r)
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// milliseconds writes two times in s.
func milliseconds(from, to float64) string { return fmt.Sprintf("%g to %g ms", 1000*from, 1000*to) }

func (t *trialsFound) windowText(b trials.Bins) string {
	if b == (trials.Bins{}) {
		return "none"
	}
	return milliseconds(t.BinStart(b.From), t.BinStart(b.To))
}

// number writes x with so many digits, or a dash.
func number(x float64, digits int) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, x)
}

// digits that a signal is written with.
func digits(s trials.Signal) int {
	if s == trials.BurstFraction {
		return 4
	}
	return 2
}

// shortNames are those of the signals in tables.
func shortNames() []string { return []string{"ER Hz", "BR Hz", "BF", "FR Hz"} }

// inWindow adds counts over bins.
func inWindow(p trials.PSTH, b trials.Bins) (sum analysis.Counts) {
	for _, c := range p.Counts[b.From:b.To] {
		sum.Add(c)
	}
	return sum
}

// windowValue is a signal of a condition in a window; NaN if there is no window.
func (t *trialsFound) windowValue(p trials.PSTH, s trials.Signal, b trials.Bins) float64 {
	if b == (trials.Bins{}) {
		return math.NaN()
	}
	return s.Value(inWindow(p, b), float64(p.NeuronTrials)*t.width(b))
}

// latencyOf is the time of the first of some significant bins in a row after the
// onset, in s; NaN if there are none.
func (t *trialsFound) latencyOf(significant func(b int) bool) float64 {
	bin, ok := trials.Latency(significant, t.Design.Onset(), t.Design.Bins(), t.latency)
	if !ok {
		return math.NaN()
	}
	return t.BinStart(bin)
}

// responseLatency is that of a signal's change from baseline.
func (t *trialsFound) responseLatency(c trials.Response) float64 {
	return t.latencyOf(func(b int) bool { return math.Abs(c.Z[b]) >= t.show.z })
}

// differenceLatency is that of a difference of conditions, corrected for all
// bins.
func (t *trialsFound) differenceLatency(d trials.Difference) float64 {
	return t.latencyOf(func(b int) bool { return d.PMax[b] <= t.alpha })
}

func (t *trialsFound) printConditions(w io.Writer, r trialsResult) {
	fmt.Fprintf(w, "condition\ttrials\t%s\tBF0\n", strings.Join(shortNames(), "\t"))
	for _, p := range r.psth {
		fmt.Fprintf(w, "%s\t%d", p.Condition, p.Trials)
		for s := range p.Responses {
			signal := trials.Signal(s)
			before, after := t.windowValue(p, signal, t.baseline), t.windowValue(p, signal, t.response)
			fmt.Fprintf(w, "\t%s → %s", number(before, digits(signal)), number(after, digits(signal)))
		}
		level := func(b trials.Bins) string {
			if !t.show.hasChance {
				return "-"
			}
			return number(chanceAt(r.chance, t.windowValue(p, trials.FiringRate, b)), 4)
		}
		fmt.Fprintf(w, "\t%s → %s\n", level(t.baseline), level(t.response))
	}
	if t.baseline == (trials.Bins{}) {
		return
	}
	for _, p := range r.psth {
		fmt.Fprintf(w, "%s\tlatency", p.Condition)
		for _, c := range p.Responses {
			fmt.Fprintf(w, "\t%s", latencyText(t.responseLatency(c)))
		}
		fmt.Fprintln(w, "\t")
	}
}

// latencyText is a latency in ms, or a dash.
func latencyText(s float64) string {
	if math.IsNaN(s) {
		return "-"
	}
	return fmt.Sprintf("%g ms", 1000*s)
}

func (t *trialsFound) printContrast(w io.Writer, r trialsResult) {
	c := r.contrast
	if c == nil {
		return
	}
	how := fmt.Sprintf("%d permutations", c.Permutations)
	if c.Exact {
		how = fmt.Sprintf("all %d labellings", c.Permutations+1)
	}
	fmt.Fprintf(w, "\n%s less %s, %s\tlargest |t| at\tdifference\tp, all bins\tleast p of a cluster\tlatency\n", c.A, c.B, how)
	all, _ := curves(c)
	for i, d := range all {
		name := "BF at equal ER"
		if i < len(shortNames()) {
			name = shortNames()[i]
		}
		best := largest(d.T)
		if best < 0 {
			fmt.Fprintf(w, "%s\t-\t-\t-\t-\t-\n", name)
			continue
		}
		fmt.Fprintf(w, "%s\t%g ms\t%+.*f\t%.3g\t%s\t%s\n", name, 1000*t.BinStart(best), digits(d.Signal), d.Difference[best], d.PMax[best],
			clusterText(d), latencyText(t.differenceLatency(d)))
	}
}

// largest is where |x| is largest, -1 if nowhere.
func largest(x []float64) int {
	best := -1
	for i, v := range x {
		if !math.IsNaN(v) && (best < 0 || math.Abs(v) > math.Abs(x[best])) {
			best = i
		}
	}
	return best
}

// clusterText is the least p value of the clusters.
func clusterText(d trials.Difference) string {
	least := math.NaN()
	for _, c := range d.Clusters {
		if !(c.P >= least) {
			least = c.P
		}
	}
	if math.IsNaN(least) {
		return "no cluster"
	}
	return fmt.Sprintf("%.3g", least)
}

func (t *trialsFound) printROC(w io.Writer, r trialsResult) {
	if r.roc == nil {
		return
	}
	fmt.Fprintf(w, "\nROC of single trials, window %s\tbest at\tAUC\tchance\tp, all windows\tno event\n", formatMS(t.width(trials.Bins{To: t.window})))
	for s, c := range r.roc {
		centred := make([]float64, len(c.AUC))
		for i, x := range c.AUC {
			centred[i] = x - 0.5
		}
		best := largest(centred)
		if best < 0 {
			fmt.Fprintf(w, "%s\t-\t-\t-\t-\t-\n", shortNames()[s])
			continue
		}
		fmt.Fprintf(w, "%s\t%g ms\t%.3f\t%.3f to %.3f\t%.3g\t%d trials\n", shortNames()[s], 1000*t.BinStart(best), c.AUC[best], c.ChanceLow[best], c.ChanceHigh[best],
			c.PMax[best], c.DroppedA[best]+c.DroppedB[best])
	}
}

func (t *trialsFound) printCells(w io.Writer, r trialsResult) {
	if r.cells == nil {
		return
	}
	table := trials.CrossTable(r.cells)
	names := trials.ResponseClassNames()
	of := "all trials"
	if t.cells != "" {
		of = t.cells
	}
	fmt.Fprintf(w, "\nneurons in %s, %g %% false discoveries", of, 100*t.fdr)
	for _, name := range names {
		fmt.Fprintf(w, "\tBF %s", name)
	}
	fmt.Fprintln(w)
	for i, row := range table {
		if i == int(trials.Untested) {
			continue // every neuron that is in a trial has a firing rate
		}
		fmt.Fprintf(w, "FR %s", names[i])
		for _, n := range row {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprintln(w)
	}
}

func (t *trialsFound) printDecoding(w io.Writer, r trialsResult) {
	if r.undecoded != "" {
		fmt.Fprintf(w, "\n%s\n", r.undecoded)
	}
	if r.decoding == nil {
		return
	}
	fmt.Fprintf(w, "\ndecoded from\tregressors\taccuracy\tchance\tp\tlog loss\tchance\n")
	for _, d := range r.decoding {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f to %.3f\t%.3g\t%.3f\t%.3f\n", strings.ReplaceAll(d.Regressors, "_", " "), d.Count, d.Accuracy,
			d.ChanceLow, d.ChanceHigh, d.P, d.LogLoss, d.ChanceLogLoss)
	}
}
