package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/trialtable"
)

// trialsPlan is what the flags say.
type trialsPlan struct {
	criterion analysis.Criterion
	detector  analysis.DetectorOptions
	show      summary
	design    trials.Design
	// baseline and response may be empty, if the window lies on one side of the
	// onset.
	baseline, response                trials.Bins
	contrast                          []string // two or none
	cells                             string   // condition, empty for all
	permutations, bootstrap, decoding int
	seed                              uint64
	window                            int // bins
	latency, parts, folds             int
	fdr, clusterT                     float64
	prior                             trials.Prior
	match                             bool
	alpha                             float64
}

// plan reads what was typed, and reports all that is wrong with it.
func (f *trialsFlags) plan(rec analysis.Recording) (*trialsPlan, error) {
	p := &trialsPlan{match: f.match, cells: f.cells}
	wrong := &experiment.InputError{}
	problem := func(err error) bool {
		if err != nil {
			wrong.Problems = append(wrong.Problems, err.Error())
		}
		return err != nil
	}
	if f.table == "" {
		problem(experiment.Inputf("trials: --trials FILE is missing, want a table of trials"))
	}
	var err error
	p.criterion, p.detector, err = f.burst.Criterion(rec)
	if !problem(err) {
		p.show, err = f.summary.options(rec, p.criterion, p.detector)
		problem(err)
		p.alpha = 1 - p.show.confidence
	}
	count := func(flag, text string, least int, to *int) {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < least || n > maxDraws {
			problem(experiment.Inputf("%s: %q, want a whole number from %d to %d", flag, text, least, maxDraws))
		}
		*to = n
	}
	count("permutations", f.permutations, 1, &p.permutations)
	count("bootstrap", f.bootstrap, 0, &p.bootstrap)
	count("decode-permutations", f.decoding, 0, &p.decoding)
	count("latency-bins", f.latency, 1, &p.latency)
	count("decode-parts", f.parts, 1, &p.parts)
	count("folds", f.folds, 2, &p.folds)
	if p.seed, err = experiment.ParseSeed(f.seed); err != nil {
		problem(experiment.Inputf("seed: %v", err))
	}
	if p.fdr, err = experiment.ParseQuantity(f.fdr, ""); err != nil || !(p.fdr > 0 && p.fdr < 1) {
		problem(experiment.Inputf("fdr: %q, want a number between 0 and 1, such as 0.05", f.fdr))
	}
	if p.clusterT, err = experiment.ParseQuantity(f.clusterT, ""); err != nil || !(p.clusterT > 0) {
		problem(experiment.Inputf("cluster-t: %q, want a number above 0, such as 1.96", f.clusterT))
	}
	p.prior, err = parsePrior(f.prior)
	problem(err)
	if f.contrast != "" {
		p.contrast = strings.Split(f.contrast, ",")
		if len(p.contrast) != 2 || slices.Contains(p.contrast, "") || p.contrast[0] == p.contrast[1] {
			problem(experiment.Inputf("contrast: %q, want two conditions such as hit,miss", f.contrast))
		}
	}
	problem(f.times(rec, p))
	if len(wrong.Problems) > 0 {
		return nil, wrong
	}
	return p, nil
}

// Bounds of numbers that memory is taken for: draws, bins, and the product of
// both, of which each takes 40 bytes.
const (
	maxDraws  = 100_000
	maxBins   = 10_000
	maxValues = 20_000_000
)

// times reads the windows around the onset.
func (f *trialsFlags) times(rec analysis.Recording, p *trialsPlan) (err error) {
	d := &p.design
	d.Partial = f.partial
	if d.Bin, err = wholeSteps(rec, "bin", f.bin, 1); err != nil {
		return err
	}
	if d.From, d.To, err = stepsAround(rec, "around", f.around); err != nil {
		return err
	}
	if d.Validate() != nil {
		return experiment.Inputf("around: %s in bins of %s, want from < to, and both multiples of the bin, so that the onset begins one", f.around, f.bin)
	}
	for _, draws := range []struct {
		flag string
		n    int
	}{{"permutations", p.permutations}, {"bootstrap", p.bootstrap}} {
		if bins := d.Bins(); bins > maxBins || draws.n > maxValues/bins {
			return experiment.Inputf("around: %s in bins of %s are %d bins, want at most %d; times --%s at most %d",
				f.around, f.bin, bins, maxBins, draws.flag, maxValues)
		}
	}
	part := func(flag, text string, from, to int64) (b trials.Bins, err error) {
		if text == "" {
			if from >= to {
				return b, nil
			}
		} else if from, to, err = stepsAround(rec, flag, text); err != nil {
			return b, err
		}
		if b, err = d.BinsOf(from, to); err != nil {
			err = experiment.Inputf("%s: %s, want some of the bins of --around, which are %s from %s on", flag, text, f.bin, f.around)
		}
		return b, err
	}
	if p.baseline, err = part("baseline", f.baseline, d.From, min(0, d.To)); err != nil {
		return err
	}
	if p.response, err = part("response", f.response, max(0, d.From), d.To); err != nil {
		return err
	}
	p.window, err = f.rocWindow(rec, d)
	return err
}

