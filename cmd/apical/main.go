// Command apical runs published experiments on networks of spiking neurons
// with apical dendrites, and looks after the files that they leave.
//
// Exit codes: 0 done, 1 the run failed, 2 wrong usage or input, 130 and 143
// interrupted by SIGINT and SIGTERM. Errors are one line each on the standard
// error; results go to the standard output.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apical-sim/apical/experiment"
)

func main() {
	os.Exit(main1(experiments()))
}

// main1 runs the command line of the process over a table of experiments and
// gives its exit code.
func main1(table []*experiment.Experiment) int {
	ctx, stop := watchSignals(os.Stderr)
	defer stop()
	a := &app{table: table, out: os.Stdout, err: os.Stderr}
	return a.execute(ctx, os.Args[1:])
}

// app is what the subcommands share.
type app struct {
	table    []*experiment.Experiment
	out, err io.Writer
}

// execute runs one command line. Every way out of it that is not a success
// ends in a line on a.err.
func (a *app) execute(ctx context.Context, args []string) int {
	out := &results{w: a.out}
	a.out = out
	root := a.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if failed := out.failed(); failed != nil {
		err = errors.Join(err, failed)
	}
	if err == nil {
		return 0
	}
	for _, line := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		if line == context.Canceled.Error() {
			line = "interrupted"
		}
		fmt.Fprintf(a.err, "apical: %s\n", printable(line))
	}
	return exitCode(ctx, err)
}

// printable is a line in which names from files and flags do no harm to a terminal:
// what it would not show as a sign is written as in Go, such as \xff and \u200b.
func printable(line string) string {
	var b strings.Builder
	for i, r := range line {
		_, size := utf8.DecodeRuneInString(line[i:])
		switch {
		case unicode.IsPrint(r) && !(r == utf8.RuneError && size == 1):
			b.WriteRune(r)
		default:
			quoted := strconv.Quote(line[i : i+size])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// exitCode classifies an error of a subcommand.
func exitCode(ctx context.Context, err error) int {
	var input *experiment.InputError
	var signal *signalError
	switch {
	case errors.Is(err, context.Canceled) && errors.As(context.Cause(ctx), &signal):
		return signal.code
	case errors.As(err, &input):
		return 2
	}
	return 1
}
