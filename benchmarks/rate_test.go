package benchmarks

import (
	"fmt"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// BenchmarkEpoch trains deep rate networks on minibatches of 32 examples that look
// like MNIST: 784 numbers and one of 10 classes. One operation is a minibatch; s/epoch
// and CPU-s/epoch are what 60 000 examples take. Examples are random, and more than a
// cache holds.
func BenchmarkEpoch(b *testing.B) {
	const batch, batches, epoch = 32, 240, 60000 // 48 MB
	images := make([]float64, batch*batches*784)
	classes := make([]uint8, batch*batches)
	stream := rng.NewSource(1, rng.Protocol, 0).Stream(0)
	for i := range images {
		images[i] = stream.Float64()
	}
	for i := range classes {
		classes[i] = uint8(stream.Below(10))
	}
	for _, network := range []struct {
		name     string
		depth    int
		rule     rate.Rule
		feedback rate.Feedback
	}{
		{"bp", 1, rate.DefaultBackprop(), rate.Tied},
		{"burstprop", 1, rate.DefaultBurstprop(), rate.Random},
		{"bp", 3, rate.DefaultBackprop(), rate.Tied},
		{"burstprop", 3, rate.DefaultBurstprop(), rate.KolenPollack},
		{"burstccn", 3, rate.DefaultBurstCCN(), rate.Tied},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/hidden=%dx500/workers=%d", network.name, network.depth, workers), func(b *testing.B) {
				c := rate.Config{
					Input: rate.Flat(784), Classes: 10, Activation: rate.Sigmoid, Loss: rate.SquaredError,
					Rule: network.rule, Feedback: network.feedback,
					Learning:   rate.Learning{HiddenRate: 0.1, OutputRate: 0.01, Momentum: 0.8, Decay: 1e-6},
					WeightGain: 1, FeedbackSD: 1, Batch: batch, Seed: 1, Workers: workers,
				}
				for range network.depth {
					c.Hidden = append(c.Hidden, rate.Hidden{Units: 500})
				}
				n, err := rate.New(c)
				if err != nil {
					b.Fatal(err)
				}
				defer n.Close()
				b.ReportAllocs()
				at, used := 0, processorTime()
				for b.Loop() {
					x := rate.Matrix{Rows: batch, Cols: 784, Stride: 784, Data: images[at*batch*784:][:batch*784]}
					n.Train(x, classes[at*batch:][:batch])
					at = (at + 1) % batches
				}
				perEpoch := float64(epoch) / batch / float64(b.N)
				b.ReportMetric((processorTime()-used).Seconds()*perEpoch, "CPU-s/epoch")
				b.ReportMetric(b.Elapsed().Seconds()*perEpoch, "s/epoch")
			})
		}
	}
}
