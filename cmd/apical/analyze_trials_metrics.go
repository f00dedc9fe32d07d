package main

import (
	"math"

	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
)

// bySignal has a value for each signal, by its name; null if it has none.
type bySignal map[string]*float64

// trialsMetrics is metrics.json.
type trialsMetrics struct {
	Source      string              `json:"source"`
	Table       string              `json:"trials"`
	Trials      int                 `json:"n_trials"`
	Skipped     int                 `json:"n_trials_not_recorded_in_full"`
	Overlapping int                 `json:"n_trials_overlapping"`
	BurstISIS   float64             `json:"burst_isi_s"`
	AroundS     [2]float64          `json:"around_s"`
	BinS        float64             `json:"bin_s"`
	BaselineS   *[2]float64         `json:"baseline_s"`
	ResponseS   *[2]float64         `json:"response_s"`
	Seed        uint64              `json:"seed"`
	Confidence  float64             `json:"confidence"`
	Populations []populationMetrics `json:"populations"`
}

type populationMetrics struct {
	Name       string             `json:"population"`
	Neurons    int                `json:"neurons"`
	Conditions []conditionMetrics `json:"conditions"`
	Contrast   *contrastMetrics   `json:"contrast,omitempty"`
	ROC        map[string]any     `json:"roc,omitempty"`
	Cells      *cellMetrics       `json:"cells,omitempty"`
	Decoding   []decodingMetrics  `json:"decoding,omitempty"`
}

type conditionMetrics struct {
	Condition string   `json:"condition"`
	Trials    int      `json:"n_trials"`
	Baseline  bySignal `json:"baseline"`
	Response  bySignal `json:"response"`
	LatencyS  bySignal `json:"latency_s"`
}

type contrastMetrics struct {
	A            string                       `json:"a"`
	B            string                       `json:"b"`
	TrialsA      int                          `json:"n_trials_a"`
	TrialsB      int                          `json:"n_trials_b"`
	Permutations int                          `json:"permutations"`
	Exact        bool                         `json:"all_labellings"`
	Signals      map[string]differenceMetrics `json:"signals"`
}

type differenceMetrics struct {
	PeakS      *float64         `json:"largest_t_s"`
	Difference *float64         `json:"difference"`
	T          *float64         `json:"t"`
	PMax       *float64         `json:"p_max"`
	LatencyS   *float64         `json:"latency_s"`
	Clusters   []clusterMetrics `json:"clusters"`
}

type clusterMetrics struct {
	FromS float64 `json:"from_s"`
	ToS   float64 `json:"to_s"`
	Mass  float64 `json:"mass"`
	P     float64 `json:"p"`
}

type rocMetrics struct {
	AtS     *float64 `json:"best_window_s"`
	AUC     *float64 `json:"auc"`
	P       *float64 `json:"p_max"`
	Dropped int      `json:"n_trials_without_event"`
}

type cellMetrics struct {
	FDR float64 `json:"false_discovery_rate"`
	// Table[rate][fraction] counts neurons.
	Table map[string]map[string]int `json:"firing_rate_by_burst_fraction"`
}

type decodingMetrics struct {
	Regressors     string   `json:"regressors"`
	Count          int      `json:"n_regressors"`
	Accuracy       *float64 `json:"accuracy"`
	ChanceAccuracy *float64 `json:"chance_accuracy"`
	P              *float64 `json:"p"`
	LogLoss        *float64 `json:"log_loss_nats"`
	ChanceLogLoss  *float64 `json:"chance_log_loss_nats"`
	PLogLoss       *float64 `json:"p_log_loss"`
}

