package report

import (
	"bytes"
	"fmt"
	"math"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
)

// Source is a recording that can be read more than once.
type Source interface {
	analysis.Source
	// Rewind begins again with the first spike.
	Rewind() error
}

// Options says how a recording is described.
type Options struct {
	Criterion analysis.Criterion
	Detector  analysis.DetectorOptions
	// DeadTimeS is that of the chance level, in s, 0 to below the threshold.
	DeadTimeS float64
	// BinS is the width of the bins of rates in s, a whole number of steps; 0 chooses
	// a round one that gives up to 200 bins, and 20 ms at least.
	BinS float64
}

// What is shown at most: more populations make figures that nobody scrolls
// through, the tables hold all.
const (
	shownPopulations = 12
	rasterLines      = 6000 // spikes drawn one by one
	excerptNeurons   = 100
	excerptSeconds   = 2.0
	rateBins         = 200
)

// confidence of intervals, and its quantile.
const confidence = 0.95

// Describe reads a recording several times and returns what there is to say: the
// populations, their spikes and bursts, rates over time, intervals, and how much
// depends on the threshold; and reasons to doubt it.
func Describe(src Source, o Options) (sections []Section, warnings []string, err error) {
	d := description{src: src, rec: src.Recording(), o: o}
	for _, part := range []func() (Section, error){d.populations, d.raster, d.rates, d.intervals, d.sweep} {
		if err := src.Rewind(); err != nil {
			return nil, nil, err
		}
		s, err := part()
		if err != nil {
			return nil, nil, err
		}
		sections = append(sections, s)
	}
	return sections, d.warnings, nil
}

// description is a recording while it is described.
type description struct {
	src      Source
	rec      analysis.Recording
	o        Options
	warnings []string
	silent   []string           // populations without a spike
	mixtures []analysis.Mixture // chance level of each population; none if it has no closed form
}

func (d *description) warnf(format string, args ...any) {
	d.warnings = append(d.warnings, fmt.Sprintf(format, args...))
}

func (d *description) isi() float64 { return d.rec.Seconds(d.o.Criterion.ISI) }

// rule says in words what an event is here.
func (d *description) rule() string {
	text := fmt.Sprintf("An event is a spike that no other spike of its neuron precedes within %s. It is a burst if a second spike follows within %s, and a singlet otherwise.",
		ms(d.isi()), ms(d.isi()))
	if d.o.Detector.Accumulating {
		text = fmt.Sprintf("Events and bursts are told by the accumulating trace of the reference program of Payeur et al. 2021, with a time constant of %s.", ms(d.isi()))
	}
	if d.o.Criterion.PreSilence > d.o.Criterion.ISI {
		text += fmt.Sprintf(" A burst needs %s of silence before it.", ms(d.rec.Seconds(d.o.Criterion.PreSilence)))
	}
	return text
}

// populations is the table of what was counted.
func (d *description) populations() (Section, error) {
	detector, err := analysis.NewDetector(d.src, d.o.Criterion, d.o.Detector)
	if err != nil {
		return Section{}, err
	}
	groups := analysis.ByPopulation(d.rec)
	tally := analysis.NewTally(d.rec, groups)
	for detector.Next() {
		tally.Add(detector)
	}
	if err := detector.Err(); err != nil {
		return Section{}, err
	}
	recorded := d.rec.Seconds(d.rec.Recorded())
	if !d.o.Detector.Accumulating {
		chance, err := analysis.NewChance(d.rec, d.o.Criterion, d.o.DeadTimeS)
		if err != nil {
			return Section{}, err
		}
		d.mixtures = tally.Levels(chance)
	}
	t := Table{
		Columns: []Column{{"population", false}, {"neurons", true}, {"spikes", true}, {"firing rate (Hz)", true}, {"event rate (Hz)", true},
			{"burst rate (Hz)", true}, {"burst fraction", true}, {"by chance", true}, {"spikes per burst", true}, {"burst duration (ms)", true}},
		Note: "Rates are per neuron. The burst fraction is the share of events that are bursts, with its 95 % interval (Wilson), which takes events for independent. " +
			"By chance is the burst fraction of neurons that fire at the same steady rates, but without any relation between their spikes (Poisson" + d.deadTime() + "); rates that vary raise it. " +
			"Spikes per burst and duration are means over bursts known to their end.",
	}
	var all analysis.Counts
	for g, s := range tally.Summaries() {
		t.Rows = append(t.Rows, d.row(g, s))
		d.judge(g, s)
		all.Add(s.Counts)
	}
	if len(d.silent) > 0 {
		d.warnf("%s: no neuron spiked.", list(d.silent))
	}
	text := fmt.Sprintf("%d %s, %s of recording, %d spikes, %d events of which %d are known to be bursts.",
		len(groups.Of), plural(len(groups.Of), "neuron"), seconds(recorded), all.Spikes, all.Events, all.Bursts)
	if n := len(d.rec.Windows); n > 1 {
		text += fmt.Sprintf(" It was recorded in %d stretches of time from %s to %s; nothing is known of the time between them.",
			n, seconds(d.rec.Seconds(d.rec.Windows[0].From)), seconds(d.rec.Seconds(d.rec.Windows[n-1].To)))
	}
	return Section{ID: "recording", Title: "Recording", Text: []string{text, d.rule()}, Tables: []Table{t}}, nil
}

