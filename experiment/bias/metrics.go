package bias

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Data DataMetrics `json:"data"`
	// Widths are numbers of hidden units; the curves have one number for each, those of
	// all weights for the first that are no wider than widest_weights.
	Widths  []int  `json:"widths"`
	Biases  *Curve `json:"biases"`
	Mask    *Curve `json:"mask"`
	Weights *Curve `json:"all_weights"`
	// WeightsLessBiasesPct is the accuracy of training everything less that of training
	// biases alone, by width, in points.
	WeightsLessBiasesPct []float64 `json:"all_weights_less_biases_pct"`
	// MaskLessBiasesPct likewise.
	MaskLessBiasesPct []float64 `json:"mask_less_biases_pct"`
	Frozen            Frozen    `json:"frozen"`
	Tasks             *Tasks    `json:"tasks,omitempty"`
}

// DataMetrics says what was learned from.
type DataMetrics struct {
	Name          string `json:"name"`
	TrainExamples int    `json:"train_examples"`
	TestExamples  int    `json:"test_examples"`
	Inputs        int    `json:"inputs"`
	Classes       int    `json:"classes"`
}

// Curve is accuracy against width, of what was learned.
type Curve struct {
	AccuracyPct []float64 `json:"accuracy_pct"`
	// StepsPct are what each width adds to the one before, in points.
	StepsPct []float64 `json:"steps_pct"`
	// Increasing is that all of them are above 0.
	Increasing bool `json:"increasing"`
	// Histories are by width.
	Histories []History `json:"histories"`
}

// Frozen tells whether W and V have the bits that they had before anything was learned.
type Frozen struct {
	Before    string `json:"sha256_before"`
	After     string `json:"sha256_after"`
	Unchanged bool   `json:"unchanged"`
}

// Tasks is what bias vectors on one W and V do.
type Tasks struct {
	Width int      `json:"width"`
	Names []string `json:"names"`
	// MajorityPct is the accuracy of always answering the most frequent class, by task.
	MajorityPct []float64 `json:"majority_pct"`
	// SwapPct has a row for the test examples of each task, in it the accuracy with the
	// bias vector of each.
	SwapPct [][]float64 `json:"swap_pct"`
	// OwnPct is the diagonal; MarginPct what the own vector has over the best of the others.
	OwnPct    []float64 `json:"own_pct"`
	MarginPct []float64 `json:"margin_pct"`
	// LeastMarginPct, LeastAboveMajorityPct are over tasks. LeastMarginPct is nil for one.
	LeastMarginPct        *float64 `json:"least_margin_pct"`
	LeastAboveMajorityPct float64  `json:"least_above_majority_pct"`
	// Spearman is between the normalised variance of units in a task and their biases for
	// it, over units that vary in any task; SpearmanVariance of the variance itself. Nil
	// where there is none.
	Spearman         []*float64 `json:"spearman"`
	SpearmanVariance []*float64 `json:"spearman_variance"`
	// Silent units vary in no task.
	Silent   int       `json:"silent_units"`
	Clusters *Clusters `json:"clusters,omitempty"`
}

// Clusters are those of the units by their task variance.
type Clusters struct {
	// Silhouettes are by number of clusters, from 2; K is the number taken.
	Silhouettes []float64 `json:"silhouettes"`
	K           int       `json:"k"`
	Silhouette  float64   `json:"silhouette"`
	// Sizes are numbers of units, descending; Means the mean normalised variance by
	// cluster and task.
	Sizes []int       `json:"sizes"`
	Means [][]float64 `json:"means"`
	// Variance is the normalised variance by unit and task, rounded to 1e-4; units are
	// sorted by cluster.
	Variance [][]float64 `json:"variance"`
}

func newCurve(all []History) *Curve {
	c := &Curve{Histories: all, StepsPct: []float64{}, Increasing: true}
	for i, h := range all {
		c.AccuracyPct = append(c.AccuracyPct, h.last())
		if i > 0 {
			step := h.last() - all[i-1].last()
			c.StepsPct = append(c.StepsPct, step)
			c.Increasing = c.Increasing && step > 0
		}
	}
	return c
}

// lessBiases is how much more accurate a curve is than that of the biases.
func (m *Metrics) lessBiases(c *Curve) []float64 {
	less := []float64{}
	for i, a := range c.AccuracyPct {
		less = append(less, a-m.Biases.AccuracyPct[i])
	}
	return less
}

