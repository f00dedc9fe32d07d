package main

import (
	"slices"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/pflag"
)

// valueFlag is a parameter that is a flag of its own.
type valueFlag struct {
	key  string
	text *string
}

// flagName is how the flag of a parameter is typed.
func flagName(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }

// valueFlags declares the flags that any experiment asks for.
func (a *app) valueFlags(fl *pflag.FlagSet) (all []valueFlag) {
	for _, e := range a.table {
		for _, q := range e.Params {
			if !q.Flag || slices.ContainsFunc(all, func(f valueFlag) bool { return f.key == q.Key }) {
				continue
			}
			f := valueFlag{key: q.Key, text: new(string)}
			all = append(all, f)
			onceVar(fl, f.text, strings.TrimPrefix(flagName(q.Key), "--"), "", "--set "+q.Key+"=`VALUE` of "+strings.Join(a.takers(q.Key), ", ")+"; see apical describe")
		}
	}
	return all
}

// takers are the experiments that have a parameter as a flag.
func (a *app) takers(key string) (names []string) {
	for _, e := range a.table {
		if hasFlag(e, key) {
			names = append(names, e.Name)
		}
	}
	return names
}

func hasFlag(e *experiment.Experiment, key string) bool {
	return slices.ContainsFunc(e.Params, func(q experiment.Param) bool { return q.Flag && q.Key == key })
}

// givenValues are the flags that were given, as --set would have them.
func givenValues(fl *pflag.FlagSet, e *experiment.Experiment, flags []valueFlag) (sets []string, err error) {
	wrong := &experiment.InputError{}
	for _, f := range flags {
		name := flagName(f.key)
		switch {
		case !fl.Changed(strings.TrimPrefix(name, "--")):
		case hasFlag(e, f.key):
			sets = append(sets, f.key+"="+*f.text)
		default:
			wrong.Problems = append(wrong.Problems, name+": "+e.Name+" has no such value; 'apical describe "+e.Name+"' lists what it has")
		}
	}
	if len(wrong.Problems) > 0 {
		return nil, wrong
	}
	return sets, nil
}
