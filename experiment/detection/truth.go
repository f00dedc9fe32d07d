package detection

// counts are events, bursts and spikes: found ones are whole numbers, expected ones
// are not. An event counts at its first spike, and so does a burst.
type counts struct{ events, bursts, spikes float64 }

func (c *counts) add(d counts, times float64) {
	c.events += times * d.events
	c.bursts += times * d.bursts
	c.spikes += times * d.spikes
}

// burstFraction is bursts per event, NaN without events.
func (c counts) burstFraction() float64 { return c.bursts / c.events }

// atRest is what is expected of each step without responses, as multiples of the
// baseline event rate.
func (f *firing) atRest(probability float64) counts {
	within := f.intervals.within(f.threshold)
	split := probability * f.extra() * (1 - within)
	return counts{events: 1 + split, bursts: within * (probability + f.goesOn*split), spikes: 1 + probability*f.extra()}
}

// between is what is expected of the steps from..to−1 after the beginning of a
// trial, as multiples of the baseline event rate; steps before 0 and beyond the
// course are at rest.
func (c *course) between(rest counts, from, to int) counts {
	var sum counts
	for k := from; k < to; k++ {
		if c == nil || k < 0 || k >= len(c.events) {
			sum.add(rest, 1)
			continue
		}
		sum.add(counts{c.seenEvents[k], c.seenBursts[k], c.spikes(k)}, 1)
	}
	return sum
}

// expected is what the cells do on average in trials, in steps from..to−1 after
// their beginnings, all cells and trials together.
func (r *recording) expected(cells []int, trials []int, from, to int) counts {
	rest := r.firing.atRest(r.baseline)
	var rate [classes]float64
	for _, i := range cells {
		rate[r.cells[i].class] += r.cells[i].rate
	}
	var sum counts
	for k := range classes {
		if rate[k] == 0 {
			continue
		}
		once := map[*course]counts{} // of trials alike
		for _, i := range trials {
			c := r.courses.of(r.trials[i], k)
			one, ok := once[c]
			if !ok {
				one = c.between(rest, from, to)
				once[c] = one
			}
			sum.add(one, rate[k])
		}
	}
	return sum
}
