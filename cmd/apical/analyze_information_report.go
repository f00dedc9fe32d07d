package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/information"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
)

// informationFound is what analyze information found.
type informationFound struct {
	inputs
	bins        *information.Bins
	alpha       float64
	relations   []information.InputPair
	populations []information.Multiplexing
}

// write prints a table a population, and what there is to be said of it.
func (f *informationFound) write(w io.Writer) error {
	fmt.Fprintln(w, f.describe())
	for _, r := range f.relations {
		if r.Bound.Shuffles > 0 && r.Bound.P() <= f.alpha {
			fmt.Fprintf(w, "note: %s and %s are related (%.2f bit/s, p %s): what they share is counted in both\n",
				f.names[r.A], f.names[r.B], r.Bound.Corrected, chance(r.Bound))
		}
	}
	if n := f.populations[0].Rate.Shuffles; n < f.options.Shuffles {
		fmt.Fprintf(w, "note: %d shuffles, not %d: segments allow no more\n", n, f.options.Shuffles)
	}
	for i, m := range f.populations {
		p := f.bins.Populations[i]
		spikes, events, bursts := f.bins.Totals(i)
		fmt.Fprintf(w, "\n%s: %d neurons, %d spikes, %d events, %d bursts\n", p.Name, p.Size, spikes, events, bursts)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprint(t, "signal\tstream\tbit/s\tse\tnet\tby chance\tp\tmean coherence\tgreatest at\t\n")
		for _, q := range m.Pairs {
			peak, at := f.peak(q.Coherence)
			carrier := ""
			if q.Carrier {
				carrier = "carrier"
			}
			fmt.Fprintf(t, "%s\t%s\t%.2f\t%s\t%s\t%s\t%s\t%.3f\t%.3f, %s\t%s\n", f.names[q.Signal], q.Stream, q.Bound.Corrected, known("%.2f", q.Bound.SE),
				known("%.2f", q.Bound.Net()), known("%.2f", q.Bound.Shuffled), chance(q.Bound), q.Coherence.Mean(f.options.Band), peak, formatHz(at), carrier)
		}
		if err := t.Flush(); err != nil {
			return err
		}
		f.remarks(w, m)
	}
	return nil
}

// chance is the p of a bound, - where nothing was shuffled.
func chance(b information.Bound) string {
	if b.Shuffles == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g", b.P())
}

// peak is the greatest coherence of the band, and where it is.
func (f *informationFound) peak(c information.Coherence) (squared, hz float64) {
	for i, v := range c.Squared {
		if at := c.FrequencyHz[i]; f.options.Band.Holds(at) && v > squared {
			squared, hz = v, at
		}
	}
	return squared, hz
}

// remarks prints sums, and what casts doubt on them.
func (f *informationFound) remarks(w io.Writer, m information.Multiplexing) {
	if len(f.names) > 1 {
		fmt.Fprintf(w, "carriers %.2f bit/s, cross-talk %.2f; firing rate %.2f of all signals together", m.Multiplexed, m.CrossTalk(), m.Rate.Corrected)
		if gain, ok := m.Gain(); ok {
			fmt.Fprintf(w, "; gain of multiplexing %.3f", gain)
		}
		fmt.Fprintln(w)
	}
	if m.Undefined > 0 {
		fmt.Fprintf(w, "note: no burst fraction in %d of %d bins, nor near them; that of all events stands in: longer bins, or a lower cutoff\n", m.Undefined, m.Bins)
	}
}

// columns are those of coherence.arrow: a row for each frequency above 0,
// population, signal and stream.
func (f *informationFound) columns() []spikefile.ResultColumn {
	number := func(name, unit, what string) spikefile.ResultColumn {
		return spikefile.ResultColumn{Name: name, Unit: unit, What: what, Numbers: []float64{}}
	}
	hz, level := number("frequency_hz", "Hz", ""), number("significance", "1", "coherence that unrelated series exceed with probability alpha")
	squared, phase := number("coherence", "1", "magnitude-squared"), number("phase_rad", "rad", "negative where the stream follows the signal")
	low, high := number("ci_lo", "1", "95 % interval of coherence"), number("ci_hi", "1", "")
	bits := number("information_bit", "bit/s per Hz", "-log2(1-coherence), bias included")
	population := spikefile.ResultColumn{Name: "population", Index: []int16{}}
	for _, p := range f.bins.Populations {
		population.Names = append(population.Names, p.Name)
	}
	signal := spikefile.ResultColumn{Name: "signal", Index: []int16{}, Names: f.names}
	stream := spikefile.ResultColumn{Name: "stream", Index: []int16{}}
	for _, s := range information.Streams() {
		stream.Names = append(stream.Names, s.String())
	}
	for k, at := range f.options.Estimator.Frequencies() {
		if k == 0 {
			continue
		}
		for i, m := range f.populations {
			for _, q := range m.Pairs {
				hz.Numbers = append(hz.Numbers, at)
				population.Index = append(population.Index, int16(i))
				signal.Index = append(signal.Index, int16(q.Signal))
				stream.Index = append(stream.Index, int16(q.Stream))
				squared.Numbers = append(squared.Numbers, q.Coherence.Squared[k])
				a, b := q.Coherence.Interval(k, analysis.Quantile(0.95))
				low.Numbers, high.Numbers = append(low.Numbers, a), append(high.Numbers, b)
				phase.Numbers = append(phase.Numbers, q.Coherence.PhaseRad[k])
				level.Numbers = append(level.Numbers, q.Coherence.Significance(f.alpha))
				bits.Numbers = append(bits.Numbers, -math.Log2(max(math.SmallestNonzeroFloat64, 1-q.Coherence.Squared[k])))
			}
		}
	}
	return []spikefile.ResultColumn{hz, population, signal, stream, squared, low, high, level, phase, bits}
}

