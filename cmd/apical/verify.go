package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

func (a *app) verifyCommand() *cobra.Command {
	var out, seeds, jobs string
	var force, quiet bool
	cmd := &cobra.Command{
		Use:   "verify [EXPERIMENT]...",
		Short: "Run experiments in full and compare them with what was published",
		Long: `Runs experiments in full length (all of them, if none is named), several seeds
each, and judges what they are expected to show: every number with its
reference and the band in which it counts as reached. The table at the end says
what came out; the exit code is 1 if any band was missed or a run failed.`,
		Example: `  apical verify
  apical verify propagation rule --out runs/verify
  apical verify pairing --seeds 1..3 --force`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.experimentNames,
		PreRun:            outliveReaders,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := experiment.VerifyOptions{Dir: out, Seeds: seeds, Force: force, Out: a.out}
			if cmd.Flags().Changed("seeds") {
				if _, err := experiment.ParseSeeds(seeds); err != nil {
					return experiment.Inputf("seeds: %v", err)
				}
			}
			if cmd.Flags().Changed("jobs") {
				n, err := parseWorkers(jobs)
				if err != nil {
					return experiment.Inputf("jobs: %v", err)
				}
				o.Jobs = n
			}
			if out == "" {
				return experiment.Inputf("out: is empty, want a directory")
			}
			var chosen []*experiment.Experiment
			for _, name := range args {
				e, err := a.find(name)
				if err != nil {
					return err
				}
				if len(e.Verify) == 0 {
					return experiment.Inputf("%s: nothing to verify", name)
				}
				chosen = append(chosen, e)
			}
			if len(args) == 0 {
				chosen = experiments()
			}
			if !quiet {
				o.Display = a.display()
			}
			return a.verify(cmd, chosen, o)
		},
	}
	fl := cmd.Flags()
	onceVar(fl, &out, "out", "runs/verify", "directory `DIR` of all the runs")
	onceVar(fl, &seeds, "seeds", "", "`1..5` or the like, instead of each experiment's own seeds")
	onceVar(fl, &jobs, "jobs", "", "seeds that run at once, `N` from 1 to 256 (default one a core)")
	fl.BoolVar(&force, "force", false, "replace the runs that DIR already holds")
	fl.BoolVar(&quiet, "quiet", false, "no progress on the standard error")
	return cmd
}

// verify runs all and prints one table of what came out.
func (a *app) verify(cmd *cobra.Command, chosen []*experiment.Experiment, o experiment.VerifyOptions) error {
	var all []experiment.Verified
	for _, e := range chosen {
		done, err := e.VerifyAll(cmd.Context(), o)
		all = append(all, done...)
		if err != nil {
			return err
		}
	}
	fmt.Fprintln(a.out)
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "experiment\tmet\tjudged\t")
	var wrong []string
	for _, v := range all {
		verdict := "met"
		switch {
		case v.Err != nil:
			verdict = "FAILED"
		case v.Missed() > 0:
			verdict = fmt.Sprintf("MISSED %d", v.Missed())
		}
		if verdict != "met" {
			wrong = append(wrong, v.Label)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", v.Label, v.Judged()-v.Missed(), v.Judged(), verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return errors.New("verify: not as expected: " + strings.Join(wrong, ", "))
	}
	return nil
}
