package readers

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
)

// demultiplexCase is what .ci/demultiplex.py needs to know. Times are in steps.
type demultiplexCase struct {
	StepsPerSecond int64      `json:"steps_per_second"`
	Populations    [][2]any   `json:"populations"` // name, size
	Windows        [][2]int64 `json:"windows"`
	ISI            int64      `json:"isi"`
	PreSilence     int64      `json:"pre_silence"`
	Cap            int64      `json:"cap"`
	Bin            int64      `json:"bin"`
	BurstAt        string     `json:"burst_at"`
	Confidence     float64    `json:"confidence"`
	DeadS          float64    `json:"dead_s"`
	sizes          []int
}

// TestDemultiplexing has the events and rates of random trains recomputed by
// .ci/demultiplex.py, which knows the definitions and not the program. The trains
// are full of ties, edges, triplets and silence.
func TestDemultiplexing(t *testing.T) {
	if testing.Short() {
		t.Skip("not recomputed in Python: -short")
	}
	python := pythonWith(t, "numpy, pandas, pyarrow")
	command := buildApical(t)
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	args := []string{filepath.Join("..", "..", ".ci", "demultiplex.py")}
	for i := range 120 {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		makeCase(t, r, dir, command)
		args = append(args, dir)
	}
	out, err := exec.Command(python, args...).CombinedOutput()
	t.Logf("seed %d: %s", seed, out)
	if err != nil {
		t.Error(err)
	}
}

// makeCase writes spikes and has apical analyze them.
func makeCase(t *testing.T, r *rand.Rand, dir, command string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	c := demultiplexCase{StepsPerSecond: []int64{1000, 10000, 40000}[r.IntN(3)], ISI: 1 + r.Int64N(20), PreSilence: r.Int64N(40),
		Cap: r.Int64N(2) * (1 + r.Int64N(100)), Bin: 10 + r.Int64N(100), BurstAt: []string{"first", "second"}[r.IntN(2)],
		Confidence: []float64{0.95, 0.6827, 0.99}[r.IntN(3)], sizes: []int{1 + r.IntN(8), 1 + r.IntN(4)}}
	c.DeadS = float64(r.Int64N(2)*c.ISI) / 4 / float64(c.StepsPerSecond)
	c.Populations = [][2]any{{"pyr", c.sizes[0]}, {"som", c.sizes[1]}}
	at := r.Int64N(3) * r.Int64N(50)
	for range 1 + r.IntN(4) {
		to := at + 1 + r.Int64N(600)
		c.Windows = append(c.Windows, [2]int64{at, to})
		at = to + 1 + r.Int64N(100)
	}
	writeCase(t, r, dir, &c)
	seconds := func(steps int64) string { return fmt.Sprintf("%.6fs", float64(steps)/float64(c.StepsPerSecond)) }
	common := []string{filepath.Join(dir, "spikes.arrow"), "--burst-isi", seconds(c.ISI), "--burst-pre-silence", seconds(c.PreSilence),
		"--burst-cap", seconds(c.Cap), "--dead-time", fmt.Sprintf("%.9fs", c.DeadS), "--confidence", fmt.Sprint(c.Confidence)}
	for _, w := range c.Windows {
		common = append(common, "--window", seconds(w[0])+".."+seconds(w[1]))
	}
	rates := slices.Concat([]string{"analyze", "rates"}, common, []string{"--bin", seconds(c.Bin), "--burst-at", c.BurstAt})
	for name, args := range map[string][]string{
		"events.arrow":      slices.Concat([]string{"analyze", "events"}, common),
		"populations.arrow": rates,
		"neurons.arrow":     slices.Concat(rates, []string{"--by", "neuron"}),
	} {
		if out, err := exec.Command(command, append(args, "--out", filepath.Join(dir, name))...).CombinedOutput(); err != nil {
			t.Fatalf("apical %q: %v\n%s", args, err, out)
		}
	}
}

// writeCase writes spikes.arrow and case.json. Some spikes are outside of the
// windows, where they must not be seen.
func writeCase(t *testing.T, r *rand.Rand, dir string, c *demultiplexCase) {
	t.Helper()
	steps := map[int64]map[[2]int]bool{}
	for p, size := range c.sizes {
		for n := range size {
			if r.IntN(5) == 0 {
				continue
			}
			gaps := []int64{1, 2, c.ISI - 1, c.ISI, c.ISI, c.ISI + 1, c.PreSilence - 1, c.PreSilence, c.PreSilence + 1, 3 * c.ISI, 200}
			for at := r.Int64N(2 * c.ISI); at < c.Windows[len(c.Windows)-1][1]+50; at += max(1, gaps[r.IntN(len(gaps))]) {
				if steps[at] == nil {
					steps[at] = map[[2]int]bool{}
				}
				steps[at][[2]int{p, n}] = true
			}
		}
	}
	w, err := spikefile.Create(filepath.Join(dir, "spikes.arrow"), spikefile.Meta{StepsPerSecond: c.StepsPerSecond,
		Populations: []spikefile.Population{{Name: "pyr", Size: c.sizes[0]}, {Name: "som", Size: c.sizes[1]}}}, spikefile.Options{BatchRows: 1 + r.IntN(100)})
	if err != nil {
		t.Fatal(err)
	}
	for at := range c.Windows[len(c.Windows)-1][1] + 50 {
		for p, size := range c.sizes {
			var neurons []uint32
			for n := range size {
				if steps[at][[2]int{p, n}] {
					neurons = append(neurons, uint32(n))
				}
			}
			if err := w.Record(at, p, neurons); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	about, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "case.json"), about, 0o666); err != nil {
		t.Fatal(err)
	}
}
