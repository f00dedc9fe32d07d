package biasfunctions

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Widths []int `json:"widths"`
	// Order lists the targets, whose results are by name.
	Order   []string           `json:"order"`
	Targets map[string]*Result `json:"targets"`
	Frozen  Frozen             `json:"frozen"`
}

// Frozen tells whether W and V, of the networks of one and of two inputs, have the bits
// that they had before anything was learned.
type Frozen struct {
	Before    []string `json:"sha256_before"`
	After     []string `json:"sha256_after"`
	Unchanged bool     `json:"unchanged"`
}

// Result is of one target.
type Result struct {
	Inputs  int    `json:"inputs"`
	Formula string `json:"formula"`
	// RMS is that of the target itself: the error of a network that is always 0.
	RMS    float64 `json:"target_rms"`
	Biases *Curve  `json:"biases"`
	Mask   *Curve  `json:"mask"`
	// Weights is of all weights and biases, RandomFeatures of V alone, by least squares, of
	// the widths that are no wider than widest_features.
	Weights        *Curve `json:"all_weights"`
	RandomFeatures *Curve `json:"random_features"`
	// BiasesLessWeightsRMS is by how much the error of biases exceeds that of everything,
	// by width.
	BiasesLessWeightsRMS []float64 `json:"biases_less_all_weights_rms"`
	// Masking is of the widest network that learned a mask.
	Masking Masking `json:"masking"`
	Cut     Cut     `json:"cut"`
}

// Curve is error against width, on a grid from edge to edge of the domain.
type Curve struct {
	RMS []float64 `json:"rms"`
	Sup []float64 `json:"sup"`
	// Falls are by how much the RMS of each width is below that of the one before;
	// Falling that all are above 0.
	Falls   []float64 `json:"rms_falls"`
	Falling bool      `json:"falling"`
}

// Masking is a mask that was turned into biases.
type Masking struct {
	Width int `json:"width"`
	// Silenced units had gates of 0, and got biases far below 0 instead. Change is the
	// greatest change of the output.
	Silenced int     `json:"silenced_units"`
	Change   float64 `json:"greatest_change"`
}

// Cut is functions on a line: x₁ from -1 to 1, and x₂ = x₁/2 where there are two inputs.
type Cut struct {
	X      []float64 `json:"x"`
	Target []float64 `json:"target"`
	// Biases is the function that biases make of the network, by width.
	Biases [][]float64 `json:"biases"`
}

func newCurve(errors []Error) *Curve {
	c := &Curve{RMS: []float64{}, Sup: []float64{}, Falls: []float64{}, Falling: true}
	for i, e := range errors {
		c.RMS, c.Sup = append(c.RMS, e.RMS), append(c.Sup, e.Sup)
		if i > 0 {
			fall := errors[i-1].RMS - e.RMS
			c.Falls = append(c.Falls, fall)
			c.Falling = c.Falling && fall > 0
		}
	}
	return c
}

// print writes errors for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "RMS error\thidden units\tbiases\tmask\tall weights\trandom features\tbiases, greatest error\t")
	for _, name := range m.Order {
		r := m.Targets[name]
		for i, width := range m.Widths {
			features := "-"
			if i < len(r.RandomFeatures.RMS) {
				features = fmt.Sprintf("%.2g", r.RandomFeatures.RMS[i])
			}
			fmt.Fprintf(t, "%s\t%d\t%.4f\t%.4f\t%.4f\t%s\t%.3f\t\n", name, width,
				r.Biases.RMS[i], r.Mask.RMS[i], r.Weights.RMS[i], features, r.Biases.Sup[i])
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, name := range m.Order {
		k := m.Targets[name].Masking
		fmt.Fprintf(w, "%s: a mask of %d units, %d of them silent, as biases changes the output by %.2g at most.\n", name, k.Width, k.Silenced, k.Change)
	}
	word := "the same as before"
	if !m.Frozen.Unchanged {
		word = "CHANGED"
	}
	_, err := fmt.Fprintf(w, "All bits of W and V are %s learning.\n", word)
	return err
}
