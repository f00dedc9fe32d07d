package biasfunctions

import (
	"context"
	"fmt"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/internal/matmul"
)

// learnAll trains biases, masks and whole networks, the widest first.
func (m *Metrics) learnAll(ctx context.Context, workers int, s settings, nets map[int]frozen, these []target, p *progress) error {
	var all []cell
	for width := range slices.Backward(m.Widths) {
		for t := range these {
			for _, what := range []string{learnWeights, learnBiases, learnMask} {
				all = append(all, cell{t, what, width})
			}
		}
	}
	errors := make([]Error, len(all))
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(workers)
	for i, c := range all {
		side.Go(func(ctx context.Context) error {
			team := matmul.NewTeam(1)
			defer team.Close()
			t, units := these[c.target], m.Widths[c.width]
			from, note := 0.0, fmt.Sprintf("%s, %s, %d units", t.name, c.learn, units)
			done := func(part float64) {
				p.add((part-from)*p.learning(units), note)
				from = part
			}
			n, err := learn(ctx, s, c.learn, nets[t.inputs].first(units), t, team, done)
			if err != nil {
				return err
			}
			test := measuredGrid(t.inputs)
			errors[i] = errorOf(n.outputs(test), t.values(test))
			res := m.Targets[t.name]
			switch {
			case c.learn == learnBiases:
				res.Cut.Biases[c.width] = n.outputs(cut(t.inputs))
			case c.learn == learnMask && c.width == len(m.Widths)-1:
				silenced, change := n.maskedByBiases(test)
				res.Masking = Masking{units, silenced, change}
			}
			done(1)
			return nil
		})
	}
	if err := side.Wait(); err != nil {
		return err
	}
	of := func(target int, what string) *Curve {
		these := make([]Error, len(m.Widths))
		for i, c := range all {
			if c.target == target && c.learn == what {
				these[c.width] = errors[i]
			}
		}
		return newCurve(these)
	}
	for i, t := range these {
		res := m.Targets[t.name]
		res.Biases, res.Mask, res.Weights = of(i, learnBiases), of(i, learnMask), of(i, learnWeights)
		for k, e := range res.Biases.RMS {
			res.BiasesLessWeightsRMS = append(res.BiasesLessWeightsRMS, e-res.Weights.RMS[k])
		}
	}
	return nil
}

// leastSquares is what V alone can learn, of all targets of as many inputs at once, up to
// the widest network for which that is asked.
func (m *Metrics) leastSquares(ctx context.Context, workers, widest int, nets map[int]frozen, these []target, p *progress) error {
	widths := upTo(m.Widths, widest)
	errors := make([][]Error, len(these)) // by target and width
	for i := range errors {
		errors[i] = make([]Error, len(widths))
	}
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(workers)
	for k, units := range slices.Backward(widths) {
		for _, inputs := range []int{2, 1} {
			var here []int
			var some []target
			for i, t := range these {
				if t.inputs == inputs {
					here, some = append(here, i), append(some, t)
				}
			}
			if len(here) == 0 {
				continue
			}
			side.Go(func(ctx context.Context) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				team := matmul.NewTeam(1)
				defer team.Close()
				found, err := randomFeatures(nets[inputs].first(units), some, team)
				if err != nil {
					return err
				}
				for i, e := range found {
					errors[here[i]][k] = e
				}
				p.add(p.fitting(units, inputs), fmt.Sprintf("random features, %d units", units))
				return ctx.Err()
			})
		}
	}
	if err := side.Wait(); err != nil {
		return err
	}
	for i, t := range these {
		m.Targets[t.name].RandomFeatures = newCurve(errors[i])
	}
	return nil
}
