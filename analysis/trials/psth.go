package trials

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/stat/distuv"
)

// PSTHOptions chooses what a peri-stimulus time histogram is given with.
type PSTHOptions struct {
	// Confidence of the intervals, in (0, 1); 0 stands for 0.95.
	Confidence float64
	// Baseline are the bins that the response is compared with; the zero value
	// stands for no comparison.
	Baseline Bins
	// Bootstrap.Draws is the number of bootstrap samples; 0 stands for none.
	Bootstrap Resampling
}

// PSTH is the average response in the trials of a condition.
type PSTH struct {
	Condition string
	Trials    int
	// NeuronTrials is the number of neurons observed, added over trials.
	NeuronTrials int64
	Counts       []analysis.Counts // by bin
	Responses    []Response
}

// Response is the course of one signal. Slices have a value a bin, NaN where
// there is none.
type Response struct {
	Signal Signal
	Value  []float64 // of sums over neurons and trials, never a mean of ratios
	// Low and High are the interval of independent events: Wilson's for the burst
	// fraction, Garwood's for Poisson counts for rates. It is too short where
	// neurons or spikes of a trial depend on each other.
	Low, High []float64
	// BootLow and BootHigh are the interval of a bootstrap over neurons and trials.
	BootLow, BootHigh []float64
	// Baseline is the value in the baseline bins, Change what a bin has more.
	Baseline float64
	Change   []float64
	// Z is the change in standard errors: see [Sums.PSTH].
	Z []float64
}

// leastExpected is how many bursts and singlets a baseline must have for a
// burst fraction to be compared with it by a normal approximation (Cochran 1954,
// doi 10.2307/3001616).
const leastExpected = 5