func (t *trialsFound) metrics(meta spikefile.Meta) trialsMetrics {
	m := trialsMetrics{Source: meta.Source, Table: meta.Extra["trials"], Trials: len(t.Trials), Skipped: t.Skipped, Overlapping: t.Overlapping(),
		BurstISIS: meta.BurstISISeconds, AroundS: [2]float64{t.BinStart(0), t.BinStart(t.Design.Bins())},
		BinS: t.Recording.Seconds(t.Design.Bin), BaselineS: t.span(t.baseline), ResponseS: t.span(t.response),
		Seed: t.seed, Confidence: t.show.confidence, Populations: []populationMetrics{}}
	for _, r := range t.results {
		p := populationMetrics{Name: r.name, Neurons: r.neurons}
		for _, c := range r.psth {
			p.Conditions = append(p.Conditions, t.conditionMetrics(c))
		}
		p.Contrast = t.contrastMetrics(r.contrast)
		if r.roc != nil {
			p.ROC = map[string]any{}
			for _, c := range r.roc {
				p.ROC[c.Signal.String()] = t.rocMetrics(c)
			}
		}
		if r.cells != nil {
			p.Cells = &cellMetrics{FDR: t.fdr, Table: map[string]map[string]int{}}
			for i, row := range trials.CrossTable(r.cells) {
				named := map[string]int{}
				for k, n := range row {
					named[trials.ResponseClassNames()[k]] = n
				}
				p.Cells.Table[trials.ResponseClassNames()[i]] = named
			}
		}
		for _, d := range r.decoding {
			p.Decoding = append(p.Decoding, decodingMetrics{d.Regressors, d.Count, experiment.Finite(d.Accuracy), experiment.Finite(d.ChanceAccuracy),
				experiment.Finite(d.P), experiment.Finite(d.LogLoss), experiment.Finite(d.ChanceLogLoss), experiment.Finite(d.PLogLoss)})
		}
		m.Populations = append(m.Populations, p)
	}
	return m
}

// span is a window around the onset in s, nil if there is none.
func (t *trialsFound) span(b trials.Bins) *[2]float64 {
	if b == (trials.Bins{}) {
		return nil
	}
	return &[2]float64{t.BinStart(b.From), t.BinStart(b.To)}
}

func (t *trialsFound) conditionMetrics(p trials.PSTH) conditionMetrics {
	m := conditionMetrics{Condition: p.Condition, Trials: p.Trials, Baseline: bySignal{}, Response: bySignal{}, LatencyS: bySignal{}}
	for _, c := range p.Responses {
		name := c.Signal.String()
		m.Baseline[name] = experiment.Finite(t.windowValue(p, c.Signal, t.baseline))
		m.Response[name] = experiment.Finite(t.windowValue(p, c.Signal, t.response))
		m.LatencyS[name] = experiment.Finite(t.responseLatency(c))
	}
	return m
}

func (t *trialsFound) contrastMetrics(c *trials.Contrast) *contrastMetrics {
	if c == nil {
		return nil
	}
	m := &contrastMetrics{A: c.A, B: c.B, TrialsA: c.TrialsA, TrialsB: c.TrialsB, Permutations: c.Permutations, Exact: c.Exact,
		Signals: map[string]differenceMetrics{}}
	all, names := curves(c)
	for i, d := range all {
		s := differenceMetrics{LatencyS: experiment.Finite(t.differenceLatency(d)), Clusters: []clusterMetrics{}}
		if best := largest(d.T); best >= 0 {
			s.PeakS, s.Difference = experiment.Finite(t.BinStart(best)), experiment.Finite(d.Difference[best])
			s.T, s.PMax = experiment.Finite(d.T[best]), experiment.Finite(d.PMax[best])
		}
		for _, k := range d.Clusters {
			s.Clusters = append(s.Clusters, clusterMetrics{t.BinStart(k.From), t.BinStart(k.To), k.Mass, k.P})
		}
		m.Signals[names[i]] = s
	}
	return m
}

func (t *trialsFound) rocMetrics(c trials.ROC) rocMetrics {
	at := -1
	for i, x := range c.AUC {
		if !math.IsNaN(x) && (at < 0 || math.Abs(x-0.5) > math.Abs(c.AUC[at]-0.5)) {
			at = i
		}
	}
	if at < 0 {
		return rocMetrics{}
	}
	return rocMetrics{experiment.Finite(t.BinStart(at)), experiment.Finite(c.AUC[at]), experiment.Finite(c.PMax[at]), c.DroppedA[at] + c.DroppedB[at]}
}
