package manifold

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"

	"gonum.org/v1/gonum/mat"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// Lazy and Rich are the comparisons from the two starts; Rich is nil where there is
	// the lazy start alone.
	Lazy *Comparison `json:"lazy"`
	Rich *Comparison `json:"rich,omitempty"`
	// GapShrinks: learning outside the manifold takes longer than within by a smaller
	// factor from the rich start than from the lazy.
	GapShrinks *bool `json:"gap_shrinks,omitempty"`
	// Sweep is from the lazy start, by learning rate.
	Sweep     []Rate    `json:"sweep"`
	Stability Stability `json:"stability"`
}

// Comparison is a start, and the two perturbations learned from there.
type Comparison struct {
	// InitialLossFirst and InitialLossLast are those of the training with the first decoder,
	// InitialChange is |W − W0|/|W0| by it (Frobenius).
	InitialLossFirst float64 `json:"initial_loss_first"`
	InitialLossLast  float64 `json:"initial_loss_last"`
	InitialChange    float64 `json:"initial_change"`
	// SpectralRadius, ParticipationRatio and Dimension95 are those after this training.
	SpectralRadius     float64 `json:"spectral_radius"`
	ParticipationRatio float64 `json:"participation_ratio"`
	Dimension95        int     `json:"dimension_95"`
	// ManifoldVariance is the part of the variance that lies in the manifold.
	ManifoldVariance float64 `json:"manifold_variance"`
	// DecoderLoss is that of the decoder D C, before any perturbation.
	DecoderLoss float64 `json:"decoder_loss"`

	Within  *Adaptation `json:"within"`
	Outside *Adaptation `json:"outside"`

	// OutsideSlower: the loss halves later outside the manifold than within.
	// Log2OutsideOverWithin is the logarithm of the quotient of the half times: 1 is twice as
	// long, 0 as long. A loss that never halves counts as if it did at the last step; null if
	// neither does.
	OutsideSlower         *bool    `json:"outside_slower"`
	Log2OutsideOverWithin *float64 `json:"log2_outside_over_within"`
}

// compare learns both perturbations.
func (s *Start) compare(rate float64, steps int, watch Watch) (*Comparison, error) {
	radius, err := s.Network.Radius()
	if err != nil {
		return nil, err
	}
	values, _, err := spectrum(s.Covariance)
	if err != nil {
		return nil, err
	}
	losses := make([]float64, s.Network.Drive.Cols)
	c := &Comparison{InitialLossFirst: s.InitialLoss[0], InitialLossLast: s.InitialLoss[len(s.InitialLoss)-1],
		InitialChange: s.InitialChange, SpectralRadius: radius, ParticipationRatio: ParticipationRatio(s.Covariance),
		Dimension95: Dimension(values), ManifoldVariance: Captured(s.Modes, s.Covariance) / mat.Trace(s.Covariance),
		DecoderLoss: s.Network.Loss(s.Decoder, losses)}
	if c.Within, err = s.adapt(s.Within, s.Modes, rate, steps, watch); err != nil {
		return nil, err
	}
	if c.Outside, err = s.adapt(s.Outside, s.outsideModes(), rate, steps, watch); err != nil {
		return nil, err
	}
	c.settle(float64(steps))
	return c, nil
}

// settle compares the half times.
func (c *Comparison) settle(steps float64) {
	within, outside := c.Within.HalfTimeSteps, c.Outside.HalfTimeSteps
	if within == nil && outside == nil {
		return
	}
	if within == nil {
		within = &steps
	}
	if outside == nil {
		outside = &steps
	}
	ratio := math.Log2(*outside / *within)
	slower := ratio > 0
	c.OutsideSlower, c.Log2OutsideOverWithin = &slower, &ratio
}

// settle fills in what compares the starts.
func (m *Metrics) settle() {
	if m.Rich == nil || m.Rich.Log2OutsideOverWithin == nil || m.Lazy.Log2OutsideOverWithin == nil {
		return
	}
	shrinks := *m.Rich.Log2OutsideOverWithin < *m.Lazy.Log2OutsideOverWithin
	m.GapShrinks = &shrinks
}

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "start\tperturbation\tloss before\tits match\tsteps to half\toverlap\tparticipation ratio\tspectral radius\t|dW|")
	for _, start := range []struct {
		name string
		*Comparison
	}{{"lazy", m.Lazy}, {"rich", m.Rich}} {
		if start.Comparison == nil {
			continue
		}
		for _, p := range []struct {
			name string
			*Adaptation
		}{{"within", start.Within}, {"outside", start.Outside}} {
			fmt.Fprintf(t, "%s\t%s\t%.3f\t%.2f\t%s\t%s\t%.1f -> %s\t%.2f -> %s\t%.2f\n", start.name, p.name, p.Curve[0].Loss, p.MatchDistance,
				number(p.HalfTimeSteps, 0), number(p.ManifoldOverlap, 2), start.ParticipationRatio, number(p.ParticipationRatio, 1),
				start.SpectralRadius, number(p.SpectralRadius, 2), p.ChangeNorm)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprint(w, "its match: distance of the losses of all targets from the median of all perturbations, 0 is the best\n\n"+
		"Spectral radius and loss after learning at each rate, from the lazy start; * is unstable: a radius of 1 or more\n")
	fmt.Fprintln(t, "rate\twithin\t\toutside\t\toutside, stages until low (incremental)\t\toutside, whole stages (staged)")
	for _, r := range m.Sweep {
		fmt.Fprintf(t, "%g", r.Rate)
		for _, x := range []Trained{r.Within, r.Outside, r.Incremental, r.Staged} {
			mark := " "
			if !x.Stable {
				mark = "*"
			}
			fmt.Fprintf(t, "\t%s%s\t%.4f", radius(x.SpectralRadius), mark, x.LastLoss)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// radius has as many decimals as tell whether it is below 1, most of the time.
func radius(x *float64) string {
	if x == nil {
		return "-"
	}
	return strconv.FormatFloat(*x, 'g', 4, 64)
}

func number(x *float64, decimals int) string {
	if x == nil {
		return "-"
	}
	return strconv.FormatFloat(*x, 'f', decimals, 64)
}
