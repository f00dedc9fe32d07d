package main

import (
	"fmt"
	"os"

	"github.com/apical-sim/apical/io/dataset/datasettest"
)

// makeImages is the command "images idx|cifar10 DIR" of the scripts: it makes a directory
// with a small data set.
func makeImages() {
	o, write := datasettest.Options{Train: 40, Test: 20, Classes: 2}, datasettest.WriteIDX
	if os.Args[1] == "cifar10" {
		o, write = datasettest.CIFAR(40, 20), datasettest.WriteCIFAR
	}
	err := os.MkdirAll(os.Args[2], 0o777)
	if err == nil {
		err = write(os.Args[2], datasettest.Generate(o))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
