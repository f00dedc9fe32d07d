package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

func (a *app) plotCoherenceCommand() *cobra.Command {
	return a.plotTableCommand(&cobra.Command{
		Use:   "coherence FILE --out NAME",
		Short: "Draw coherences of streams with signals",
		Long: `Draws the coherence of event rate, burst rate, burst fraction and firing rate with
each signal over frequency, each with its interval, and the level that unrelated
series exceed only with the probability that the file was made with. FILE is the coherence.arrow of
'apical analyze information'.`,
		Example: `  apical plot coherence info/coherence.arrow --out coherence
  apical plot coherence info/coherence.arrow --population pyr --out pyr.svg`,
	}, map[string]func(*resultTable) (figure.Lines, error){"coherence": coherencePanel}, "frequency (Hz)", "signal", "those that were given")
}

func (a *app) plotContrastCommand() *cobra.Command {
	return a.plotTableCommand(&cobra.Command{
		Use:   "contrast FILE --out NAME",
		Short: "Draw responses around onsets, and how conditions differ",
		Long: `Draws what 'apical analyze trials' found, over the time from the onset. FILE is its
psth.arrow (each condition with its 95 % interval, and the chance level of burst
fractions), its contrast.arrow (both conditions, and where they differ by clusters
at the level of 5 %) or its roc.arrow (how well a trial is told by each signal, and
95 % of the permutations).`,
		Example: `  apical plot contrast hit-miss/psth.arrow --signal event_rate_hz --signal burst_fraction --out psth
  apical plot contrast hit-miss/contrast.arrow --population pyr --out contrast.svg`,
	}, map[string]func(*resultTable) (figure.Lines, error){"psth": psthPanel, "contrast": contrastPanel, "roc": rocPanel}, "time from onset (s)", "signal", strings.Join(trials.SignalNames(), ", "))
}

// plotTableCommand draws a table of results: a panel for each population and
// value of the column by, as the function for the table's kind says.
func (a *app) plotTableCommand(cmd *cobra.Command, kinds map[string]func(*resultTable) (figure.Lines, error), xLabel, by, of string) *cobra.Command {
	var out figureFlags
	var populations, wanted, conditions []string
	cmd.Args = wantArgs(1, 1, "FILE")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		size, err := out.size()
		if err != nil {
			return err
		}
		if _, _, err := out.files(args[0]); err != nil {
			return err
		}
		t, err := readResultTable(args[0])
		if err != nil {
			return err
		}
		panelOf, ok := kinds[t.results.Kind]
		if !ok {
			var names []string
			for kind := range kinds {
				names = append(names, kind+".arrow")
			}
			slices.Sort(names)
			return experiment.Inputf("%s: is no table for this figure, want %s", args[0], strings.Join(names, ", "))
		}
		var panels []figure.Lines
		for column, names := range map[string][]string{"population": populations, by: wanted, "condition": conditions} {
			if err := t.keep(column, names); err != nil {
				return err
			}
		}
		for _, population := range t.split("population") {
			for _, part := range population.split(by) {
				l, err := panelOf(part)
				if err != nil {
					return experiment.Inputf("%s: %v", args[0], err)
				}
				l.Title = population.name + ", " + words(part.name)
				panels = append(panels, l)
			}
		}
		if len(panels) == 0 {
			return experiment.Inputf("%s: has no rows, want some to draw", args[0])
		}
		return out.draw(func(png, svg io.Writer) error {
			return drawingError(figure.DrawLines(panels, xLabel, size, png, svg))
		})
	}
	cmd.Flags().StringArrayVar(&populations, "population", nil, "only population `NAME`, may be repeated (default all)")
	cmd.Flags().StringArrayVar(&wanted, by, nil, "only "+by+" `NAME` of "+of+", may be repeated (default all)")
	if _, ok := kinds["psth"]; ok {
		cmd.Flags().StringArrayVar(&conditions, "condition", nil, "of psth.arrow only condition `NAME`, may be repeated (default all)")
	}
	out.register(cmd.Flags(), "")
	return cmd
}

// words makes a name of a column fit for people: without its unit.
func words(name string) string {
	return strings.ReplaceAll(strings.TrimSuffix(name, "_hz"), "_", " ")
}

// resultTable is some rows of a table of results.
type resultTable struct {
	results *spikefile.Results
	rows    []int
	name    string // what the rows have in common
	missing error  // the first column that was asked for and is not there
}