// bound is a Bound in metrics.json.
type bound struct {
	Corrected *float64 `json:"information_bit_per_s"`
	SE        *float64 `json:"se_bit_per_s"`
	Net       *float64 `json:"net_bit_per_s"`
	Plugin    *float64 `json:"plugin_bit_per_s"`
	Shuffled  *float64 `json:"shuffled_bit_per_s"`
	SD        *float64 `json:"shuffled_sd_bit_per_s"`
	Shuffles  int      `json:"shuffles"`
	P         *float64 `json:"p"`
}

func boundJSON(b information.Bound) bound {
	j := bound{Corrected: experiment.Finite(b.Corrected), SE: experiment.Finite(b.SE), Net: experiment.Finite(b.Net()), Plugin: experiment.Finite(b.Plugin),
		Shuffled: experiment.Finite(b.Shuffled), SD: experiment.Finite(b.ShuffledSD), Shuffles: b.Shuffles}
	if b.Shuffles > 0 {
		j.P = experiment.Finite(b.P())
	}
	return j
}

// metrics is metrics.json.
func (f *informationFound) metrics(meta spikefile.Meta) any {
	type pair struct {
		Signal    string   `json:"signal"`
		Stream    string   `json:"stream"`
		Carrier   bool     `json:"carrier"`
		Coherence *float64 `json:"mean_coherence"`
		bound
	}
	type population struct {
		Name        string   `json:"population"`
		Neurons     int      `json:"neurons"`
		Spikes      int64    `json:"spikes"`
		Events      int64    `json:"events"`
		Bursts      int64    `json:"bursts"`
		Pairs       []pair   `json:"pairs"`
		Multiplexed *float64 `json:"multiplexed_bit_per_s"`
		CrossTalk   *float64 `json:"cross_talk_bit_per_s"`
		Rate        bound    `json:"firing_rate_all_signals"`
		Gain        *float64 `json:"multiplexing_gain"`
		Undefined   int      `json:"undefined_bins"`
		Bins        int      `json:"bins"`
	}
	type relation struct {
		A         string   `json:"signal"`
		B         string   `json:"other"`
		Coherence *float64 `json:"mean_coherence"`
		bound
	}
	e := f.options.Estimator
	all := struct {
		Source      string       `json:"source"`
		Analyzed    [][2]float64 `json:"analyzed_s"`
		BurstISI    float64      `json:"burst_isi_s"`
		Bin         float64      `json:"bin_s"`
		Method      string       `json:"method"`
		Segment     float64      `json:"segment_s"`
		Segments    int          `json:"segments"`
		Independent float64      `json:"independent_segments"`
		Low         float64      `json:"low_hz"`
		Cutoff      float64      `json:"cutoff_hz"`
		Smoothing   float64      `json:"smoothing_s"`
		Alpha       float64      `json:"alpha"`
		Populations []population `json:"populations"`
		Relations   []relation   `json:"signals_with_each_other"`
	}{Source: meta.Source, Analyzed: f.analyzed(), BurstISI: meta.BurstISISeconds, Bin: f.grid.BinSeconds(), Method: f.method(), Segment: 1 / e.Resolution(),
		Segments: e.Segments(f.grid.Bins()), Independent: e.Independent(f.grid.Bins()), Low: f.options.Band.FromHz,
		Cutoff: f.options.Band.ToHz, Smoothing: f.options.WidthS, Alpha: f.alpha, Relations: []relation{}}
	for i, m := range f.populations {
		p := population{Name: f.bins.Populations[i].Name, Neurons: f.bins.Populations[i].Size, Multiplexed: experiment.Finite(m.Multiplexed),
			CrossTalk: experiment.Finite(m.CrossTalk()), Rate: boundJSON(m.Rate), Undefined: m.Undefined, Bins: m.Bins}
		p.Spikes, p.Events, p.Bursts = f.bins.Totals(i)
		if gain, ok := m.Gain(); ok && len(f.names) > 1 {
			p.Gain = experiment.Finite(gain)
		}
		for _, q := range m.Pairs {
			p.Pairs = append(p.Pairs, pair{f.names[q.Signal], q.Stream.String(), q.Carrier,
				experiment.Finite(q.Coherence.Mean(f.options.Band)), boundJSON(q.Bound)})
		}
		all.Populations = append(all.Populations, p)
	}
	for _, r := range f.relations {
		all.Relations = append(all.Relations, relation{f.names[r.A], f.names[r.B], experiment.Finite(r.Coherence.Mean(f.options.Band)), boundJSON(r.Bound)})
	}
	return all
}
