package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the experiments",
		Example: "  apical list",
		Args:    wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, e := range a.table {
				fmt.Fprintf(w, "%s\t%s\n", e.Name, e.Title)
			}
			return w.Flush()
		},
	}
}
