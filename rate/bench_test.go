package rate

import "testing"

// BenchmarkTrain is a batch of 32 images in a network of 784-500-500-500-10, with one
// worker.
func BenchmarkTrain(b *testing.B) {
	for _, rule := range Rules() {
		b.Run(rule.Name(), func(b *testing.B) {
			c := exampleConfig(rule)
			c.Input, c.Hidden, c.Classes, c.Batch = Flat(784), []Hidden{{Units: 500}, {Units: 500}, {Units: 500}}, 10, 32
			n, err := New(c)
			if err != nil {
				b.Fatal(err)
			}
			defer n.Close()
			x, classes := examples(32, 784, 10)
			b.ReportAllocs()
			for b.Loop() {
				n.Train(x, classes)
			}
			b.ReportMetric(32*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
		})
	}
}
