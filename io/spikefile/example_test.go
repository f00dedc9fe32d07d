package spikefile_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/apical-sim/apical/io/spikefile"
)

// Example writes a spike file and reads it back.
func Example() {
	dir, err := os.MkdirTemp("", "spikefile")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "spikes.arrow")

	w, err := spikefile.Create(path, spikefile.Meta{Seed: 1, Populations: []spikefile.Population{{Name: "pyr", Size: 100}}}, spikefile.Options{})
	if err != nil {
		panic(err)
	}
	if err := w.Record(1999, 0, []uint32{3, 42}); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}

	r, err := spikefile.Open(path)
	if err != nil {
		panic(err)
	}
	defer r.Close()
	for r.Next() {
		steps, neurons, _, times := r.Batch()
		fmt.Println(steps, neurons, times)
	}
	fmt.Println(r.Err())
	// Output:
	// [1999 1999] [3 42] [0.1999 0.1999]
	// <nil>
}
