package main

import (
	"fmt"
	"runtime"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version and what it was built with",
		Example: "  apical version",
		Args:    wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			b := experiment.ReadBuild()
			if b.Revision == "" {
				b.Revision = "unknown (built without version control)"
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "apical\t%s\n", b.Version)
			fmt.Fprintf(w, "revision\t%s\n", b.Revision)
			fmt.Fprintf(w, "go\t%s\n", b.Go)
			fmt.Fprintf(w, "platform\t%s/%s %s\n", b.OS, b.Arch, b.Level)
			fmt.Fprintf(w, "cores\t%d\n", runtime.GOMAXPROCS(0))
			fmt.Fprint(w, "codecs\tlz4 zstd none\n")
			return w.Flush()
		},
	}
}
