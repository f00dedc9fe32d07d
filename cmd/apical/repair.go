package main

import (
	"github.com/spf13/cobra"
)

func (a *app) repairCommand() *cobra.Command {
	return &cobra.Command{Use: "repair FILE --out FILE"}
}
