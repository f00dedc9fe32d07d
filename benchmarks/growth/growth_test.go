package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// printed is what go test prints of one run of BenchmarkSize, of values that grow
// in proportion.
func printed(factor float64) string {
	var text strings.Builder
	text.WriteString("goos: linux\ngoarch: amd64\npkg: github.com/apical-sim/apical/benchmarks\ncpu: A Processor\n")
	for _, c := range [][2]int{{1000, 100}, {10_000, 100}, {100_000, 100}, {10_000, 1}, {10_000, 10_000}} {
		for _, workers := range []int{1, 2} {
			n := float64(c[0] * c[1])
			fmt.Fprintf(&text, "BenchmarkSize/cells=%d/in_degree=%d/workers=%d-2 \t 3\t %g ns/op\t 2.5 B/synapse\t %g CPU-s/model-s\t 8.7 Hz\t %g build-s\t"+
				" 1e8 events/s\t %g model-s/s\t 12.5 ns/event\t 1.25 ns/update\t %g peak-MB\t 4.5e+07 synapses/CPU-s\t 456 B/op\t 5 allocs/op\n",
				c[0], c[1], workers, n, factor*n/1e6, n/1e7, 1e6/n/factor, n/1e6)
		}
	}
	text.WriteString("BenchmarkSizeless/cells=1-2 \t 1\t 2 ns/op\nPASS\nok  \tgithub.com/apical-sim/apical/benchmarks\t2.486s\n")
	return text.String()
}

// TestTable takes three runs, the middle of which counts.
func TestTable(t *testing.T) {
	var out strings.Builder
	if err := run(nil, "", strings.NewReader(printed(1)+printed(100)+printed(2)), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"A Processor, 2 cores in use, linux/amd64.\n",
		"\n100 synapses a cell:\n",
		"\n10 000 cells:\n",
		"| 10 000 | 1 000 000 | 1 | 0.500 | 2.00 | 1.25 | 12.5 | 0.100 | 45.0 | 2.50 | 1.00 | 8.70 |\n",
		"| 10 000 | 100 000 000 | 2 | 0.00500 | 200 | 1.25 | 12.5 | 10.0 | 45.0 | 2.50 | 100 | 8.70 |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	// Of 5 networks by 2 workers one belongs to both tables.
	if lines := strings.Count(out.String(), "| 8.70 |\n"); lines != 12 {
		t.Errorf("%d lines, want 12", lines)
	}
}

func TestFigure(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "size.txt")
	if err := os.WriteFile(name, []byte(printed(1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{name}, dir, nil, io.Discard); err != nil {
		t.Fatal(err)
	}
	for file, decode := range map[string]func([]byte) error{
		"size.png": func(b []byte) error { _, err := png.Decode(bytes.NewReader(b)); return err },
		"size.svg": func(b []byte) error {
			for _, want := range []string{"A Processor", "1 M", "0.001", "proportional", "2 workers", "bytes of heap"} {
				if !bytes.Contains(b, []byte(want)) {
					return fmt.Errorf("no %q", want)
				}
			}
			for d := xml.NewDecoder(bytes.NewReader(b)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return err
				}
			}
		},
	} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err == nil {
			err = decode(b)
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestFigureOfLittle draws what -short leaves, and less.
func TestFigureOfLittle(t *testing.T) {
	for _, keep := range []string{"workers=1", "cells=1000/", "in_degree=1/workers=2"} {
		var text []string
		for _, line := range strings.SplitAfter(printed(1), "\n") {
			if strings.Contains(line, keep) {
				text = append(text, line)
			}
		}
		if err := run(nil, t.TempDir(), strings.NewReader(strings.Join(text, "")), io.Discard); err != nil {
			t.Errorf("%s: %v", keep, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for what, text := range map[string]string{
		"no line":     "PASS\n",
		"one machine": printed(1) + strings.ReplaceAll(printed(1), "A Processor", "Another"),
		"no peak-MB":  strings.ReplaceAll(printed(1), "peak-MB", "MB"),
		"not a":       strings.ReplaceAll(printed(1), "workers=2", "workers=0"),
		"2.5x":        strings.ReplaceAll(printed(1), "2.5 B", "2.5x B"),
	} {
		if err := run(nil, "", strings.NewReader(text), io.Discard); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want an error about %q", err, what)
		}
	}
	if err := run([]string{filepath.Join(t.TempDir(), "absent")}, "", nil, io.Discard); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1234.5: "1234", 99.96: "100.0", 1.005: "1.00", 0.012345: "0.0123"} {
		if got := digits(v); got != want {
			t.Errorf("digits(%v): %s, want %s", v, got, want)
		}
	}
	for v, want := range map[int]string{1: "1", 9999: "9999", 10_000: "10 000", 1_234_567: "1 234 567"} {
		if got := grouped(v); got != want {
			t.Errorf("grouped(%v): %s, want %s", v, got, want)
		}
	}
	for v, want := range map[int]string{-3: "0.001", 0: "1", 3: "1000", 4: "10 k", 8: "100 M", 9: "1 G"} {
		if got := power(v); got != want {
			t.Errorf("power(%v): %s, want %s", v, got, want)
		}
	}
}
