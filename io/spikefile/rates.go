package spikefile

import (
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// RateRow holds what one population did in one time bin, as counts. Events,
// bursts and spikes are three different things: an event is a spike that opens
// a singlet or a burst, and a burst is counted once, at its second spike. A bin
// can therefore hold a burst whose event lies in the bin before.
type RateRow struct {
	TimeS      float64 // start of the bin, s, not decreasing
	BinS       float64 // length of the bin, s, > 0
	Population int     // index into Meta.Populations
	NEvents    int64   // >= 0
	NBursts    int64   // >= 0
	NSpikes    int64   // >= 0
	// NNeurons is the number of neurons counted, >= 1; 0 means the whole
	// population.
	NNeurons int
}

// perNeuronHz turns a count into a rate in Hz per neuron; an empty population
// is silent.
func (r RateRow) perNeuronHz(n int64) float64 {
	d := float64(r.NNeurons) * r.BinS
	if d == 0 {
		return 0
	}
	return float64(n) / d
}

// EventRateHz returns events per neuron and second, in Hz.
func (r RateRow) EventRateHz() float64 { return r.perNeuronHz(r.NEvents) }

// BurstRateHz returns bursts per neuron and second, in Hz.
func (r RateRow) BurstRateHz() float64 { return r.perNeuronHz(r.NBursts) }

// FiringRateHz returns spikes per neuron and second, in Hz.
func (r RateRow) FiringRateHz() float64 { return r.perNeuronHz(r.NSpikes) }

// BurstFraction returns bursts per event; ok is false in a bin without events,
// where it has no value. It can exceed 1 in a short bin, which holds bursts whose
// events lie in the bin before.
func (r RateRow) BurstFraction() (f float64, ok bool) {
	if r.NEvents == 0 {
		return 0, false
	}
	return float64(r.NBursts) / float64(r.NEvents), true
}

// RatesWriter writes a rates file: one row a population and time bin. It is not
// safe for concurrent use. Close must be called.
type RatesWriter struct {
	*rowTable
	populations []Population
}

// rateFields returns the columns of a rates file.
func rateFields() []arrow.Field {
	hz := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64,
			Metadata: arrow.NewMetadata([]string{"unit"}, []string{"Hz per neuron"})}
	}
	fraction := arrow.Field{Name: "burst_fraction", Type: arrow.PrimitiveTypes.Float64, Nullable: true,
		Metadata: arrow.NewMetadata([]string{"unit", "null", "note"}, []string{"1", "no events",
			"can exceed 1 in short bins: a burst is counted at its second spike, its event at its first"})}
	return []arrow.Field{
		secondsField("t_s", "start of the bin"), secondsField("bin_s", "length of the bin"),
		{Name: "population", Type: nameIndex()},
		hz("event_rate_hz"), hz("burst_rate_hz"), fraction, hz("firing_rate_hz"),
		countField("n_events"), countField("n_bursts"), countField("n_spikes"), countField("n_neurons"),
	}
}

// secondsField is a column of times in s.
func secondsField(name, what string) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64,
		Metadata: arrow.NewMetadata([]string{"unit", "what"}, []string{"s", what})}
}

// countField is a column of counts.
func countField(name string) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64,
		Metadata: arrow.NewMetadata([]string{"unit"}, []string{"count"})}
}

// CreateRates starts the rates file path, with the rules of [Create]. Its
// columns are t_s, bin_s, population, event_rate_hz, burst_rate_hz,
// burst_fraction (null in a bin without events), firing_rate_hz, n_events,
// n_bursts, n_spikes and n_neurons.
func CreateRates(path string, meta Meta, opt Options) (*RatesWriter, error) {
	return createRates(path, meta, opt, nil, memory.DefaultAllocator)
}

func createRates(path string, meta Meta, opt Options, dst io.Writer, mem memory.Allocator) (*RatesWriter, error) {
	t, err := createTable(path, formatRates, meta, opt, rateFields(), map[int][]string{2: meta.populationNames()}, nil, dst, mem)
	if err != nil {
		return nil, err
	}
	return &RatesWriter{rowTable: t, populations: meta.Populations}, nil
}

// Append adds a row and computes its rates: counts/(n_neurons*bin_s) in Hz,
// and burst_fraction = n_bursts/n_events. A row that is out of range is
// rejected and leaves the file as it was.
func (w *RatesWriter) Append(r RateRow) error {
	if r.NNeurons == 0 && r.Population >= 0 && r.Population < len(w.populations) {
		r.NNeurons = w.populations[r.Population].Size
	}
	switch {
	case !(r.BinS > 0) || math.IsInf(r.BinS, 1):
		return fmt.Errorf("spikefile: t_s %v: bin_s: %v, want > 0", r.TimeS, r.BinS)
	case r.NEvents < 0 || r.NBursts < 0 || r.NSpikes < 0:
		return fmt.Errorf("spikefile: t_s %v: %d events, %d bursts, %d spikes, want >= 0", r.TimeS, r.NEvents, r.NBursts, r.NSpikes)
	case r.NNeurons < 0:
		return fmt.Errorf("spikefile: t_s %v: n_neurons: %d, want >= 1", r.TimeS, r.NNeurons)
	}
	if err := w.begin(r.TimeS, "population", r.Population, len(w.populations)); err != nil {
		return err
	}
	fraction, ok := r.BurstFraction()
	c := w.cols
	c[0].f64 = append(c[0].f64, r.TimeS)
	c[1].f64 = append(c[1].f64, r.BinS)
	c[2].i16 = append(c[2].i16, int16(r.Population))
	c[3].f64 = append(c[3].f64, r.EventRateHz())
	c[4].f64 = append(c[4].f64, r.BurstRateHz())
	c[5].f64 = append(c[5].f64, fraction)
	c[5].setValid(w.n, ok)
	c[6].f64 = append(c[6].f64, r.FiringRateHz())
	c[7].i64 = append(c[7].i64, r.NEvents)
	c[8].i64 = append(c[8].i64, r.NBursts)
	c[9].i64 = append(c[9].i64, r.NSpikes)
	c[10].i64 = append(c[10].i64, int64(r.NNeurons))
	return w.end()
}

// ReadRates returns the rows of the rates file path, with NNeurons always the
// number of neurons counted. It fails as [Open] does.
func ReadRates(path string) (Meta, []RateRow, error) {
	var rows []RateRow
	c, err := readTable(path, formatRates, func(b *tableBatch) {
		for i := range b.n {
			rows = append(rows, RateRow{
				TimeS: b.f64[0][i], BinS: b.f64[1][i], Population: int(b.i16[2][i]),
				NEvents: b.i64[7][i], NBursts: b.i64[8][i], NSpikes: b.i64[9][i], NNeurons: int(b.i64[10][i]),
			})
		}
	})
	return c.meta, rows, err
}
