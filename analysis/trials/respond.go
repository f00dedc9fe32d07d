package trials

import (
	"math"

	"github.com/apical-sim/apical/analysis"
)

// circle is the baseline and the response of trials, one after the other, in
// blocks that divide both.
type circle struct {
	baseline, response Bins
	width              int // bins of a block
	before, after      int // blocks of the baseline and of the response
	spikes             []int64
	// changes are those of each trial for each turn of its circle, by 0, 1, … blocks:
	// the first is the observed one. Trials without a change in any are left out.
	changes []int64
}

func newCircle(opt CellOptions) *circle {
	before, after := opt.Baseline.To-opt.Baseline.From, opt.Response.To-opt.Response.From
	width, rest := before, after
	for rest > 0 { // Euclid
		width, rest = rest, width%rest
	}
	c := &circle{baseline: opt.Baseline, response: opt.Response, width: width, before: before / width, after: after / width}
	c.spikes = make([]int64, c.blocks())
	return c
}

func (c *circle) blocks() int { return c.before + c.after }

// add adds the counts of a bin to those of its blocks.
func (c *circle) add(bin int, counts analysis.Counts, base, response *analysis.Counts) {
	if bin >= c.baseline.From && bin < c.baseline.To {
		base.Add(counts)
		c.spikes[(bin-c.baseline.From)/c.width] += counts.Spikes
	}
	if bin >= c.response.From && bin < c.response.To {
		response.Add(counts)
		c.spikes[c.before+(bin-c.response.From)/c.width] += counts.Spikes
	}
}

// turn appends the changes of a trial for all turns, and returns the observed one:
// the change of rate in units that are whole numbers, so that ties are ties.
func (c *circle) turn() (observed int64) {
	n := c.blocks()
	var all, inside int64
	for i, k := range c.spikes {
		all += k
		if i >= c.before {
			inside += k
		}
	}
	first, same := len(c.changes), true
	for by := range n {
		change := inside*int64(n) - all*int64(c.after)
		same = same && change == 0
		c.changes = append(c.changes, change)
		inside += c.spikes[by] - c.spikes[(c.before+by)%n]
	}
	observed = c.changes[first]
	if same {
		c.changes = c.changes[:first]
	}
	return observed
}

// respond compares baseline and response of a cell.
func (s *Sums) respond(c *Cell, of []int, opt CellOptions, circle *circle) {
	n := s.first[s.Neurons.Population] + c.Neuron
	circle.changes = circle.changes[:0]
	var observed int64
	for _, t := range of {
		if !s.about(t, c.Neuron) {
			continue
		}
		c.Trials++
		clear(circle.spikes)
		all := s.cells[s.start[t]:s.start[t+1]]
		for _, k := range all[firstOf(all, n):] {
			if int(k.neuron) != n {
				break
			}
			circle.add(int(k.bin), k.all(), &c.Baseline, &c.Response)
		}
		observed += circle.turn()
	}
	c.FiringRate.P, c.BurstFraction.P = math.NaN(), math.NaN()
	c.FiringRate.Change, c.BurstFraction.Change = math.NaN(), math.NaN()
	if c.Trials > 0 {
		before, after := int64(opt.Baseline.To-opt.Baseline.From), int64(opt.Response.To-opt.Response.From)
		c.FiringRate.Change = float64(c.Response.Spikes*before-c.Baseline.Spikes*after) / float64(before*after*int64(c.Trials)) / s.seconds(1)
		c.FiringRate.P = turns(observed, circle.changes, circle.blocks(), opt.Permutations, uint32(c.Neuron))
	}
	if c.Baseline.Classified > 0 && c.Response.Classified > 0 {
		c.BurstFraction.Change = BurstFraction.Value(c.Response, 0) - BurstFraction.Value(c.Baseline, 0)
		c.BurstFraction.P = fisher(c.Response.ClassifiedBursts, c.Response.Classified, c.Baseline.ClassifiedBursts, c.Baseline.Classified)
	}
}

// turns is the p value of the sum of the observed changes among those of circles
// that are turned, each by itself: over all ways, where these are no more than the
// draws. changes has a value for each trial and each turn of its blocks.
func turns(observed int64, changes []int64, blocks int, r Resampling, entity uint32) float64 {
	trials := len(changes) / blocks
	extreme := func(x int64) bool { return max(x, -x) >= max(observed, -observed) }
	k := 1 // what was observed
	if math.Pow(float64(blocks), float64(trials)) <= float64(r.Draws) {
		ways := 1
		for range trials {
			ways *= blocks
		}
		for way := 1; way < ways; way++ {
			var sum int64
			for t, left := 0, way; t < trials; t, left = t+1, left/blocks {
				sum += changes[t*blocks+left%blocks]
			}
			if extreme(sum) {
				k++
			}
		}
		return float64(k) / float64(ways)
	}
	stream := r.source(drawSigns).Stream(entity)
	for range r.Draws {
		var sum int64
		var word uint64
		for t := range trials {
			var by int
			if blocks > 2 {
				by = int(stream.Below(uint32(blocks)))
			} else { // 64 coins of a word
				if t%64 == 0 {
					word = stream.Uint64()
				}
				by = int(word >> (t % 64) & 1)
			}
			sum += changes[t*blocks+by]
		}
		if extreme(sum) {
			k++
		}
	}
	return float64(k) / float64(r.Draws+1)
}
