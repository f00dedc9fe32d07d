package xor

import (
	"context"
	"errors"
	"fmt"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/sim"
)

// train shows a number of examples and learns from each.
func (p *protocol) train(ctx context.Context, count int) error {
	order := [...]int{0, 1, 2, 3}
	shuffle := rng.NewSource(p.run.Seed, rng.Protocol, 0).Stream(0)
	last := (count - 1) / len(examples)
	var cost float64
	for k := range count {
		epoch, within := k/len(examples), k%len(examples)
		if within == 0 {
			cost = 0
			p.note = fmt.Sprintf("epoch %d of %d", epoch+1, last+1)
			if n := len(p.result.EpochCosts); n > 0 {
				p.note += fmt.Sprintf(", cost %.2f", p.result.EpochCosts[n-1])
			}
			if p.v.String("order") == "random" {
				rng.Shuffle(&shuffle, order[:])
			}
			if err := p.rec.Phase(epochPhases(epoch, last)...); err != nil {
				return err
			}
		}
		e := examples[order[within]]
		c, taught, err := p.learnOne(ctx, e)
		if err != nil {
			return err
		}
		cost += c
		if epoch == 0 {
			p.result.FirstEpoch = append(p.result.FirstEpoch, contrast(e, p.bins, p.example, p.learn))
		}
		if epoch+1 == min(windowEpoch, count/len(examples)) {
			p.look(epoch+1, e, taught)
		}
		if within == len(examples)-1 {
			p.result.EpochCosts = append(p.result.EpochCosts, cost)
		}
	}
	return nil
}

func epochPhases(epoch, last int) []string {
	phases := []string{"training"}
	if epoch == 0 {
		phases = append(phases, "first_epoch")
	}
	if epoch == last {
		phases = append(phases, "last_epoch")
	}
	return phases
}

// look adds the example just shown, in which the output was taught by a mean current
// (pA), to the window.
func (p *protocol) look(epoch int, e example, taught float64) {
	if p.result.Window == nil {
		p.result.Window = &Window{Epoch: epoch}
	}
	p.result.Window.add(e, p.bins, p.sim.StepsPerSecond())
	p.result.Window.teach(taught, p.example, p.learn)
}

// learnOne shows an example, takes the cost of the prediction, and lets the
// teacher and the plasticity act for the rest of the example. taught is the
// teacher's current, mean over neurons, pA.
func (p *protocol) learnOne(ctx context.Context, e example) (cost, taught float64, err error) {
	if err := p.show(e); err != nil {
		return 0, 0, err
	}
	p.bins = p.bins[:0]
	if err := p.advance(ctx, p.example-p.learn); err != nil {
		return 0, 0, err
	}
	if p.rates, err = p.sim.PostTrace(readout, "event_rate", p.rates[:0]); err != nil {
		return 0, 0, err
	}
	if p.witness != nil {
		if err := p.witness.Predicted(e.name, p.sim); err != nil {
			return 0, 0, err
		}
	}
	cost = p.teacher.Cost(mean(p.rates), e.target)
	current := make(sim.Each, len(p.rates))
	for i, hz := range p.rates {
		current[i] = p.teacher.Current(hz, e.target)
	}
	if err := errors.Join(p.sim.SetCurrent(teacher, current), p.setPlastic(true)); err != nil {
		return 0, 0, err
	}
	if err := p.advance(ctx, p.learn); err != nil {
		return 0, 0, err
	}
	return cost, mean(current), errors.Join(p.sim.SetCurrent(teacher, make(sim.Each, len(p.rates))), p.setPlastic(false))
}
