// The command asm writes the AVX2 kernels of the simulator: assembly and Go
// declarations, beside the portable loops that they repeat operation by
// operation. It runs by
//
//	go generate ./internal/vec
//
// and is a module of its own, so that the simulator does not depend on avo.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// outputs lists the generated files: <directory>/<name>_amd64.{s,go}.
var outputs = []struct {
	directory, name string
	functions       []func(*build.Context)
}{
	{"internal/vec", "tiny", []func(*build.Context){clearTiny}},
	{"internal/vec", "float64", []func(*build.Context){momentum, sigmoid64}},
	{"dendrite", "passive", []func(*build.Context){passive}},
	{"dendrite", "active", []func(*build.Context){active}},
	{"internal/rng", "philox", []func(*build.Context){philox, take}},
	{"internal/rng", "counts", []func(*build.Context){counts}},
	{"internal/rng", "grid", []func(*build.Context){grid, gridFew}},
	{"internal/matmul", "product", products()},
	{"plasticity", "weights", []func(*build.Context){addWeights(false), addWeights(true)}},
	{"synapse", "deliver", []func(*build.Context){deliver(false), deliver(true)}},
	{"neuron", "soma", []func(*build.Context){soma, somaPlateau}},
	{"neuron", "nmda", []func(*build.Context){nmda}},
	{"neuron", "adex", []func(*build.Context){adexKernels}},
	{"neuron", "lif", []func(*build.Context){lifCond(false), lifCond(true), lifCurrent(false), lifCurrent(true)}},
}

func main() {
	root := flag.String("root", "../../..", "top of the simulator's source")
	flag.Parse()
	for _, o := range outputs {
		c := build.NewContext()
		for _, f := range o.functions {
			f(c)
		}
		base := filepath.Join(*root, o.directory, o.name+"_amd64")
		if err := write(c, filepath.Base(o.directory), base); err != nil {
			fmt.Fprintf(os.Stderr, "asm: %s: %v\n", base, err)
			os.Exit(1)
		}
	}
}

// write compiles what c has built to base.s and base.go of the package pkg.
func write(c *build.Context, pkg, base string) error {
	file, err := c.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	config := printer.Config{Name: "internal/vec/asm", Pkg: pkg}
	for _, o := range []struct {
		suffix string
		build  printer.Builder
	}{{".s", printer.NewGoAsm}, {".go", printer.NewStubs}} {
		text, err := o.build(config).Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(base+o.suffix, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
