package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/io/spikefile"
)

// trialsFiles are those that may be written.
func trialsFiles() []string {
	return []string{"psth.arrow", "contrast.arrow", "roc.arrow", "cells.arrow", "metrics.json"}
}

// meta is the metadata of the tables.
func (f *trialsFlags) meta(path string, t *trialsFound) spikefile.Meta {
	m, _ := fileMeta(path, t.Recording, t.criterion, t.detector)
	m.Seed, m.BurstISISeconds = t.seed, t.Recording.Seconds(t.criterion.ISI)
	rule := "interval"
	if t.detector.Accumulating {
		rule = "accumulating"
	}
	second := t.Recording.Seconds
	m.Extra = map[string]string{
		"trials": filepath.Base(f.table), "onset_column": f.onset, "condition_column": f.condition,
		"around_s": fmt.Sprintf("%v..%v", second(t.Design.From), second(t.Design.To)), "bin_s": fmt.Sprint(second(t.Design.Bin)),
		"baseline_s": t.spanText(t.baseline), "response_s": t.spanText(t.response), "interval_confidence": fmt.Sprint(t.show.confidence),
		"permutations": fmt.Sprint(t.permutations), "bootstrap_samples": fmt.Sprint(t.bootstrap),
		"rule": fmt.Sprintf("%s, silence before a burst %v s, longest event %v s", rule, second(t.criterion.PreSilence), second(t.detector.Cap)),
	}
	for key, value := range map[string]string{"outcome_column": f.outcome, "session_column": f.session, "about_column": f.neurons, "contrast": f.contrast, "cells_condition": f.cells} {
		if value != "" {
			m.Extra[key] = value
		}
	}
	return m
}

// spanText is a window around the onset in s, or "none".
func (t *trialsFound) spanText(b trials.Bins) string {
	if b == (trials.Bins{}) {
		return "none"
	}
	return fmt.Sprintf("%v..%v", t.BinStart(b.From), t.BinStart(b.To))
}

// width is the length of some bins in s.
func (t *trialsFound) width(b trials.Bins) float64 {
	return t.Recording.Seconds(int64(b.To-b.From) * t.Design.Bin)
}

// tables collects the columns of a table row by row.
type tables struct {
	columns []spikefile.ResultColumn
	at      int
}

// names, number, count: the next value of the row. A row always has the same
// columns in the same order, and the first says what they are.
func (t *tables) names(name string, all []string, value string) {
	c := t.column(spikefile.ResultColumn{Name: name, Names: all, Index: []int16{}})
	c.Index = append(c.Index, int16(slices.Index(all, value)))
}

func (t *tables) number(name, unit, what string, value float64) {
	c := t.column(spikefile.ResultColumn{Name: name, Unit: unit, What: what, Numbers: []float64{}})
	c.Numbers = append(c.Numbers, value)
}

// maybe is number that may have no value.
func (t *tables) maybe(name, unit, what string, value float64) {
	c := t.column(spikefile.ResultColumn{Name: name, Unit: unit, What: what, Numbers: []float64{}, Nullable: true})
	c.Numbers = append(c.Numbers, value)
}

func (t *tables) count(name string, value int64) {
	c := t.column(spikefile.ResultColumn{Name: name, Unit: "count", Counts: []int64{}})
	c.Counts = append(c.Counts, value)
}

// column is the next of the row, made in the first.
func (t *tables) column(c spikefile.ResultColumn) *spikefile.ResultColumn {
	if t.at == len(t.columns) {
		t.columns = append(t.columns, c)
	}
	t.at++
	return &t.columns[t.at-1]
}

// end ends a row.
func (t *tables) end() { t.at = 0 }

// write makes the files.
func (t *trialsFound) write(out directory, meta spikefile.Meta) error {
	for _, table := range []struct {
		kind string
		tables
	}{{"psth", t.psthTable()}, {"contrast", t.contrastTable()}, {"roc", t.rocTable()}, {"cells", t.cellTable()}} {
		if len(table.columns) == 0 {
			continue
		}
		if err := out.Table(table.kind+".arrow", table.kind, meta, table.columns); err != nil {
			return err
		}
	}
	return out.JSON("metrics.json", t.metrics(meta))
}

func (t *trialsFound) populations() (names []string) {
	for _, p := range t.Recording.Populations {
		names = append(names, p.Name)
	}
	return names
}

// signalUnit is the unit of a column that several signals share.
const signalUnit = "Hz per neuron; 1 for burst_fraction"

// psthTable has a row a population, condition, signal and bin.
func (t *trialsFound) psthTable() (table tables) {
	seconds := t.Recording.Seconds(t.Design.Bin)
	for _, r := range t.results {
		for _, p := range r.psth {
			for _, c := range p.Responses {
				for b, value := range c.Value {
					table.names("population", t.populations(), r.name)
					table.names("condition", t.Conditions(), p.Condition)
					table.names("signal", trials.SignalNames(), c.Signal.String())
					table.number("t_s", "s", "start of the bin, from the onset", t.BinStart(b))
					table.number("bin_s", "s", "length of the bin", seconds)
					table.maybe("value", signalUnit, "of sums over neurons and trials", value)
					table.maybe("ci_lo", signalUnit, "of independent events: Wilson for burst_fraction, Garwood for rates", c.Low[b])
					table.maybe("ci_hi", signalUnit, "", c.High[b])
					table.maybe("bootstrap_lo", signalUnit, "over neurons and trials", c.BootLow[b])
					table.maybe("bootstrap_hi", signalUnit, "", c.BootHigh[b])
					table.maybe("chance", signalUnit, "burst fraction that the firing rates alone would bring about", t.chanceOf(r, c.Signal, p, b))
					table.maybe("change", signalUnit, "value less that of the baseline", c.Change[b])
					table.maybe("z", "1", "change in standard errors", c.Z[b])
					k := p.Counts[b]
					table.count("n_events", k.Events)
					table.count("n_classified", k.Classified)
					table.count("n_bursts", k.Bursts)
					table.count("n_spikes", k.Spikes)
					table.count("n_trials", int64(p.Trials))
					table.count("n_neuron_trials", p.NeuronTrials)
					table.end()
				}
			}
		}
	}
	return table
}

