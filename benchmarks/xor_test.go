package benchmarks

import (
	"fmt"
	"testing"

	"github.com/apical-sim/apical/experiment/xor"
)

// BenchmarkXORSecond advances the XOR network by one model second after another
// of settling: 2500 pyramidal cells, 10 000 Poisson trains, 0.8 million synapses.
// All rules are plastic, but where the name says static. .ci/guard counts the
// instructions of the same (command xorsecond).
func BenchmarkXORSecond(b *testing.B) {
	for _, plastic := range []bool{true, false} {
		for _, workers := range []int{1, 2} {
			name := fmt.Sprintf("workers=%d", workers)
			if !plastic {
				name = "static/" + name
			}
			b.Run(name, func(b *testing.B) {
				x := build(b, xor.Network(xor.Experiment().Defaults(), 1), workers)
				if err := x.s.SetPlastic(plastic); err != nil {
					b.Fatal(err)
				}
				x.settled(b, 1, 1)
				x.measure(b, 1)
			})
		}
	}
}
