package xorbiases

import (
	"context"
	"fmt"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// run trains the variants of one seed, one after the other.
func run(ctx context.Context, r *experiment.Run) error {
	v, err := values(r.Values)
	if err != nil {
		return err
	}
	all := chosen(r.Values)
	scans := scansOf(r.Values)
	each := xor.Seconds(v) // model seconds
	total := float64(len(all))*each + float64(len(scans))*scanSeconds(r.Values)
	result := Metrics{BiasMax: r.Values.Float(biasMax), Variants: map[string]*Result{}, Scans: map[string]*Scan{}}
	witnesses := map[string]*witness{}
	workers := 0
	for i, k := range all {
		base := xor.Experiment()
		base.Files = k.files()
		one, err := base.NewRun(v, r.Seed, r.Dir)
		if err != nil {
			return err
		}
		one.Workers, one.Record, one.Codec = r.Workers, r.Record, r.Codec
		w := newWitness()
		m, err := xor.Train(ctx, one, xor.Options{
			FilePrefix: k.filePrefix(),
			Progress: func(seconds, _ float64, note string) {
				r.Progress.Set(float64(i)*each+seconds, total, k.label+", "+note)
			},
			Change:  func(n *sim.Network) { k.change(r.Values, n) },
			Learns:  k.learns,
			Witness: w,
		})
		r.Adopt(one)
		if err != nil {
			return fmt.Errorf("%s: %w", k.label, err)
		}
		workers = max(workers, one.Workers)
		witnesses[k.key] = w
		result.Variants[k.key] = measure(r.Values, m, w)
	}
	for i, k := range scans {
		done := float64(len(all))*each + float64(i)*scanSeconds(r.Values)
		s, err := newScanner(r, v, k, func(at float64) { r.Progress.Set(done+at, total, "scan of biases") })
		if err != nil {
			return err
		}
		if result.Scans[readOut(k)], err = s.scan(ctx); err != nil {
			return err
		}
	}
	r.Workers = workers
	for _, k := range all {
		if _, ok := witnesses[k.control()]; ok {
			result.compare(k, witnesses)
		}
	}
	result.certain(r.Values.Int("neurons"))
	if err := r.Metrics(result); err != nil {
		return err
	}
	return result.print(r.Out)
}

// scansOf are the variants whose networks are scanned: one of each read-out.
func scansOf(v *experiment.Values) []variant {
	if len(v.Floats(scanKey)) == 0 {
		return nil
	}
	return []variant{{}, {signed: true}}
}

func readOut(k variant) string {
	if k.signed {
		return "signed"
	}
	return "plain"
}
