package spikefile

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apical-sim/apical/analysis"
)

// BurstRates says how the rates of a file were estimated. It is stored in the
// schema metadata beside the [Derivation].
type BurstRates struct {
	Derivation
	// Grouping is what the neurons were grouped by: "population", "neuron" or
	// the name of a table.
	Grouping string
	// Groups names the groups, or the populations if each neuron is one.
	Groups []string
	// Estimate is such as "bins of 20 ms" or "gaussian kernel of 20 ms".
	Estimate string
	// Placement is "first" or "second", the spike at which bursts count.
	Placement string
	// Confidence is that of the intervals, and DeadTimeS that of the chance level.
	Confidence, DeadTimeS float64
}

// BurstRateRow is what a group of neurons did in a bin, or around a time. A NaN
// stands for what has no value, and is stored as null.
type BurstRateRow struct {
	TimeS     float64 // start of the bin, or the time of the sample, s
	BinS      float64 // length of the bin, s; 0 for a kernel
	RecordedS float64 // how much of the bin was recorded, s; 0 for a kernel
	Group     int     // index into BurstRates.Groups
	Neuron    int64   // within its population, -1 for a group of several
	NeuronID  string  // what the source calls it; Append has it of Meta.NeuronIDs
	NNeurons  int     // >= 1
	// Rates per neuron, in Hz.
	EventRateHz, BurstRateHz, FiringRateHz float64
	// BurstFraction is the share of the classified events that are bursts, CILow
	// and CIHigh its interval, Chance what the firing rate alone would bring about.
	BurstFraction, CILow, CIHigh, Chance float64
	// Effective is the number of events that BurstFraction is made of: NClassified,
	// or what a kernel's weights amount to.
	Effective float64
	// Counts of the bin. A kernel has none: they are stored as null if Counted is
	// false.
	Counts  analysis.Counts
	Counted bool
}

// BurstRatesWriter writes a file of burst rates: one row a group and time. It is
// not safe for concurrent use. Close must be called.
type BurstRatesWriter struct {
	*rowTable
	meta   Meta
	groups int
}

// burstRateFields returns the columns of a file of burst rates.
func burstRateFields() []arrow.Field {
	hz := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64,
			Metadata: arrow.NewMetadata([]string{"unit"}, []string{"Hz per neuron"})}
	}
	share := func(name, what, null string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64, Nullable: true,
			Metadata: arrow.NewMetadata([]string{"unit", "what", "null"}, []string{"1", what, null})}
	}
	count := func(name, what string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64, Nullable: true,
			Metadata: arrow.NewMetadata([]string{"unit", "what", "null"}, []string{"count", what, "kernel"})}
	}
	return []arrow.Field{
		secondsField("t_s", "start of the bin, time of the sample of a kernel"), secondsField("bin_s", "length of the bin, 0 for a kernel"),
		secondsField("recorded_s", "recorded time within the bin, by which rates divide"),
		{Name: "group", Type: nameIndex()},
		{Name: "neuron", Type: arrow.PrimitiveTypes.Uint32, Nullable: true,
			Metadata: arrow.NewMetadata([]string{"scope", "null"}, []string{"population-local", "several neurons"})},
		hz("event_rate_hz"), hz("burst_rate_hz"), hz("firing_rate_hz"),
		share("burst_fraction", "bursts of all classified events, not spikes of all spikes", "no classified event"),
		share("burst_fraction_lo", "Wilson interval", "no classified event, or bursts placed at their second spike"),
		share("burst_fraction_hi", "Wilson interval", "no classified event, or bursts placed at their second spike"),
		share("burst_fraction_chance", "of Poisson spikes with a dead time at firing_rate_hz", "no spike, or the accumulating rule"),
		{Name: "n_effective", Type: arrow.PrimitiveTypes.Float64,
			Metadata: arrow.NewMetadata([]string{"unit", "what"}, []string{"1", "events that burst_fraction is made of, in equal weights"})},
		count("n_events", "all but the left-censored"), count("n_bursts", "events with a second spike"), count("n_spikes", "spikes"),
		count("n_classified", "events of known past, followed for the threshold"), count("n_classified_bursts", "bursts among them"),
		count("n_censored", "events, or what may be, that are not classified"),
		countField("n_neurons"),
	}
}

// CreateBurstRates starts the file path, with the rules of [Create]. Its columns
// are
//
//	t_s, bin_s, recorded_s           float64             s
//	group                            dictionary<int16, utf8>
//	neuron                           uint32, nullable    only if each neuron is a group
//	event_rate_hz, burst_rate_hz, firing_rate_hz         per neuron
//	burst_fraction                   float64, nullable   n_classified_bursts/n_classified
//	burst_fraction_lo, _hi, _chance  float64, nullable
//	n_effective                      float64
//	n_events, n_bursts, n_spikes, n_classified, n_classified_bursts, n_censored
//	                                 int64, nullable     null for a kernel
//	n_neurons                        int64
//	neuron_id                        utf8, nullable      only with Meta.NeuronIDs
//
// With NeuronIDs, the groups are the populations.
func CreateBurstRates(path string, meta Meta, r BurstRates, opt Options) (*BurstRatesWriter, error) {
	return createBurstRates(path, meta, r, opt, nil, memory.DefaultAllocator)
}