// newTasks measures what was learned of the tasks.
func newTasks(t *taught, width, wantedK int, seed uint64) *Tasks {
	all := t.tasks
	m := &Tasks{Width: width, SwapPct: t.accuracy, LeastAboveMajorityPct: math.Inf(1)}
	var variances [][]float64
	for i, l := range all {
		counts := l.data.Test.ClassCounts()
		majority := 100 * float64(slices.Max(counts)) / float64(l.data.Test.Count)
		own := m.SwapPct[i][i]
		m.Names = append(m.Names, l.name)
		m.MajorityPct = append(m.MajorityPct, majority)
		m.OwnPct = append(m.OwnPct, own)
		m.LeastAboveMajorityPct = min(m.LeastAboveMajorityPct, own-majority)
		others := slices.Delete(slices.Clone(m.SwapPct[i]), i, i+1)
		if len(others) > 0 {
			margin := own - slices.Max(others)
			m.MarginPct = append(m.MarginPct, margin)
			if m.LeastMarginPct == nil || margin < *m.LeastMarginPct {
				m.LeastMarginPct = &margin
			}
		}
		variances = append(variances, l.variances)
	}
	points, units := normalise(variances)
	m.Silent = width - len(units)
	for i, l := range all {
		biases, normalised, plain := make([]float64, len(units)), make([]float64, len(units)), make([]float64, len(units))
		for j, unit := range units {
			biases[j], normalised[j], plain[j] = l.trainer.net.B[unit], points[j][i], l.variances[unit]
		}
		m.Spearman = append(m.Spearman, correlation(normalised, biases))
		m.SpearmanVariance = append(m.SpearmanVariance, correlation(plain, biases))
	}
	if len(all) > 1 && len(points) > greatestK {
		m.Clusters = newClusters(points, wantedK, seed)
	}
	return m
}

func correlation(x, y []float64) *float64 {
	if r, ok := spearman(x, y); ok {
		return &r
	}
	return nil
}

// newClusters takes the number of clusters that is wanted, or with 0 that of the greatest
// silhouette.
func newClusters(points [][]float64, wanted int, seed uint64) *Clusters {
	c := &Clusters{}
	var cluster []int
	for k := 2; k <= greatestK; k++ {
		these, _ := kMeans(points, k, seed)
		s := silhouette(points, these, k)
		c.Silhouettes = append(c.Silhouettes, s)
		if k == wanted || wanted == 0 && (c.K == 0 || s > c.Silhouette) {
			c.K, c.Silhouette, cluster = k, s, these
		}
	}
	bySize(cluster, c.K)
	c.Sizes = make([]int, c.K)
	c.Means = make([][]float64, c.K)
	for k := range c.Means {
		c.Means[k] = make([]float64, len(points[0]))
	}
	order := make([]int, len(points))
	for i, k := range cluster {
		order[i] = i
		c.Sizes[k]++
		for t, x := range points[i] {
			c.Means[k][t] += x
		}
	}
	for k, n := range c.Sizes {
		for t := range c.Means[k] {
			c.Means[k][t] /= float64(max(1, n))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cluster[a] - cluster[b] })
	for _, i := range order {
		row := make([]float64, len(points[i]))
		for t, x := range points[i] {
			row[t] = math.Round(1e4*x) / 1e4
		}
		c.Variance = append(c.Variance, row)
	}
	return c
}

// print writes accuracies for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "hidden units\tbiases (%)\tmask (%)\tall weights (%)\t")
	for i, width := range m.Widths {
		cell := func(c *Curve) string {
			if c == nil || i >= len(c.AccuracyPct) {
				return "-"
			}
			return fmt.Sprintf("%.2f", c.AccuracyPct[i])
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t\n", width, cell(m.Biases), cell(m.Mask), cell(m.Weights))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if s := m.Tasks; s != nil {
		fmt.Fprintf(w, "Tasks of one W and V of %d units (rows), with the bias vectors of each (columns), %%:\n", s.Width)
		fmt.Fprintf(t, "\t%s\t\n", strings.Join(s.Names, "\t"))
		for i, row := range s.SwapPct {
			fmt.Fprintf(t, "%s\t", s.Names[i])
			for _, a := range row {
				fmt.Fprintf(t, "%.1f\t", a)
			}
			fmt.Fprintln(t)
		}
		if err := t.Flush(); err != nil {
			return err
		}
		if c := s.Clusters; c != nil {
			fmt.Fprintf(w, "%d clusters of units by task variance, of %v units; silhouette %.2f.\n", c.K, c.Sizes, c.Silhouette)
		}
	}
	word := "the same as before"
	if !m.Frozen.Unchanged {
		word = "CHANGED"
	}
	_, err := fmt.Fprintf(w, "All bits of W and V are %s learning.\n", word)
	return err
}
