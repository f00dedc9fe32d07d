package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/information"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
)

// stpFound is what analyze stp found.
type stpFound struct {
	inputs
	stpAsked
	populations []analysis.Population
	traces      []stpTrace
	scanned     [][]information.Reading // by population
}

// stpTrace is what arrives from one population through one synapse, or the
// quotient of two such traces.
type stpTrace struct {
	population, synapse int // the quotient follows all synapses
	series              information.Series
	mean                float64             // Hz per cell; of the quotient, that of all there is
	undefined           int                 // bins of the quotient without a denominator
	coherence           []float64           // with each signal, mean over the band
	bounds              []information.Bound // about each signal
}

// traceNames are those of the synapses, and of the quotient.
func (q *stpAsked) traceNames() []string {
	var names []string
	for _, s := range q.synapses {
		names = append(names, s.Name)
	}
	if q.over >= 0 {
		names = append(names, names[q.over]+"/"+names[q.under])
	}
	return names
}

// read takes the traces, and compares them with the signals.
func (f *stpFound) read(bank *information.Bank) error {
	for p := range f.populations {
		for k := range f.traceNames() {
			t := stpTrace{population: p, synapse: k}
			if k < len(f.synapses) {
				t.series = bank.Trace(k, p)
				t.mean = t.series.Mean()
			} else {
				over, under := bank.Trace(f.over, p), bank.Trace(f.under, p)
				t.series, t.undefined = information.Ratio(over, under, f.options.WidthS/f.grid.BinSeconds())
				t.mean = over.Mean() / under.Mean()
			}
			if len(f.signals) == 0 {
				f.traces = append(f.traces, t)
				continue
			}
			spectrum := f.options.Estimator.Spectrum(t.series)
			for _, s := range f.signals {
				x := f.options.Estimator.Spectrum(s)
				b, err := information.Inform([]*information.Spectrum{x}, spectrum, f.options.Band, f.options.Shuffles)
				if err != nil {
					return err
				}
				t.bounds = append(t.bounds, b)
				t.coherence = append(t.coherence, information.Coherent(x, spectrum).Mean(f.options.Band))
			}
			f.traces = append(f.traces, t)
		}
	}
	return nil
}

// ranked is how many places of a scan are shown; metrics.json has all of them.
const ranked = 5