// rocWindow is the window of the ROC in bins. What is typed is taken as it is; the
// default is made to fit.
func (f *trialsFlags) rocWindow(rec analysis.Recording, d *trials.Design) (bins int, err error) {
	if f.window == "" {
		steps := rec.Steps(defaultROCWindow)
		return int(min(max(steps/d.Bin, 1), int64(d.Bins()))), nil
	}
	window, err := wholeSteps(rec, "roc-window", f.window, 1)
	if err != nil {
		return 0, err
	}
	if window%d.Bin != 0 || window > d.To-d.From {
		return 0, experiment.Inputf("roc-window: %s, want a multiple of the bin, %s, within %s", f.window, f.bin, f.around)
	}
	return int(window / d.Bin), nil
}

// defaultROCWindow is in s: a few events of a cortical neuron.
const defaultROCWindow = 0.1

// stepsAround reads two times around an onset, in steps.
func stepsAround(rec analysis.Recording, flag, text string) (from, to int64, err error) {
	first, second, ok := strings.Cut(text, "..")
	if !ok {
		return 0, 0, experiment.Inputf("%s: %q, want two times such as -200ms..500ms", flag, text)
	}
	signed := func(text string) (int64, error) {
		text = strings.TrimSpace(text)
		positive, negative := strings.CutPrefix(text, "-")
		steps, err := wholeSteps(rec, flag, positive, 0)
		if negative {
			steps = -steps
		}
		return steps, err
	}
	if from, err = signed(first); err != nil {
		return 0, 0, err
	}
	to, err = signed(second)
	return from, to, err
}

// parsePrior reads two numbers.
func parsePrior(text string) (prior trials.Prior, err error) {
	first, second, ok := strings.Cut(text, ",")
	if ok {
		var err1, err2 error
		prior.Bursts, err1 = experiment.ParseQuantity(strings.TrimSpace(first), "")
		prior.Singlets, err2 = experiment.ParseQuantity(strings.TrimSpace(second), "")
		ok = err1 == nil && err2 == nil && prior.Bursts >= 0 && prior.Singlets >= 0
	}
	if !ok {
		return prior, experiment.Inputf("prior: %q, want two numbers from 0 on, such as 0.1,0.9", text)
	}
	return prior, nil
}

// read reads the table of trials. Trials that are not recorded in full are an
// error here, which names the line, unless they are to be left out.
func (f *trialsFlags) read(rec analysis.Recording, d trials.Design) ([]trials.Trial, error) {
	opt := trialtable.Options{Onset: f.onset, Unit: f.unit, Text: []string{f.condition}, StepsPerSecond: rec.StepsPerSecond}
	optional := func(name string) int {
		if name == "" {
			return -1
		}
		opt.Text = append(opt.Text, name)
		return len(opt.Text) - 1
	}
	outcome, session, neurons := optional(f.outcome), optional(f.session), optional(f.neurons)
	rows, err := trialtable.Read(f.table, opt)
	if err != nil {
		return nil, tableError(err)
	}
	var list []trials.Trial
	for _, r := range rows {
		t := trials.Trial{Onset: r.Onset, Condition: r.Text[0]}
		if session >= 0 {
			t.Stratum = r.Text[session]
		}
		if outcome >= 0 { // compared within each session and condition
			t.Condition, t.Stratum = r.Text[outcome], t.Stratum+"\x00"+r.Text[0]
		}
		if neurons >= 0 {
			if t.Neurons, err = parseNeurons(rec, r.Text[neurons]); err != nil {
				return nil, experiment.Inputf("%s: line %d: %s is %q, want %v", f.table, r.Line, f.neurons, r.Text[neurons], err)
			}
		}
		if !d.Partial && !d.Recorded(rec, t.Onset) {
			return nil, experiment.Inputf("%s: line %d: onset at %v s, and %s around it is not recorded in full (recorded: %s); want --partial to leave such trials out",
				f.table, r.Line, rec.Seconds(t.Onset), f.around, recordedText(rec))
		}
		list = append(list, t)
	}
	return list, nil
}

// recordedText says when was recorded.
func recordedText(rec analysis.Recording) string {
	w := rec.Windows[0]
	text := fmt.Sprintf("%v s to %v s", rec.Seconds(w.From), rec.Seconds(w.To))
	if n := len(rec.Windows) - 1; n > 0 {
		text += fmt.Sprintf(" and %d windows more", n)
	}
	return text
}

// parseNeurons reads POPULATION, POPULATION:5 or POPULATION:5-9. The error says
// what would be right.
func parseNeurons(rec analysis.Recording, text string) (n trials.Neurons, err error) {
	name, places, some := strings.Cut(text, ":")
	n.Population = slices.IndexFunc(rec.Populations, func(p analysis.Population) bool { return p.Name == name })
	if n.Population < 0 {
		var names []string
		for _, p := range rec.Populations {
			names = append(names, p.Name)
		}
		return n, fmt.Errorf("one of %s, maybe with neurons such as %s:0-9", quoted(names), names[0])
	}
	size := rec.Populations[n.Population].Size
	if !some {
		n.To = size
		return n, nil
	}
	first, last, several := strings.Cut(places, "-")
	if !several {
		last = first
	}
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if err1 != nil || err2 != nil || from < 0 || to < from || to >= size {
		return n, fmt.Errorf("neurons of %q from 0 to %d, such as %s:0-%d", name, size-1, name, size-1)
	}
	n.From, n.To = from, to+1
	return n, nil
}

// quoted lists names.
func quoted(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, strconv.Quote(n))
	}
	return strings.Join(all, ", ")
}
