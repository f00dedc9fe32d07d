package detection

import (
	"context"
	"math"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
)

// Errors is how hits and misses differ, over all cells. Differences are misses
// minus hits.
type Errors struct {
	// Late is when the burst fraction of misses exceeds that of hits: the heaviest
	// significant clusters of bins that are hardly apart, nil if there is none.
	// Early is when it falls short.
	Late  *Cluster `json:"late"`
	Early *Cluster `json:"early"`
	// Clusters are the significant ones of the burst fraction, as they are.
	Clusters []Cluster `json:"clusters"`
	// Found tells that there is any significant cluster, by signal.
	Found map[string]bool `json:"found"`
	// The same as truth values.
	LateFound  bool `json:"late_found"`
	EarlyFound bool `json:"early_found"`
	// PlantedFromS and PlantedUntilS are when a miss is followed by bursts,
	// Difference that of the burst fractions of that time, and EarlyDifference that
	// in the window in which cells are tested. Nil without hits or without misses.
	PlantedFromS    float64 `json:"planted_from_s"`
	PlantedUntilS   float64 `json:"planted_until_s"`
	Difference      *Effect `json:"difference"`
	EarlyDifference *Effect `json:"early_difference"`
}

// Cluster is a run of bins that differ.
type Cluster struct {
	FromS  float64 `json:"from_s"`
	UntilS float64 `json:"until_s"`
	P      float64 `json:"p"`
}

// errors compares hits (A) and misses (B). c is nil where there are none of one.
func (m *measurement) errors(sums *trials.Sums, c *trials.Contrast) Errors {
	p := m.recording.misses[0].errors
	e := Errors{PlantedFromS: p.latency, PlantedUntilS: p.end(), Clusters: []Cluster{}, Found: map[string]bool{}}
	if c == nil {
		return e
	}
	for i := range c.Curves {
		d := &c.Curves[i]
		e.Found[d.Signal.String()] = len(m.significant(d, 1))+len(m.significant(d, -1)) > 0
	}
	fraction := &c.Curves[trials.BurstFraction]
	e.Late, e.Early = m.heaviest(sums, fraction, -1), m.heaviest(sums, fraction, 1)
	for _, c := range fraction.Clusters {
		if c.P <= m.level {
			e.Clusters = append(e.Clusters, Cluster{FromS: sums.BinStart(c.From), UntilS: sums.BinStart(c.To), P: c.P})
		}
	}
	e.LateFound, e.EarlyFound = e.Late != nil, e.Early != nil
	bin := float64(m.design.Bin) / stepsPerSecond
	onset := m.design.Onset()
	e.Difference = m.missesMinusHits(sums, trials.Bins{From: onset + int(p.latency/bin), To: onset + int(math.Ceil(p.end()/bin))})
	e.EarlyDifference = m.missesMinusHits(sums, m.response)
	return e
}

// missesMinusHits compares the burst fractions of all cells in some bins.
func (m *measurement) missesMinusHits(sums *trials.Sums, during trials.Bins) *Effect {
	var cells []int
	for i := range m.recording.cells {
		cells = append(cells, i)
	}
	from, to := m.window(during)
	of := func(o outcome) (found analysis.Counts, expected float64) {
		for _, t := range sums.Of(o.String()) {
			found.Add(sums.Window(t, during.From, during.To))
		}
		which := m.recording.which(func(t trial) bool { return t.outcome == o })
		return found, m.recording.expected(cells, which, from, to).burstFraction()
	}
	hits, expectedHits := of(hit)
	misses, expectedMisses := of(miss)
	e := newEffect(fractionChange(misses, hits), expectedMisses-expectedHits, math.NaN(), math.NaN())
	return &e
}

// hardlyApart is how many bins two clusters may be apart to be taken for one that a
// dip below the threshold has parted.
const hardlyApart = 2

// heaviest joins significant clusters with a sign that are hardly apart, and
// returns the one of the greatest mass.
func (m *measurement) heaviest(sums *trials.Sums, d *trials.Difference, sign float64) *Cluster {
	var joined []trials.Cluster
	for _, c := range m.significant(d, sign) {
		if n := len(joined); n > 0 && c.From-joined[n-1].To <= hardlyApart {
			last := &joined[n-1]
			last.To, last.Mass, last.P = c.To, last.Mass+c.Mass, min(last.P, c.P)
			continue
		}
		joined = append(joined, c)
	}
	var heaviest *Cluster
	mass := 0.0
	for _, c := range joined {
		if math.Abs(c.Mass) > mass {
			mass = math.Abs(c.Mass)
			heaviest = &Cluster{FromS: sums.BinStart(c.From), UntilS: sums.BinStart(c.To), P: c.P}
		}
	}
	return heaviest
}

