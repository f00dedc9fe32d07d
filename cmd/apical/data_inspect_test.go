package main

import (
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/dataset/datasettest"
)

// A class that a damaged label made is pointed out; those of a sound set are not.
func TestFewImages(t *testing.T) {
	d := datasettest.Generate(datasettest.Options{})
	var text strings.Builder
	if fewImages(&text, &d.Train); text.String() != "" {
		t.Errorf("of a sound set: %s", text.String())
	}
	d.Train.Labels[7], d.Train.Classes = 10, 11
	const want = "class 10 has very few training images, 1 of 200: see whether labels are right\n"
	if fewImages(&text, &d.Train); text.String() != want {
		t.Errorf("%q, want %q", text.String(), want)
	}
}
