package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

func (a *app) repairCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "repair FILE --out FILE",
		Short: "Recover what can be read of a broken Arrow file",
		Long: `Writes all sound batches of a broken Arrow file to a new file: of a .partial
that a killed run left, a file from a full disk, a broken copy. Batches that
cannot be decoded, or hold rows that no reader accepts, are left out. The file
itself is not touched, and the new one must not exist.`,
		Example: "  apical repair runs/xor-seed1/spikes.arrow.partial --out repaired.arrow",
		Args:    wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return experiment.Inputf("repair: --out FILE is missing, want '%s'", cmd.UseLine())
			}
			return a.repair(args[0], out)
		},
	}
	onceVar(cmd.Flags(), &out, "out", "", "the new `FILE`")
	return cmd
}

func (a *app) repair(in, out string) error {
	if err := wantFile(in); err != nil {
		return err
	}
	if _, err := os.Lstat(out); err == nil {
		return experiment.Inputf("out: %s exists, want the name of a new file", out)
	}
	rep, err := spikefile.Repair(in, out)
	var corrupt *spikefile.CorruptError
	if errors.As(err, &corrupt) {
		return fileError(in, err)
	}
	if err != nil {
		return fileError(out, err) // FILE opens and is sound so far
	}
	if rep.Complete {
		fmt.Fprintf(a.out, "%s: was complete; %s has its %d rows in %d batches\n", in, out, rep.Rows, rep.Batches)
		return nil
	}
	rest := "nothing"
	if rep.DroppedBytes > 0 {
		rest = fmt.Sprintf("%d bytes", rep.DroppedBytes)
	}
	fmt.Fprintf(a.out, "%s: %d rows in %d batches recovered to %s, %s left behind\n", in, rep.Rows, rep.Batches, out, rest)
	if rep.DroppedBatches > 0 {
		fmt.Fprintf(a.out, "left out as unsound: %s, the first because: %s\n", batches(rep.DroppedBatches), rep.FirstDropped)
	}
	return nil
}

// batches counts in words.
func batches(n int) string {
	if n == 1 {
		return "1 batch"
	}
	return fmt.Sprintf("%d batches", n)
}