func readResultTable(path string) (*resultTable, error) {
	if err := wantFile(path); err != nil {
		return nil, err
	}
	r, err := spikefile.ReadResults(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	t := &resultTable{results: r, rows: make([]int, r.Rows)}
	for i := range t.rows {
		t.rows[i] = i
	}
	return t, nil
}

// split divides the rows by the names in a column, in the order of these.
func (t *resultTable) split(column string) (parts []*resultTable) {
	c, ok := t.results.Column(column)
	if !ok || c.Index == nil {
		return nil
	}
	for k, name := range c.Names {
		part := &resultTable{results: t.results, name: name}
		for _, row := range t.rows {
			if int(c.Index[row]) == k {
				part.rows = append(part.rows, row)
			}
		}
		if len(part.rows) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// keep leaves out the rows whose name in a column is not among some; none keeps
// all.
func (t *resultTable) keep(column string, names []string) error {
	parts, err := chosen(t.split(column), names, func(g *resultTable) string { return g.name })
	if err != nil || len(names) == 0 {
		return err
	}
	t.rows = nil
	for _, part := range parts {
		t.rows = append(t.rows, part.rows...)
	}
	slices.Sort(t.rows)
	return nil
}

// numbers are the values of a column; NaN is null.
func (t *resultTable) numbers(column string) []float64 {
	c, ok := t.results.Column(column)
	if !ok || c.Numbers == nil {
		t.missing = errors.Join(t.missing, errors.New("no column of numbers "+column))
		return make([]float64, len(t.rows))
	}
	values := make([]float64, len(t.rows))
	for i, row := range t.rows {
		values[i] = c.Numbers[row]
	}
	return values
}

// middles are the middles of bins that begin at t_s.
func (t *resultTable) middles(width string) []float64 {
	x, w := t.numbers("t_s"), t.numbers(width)
	for i := range x {
		x[i] += w[i] / 2
	}
	return x
}

func coherencePanel(t *resultTable) (figure.Lines, error) {
	l := figure.Lines{YLabel: "coherence", FromZero: true}
	streams := t.split("stream")
	for i, s := range streams {
		if i == 0 {
			l.X = s.numbers("frequency_hz")
			l.Curves = append(l.Curves, figure.Line{Label: "significance", Y: s.numbers("significance"), Reference: true})
		}
		line := figure.Line{Label: words(s.name), Y: s.numbers("coherence")}
		if _, ok := s.results.Column("ci_lo"); ok {
			line.Low, line.High = s.numbers("ci_lo"), s.numbers("ci_hi")
		}
		l.Curves = append(l.Curves, line)
		t.missing = errors.Join(t.missing, s.missing)
	}
	return l, t.missing
}

// yLabel names the axis of a signal with its unit.
func yLabel(signal string) string {
	if strings.HasPrefix(signal, "burst_fraction") {
		return "burst fraction"
	}
	return words(signal) + " (Hz)"
}

func psthPanel(t *resultTable) (figure.Lines, error) {
	l := figure.Lines{YLabel: yLabel(t.name), FromZero: true, Zero: true}
	for _, c := range t.split("condition") {
		l.X = c.middles("bin_s")
		line := figure.Line{Label: c.name, Y: c.numbers("value"), Low: c.numbers("ci_lo"), High: c.numbers("ci_hi")}
		if t.name == "burst_fraction" {
			line.Beside, l.BesideLabel = c.numbers("chance"), "chance level"
		}
		l.Curves = append(l.Curves, line)
		t.missing = errors.Join(t.missing, c.missing)
	}
	return l, t.missing
}

// clusterLevel is the level at which clusters are marked.
const clusterLevel = 0.05

func contrastPanel(t *resultTable) (figure.Lines, error) {
	l := figure.Lines{YLabel: yLabel(t.name), X: t.middles("bin_s"), FromZero: true, Zero: true, SpanLabel: "different, p < 0.05 (cluster)"}
	for _, name := range []string{"a", "b"} {
		label := name
		if c, ok := t.results.Column(name); ok && c.What != "" {
			label = strings.TrimPrefix(c.What, "of condition ")
		}
		l.Curves = append(l.Curves, figure.Line{Label: label, Y: t.numbers(name)})
	}
	from, width, p := t.numbers("t_s"), t.numbers("bin_s"), t.numbers("p_cluster")
	open := false
	for i := range p {
		if !(p[i] < clusterLevel) { // NaN outside of clusters
			open = false
			continue
		}
		if !open {
			l.Spans = append(l.Spans, [2]float64{from[i]})
		}
		open = true
		l.Spans[len(l.Spans)-1][1] = from[i] + width[i]
	}
	return l, t.missing
}

func rocPanel(t *resultTable) (figure.Lines, error) {
	l := figure.Lines{YLabel: "area under ROC", X: t.middles("window_s"), Zero: true}
	chance := make([]float64, len(t.rows))
	for i := range chance {
		chance[i] = 0.5
	}
	l.Curves = []figure.Line{
		{Label: "chance, 95 %", Y: chance, Low: t.numbers("chance_lo"), High: t.numbers("chance_hi"), Reference: true},
		{Label: "area under the curve", Y: t.numbers("auc")},
	}
	return l, t.missing
}
