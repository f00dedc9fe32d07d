package spiketable

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// timeNames, neuronNames and populationNames are what columns are called in the
// tables of simulators and of recordings, the first that is there counts. Names
// with a unit come first.
func timeNames() []string {
	return []string{"time_s", "t_s", "time_ms", "t_ms", "time_us", "t_us", "time_ns", "times_s", "times_ms", "spike_time_s", "spike_time_ms",
		"spike_times_s", "spike_times_ms", "time", "times", "t", "spike_time", "spike_times", "spiketime", "spiketimes",
		"timestamp", "timestamps", "step", "steps", "time_step", "timestep"}
}

func neuronNames() []string {
	return []string{"neuron_id", "neuron", "neurons", "neuron_index", "neuron_ids", "unit", "unit_id", "units", "cell", "cell_id",
		"node_id", "node_ids", "sender", "senders", "gid", "gids", "cluster", "cluster_id", "id", "ids", "i", "index", "spike_id"}
}

func populationNames() []string {
	return []string{"population", "population_id", "populations", "pop", "node_population"}
}

// layout is where a foreign file has what.
type layout struct {
	time, neuron, population int // columns; population is -1 for none
	unit                     Unit
	unitless                 bool // nothing says the unit
}

// arrange finds the columns that opt names, and guesses those that it does not.
func arrange(path string, infos []columnInfo, opt Options, note func(string, ...any)) (l layout, err error) {
	if l.time, err = locate(path, infos, "time-column", opt.TimeColumn, timeNames(), "times"); err != nil {
		return l, err
	}
	if l.neuron, err = locate(path, infos, "neuron-column", opt.NeuronColumn, neuronNames(), "neurons"); err != nil {
		return l, err
	}
	l.population = -1
	if opt.PopulationColumn != "" || guess(infos, populationNames()) >= 0 {
		if l.population, err = locate(path, infos, "population-column", opt.PopulationColumn, populationNames(), "populations"); err != nil {
			return l, err
		}
	}
	if l.time == l.neuron || l.time == l.population || l.neuron == l.population {
		return l, inputf(path, "times, neurons and populations are in columns of their own, not two of them in one")
	}
	time := infos[l.time]
	if time.kind == other || time.kind == texts {
		return l, inputf(path, "column %s of times is %s, want numbers", time.name, time.typ)
	}
	for _, i := range []int{l.neuron, l.population} {
		if i >= 0 && infos[i].kind == other {
			return l, inputf(path, "column %s is %s, want whole numbers or names", infos[i].name, infos[i].typ)
		}
	}
	reason := ""
	l.unit, reason = unitOf(time, infos[l.neuron])
	if opt.Unit != "" {
		l.unit, reason = opt.Unit, ""
	}
	l.unitless = reason == nothingSays
	var assumed []string
	if opt.TimeColumn == "" {
		assumed = append(assumed, fmt.Sprintf("times in column %s (--time-column)", time.name))
	}
	if opt.NeuronColumn == "" {
		assumed = append(assumed, fmt.Sprintf("neurons in %s (--neuron-column)", infos[l.neuron].name))
	}
	if opt.PopulationColumn == "" && l.population >= 0 {
		assumed = append(assumed, fmt.Sprintf("populations in %s (--population-column)", infos[l.population].name))
	}
	if reason != "" {
		assumed = append(assumed, fmt.Sprintf("times in %s, %s (--unit)", l.unit, reason))
	}
	if len(assumed) > 0 {
		note("taken to have %s", list(assumed))
	}
	return l, nil
}

// locate finds a column by the name that a flag gives, or by place, or guesses.
func locate(path string, infos []columnInfo, flag, name string, usual []string, what string) (int, error) {
	var names []string
	for _, c := range infos {
		names = append(names, c.name)
	}
	if name == "" {
		if i := guess(infos, usual); i >= 0 {
			return i, nil
		}
		return 0, inputf(path, "no column looks like %s; name one with --%s, there are %s", what, flag, list(names))
	}
	if i := slices.Index(names, name); i >= 0 {
		return i, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(names) {
		return n - 1, nil
	}
	return 0, &InputError{Path: path, Unknown: name, Known: names,
		Reason: fmt.Sprintf("%s: there is no column %q; there are %s", flag, name, list(names))}
}

// guess returns the first column with one of the usual names, -1 if none has.
func guess(infos []columnInfo, usual []string) int {
	for _, name := range usual {
		for i, c := range infos {
			if strings.EqualFold(strings.TrimSpace(c.name), name) {
				return i
			}
		}
	}
	return -1
}

// unitOf guesses the unit of the times. reason says why, "" if the file itself
// says it.
func unitOf(time, neuron columnInfo) (u Unit, reason string) {
	if u, ok := parseUnit(time.unit); ok {
		return u, ""
	}
	name := strings.ToLower(strings.TrimSpace(time.name))
	if i := strings.LastIndexByte(name, '_'); i >= 0 {
		if u, ok := parseUnit(name[i+1:]); ok {
			return u, "by its name"
		}
	}
	switch strings.TrimSuffix(name, "s") {
	case "step", "timestep":
		return Steps, "by its name"
	}
	switch n := strings.ToLower(strings.TrimSpace(neuron.name)); {
	case strings.HasPrefix(n, "sender"):
		return Milliseconds, "as NEST has them"
	case name == "timestamps" && n == "node_ids":
		return Milliseconds, "as SONATA has them"
	}
	return Seconds, nothingSays
}

// nothingSays is the reason for seconds where there is no other.
const nothingSays = "since nothing says otherwise"
