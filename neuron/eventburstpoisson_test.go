package neuron

import (
	"fmt"
	"math"
	"math/bits"
	"testing"
)

// TestEventBurstPoissonDraws holds the neurons of two blocks at different
// voltages and lets some be refractory: each has an event with its own P_ev =
// 1−exp(−hazard), alone and together with its neighbour. The sum of the squared
// deviations, in standard errors, has as many degrees of freedom as there are
// neurons; four of its standard deviations are allowed. Hazards are those of a
// step; from 0.5 on neurons draw one by one.
func TestEventBurstPoissonDraws(t *testing.T) {
	const steps = 40_000
	ready := [2]uint64{^uint64(0), 0xfff0_1234_5678_9abc}
	for _, most := range []float64{0.002, 0.03, 0.45, 2} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			p := DefaultEventBurstPoisson()
			e := p.New(Env{Size: 2 * Block, Dt: dt, Seed: 5}).(*eventBurstPoisson)
			chance := make([]float64, 2*Block)
			for i := range e.v {
				h := most * float64(1+i%4) / 4
				e.v[i] = float32(p.EventVoltageMV + p.EventSlopeMV*math.Log(h/(dt/1000)))
				e.inject[i] = float32(i % 3)
				e.v[i] += e.inject[i]
				chance[i] = -math.Expm1(-h)
			}
			alone, both := make([]float64, 2*Block), make([]float64, 2*Block)
			for step := range int64(steps) {
				for b, among := range ready {
					events := e.drawEvents(step, b*Block, among)
					if events&^among != 0 {
						t.Fatalf("step %d: events %x of %x", step, events, among)
					}
					for ; events != 0; events &= events - 1 {
						i := bits.TrailingZeros64(events)
						alone[b*Block+i]++
						if events>>i&2 != 0 {
							both[b*Block+i]++
						}
					}
				}
			}
			for _, c := range []struct {
				name  string
				count []float64
				width int
			}{{"alone", alone, 1}, {"both", both, 2}} {
				sum, n := 0.0, 0.0
				for i, count := range c.count {
					among := ready[i/Block] >> (i % Block)
					if among&1 == 0 || c.width == 2 && (among&2 == 0 || i%Block == Block-1) {
						continue
					}
					want := chance[i]
					if c.width == 2 {
						want *= chance[i+1]
					}
					z := (count - steps*want) / math.Sqrt(steps*want*(1-want))
					sum, n = sum+z*z, n+1
				}
				// Rare pairs are not normal: each adds 1/(expected number) to the variance.
				near(t, c.name+": squared deviations", sum, n, 4*math.Sqrt(2*n+n/(steps*most*most/16)))
			}
		})
	}
}
