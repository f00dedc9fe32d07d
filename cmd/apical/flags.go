package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// once is a flag with one value, which is refused a second time: the last of
// several would win without a word.
type once struct {
	text  *string
	given bool
}

// onceVar declares such a flag as StringVar does.
func onceVar(flags *pflag.FlagSet, p *string, name, value, usage string) {
	*p = value
	flags.Var(&once{text: p}, name, usage)
}

func (o *once) String() string {
	if o.text == nil {
		return ""
	}
	return *o.text
}

func (o *once) Set(text string) error {
	if o.given {
		return fmt.Errorf("given twice, as %q and as %q, want it once", *o.text, text)
	}
	*o.text, o.given = text, true
	return nil
}

// Type makes help show the default in quotation marks.
func (o *once) Type() string { return "string" }

// flagError turns pflag's messages into lines that name the nearest flag.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		name := invalid.GetFlag().Name
		if invalid.GetFlag().Value.Type() == "bool" {
			return experiment.Inputf("--%s: %q, want true or false, or --%s alone", name, invalid.GetValue(), name)
		}
		return experiment.Inputf("--%s: %v", name, errors.Unwrap(invalid))
	}
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		suggestion := ""
		if near, ok := experiment.Nearest(name, names); ok {
			suggestion = fmt.Sprintf(", did you mean --%s?", near)
		}
		return experiment.Inputf("unknown flag --%s%s; '%s --help' lists the flags", name, suggestion, cmd.CommandPath())
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		return experiment.Inputf("%s needs a value; '%s --help' says which", name, cmd.CommandPath())
	}
	return experiment.Inputf("%s; '%s --help' lists the flags", strings.ReplaceAll(text, "\n", " "), cmd.CommandPath())
}