// PSTH averages each condition, over all trials that are about any of the
// neurons. With K trials, E events of known class and B bursts in a bin:
//
//	burst fraction  B/E            z = (BF − BF0)/√(BF0(1−BF0)/E)
//	rates           n/(N·K·bin)    z = (r − r0)/(s0/√K)
//
// where BF0 and r0 are of the baseline and s0 is the standard deviation of a
// trial's rate over the baseline's bins. BF0 has to come from at least 5 bursts
// and 5 singlets, else z is NaN.
//
// The bootstrap draws neurons with replacement, and of each condition trials,
// and takes the value of what is drawn with the weights of both (Owen 2007, doi
// 10.1214/07-AOAS122). Its variance errs on the safe side: it is up to three times
// too large where neither neurons nor trials differ, and right where one of them
// is what matters. An interval is NaN where too many samples have no event.
func (s *Sums) PSTH(ctx context.Context, conditions []string, opt PSTHOptions) ([]PSTH, error) {
	if opt.Confidence == 0 {
		opt.Confidence = 0.95
	}
	if !(opt.Confidence > 0 && opt.Confidence < 1) {
		return nil, fmt.Errorf("confidence: %v, want a number between 0 and 1", opt.Confidence)
	}
	if opt.Baseline != (Bins{}) {
		if err := opt.Baseline.check("baseline", s.bins); err != nil {
			return nil, err
		}
	}
	var all []PSTH
	var members [][]int
	for _, condition := range conditions {
		of := s.Of(condition)
		if len(of) == 0 {
			return nil, fmt.Errorf("condition %q: has no trials, want one of %q", condition, s.Conditions())
		}
		members = append(members, of)
		all = append(all, s.average(condition, of, opt))
	}
	if opt.Bootstrap.Draws > 0 {
		if err := s.bootstrap(ctx, all, members, opt); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// average is the PSTH of some trials, without bootstrap.
func (s *Sums) average(condition string, of []int, opt PSTHOptions) PSTH {
	p := PSTH{Condition: condition, Trials: len(of), Counts: make([]analysis.Counts, s.bins)}
	for _, t := range of {
		p.NeuronTrials += s.observed[t]
		for b := range p.Counts {
			p.Counts[b].Add(s.At(t, b))
		}
	}
	for signal := range Signal(signals) {
		p.Responses = append(p.Responses, s.response(p, signal, of, opt))
	}
	return p
}

// undefined is n NaNs.
func undefined(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }

func (s *Sums) response(p PSTH, signal Signal, of []int, opt PSTHOptions) Response {
	r := Response{Signal: signal, Value: make([]float64, s.bins), Low: undefined(s.bins), High: undefined(s.bins),
		BootLow: undefined(s.bins), BootHigh: undefined(s.bins), Baseline: math.NaN(), Change: undefined(s.bins), Z: undefined(s.bins)}
	binSeconds := float64(p.NeuronTrials) * s.seconds(1)
	for b, c := range p.Counts {
		r.Value[b] = signal.Value(c, binSeconds)
		n, d := ratio(c, signal, p.NeuronTrials)
		if signal == BurstFraction {
			r.Low[b], r.High[b] = wilson(n, d, opt.Confidence)
		} else {
			low, high := garwood(n, opt.Confidence)
			r.Low[b], r.High[b] = low/binSeconds, high/binSeconds
		}
	}
	base := opt.Baseline
	if base == (Bins{}) {
		return r
	}
	var before analysis.Counts
	for _, c := range p.Counts[base.From:base.To] {
		before.Add(c)
	}
	r.Baseline = signal.Value(before, binSeconds*float64(base.To-base.From))
	scatter := s.scatter(signal, of, base)
	for b, c := range p.Counts {
		r.Change[b] = r.Value[b] - r.Baseline
		se := scatter / math.Sqrt(float64(p.NeuronTrials)) / s.seconds(1)
		if signal == BurstFraction {
			se = math.Sqrt(r.Baseline * (1 - r.Baseline) / float64(c.Classified))
			if min(before.ClassifiedBursts, before.Classified-before.ClassifiedBursts) < leastExpected {
				se = 0
			}
		}
		r.Z[b] = quotient(r.Change[b], se)
	}
	return r
}

// scatter is how much the counts of trials in the bins differ from what the
// mean makes one expect: √(Σ(n−r·d)²/Σd) of numerators n and denominators d with
// r = Σn/Σd.
func (s *Sums) scatter(signal Signal, of []int, bins Bins) float64 {
	var n, d, squares float64
	each := func(visit func(n, d float64)) {
		for _, t := range of {
			for b := bins.From; b < bins.To; b++ {
				n, d := ratio(s.At(t, b), signal, s.observed[t])
				visit(float64(n), float64(d))
			}
		}
	}
	each(func(ni, di float64) { n, d = n+ni, d+di })
	each(func(ni, di float64) { squares += (ni - n/d*di) * (ni - n/d*di) })
	return math.Sqrt(squares / d)
}

// wilson is the interval of a proportion of k in n, NaN of nothing.
func wilson(k, n int64, confidence float64) (low, high float64) {
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	return analysis.Wilson(float64(k), float64(n), analysis.Quantile(confidence))
}

// garwood is the exact interval of the mean of a Poisson count n (Garwood 1936,
// doi 10.1093/biomet/28.3-4.437).
func garwood(n int64, confidence float64) (low, high float64) {
	tail := (1 - confidence) / 2
	if n > 0 {
		low = distuv.Gamma{Alpha: float64(n), Beta: 1}.Quantile(tail)
	}
	return low, distuv.Gamma{Alpha: float64(n + 1), Beta: 1}.Quantile(1 - tail)
}

// bootstrap fills the bootstrap intervals of all conditions. The same neurons
// are drawn for all.
func (s *Sums) bootstrap(ctx context.Context, all []PSTH, members [][]int, opt PSTHOptions) error {
	draws := opt.Bootstrap.Draws
	width := len(all) * signals * s.bins
	values := make([]float64, draws*width)
	lo, hi := s.first[s.Neurons.Population]+s.Neurons.From, s.first[s.Neurons.Population]+s.Neurons.To
	source := opt.Bootstrap.source(drawBootstrap)
	err := opt.Bootstrap.each(ctx, draws, func() func(int) {
		neurons, upTo := make([]int64, hi-lo), make([]int64, hi-lo+1)
		trials := make([]int64, len(s.Trials))
		counts := make([]analysis.Counts, s.bins)
		return func(i int) {
			stream := source.Stream(uint32(i))
			resample(&stream, neurons)
			for k, w := range neurons {
				upTo[k+1] = upTo[k] + w
			}
			row := values[i*width : (i+1)*width]
			for c, of := range members {
				drawn := trials[:len(of)]
				resample(&stream, drawn)
				s.weigh(row[c*signals*s.bins:(c+1)*signals*s.bins], of, drawn, neurons, upTo, lo, counts)
			}
		}
	})
	if err != nil {
		return err
	}
	column := make([]float64, 0, draws)
	for c := range all {
		for signal := range all[c].Responses {
			r := &all[c].Responses[signal]
			for b := range s.bins {
				column = column[:0]
				for i := range draws {
					if v := values[i*width+(c*signals+signal)*s.bins+b]; !math.IsNaN(v) {
						column = append(column, v)
					}
				}
				if float64(len(column)) >= opt.Confidence*float64(draws) {
					r.BootLow[b], r.BootHigh[b] = middle(column, opt.Confidence)
				}
			}
		}
	}
	return nil
}

// resample draws as many things with replacement as there are, and counts how
// often each was drawn.
func resample(stream *rng.Stream, weights []int64) {
	clear(weights)
	for range weights {
		weights[stream.Below(uint32(len(weights)))]++
	}
}

// weigh writes the signals of weighted trials and neurons into row. upTo adds up
// the weights of neurons.
func (s *Sums) weigh(row []float64, of []int, trials, neurons, upTo []int64, lo int, counts []analysis.Counts) {
	clear(counts)
	observed := int64(0)
	for k, t := range of {
		if trials[k] == 0 {
			continue
		}
		observed += trials[k] * (upTo[s.to[t]-lo] - upTo[s.from[t]-lo])
		for _, c := range s.cellsOf(t) {
			if w := trials[k] * neurons[int(c.neuron)-lo]; w > 0 {
				n := &counts[c.bin]
				n.Spikes += w * int64(c.counts[0])
				n.Events += w * int64(c.counts[1])
				n.Bursts += w * int64(c.counts[2])
				n.Classified += w * int64(c.counts[3])
				n.ClassifiedBursts += w * int64(c.counts[4])
			}
		}
	}
	for signal := range Signal(signals) {
		for b, c := range counts {
			row[int(signal)*s.bins+b] = signal.Value(c, float64(observed)*s.seconds(1))
		}
	}
}

// middle sorts values, of which there is at least one, and returns the ends of
// the central part of them.
func middle(values []float64, confidence float64) (low, high float64) {
	slices.Sort(values)
	tail := int(math.Floor((1 - confidence) / 2 * float64(len(values))))
	return values[tail], values[len(values)-1-tail]
}