// folds of the cross-validation.
const folds = 5

// Decoding is how well stimulated trials are told from catch trials. The cells are
// not chosen by what they were found to do: those that happen to respond in these
// trials would tell these trials apart, also where there is nothing to tell.
type Decoding struct {
	// ConstantRate is from the cells in which a response of the burst fraction alone
	// was planted, nil if there are none; All from all cells, added up. Nil with too
	// few trials of a condition.
	ConstantRate *Decoded `json:"constant_rate"`
	All          *Decoded `json:"all"`
}

// Decoded holds what each set of regressors gives, and the part of the trials
// that the better of the conditions makes up.
type Decoded struct {
	Cells      int       `json:"cells"`
	Regressors []Decoder `json:"regressors"`
	// Gain is the accuracy of event rate and burst fraction together, minus that of
	// the firing rate; GainNats the log loss that is saved.
	Gain     float64 `json:"gain"`
	GainNats float64 `json:"gain_nats"`
	// AboveChance: firing rate, and event rate with burst fraction, at the level.
	RateAboveChance bool `json:"rate_above_chance"`
	BothAboveChance bool `json:"both_above_chance"`
}

// Decoder is one set of regressors, cross-validated.
type Decoder struct {
	Name      string  `json:"name"`
	Accuracy  float64 `json:"accuracy"`
	LogLoss   float64 `json:"log_loss_nats"`
	ChanceLow float64 `json:"chance_low"` // 95 % of the accuracies with permuted conditions
	Chance    float64 `json:"chance"`
	High      float64 `json:"chance_high"`
	PLogLoss  float64 `json:"p_log_loss"`
}

func (m *measurement) decode(ctx context.Context, a *trials.Aligned) (d Decoding, err error) {
	if n := len(m.recording.which(isStimulated)); min(n, len(m.recording.trials)-n) < folds {
		return d, nil
	}
	cells := m.recording.cells
	g := newGroups(len(cells), func(i int) class { return cells[i].class })
	if d.All, err = m.decodeFrom(ctx, a, g.order); err != nil {
		return d, err
	}
	if n := g.constantCells(); len(n) > 0 {
		d.ConstantRate, err = m.decodeFrom(ctx, a, n)
	}
	return d, err
}

// decodeFrom decodes from what some cells do together.
func (m *measurement) decodeFrom(ctx context.Context, a *trials.Aligned, cells []int) (*Decoded, error) {
	sums, err := a.SumOf(0, cells)
	if err != nil {
		return nil, err
	}
	decoded, err := trials.Decode(ctx, []*trials.Sums{sums}, trials.DecodeOptions{A: stimulated, B: catch,
		Response: m.response, Folds: folds, Permutations: m.decoding})
	if err != nil {
		return nil, err
	}
	d := Decoded{Cells: len(cells)}
	for _, x := range decoded {
		d.Regressors = append(d.Regressors, Decoder{x.Regressors, x.Accuracy, x.LogLoss, x.ChanceLow, x.ChanceAccuracy, x.ChanceHigh, x.PLogLoss})
		switch x.Regressors {
		case trials.DecodeFiringRate:
			d.Gain, d.GainNats = d.Gain-x.Accuracy, d.GainNats+x.LogLoss
			d.RateAboveChance = x.PLogLoss <= m.level
		case trials.DecodeBoth:
			d.Gain, d.GainNats = d.Gain+x.Accuracy, d.GainNats-x.LogLoss
			d.BothAboveChance = x.PLogLoss <= m.level
		}
	}
	return &d, nil
}

// behaviour counts outcomes.
func (r *recording) behaviour() []Behaviour {
	all := make([]Behaviour, len(r.sessions))
	for s := range all {
		all[s] = Behaviour{Session: s + 1, IntensityUA: r.sessions[s].microamps, ExpectedHitRate: r.sessions[s].hitRate}
	}
	for _, t := range r.trials {
		b := &all[t.session]
		switch t.outcome {
		case hit:
			b.Hits++
		case miss:
			b.Misses++
		case falseAlarm:
			b.FalseAlarms++
			fallthrough
		case correctRejection:
			b.CatchTrials++
		}
	}
	for s := range all {
		all[s].HitRate = experiment.Finite(float64(all[s].Hits) / float64(all[s].Hits+all[s].Misses))
	}
	return all
}
