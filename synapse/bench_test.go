package synapse

import "testing"

// BenchmarkBuild wires 4000 sources to 4000 targets, 1 in 20 pairs connected:
// 800 000 synapses on one goroutine, with all that each kind of wiring draws.
func BenchmarkBuild(b *testing.B) {
	const n, k = 4000, 200
	for _, c := range []struct {
		name string
		p    Projection
		opt  BuildOptions
	}{
		{"fixed_probability", Projection{Wiring: FixedProbability{P: 0.05}}, BuildOptions{}},
		{"fixed_probability/plastic", Projection{Wiring: FixedProbability{P: 0.05}}, BuildOptions{Plastic: true, Incoming: true}},
		{"fixed_probability/weights_delays", Projection{
			Wiring: FixedProbability{P: 0.05}, Weight: Normal(1, 0.1), DelayMS: Uniform(0.1, 2),
		}, BuildOptions{}},
		{"fixed_in_degree", Projection{Wiring: FixedInDegree{K: k}}, BuildOptions{}},
		{"fixed_in_degree/multapses", Projection{Wiring: FixedInDegree{K: k, Multapses: true}}, BuildOptions{}},
		{"fixed_total", Projection{Wiring: FixedTotal{N: n * k}}, BuildOptions{}},
		{"all_to_all", Projection{Wiring: AllToAll{}}, BuildOptions{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			made := 0
			for b.Loop() {
				c.opt.Dt, c.opt.Seed = dt, 1
				k, err := Build(c.p, Geometry{Sources: n, Targets: n}, 0, n, c.opt)
				if err != nil {
					b.Fatal(err)
				}
				made += k.Count()
			}
			b.ReportMetric(float64(made)/b.Elapsed().Seconds()/1e6, "Msynapses/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