func (d *description) deadTime() string {
	if d.o.DeadTimeS == 0 {
		return ""
	}
	return ", dead time " + ms(d.o.DeadTimeS)
}

// row is a population in the table.
func (d *description) row(g int, s analysis.Summary) []Cell {
	fraction, interval := "–", ""
	if f, ok := s.BurstFraction(); ok {
		fraction = fmt.Sprintf("%.3f", f)
		low, high := d.wilson(s.Counts)
		interval = fmt.Sprintf("%.3f to %.3f", low, high)
	}
	by := "–"
	if c, ok := d.chance(g, s.FiringRate()); ok {
		by = fmt.Sprintf("%.3f", c)
	}
	silent := ""
	if s.Silent > 0 {
		silent = fmt.Sprintf("%d silent", s.Silent)
	}
	return []Cell{{Text: s.Group.Name}, {Text: fmt.Sprint(s.Group.Size), Detail: silent}, {Text: fmt.Sprint(s.Spikes)}, {Text: number(s.FiringRate())},
		{Text: number(s.EventRate())}, {Text: number(s.BurstRate())}, {Text: fraction, Detail: interval}, {Text: by},
		{Text: number(s.SpikesPerBurst())}, {Text: number(1e3 * s.BurstDuration())}}
}

func (d *description) wilson(c analysis.Counts) (low, high float64) {
	return analysis.Wilson(float64(c.ClassifiedBursts), float64(c.Classified), analysis.Quantile(confidence))
}

// chance is the burst fraction by chance of a population at a rate in Hz.
func (d *description) chance(g int, rate float64) (float64, bool) {
	if d.mixtures == nil {
		return math.NaN(), false
	}
	return d.mixtures[g].At(rate)
}

// raster shows all spikes, and an excerpt if these are too many to be seen.
func (d *description) raster() (Section, error) {
	s := Section{ID: "raster", Title: "Spikes"}
	whole, err := d.drawRaster(figure.RasterOptions{VectorSpikes: rasterLines, Populations: shownPopulations})
	if err != nil {
		return s, err
	}
	whole.Alt = fmt.Sprintf("Raster of all spikes of %d populations over time; singlets are blue, spikes of bursts orange.", min(shownPopulations, len(d.rec.Populations)))
	whole.Caption = "All spikes: singlets blue, spikes of bursts orange. Where there are too many for lines, a pixel is the darker the more spikes fall on it, and mixes their colours." + d.left()
	s.Figures = append(s.Figures, whole)
	from, until := d.excerpt()
	if windows := d.rec.Windows; until-from < d.rec.Seconds(windows[len(windows)-1].To-windows[0].From)/2 {
		if err := d.src.Rewind(); err != nil {
			return s, err
		}
		part, err := d.drawRaster(figure.RasterOptions{FromS: from, UntilS: until, Neurons: excerptNeurons, VectorSpikes: rasterLines, Populations: shownPopulations})
		if err != nil {
			return s, err
		}
		part.Alt = fmt.Sprintf("Raster of the spikes from %s to %s of up to %d neurons of each population.", seconds(from), seconds(until), excerptNeurons)
		part.Caption = fmt.Sprintf("%s from the middle of the recording, at most %d neurons of each population.", seconds(until-from), excerptNeurons)
		s.Figures = append(s.Figures, part)
	}
	return s, nil
}

// left says which populations figures leave out.
func (d *description) left() string {
	if n := len(d.rec.Populations); n > shownPopulations {
		return fmt.Sprintf(" Figures show the first %d of %d populations.", shownPopulations, n)
	}
	return ""
}

// excerpt is a time in the middle of the longest window, in s.
func (d *description) excerpt() (from, until float64) {
	longest := d.rec.Windows[0]
	for _, w := range d.rec.Windows {
		if w.Steps() > longest.Steps() {
			longest = w
		}
	}
	length := min(d.rec.Steps(excerptSeconds), longest.Steps())
	begin := longest.From + (longest.Steps()-length)/2
	return d.rec.Seconds(begin), d.rec.Seconds(begin + length)
}

func (d *description) drawRaster(o figure.RasterOptions) (Figure, error) {
	r, err := figure.NewRaster(d.rec, o)
	if err != nil {
		return Figure{}, err
	}
	detector, err := analysis.NewDetector(d.src, d.o.Criterion, d.o.Detector)
	if err != nil {
		return Figure{}, err
	}
	if err := r.Read(detector); err != nil {
		return Figure{}, err
	}
	var svg bytes.Buffer
	err = r.Draw(nil, &svg)
	return Figure{SVG: svg.Bytes()}, err
}