// chanceOf is the burst fraction that goes with the firing rate of a bin.
func (t *trialsFound) chanceOf(r trialsResult, signal trials.Signal, p trials.PSTH, bin int) float64 {
	if signal != trials.BurstFraction || !t.show.hasChance {
		return math.NaN()
	}
	return chanceAt(r.chance, p.Responses[trials.FiringRate].Value[bin])
}

// chanceAt is NaN where there is no level.
func chanceAt(m analysis.Mixture, rate float64) float64 {
	level, ok := m.At(rate)
	if !ok {
		return math.NaN()
	}
	return level
}

// matchedName is the signal of a burst fraction at equal event rates.
const matchedName = "burst_fraction_matched"

// curves are those of a contrast with their names.
func curves(c *trials.Contrast) (all []trials.Difference, names []string) {
	if c == nil {
		return nil, nil
	}
	for _, d := range c.Curves {
		all, names = append(all, d), append(names, d.Signal.String())
	}
	if c.Matched != nil {
		all, names = append(all, *c.Matched), append(names, matchedName)
	}
	return all, names
}

// contrastTable has a row a population, signal and bin.
func (t *trialsFound) contrastTable() (table tables) {
	for _, r := range t.results {
		all, names := curves(r.contrast)
		for i, d := range all {
			for b := range d.A {
				table.names("population", t.populations(), r.name)
				table.names("signal", append(trials.SignalNames(), matchedName), names[i])
				table.number("t_s", "s", "start of the bin, from the onset", t.BinStart(b))
				table.number("bin_s", "s", "length of the bin", t.Recording.Seconds(t.Design.Bin))
				table.maybe("a", signalUnit, "of condition "+r.contrast.A, d.A[b])
				table.maybe("b", signalUnit, "of condition "+r.contrast.B, d.B[b])
				table.maybe("difference", signalUnit, "a less b, within strata", d.Difference[b])
				table.maybe("t", "1", "", d.T[b])
				table.maybe("p", "1", "of the bin alone", d.P[b])
				table.maybe("p_max", "1", "corrected for all bins by the largest |t|", d.PMax[b])
				table.maybe("p_cluster", "1", "of the cluster that the bin is part of; null outside", d.PCluster[b])
				table.end()
			}
		}
	}
	return table
}

// rocTable has a row a population, signal and place of the window.
func (t *trialsFound) rocTable() (table tables) {
	for _, r := range t.results {
		for _, c := range r.roc {
			for at := range c.AUC {
				table.names("population", t.populations(), r.name)
				table.names("signal", trials.SignalNames(), c.Signal.String())
				table.number("t_s", "s", "start of the window, from the onset", t.BinStart(at))
				table.number("window_s", "s", "length of the window", t.width(trials.Bins{To: t.window}))
				table.maybe("auc", "1", "probability that a trial of "+r.contrast.A+" has more than one of "+r.contrast.B, c.AUC[at])
				table.maybe("chance_lo", "1", "95 % of the permutations", c.ChanceLow[at])
				table.maybe("chance_hi", "1", "", c.ChanceHigh[at])
				table.maybe("p", "1", "of the window alone", c.P[at])
				table.maybe("p_max", "1", "corrected for all windows by the largest |auc - 0.5|", c.PMax[at])
				table.count("n_dropped_a", int64(c.DroppedA[at]))
				table.count("n_dropped_b", int64(c.DroppedB[at]))
				table.end()
			}
		}
	}
	return table
}

// cellTable has a row a neuron.
func (t *trialsFound) cellTable() (table tables) {
	for _, r := range t.results {
		for _, c := range r.cells {
			table.names("population", t.populations(), r.name)
			table.count("neuron", int64(c.Neuron))
			if t.ids != nil {
				name := table.column(neuronIDColumn())
				name.Texts = append(name.Texts, neuronID(t.ids, r.population, c.Neuron))
			}
			table.count("n_trials", int64(c.Trials))
			for i, k := range []analysis.Counts{c.Baseline, c.Response} {
				which := []string{"baseline_", "response_"}[i]
				exposure := float64(c.Trials) * t.width([]trials.Bins{t.baseline, t.response}[i])
				for signal, name := range trials.SignalNames() {
					unit := "Hz"
					if trials.Signal(signal) == trials.BurstFraction {
						unit = "1"
					}
					table.maybe(which+name, unit, "", trials.Signal(signal).Value(k, exposure))
				}
				table.count(which+"n_classified", k.Classified)
			}
			for i, s := range []trials.Responsiveness{c.FiringRate, c.BurstFraction} {
				name, unit := []string{"firing_rate", "burst_fraction"}[i], []string{"Hz", "1"}[i]
				table.maybe(name+"_change", unit, "response less baseline", s.Change)
				table.maybe(name+"_p", "1", "", s.P)
				table.maybe(name+"_q", "1", "least false discovery rate at which it is a response", s.Q)
				table.names(name+"_class", trials.ResponseClassNames(), s.Class.String())
			}
			for signal, name := range trials.SignalNames() {
				table.maybe("auc_"+name, "1", "of the contrast, in the response", c.AUC[signal])
				table.maybe("auc_p_"+name, "1", "", c.AUCP[signal])
			}
			table.end()
		}
	}
	return table
}
