package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/pflag"
)

// summaryFlags say how burst fractions are judged.
type summaryFlags struct {
	confidence, dead string
}

// Register declares the flags.
func (f *summaryFlags) Register(flags *pflag.FlagSet) {
	onceVar(flags, &f.confidence, "confidence", "0.95", "`PROBABILITY` of the intervals of burst fractions")
	onceVar(flags, &f.dead, "dead-time", "0", "`TIME` after a spike in which there is no other, for the chance level")
}

// summary shows what was counted.
type summary struct {
	confidence float64
	z          float64
	dead       float64 // s
	chance     analysis.Chance
	hasChance  bool // the accumulating rule has none
	criterion  analysis.Criterion
	rec        analysis.Recording
	cap        int64
}

// options reads what was typed.
func (f *summaryFlags) options(rec analysis.Recording, c analysis.Criterion, opt analysis.DetectorOptions) (summary, error) {
	s := summary{criterion: c, rec: rec, cap: opt.Cap, hasChance: !opt.Accumulating}
	var err error
	if s.confidence, err = experiment.ParseQuantity(f.confidence, ""); err != nil {
		return s, experiment.Inputf("confidence: %v", err)
	}
	if !(s.confidence > 0 && s.confidence < 1) {
		return s, experiment.Inputf("confidence: %s, want between 0 and 1, such as 0.95", f.confidence)
	}
	s.z = analysis.Quantile(s.confidence)
	if s.dead, err = experiment.ParseQuantity(f.dead, "s"); err != nil {
		return s, experiment.Inputf("dead-time: %v", err)
	}
	if s.chance, err = analysis.NewChance(rec, c, s.dead); err != nil {
		return s, experiment.Inputf("dead-time: %s, want 0 to below --burst-isi", f.dead)
	}
	return s, nil
}

// maxSummaries is how many groups fill a screen.
const maxSummaries = 40

// fewSteps is below how many steps a threshold is said to be coarse: from 10 on
// the rounding of an interval to steps moves it by 5 % at most.
const fewSteps = 10

// name is that of a group, with its neuron if it is one.
func name(g analysis.Group) string {
	if g.Neuron >= 0 {
		return fmt.Sprintf("%s %d", g.Name, g.Neuron)
	}
	return g.Name
}

// write prints a table with a line a group, and what there is to be said of it.
func (s summary) write(w io.Writer, tally *analysis.Tally) error {
	fmt.Fprintf(w, "%s recorded", formatS(s.rec.Seconds(s.rec.Recorded())))
	if n := len(s.rec.Windows); n > 1 {
		fmt.Fprintf(w, " in %d windows", n)
	}
	fmt.Fprintf(w, ", burst: intervals up to %s", formatMS(s.rec.Seconds(s.criterion.ISI)))
	if p := s.criterion.PreSilence; p > s.criterion.ISI {
		fmt.Fprintf(w, " after %s of silence", formatMS(s.rec.Seconds(p)))
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "group\tneurons\tER Hz\tBR Hz\tBF\t%g %% interval\tBF0\tFR Hz\tspikes/burst\tburst ms\n", 100*s.confidence)
	summaries, levels := tally.Summaries(), tally.Levels(s.chance)
	more := max(0, len(summaries)-maxSummaries)
	summaries = summaries[:len(summaries)-more]
	for i, g := range summaries {
		fraction, interval := "-", "-"
		if f, ok := g.BurstFraction(); ok {
			low, high := analysis.Wilson(float64(g.ClassifiedBursts), float64(g.Classified), s.z)
			fraction, interval = fmt.Sprintf("%.4f", f), fmt.Sprintf("%.4f to %.4f", low, high)
		}
		chance := "-"
		if f, ok := levels[i].At(g.FiringRate()); ok && s.hasChance {
			chance = fmt.Sprintf("%.4f", f)
		}
		fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f\t%s\t%s\t%s\t%.3f\t%s\t%s\n", name(g.Group), g.Group.Size,
			g.EventRate(), g.BurstRate(), fraction, interval, chance, g.FiringRate(),
			known("%.2f", g.SpikesPerBurst()), known("%.1f", 1000*g.BurstDuration()))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if n := s.criterion.ISI; n < fewSteps {
		fmt.Fprintf(w, "the threshold is %d time steps of the recording: how times were rounded to steps decides which intervals are within it\n", n)
	}
	if more > 0 {
		fmt.Fprintf(w, "and %d more, which are in the file of --out\n", more)
	}
	for _, g := range summaries {
		s.remarks(w, g)
	}
	return nil
}

// remarks prints what a group's numbers leave out, and what casts doubt on them.
func (s summary) remarks(w io.Writer, g analysis.Summary) {
	if g.Silent > 0 {
		fmt.Fprintf(w, "%s: %d of %d neurons silent\n", name(g.Group), g.Silent, g.Group.Size)
	}
	if g.LeftCensored+g.RightCensored > 0 {
		fmt.Fprintf(w, "%s: censored by the edges of the recording: %d that may have begun before, not counted as events; %d that may have become bursts, not in BF\n",
			name(g.Group), g.LeftCensored, g.RightCensored)
	}
	if g.SilenceCensored > 0 {
		fmt.Fprintf(w, "%s: %s whose silence before may not have been long enough, not in BF\n", name(g.Group), counted(int(g.SilenceCensored), "event"))
	}
	if g.Capped > 0 {
		fmt.Fprintf(w, "%s: %s longer than %s, which looks like regular firing faster than the threshold rather than bursts; is --burst-isi too long?\n",
			name(g.Group), counted(int(g.Capped), "event"), formatMS(s.rec.Seconds(s.cap)))
	}
}

// known formats a number, or - for what is none.
func known(format string, x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf(format, x)
}

// formatS writes a time in s.
func formatS(s float64) string { return fmt.Sprintf("%.6g s", s) }
