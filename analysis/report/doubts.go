package report

import (
	"github.com/apical-sim/apical/analysis"
)

// Limits beyond which a reader is warned. They decide nothing but that.
const (
	fewEvents     = 100  // of 100 events Wilson's interval is up to 0.19 wide
	muchCensored  = 0.05 // share of events whose class is unknown
	manySpikes    = 10.0 // in a burst, on average
	longThreshold = 20   // duration of an event, in thresholds
)

// judge notes what speaks against the numbers of a population.
func (d *description) judge(g int, s analysis.Summary) {
	name := s.Group.Name
	switch {
	case s.Spikes == 0:
		d.silent = append(d.silent, name)
		return
	case s.Classified == 0:
		d.warnf("%s: of no event is it known whether it is a burst; the recording is too short for this threshold.", name)
		return
	case s.Classified < fewEvents:
		low, high := d.wilson(s.Counts)
		d.warnf("%s: only %d events, so the burst fraction is uncertain (%.2f to %.2f).", name, s.Classified, low, high)
	}
	if s.Silent*2 > s.Group.Size {
		d.warnf("%s: %d of %d neurons are silent.", name, s.Silent, s.Group.Size)
	}
	if unknown := s.LeftCensored + s.RightCensored; float64(unknown) > muchCensored*float64(s.Events+s.LeftCensored) {
		d.warnf("%s: %d events lie so close to an edge of the recording that they cannot be told; they are left out of the burst fraction.", name, unknown)
	}
	if s.Capped > 0 {
		d.warnf("%s: %d events lasted longer than %s and were cut there. Neurons that fire regularly above %s Hz chain into endless bursts: the threshold is too long for them, or they do not burst.",
			name, s.Capped, seconds(d.rec.Seconds(d.o.Detector.Cap)), number(1/d.isi()))
	} else if m := s.SpikesPerBurst(); m > manySpikes || s.Longest > longThreshold*d.isi() {
		d.warnf("%s: long chains of spikes, %s spikes a burst on average and up to %s long. They may be fast firing rather than bursts.", name, number(m), seconds(s.Longest))
	}
	by, ok := d.chance(g, s.FiringRate())
	if !ok {
		return
	}
	if low, high := d.wilson(s.Counts); low <= by && by <= high {
		f, _ := s.BurstFraction()
		d.warnf("%s: the burst fraction of %.3f is not told from chance (%.3f), which its firing rate alone explains.", name, f, by)
	}
}