func createBurstRates(path string, meta Meta, r BurstRates, opt Options, dst io.Writer, mem memory.Allocator) (*BurstRatesWriter, error) {
	meta, more, err := r.derive(meta)
	if err != nil {
		return nil, err
	}
	if err := checkNames("groups", r.Groups); err != nil {
		return nil, err
	}
	list, err := json.Marshal(r.Groups)
	if err != nil {
		return nil, fmt.Errorf("spikefile: groups: %w", err)
	}
	more = append(more, pair{"grouping", r.Grouping}, pair{"groups", string(list)}, pair{"estimate", r.Estimate},
		pair{"burst_placement", r.Placement}, pair{"confidence", formatFloat(r.Confidence)}, pair{"dead_time_s", formatFloat(r.DeadTimeS)})
	fields := burstRateFields()
	if meta.NeuronIDs != nil {
		fields = append(fields, neuronIDField())
	}
	t, err := createTable(path, formatBursts, meta, opt, fields, map[int][]string{3: r.Groups}, more, dst, mem)
	if err != nil {
		return nil, err
	}
	return &BurstRatesWriter{rowTable: t, meta: meta, groups: len(r.Groups)}, nil
}

// Append adds a row. One that is out of range is rejected and leaves the file as
// it was.
func (w *BurstRatesWriter) Append(r BurstRateRow) error {
	switch {
	case !(r.BinS >= 0) || !(r.RecordedS >= 0) || r.RecordedS > r.BinS:
		return fmt.Errorf("spikefile: t_s %v: %v s recorded of bin_s %v, want 0 <= recorded <= bin", r.TimeS, r.RecordedS, r.BinS)
	case r.NNeurons < 1 || r.Neuron < -1 || r.Neuron > math.MaxUint32:
		return fmt.Errorf("spikefile: t_s %v: neuron %d of %d, want one of at least one", r.TimeS, r.Neuron, r.NNeurons)
	}
	if err := w.begin(r.TimeS, "group", r.Group, w.groups); err != nil {
		return err
	}
	c := w.cols
	for i, x := range [...]float64{r.TimeS, r.BinS, r.RecordedS} {
		c[i].f64 = append(c[i].f64, x)
	}
	c[3].i16 = append(c[3].i16, int16(r.Group))
	c[4].u32 = append(c[4].u32, uint32(max(0, r.Neuron)))
	c[4].setValid(w.n, r.Neuron >= 0)
	for i, x := range [...]float64{r.EventRateHz, r.BurstRateHz, r.FiringRateHz} {
		c[5+i].f64 = append(c[5+i].f64, x)
	}
	for i, x := range [...]float64{r.BurstFraction, r.CILow, r.CIHigh, r.Chance} {
		c[8+i].f64 = append(c[8+i].f64, x)
		c[8+i].setValid(w.n, !math.IsNaN(x))
	}
	c[12].f64 = append(c[12].f64, r.Effective)
	n := r.Counts
	for i, k := range [...]int64{n.Events, n.Bursts, n.Spikes, n.Classified, n.ClassifiedBursts, n.Censored} {
		c[13+i].i64 = append(c[13+i].i64, k)
		c[13+i].setValid(w.n, r.Counted)
	}
	c[19].i64 = append(c[19].i64, int64(r.NNeurons))
	if w.meta.NeuronIDs != nil {
		c[20].addText(w.n, w.meta.neuronID(r.Group, r.Neuron))
	}
	return w.end()
}

// ReadBurstRates returns the rows of the file path, and how they were estimated.
// It fails as [Open] does.
func ReadBurstRates(path string) (meta Meta, r BurstRates, rows []BurstRateRow, err error) {
	c, err := readTable(path, formatBursts, func(b *tableBatch) {
		number := func(column, i int) float64 {
			if b.null[column](i) {
				return math.NaN()
			}
			return b.f64[column][i]
		}
		for i := range b.n {
			row := BurstRateRow{TimeS: b.f64[0][i], BinS: b.f64[1][i], RecordedS: b.f64[2][i], Group: int(b.i16[3][i]), Neuron: -1,
				EventRateHz: b.f64[5][i], BurstRateHz: b.f64[6][i], FiringRateHz: b.f64[7][i],
				BurstFraction: number(8, i), CILow: number(9, i), CIHigh: number(10, i), Chance: number(11, i),
				Effective: b.f64[12][i], NNeurons: int(b.i64[19][i])}
			if !b.null[4](i) {
				row.Neuron = int64(b.u32[4][i])
				row.NeuronID = b.neuronID(i)
			}
			if row.Counted = !b.null[13](i); row.Counted {
				row.Counts = analysis.Counts{Events: b.i64[13][i], Bursts: b.i64[14][i], Spikes: b.i64[15][i],
					Classified: b.i64[16][i], ClassifiedBursts: b.i64[17][i], Censored: b.i64[18][i]}
			}
			rows = append(rows, row)
		}
	})
	return c.meta, c.bursts, rows, err
}

// decodeBurstRates reads the metadata that createBurstRates wrote.
func decodeBurstRates(s *arrow.Schema, stepsPerSecond int64) (r BurstRates, err error) {
	md := s.Metadata()
	if r.Derivation, err = decodeDerivation(md, stepsPerSecond); err != nil {
		return r, err
	}
	for key, to := range map[string]*string{"grouping": &r.Grouping, "estimate": &r.Estimate, "burst_placement": &r.Placement} {
		if i := md.FindKey(key); i >= 0 {
			*to = md.Values()[i]
		}
	}
	for _, number := range []struct {
		key string
		to  *float64
	}{{"confidence", &r.Confidence}, {"dead_time_s", &r.DeadTimeS}} {
		i := md.FindKey(number.key)
		if i < 0 {
			return r, fmt.Errorf("metadata %s is missing", number.key)
		}
		if *number.to, err = strconv.ParseFloat(md.Values()[i], 64); err != nil {
			return r, fmt.Errorf("metadata %s %q, want a number", number.key, md.Values()[i])
		}
	}
	return r, decodeList(s, "groups", &r.Groups)
}
