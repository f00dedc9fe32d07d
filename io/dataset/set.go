package dataset

import (
	"fmt"
	"math"
)

// Data is a data set: images to learn from, and others to be tested with.
type Data struct {
	// Path is its directory, Name the last part of it.
	Path, Name string
	// Format is IDX or CIFAR.
	Format Format
	// Files were read, Bytes is their size on the disk.
	Files []string
	Bytes int64

	Train, Test Set
}

// Set is labelled images of one shape.
type Set struct {
	// Images holds the pixels, 0 to 255: image by image, in it channel by channel, in
	// that row by row.
	Images []uint8
	// Labels holds the class of each image, below Classes.
	Labels []uint8
	// Count is how many images there are.
	Count int
	// Channels, Height and Width are the shape of an image.
	Channels, Height, Width int
	// Classes is how many classes the data set has, also where a part of it has fewer.
	Classes int
}

// Pixels is the number of values in an image.
func (s *Set) Pixels() int { return s.Channels * s.Height * s.Width }

// Image returns the pixels of image i, which it shares with the set.
func (s *Set) Image(i int) []uint8 {
	n := s.Pixels()
	return s.Images[i*n : (i+1)*n : (i+1)*n]
}

// First returns the first n images, 0 to Count, which share memory with the set.
func (s *Set) First(n int) Set {
	if n < 0 || n > s.Count {
		panic(fmt.Sprintf("dataset: the first %d of %d images", n, s.Count))
	}
	part := *s
	part.Count, part.Images, part.Labels = n, s.Images[:n*s.Pixels()], s.Labels[:n]
	return part
}

// ClassCounts returns the number of images of each class.
func (s *Set) ClassCounts() []int {
	counts := make([]int, s.Classes)
	for _, label := range s.Labels {
		counts[label]++
	}
	return counts
}

// Moments are the mean and the standard deviation (of the population) of pixels x/255.
type Moments struct {
	Mean, SD float64
}

// Moments returns those of each channel. Pixels are counted by value, so the numbers do
// not depend on an order of summation.
func (s *Set) Moments() []Moments {
	counts := make([][256]int64, s.Channels)
	plane := s.Height * s.Width
	for i := 0; i < len(s.Images); i += plane {
		count := &counts[i/plane%s.Channels]
		for _, x := range s.Images[i : i+plane] {
			count[x]++
		}
	}
	moments := make([]Moments, s.Channels)
	for c := range moments {
		moments[c] = momentsOf(counts[c : c+1])
	}
	return moments
}

// Overall returns the moments of the pixels of all channels together.
func (s *Set) Overall() Moments {
	var count [256]int64
	for _, x := range s.Images {
		count[x]++
	}
	return momentsOf([][256]int64{count})
}

// momentsOf adds whole numbers, which is exact; Σx² is below 2⁴⁶ for MaxBytes of pixels.
func momentsOf(counts [][256]int64) Moments {
	var n, sum, squares int64
	for _, count := range counts {
		for x, times := range count {
			n += times
			sum += times * int64(x)
			squares += times * int64(x) * int64(x)
		}
	}
	if n == 0 {
		return Moments{}
	}
	mean := float64(sum) / float64(n)
	variance := float64(squares)/float64(n) - float64(mean*mean)
	return Moments{Mean: mean / 255, SD: math.Sqrt(max(variance, 0)) / 255}
}
