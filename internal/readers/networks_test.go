package readers

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/io/checkpoint"
	"github.com/apical-sim/apical/io/curvefile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/rate"
)

// networkCase is what .ci/networks.py needs to know.
type networkCase struct {
	Layers   []string        `json:"layers"`
	ErrorPct []float64       `json:"error_pct"` // of the test examples, by epoch
	DeltaDeg [][]float64     `json:"delta_deg"` // by epoch and layer
	Record   json.RawMessage `json:"record"`
	Weights  string          `json:"weights"` // of hidden1, little endian, hexadecimal
}

// TestNetworks has .ci/networks.py read the curves and the checkpoint of a network that
// learns.
func TestNetworks(t *testing.T) {
	if testing.Short() {
		t.Skip("not read by Python: -short")
	}
	python := pythonWith(t, "numpy, pandas, pyarrow")
	dir := t.TempDir()
	writeNetwork(t, dir)
	out, err := exec.Command(python, filepath.Join("..", "..", ".ci", "networks.py"), dir).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// writeNetwork trains for some epochs of one batch, and leaves the files and the case.
func writeNetwork(t *testing.T, dir string) {
	t.Helper()
	rule := rate.DefaultBurstCCN()
	n, err := rate.New(rate.Config{Input: rate.Flat(2), Classes: 2, Hidden: []rate.Hidden{{Units: 3}, {Units: 4}}, Activation: rate.Sigmoid,
		Loss: rate.SquaredError, Rule: rule, Feedback: rate.LearnedQ, Learning: rule.Learning(), WeightGain: 1, FeedbackSD: 0.5, Batch: 4, Seed: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	x := rate.Matrix{Rows: 4, Cols: 2, Stride: 2, Data: []float64{-1, -1, -1, 1, 1, -1, 1, 1}}
	classes := []uint8{0, 1, 1, 0}
	c := networkCase{Layers: n.Names(), Record: json.RawMessage(`{"shown":12}`)}
	w, err := curvefile.Create(filepath.Join(dir, "curves.arrow"), spikefile.Meta{}, n.Names(), spikefile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const epochs = 3
	for epoch := range epochs + 1 {
		if epoch > 0 {
			n.Train(x, classes)
		}
		loss, wrong := n.Test(x, classes)
		angles := n.Angles(x, classes)
		c.ErrorPct = append(c.ErrorPct, 100*float64(wrong)/4)
		rows := []curvefile.Row{
			{Epoch: epoch, Split: curvefile.Test, Layer: curvefile.Network, Values: curvefile.Values{curvefile.Loss: loss / 4, curvefile.ErrorPct: 100 * float64(wrong) / 4}},
			{Epoch: epoch, Split: curvefile.Train, Layer: curvefile.Hidden, Values: curvefile.Angles(angles.Hidden)},
		}
		var deltas []float64
		for k, a := range angles.Layers {
			rows = append(rows, curvefile.Row{Epoch: epoch, Split: curvefile.Train, Layer: n.Names()[k], Values: curvefile.Angles(a)})
			deltas = append(deltas, a.Delta)
		}
		c.DeltaDeg = append(c.DeltaDeg, deltas)
		if err := w.Append(rows...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := checkpoint.Save(filepath.Join(dir, "checkpoint.arrow"), n, checkpoint.State{Epoch: epochs, Record: c.Record}, spikefile.Options{}); err != nil {
		t.Fatal(err)
	}
	var weights []byte
	for _, v := range n.Layers()[0].Unit().W.W.Data {
		weights = binary.LittleEndian.AppendUint64(weights, math.Float64bits(v))
	}
	c.Weights = hex.EncodeToString(weights)
	about, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "case.json"), about, 0o666); err != nil {
		t.Fatal(err)
	}
}
