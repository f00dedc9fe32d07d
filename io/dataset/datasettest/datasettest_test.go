package datasettest_test

import (
	"bytes"
	"testing"

	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/dataset/datasettest"
)

// The same seed gives the same images, another seed others.
func TestSeeds(t *testing.T) {
	one, again := datasettest.Generate(datasettest.Options{Seed: 1}), datasettest.Generate(datasettest.Options{Seed: 1})
	other := datasettest.Generate(datasettest.Options{Seed: 2})
	if !bytes.Equal(one.Train.Images, again.Train.Images) || !bytes.Equal(one.Test.Images, again.Test.Images) {
		t.Error("the same seed gave other images")
	}
	if bytes.Equal(one.Train.Images, other.Train.Images) {
		t.Error("two seeds gave the same images")
	}
	if bytes.Equal(one.Train.Images[:1000], one.Test.Images[:1000]) {
		t.Error("the test has images of the training set")
	}
}

// Classes can be learned: the nearest of the mean training images has at most 1 % of test
// images wrong, of 90 % by chance.
func TestClassesCanBeLearned(t *testing.T) {
	for _, o := range []datasettest.Options{{}, {Seed: 3}, datasettest.CIFAR(200, 100)} {
		d := datasettest.Generate(o)
		means := classMeans(&d.Train)
		wrong := 0
		for i := range d.Test.Count {
			if nearest(means, d.Test.Image(i)) != int(d.Test.Labels[i]) {
				wrong++
			}
		}
		if wrong*100 > d.Test.Count {
			t.Errorf("seed %d: %d of %d wrong", o.Seed, wrong, d.Test.Count)
		}
	}
}

func classMeans(s *dataset.Set) [][]float64 {
	means := make([][]float64, s.Classes)
	for class, count := range s.ClassCounts() {
		means[class] = make([]float64, s.Pixels())
		for i := range s.Count {
			if int(s.Labels[i]) != class {
				continue
			}
			for p, x := range s.Image(i) {
				means[class][p] += float64(x) / float64(count)
			}
		}
	}
	return means
}

func nearest(means [][]float64, image []uint8) int {
	best, least := 0, -1.0
	for class, mean := range means {
		distance := 0.0
		for p, x := range image {
			distance += (float64(x) - mean[p]) * (float64(x) - mean[p])
		}
		if least < 0 || distance < least {
			best, least = class, distance
		}
	}
	return best
}
