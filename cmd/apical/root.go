package main

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

// rootCommand builds the command tree. Cobra prints help only: errors come
// back to execute.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "apical",
		Short: "Simulate networks of spiking neurons with apical dendrites",
		Long: `apical runs published experiments on networks of spiking neurons whose apical
dendrites turn spikes into bursts, and bursts into learning. In spikes of anybody it
tells event rates from burst fractions.

Results go to a directory: a manifest, metrics, and Arrow files that pandas,
polars and R open.`,
		Example: `  apical list
  apical describe xor
  apical run xor --preset quick
  apical inspect runs/xor-quick-seed1/spikes.arrow
  apical analyze events spikes.arrow`,
		Version:       experiment.Version,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.RunE = orHelp
	root.AddCommand(a.runCommand(), a.verifyCommand(), a.listCommand(), a.describeCommand(),
		a.analyzeCommand(), a.plotCommand(), a.reportCommand(), a.exportCommand(), a.inspectCommand(), a.repairCommand(), a.dataCommand(), a.versionCommand())
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args, c.RunE = cobra.ArbitraryArgs, orHelp
		}
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(flagError)
	return root
}

// orHelp is what a command does that has others below it: it shows its help, or
// refuses a name that is none of them.
func orHelp(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args[0])
}

// helpCommand is cobra's, except that an unknown name is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			switch {
			case err == nil && len(rest) == 0:
				return about.Help()
			case err == nil && about.HasParent():
				return unknownCommand(about, rest[0])
			}
			return unknownCommand(cmd.Root(), args[0])
		},
	}
}

// unknownCommand refuses a name that is no command below parent.
func unknownCommand(parent *cobra.Command, name string) error {
	var names []string
	for _, c := range parent.Commands() {
		names = append(names, c.Name())
	}
	switch {
	case !parent.HasParent():
		return experiment.Inputf("unknown command %q%s; 'apical help' lists the commands",
			name, experiment.DidYouMean(name, names))
	case len(names) == 0:
		return experiment.Inputf("unknown command \"%s %s\"; 'apical help %s' is the help of %s",
			parent.Name(), name, parent.Name(), parent.Name())
	}
	return experiment.Inputf("unknown command \"%s %s\"%s; 'apical help %s' lists what there is",
		parent.Name(), name, experiment.DidYouMean(name, names), parent.Name())
}

// wantArgs refuses a wrong number of arguments with a line that names them;
// most < 0 means any number.
func wantArgs(least, most int, usage string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return experiment.Inputf("%s: %s is missing, want '%s'", cmd.Name(), usage, cmd.UseLine())
		case most >= 0 && len(args) > most:
			return experiment.Inputf("%s: %q is one argument too many, want '%s'", cmd.Name(), args[most], cmd.UseLine())
		}
		return nil
	}
}

// find looks an experiment up by name.
func (a *app) find(name string) (*experiment.Experiment, error) {
	var names []string
	for _, e := range a.table {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return nil, experiment.Inputf("unknown experiment %q%s; 'apical list' lists them",
		name, experiment.DidYouMean(name, names))
}

// experimentNames completes the first argument in a shell.
func (a *app) experimentNames(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, e := range a.table {
		names = append(names, e.Name+"\t"+e.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
