package manifold

import "gonum.org/v1/gonum/blas/blas64"

// Rate is what becomes of learning at one rate.
type Rate struct {
	Rate float64 `json:"rate"`
	// Within and Outside are the perturbations learned at once. Incremental is the one
	// outside the manifold in stages that end once the loss is low, Staged in stages that
	// are learned for all their steps.
	Within      Trained `json:"within"`
	Outside     Trained `json:"outside"`
	Incremental Trained `json:"incremental"`
	Staged      Trained `json:"staged"`
}

// Trained is a network after learning, with no more of it than whether it is stable.
type Trained struct {
	// HalfTimeSteps is null if the loss was never below half of the first, and of training
	// in stages, which has no one loss to halve.
	HalfTimeSteps *float64 `json:"half_time_steps"`
	// FirstLoss and LastLoss are those of the whole perturbation.
	FirstLoss float64 `json:"first_loss"`
	LastLoss  float64 `json:"last_loss"`
	// Stable: the spectral radius of W is below 1 at the end; StableLow: and the last
	// loss is below a quarter of the first.
	Stable         bool     `json:"stable"`
	StableLow      bool     `json:"stable_low"`
	SpectralRadius *float64 `json:"spectral_radius"`
	// Steps is how many were taken.
	Steps int `json:"steps"`
}

// train learns a decoder at one rate.
func (s *Start) train(decoder blas64.General, rate float64, steps int, watch Watch) (Trained, error) {
	network := s.Network.Clone()
	losses, err := network.Learn(decoder, rate, steps, nil, watch)
	if err != nil {
		return Trained{}, err
	}
	t := Trained{HalfTimeSteps: halfTime(losses), FirstLoss: losses[0], LastLoss: losses[len(losses)-1], Steps: len(losses) - 1}
	return t, t.judge(network, len(losses) <= steps)
}

// judge says whether the network is stable; one that lost its fixed point is not.
func (t *Trained) judge(network *Network, lost bool) (err error) {
	t.Stable, t.SpectralRadius, err = network.stable(lost)
	t.StableLow = t.Stable && t.LastLoss < lowLoss*t.FirstLoss
	return err
}

// fractions of the way from the decoder to the perturbation outside the manifold: the
// stages of incremental training.
var fractions = [...]float64{1. / 5, 2. / 5, 3. / 5, 4. / 5, 4.5 / 5, 1}

// lowLoss is the part of its first loss below which a loss counts as low.
const lowLoss = 0.25

// incremental learns the perturbation outside the manifold in stages,
// V = (1 − f) D C + f V′, each until the loss is below a part of what it was at its
// start, or for so many steps at the most.
func (s *Start) incremental(rate, part float64, steps int, watch Watch) (Trained, error) {
	network, whole := s.Network.Clone(), s.Outside.Decoder
	each := make([]float64, network.Drive.Cols)
	t := Trained{FirstLoss: network.Loss(whole, each)}
	decoder := copied(whole)
	lost := false
	for _, f := range fractions {
		for i, v := range whole.Data {
			decoder.Data[i] = float64((1-f)*s.Decoder.Data[i]) + float64(f*v)
		}
		first := network.Loss(decoder, each)
		low := func(loss float64) bool { return loss < part*first }
		losses, err := network.Learn(decoder, rate, steps, low, watch)
		if err != nil {
			return t, err
		}
		if lost = len(losses) == 0 || len(losses) <= steps && !low(losses[len(losses)-1]); lost {
			break
		}
		t.Steps += len(losses) - 1
	}
	t.LastLoss = network.Loss(whole, each)
	return t, t.judge(network, lost)
}

// sweep learns at each rate.
func (s *Start) sweep(rates []float64, steps, stageSteps int, stageLow float64, watch Watch) ([]Rate, error) {
	all := make([]Rate, len(rates))
	for i, rate := range rates {
		r := &all[i]
		r.Rate = rate
		for _, learn := range []struct {
			to    *Trained
			learn func() (Trained, error)
		}{
			{&r.Within, func() (Trained, error) { return s.train(s.Within.Decoder, rate, steps, watch) }},
			{&r.Outside, func() (Trained, error) { return s.train(s.Outside.Decoder, rate, steps, watch) }},
			{&r.Incremental, func() (Trained, error) { return s.incremental(rate, stageLow, stageSteps, watch) }},
			{&r.Staged, func() (Trained, error) { return s.incremental(rate, 0, stageSteps, watch) }},
		} {
			t, err := learn.learn()
			if err != nil {
				return nil, err
			}
			*learn.to = t
		}
	}
	return all, nil
}

// Stability is what the sweep says of learning rates.
type Stability struct {
	// LeastUnstable are the smallest rates at which learning ends unstable; null if none does.
	WithinLeastUnstableRate  *float64 `json:"within_least_unstable_rate"`
	OutsideLeastUnstableRate *float64 `json:"outside_least_unstable_rate"`
	// OutsideFirst: as the rate rises, learning outside the manifold becomes unstable
	// before that within; null if neither does.
	OutsideFirst *bool `json:"outside_first"`
	// IncrementalRescues and StagedRescues: at the smallest rate at which learning outside
	// the manifold at once ends unstable, that in stages ends stable with a loss below a
	// quarter of the first; null if there is no such rate.
	IncrementalRescues *bool `json:"incremental_rescues"`
	StagedRescues      *bool `json:"staged_rescues"`
	// IncrementalSteadier and StagedSteadier: outside the manifold, learning in stages ends
	// unstable at fewer of the rates than learning at once; null if at as many.
	IncrementalSteadier *bool `json:"incremental_steadier"`
	StagedSteadier      *bool `json:"staged_steadier"`
}

func newStability(rates []Rate) (s Stability) {
	var incremental, staged int // at how many more rates at once is unstable
	for i := range rates {
		r := &rates[i]
		incremental += unstable(r.Outside) - unstable(r.Incremental)
		staged += unstable(r.Outside) - unstable(r.Staged)
		if !r.Within.Stable && (s.WithinLeastUnstableRate == nil || r.Rate < *s.WithinLeastUnstableRate) {
			s.WithinLeastUnstableRate = &r.Rate
		}
		if !r.Outside.Stable && (s.OutsideLeastUnstableRate == nil || r.Rate < *s.OutsideLeastUnstableRate) {
			s.OutsideLeastUnstableRate = &r.Rate
			s.IncrementalRescues, s.StagedRescues = &r.Incremental.StableLow, &r.Staged.StableLow
		}
	}
	if within, outside := s.WithinLeastUnstableRate, s.OutsideLeastUnstableRate; within != nil || outside != nil {
		first := outside != nil && (within == nil || *outside < *within)
		s.OutsideFirst = &first
	}
	s.IncrementalSteadier, s.StagedSteadier = positive(incremental), positive(staged)
	return s
}

func unstable(t Trained) int {
	if t.Stable {
		return 0
	}
	return 1
}

// positive tells whether a difference is; nil if there is none.
func positive(difference int) *bool {
	if difference == 0 {
		return nil
	}
	is := difference > 0
	return &is
}
