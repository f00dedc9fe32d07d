package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// signalError is why a context was cancelled, with the exit code that shells
// expect: 128 plus the signal's number.
type signalError struct {
	name string
	code int
}

func (e *signalError) Error() string { return e.name }

// watchSignals gives a context that SIGINT or SIGTERM cancels. A second signal
// ends the process at once, leaving .partial files for `apical repair`. The
// function it returns ends the watch.
func watchSignals(stderr io.Writer) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	over := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		first := true
		for {
			select {
			case <-over:
				return
			case s := <-signals:
				err := &signalError{name: "SIGINT", code: 130}
				if s == syscall.SIGTERM {
					err = &signalError{name: "SIGTERM", code: 143}
				}
				if !first {
					os.Exit(err.code)
				}
				first = false
				if _, terminal := terminalOf(stderr); terminal {
					fmt.Fprintln(stderr) // off the progress line and the echo of ^C
				}
				fmt.Fprintf(stderr, "apical: %s, closing files (once more to stop at once)\n", err.name)
				cancel(err)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		<-ended
		cancel(nil)
	}
}