// write prints a table of all traces, and the best of a scan.
func (f *stpFound) write(w io.Writer) error {
	fmt.Fprintln(w, f.describe())
	names := f.traceNames()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "population\tsynapse\tmean\t")
	for _, s := range f.names {
		fmt.Fprintf(t, "%s bit/s\tp\tcoherence\t", s)
	}
	fmt.Fprintln(t)
	for _, x := range f.traces {
		mean := known("%.4f Hz", x.mean)
		if x.synapse == len(f.synapses) {
			mean = known("%.4f", x.mean)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t", f.populations[x.population].Name, names[x.synapse], mean)
		for i, b := range x.bounds {
			fmt.Fprintf(t, "%.2f\t%s\t%.3f\t", b.Corrected, chance(b), x.coherence[i])
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for p, all := range f.scanned {
		if len(all) == 0 {
			continue
		}
		for i, signal := range f.names {
			fmt.Fprintf(w, "\n%s, what reads %s best of %d\n", f.populations[p].Name, signal, len(all))
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			fmt.Fprint(t, "synapse\tselectivity\t")
			for _, s := range f.names {
				fmt.Fprintf(t, "%s coherence\t", s)
			}
			fmt.Fprintln(t)
			best := information.Rank(all, i)
			for _, r := range best[:min(ranked, len(best))] {
				fmt.Fprintf(t, "%s\t%.3f\t", r.Name(), r.Selectivity(i))
				for _, c := range r.Coherence {
					fmt.Fprintf(t, "%.3f\t", c)
				}
				fmt.Fprintln(t)
			}
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// columns are those of stp.arrow: a row for each bin, population and synapse.
func (f *stpFound) columns() []spikefile.ResultColumn {
	at := spikefile.ResultColumn{Name: "t_s", Unit: "s", What: "start of the bin", Numbers: []float64{}}
	trace := spikefile.ResultColumn{Name: "psp_hz", Unit: "Hz per neuron", What: "spikes, each as far as it is transmitted; of a quotient without unit", Numbers: []float64{}}
	population := spikefile.ResultColumn{Name: "population", Index: []int16{}}
	for _, p := range f.populations {
		population.Names = append(population.Names, p.Name)
	}
	name := spikefile.ResultColumn{Name: "synapse", Index: []int16{}, Names: f.traceNames()}
	for i, w := range f.grid.Stretches {
		for j := range f.grid.Bins()[i] {
			for _, t := range f.traces {
				at.Numbers = append(at.Numbers, float64(w.From+int64(j)*f.grid.Bin)/float64(f.grid.StepsPerSecond))
				population.Index, name.Index = append(population.Index, int16(t.population)), append(name.Index, int16(t.synapse))
				trace.Numbers = append(trace.Numbers, t.series[i][j])
			}
		}
	}
	return []spikefile.ResultColumn{at, population, name, trace}
}

// extra is what the metadata of stp.arrow say beside the columns.
func (f *stpFound) extra() map[string]string {
	extra := map[string]string{"bin_s": fmt.Sprint(f.grid.BinSeconds())}
	for _, s := range f.synapses {
		extra["synapse "+s.Name] = fmt.Sprintf("U=%g,u0=%g,tau_f=%gms,tau_d=%gms,tau=%gms", s.U, s.InitialU, s.TauFacilitationMS, s.TauRecoveryMS, s.TauMS)
	}
	return extra
}

// metrics is metrics.json.
func (f *stpFound) metrics(source string) any {
	type parameters struct {
		Name         string  `json:"synapse"`
		U            float64 `json:"u"`
		Initial      float64 `json:"initial_u"`
		Facilitation float64 `json:"tau_f_ms"`
		Depression   float64 `json:"tau_d_ms"`
		Tau          float64 `json:"tau_ms"`
	}
	type reading struct {
		Signal    string   `json:"signal"`
		Coherence *float64 `json:"mean_coherence"`
		bound
	}
	type trace struct {
		Population string    `json:"population"`
		Synapse    string    `json:"synapse"`
		Mean       *float64  `json:"mean_hz"`
		Undefined  int       `json:"undefined_bins,omitempty"`
		Signals    []reading `json:"signals,omitempty"`
	}
	type place struct {
		Population  string    `json:"population"`
		Signal      string    `json:"signal"`
		Synapse     string    `json:"synapse"`
		Selectivity float64   `json:"selectivity"`
		Coherence   []float64 `json:"mean_coherence"`
	}
	all := struct {
		Source   string       `json:"source"`
		Analyzed [][2]float64 `json:"analyzed_s"`
		Bin      float64      `json:"bin_s"`
		Signals  []string     `json:"signals,omitempty"`
		Synapses []parameters `json:"synapses"`
		Traces   []trace      `json:"traces"`
		Scan     []place      `json:"scan,omitempty"`
	}{Source: source, Analyzed: f.analyzed(), Bin: f.grid.BinSeconds(), Signals: f.names}
	for _, s := range f.synapses {
		all.Synapses = append(all.Synapses, parameters{s.Name, s.U, s.InitialU, s.TauFacilitationMS, s.TauRecoveryMS, s.TauMS})
	}
	for _, t := range f.traces {
		x := trace{Population: f.populations[t.population].Name, Synapse: f.traceNames()[t.synapse],
			Mean: experiment.Finite(t.mean), Undefined: t.undefined}
		for i, b := range t.bounds {
			x.Signals = append(x.Signals, reading{f.names[i], experiment.Finite(t.coherence[i]), boundJSON(b)})
		}
		all.Traces = append(all.Traces, x)
	}
	for p, readings := range f.scanned {
		for i, signal := range f.names {
			for _, r := range information.Rank(readings, i) {
				all.Scan = append(all.Scan, place{f.populations[p].Name, signal, r.Name(), r.Selectivity(i), r.Coherence})
			}
		}
	}
	return all
}
