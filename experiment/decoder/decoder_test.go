package decoder

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment/experimenttest"
)

func TestExperimentIsValid(t *testing.T) {
	e := Experiment()
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	for _, preset := range []string{"", "quick", "full"} {
		if _, err := e.Resolve(preset, nil); err != nil {
			t.Errorf("%q: %v", preset, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "intensities=0.1", "intensities=0,0.5,0.5", "intensities=0,2", "readouts=60", "time_step=30ms",
		"time_step=60ms", "delay=110ms", "bin=2s", "bin=10ms", "early_epochs=2000", "repeats=2", "units=0", "adapt_every=0")
	e := Experiment()
	for _, x := range []struct {
		sets []string
		want string
	}{
		{[]string{"time_step=500ms", "time_constant=500ms", "bin=500ms", "delay=0"}, "duration: 1000ms, want at least 3 time steps"},
		{[]string{"time_step=1us", "duration=100s", "delay=0"}, "a longer time_step helps"},
		{[]string{"time_step=1ms", "duration=100s"}, "lower test_trials, units, targets or duration"},
		{[]string{"time_step=1ms", "duration=100s", "test_trials=1"}, "lower units, encoder_units, targets or duration"},
		{[]string{"units=5000", "encoder_units=5000"}, "lower units, encoder_units"},
		{[]string{"test_trials=10000", "units=1000"}, "lower test_trials, units"},
		{[]string{"repeats=10000", "targets=1000", "bin=20ms"}, "lower repeats, readouts"},
	} {
		if _, err := e.Resolve("", x.sets); err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v; want %q", x.sets, err, x.want)
		}
	}
	for _, sets := range [][]string{{"time_step=1ms"}, {"units=1000"}, {"test_trials=1000"}, {"repeats=10000"}} {
		if _, err := e.Resolve("", sets); err != nil {
			t.Errorf("%v: %v", sets, err)
		}
	}
}

// A decoder is found from what it decoded, of whatever units it reads; silent ones get
// nothing; and turned velocities are as fast, towards the target.
func TestFit(t *testing.T) {
	z := tiny()
	z.noise = 1 // so that rates are independent
	l := both(z, 3)["cursor"]
	for j := z.readouts; j < z.units; j++ {
		l.readout.Data[j], l.readout.Data[z.units+j] = 0, 0
	}
	l.run(trialSource(1, trialsFit), 0)
	d, r2, err := l.fit(false)
	if err != nil || r2 == nil || math.Abs(*r2-1) > 1e-12 || !near(d.Data, l.readout.Data, 1e-12) {
		t.Errorf("decoder %v, R² %v, %v; want %v, 1", d.Data, r2, err, l.readout.Data)
	}
	for step := range z.steps {
		for i := range z.targets {
			v, turned := l.velocity(step+1, i, false), l.velocity(step+1, i, true)
			s, goal := l.states[(step+1)*z.targets+i], l.goal(i)
			x, y := goal[0]-s[0], goal[1]-s[1]
			if math.Abs(math.Hypot(v[0], v[1])-math.Hypot(turned[0], turned[1])) > 1e-12 ||
				math.Abs(turned[0]*y-turned[1]*x) > 1e-12 || turned[0]*x+turned[1]*y < 0 {
				t.Errorf("velocity %v at %v became %v", v, s, turned)
			}
		}
	}
	for step := range z.steps + 1 { // the first readout falls silent
		r := l.network.Rates(step)
		for i := range z.targets {
			row(r, i)[0] = 0
		}
	}
	d, _, err = l.fit(true)
	if err != nil || math.Abs(d.Data[0]) > 1e-12 || math.Abs(d.Data[z.units]) > 1e-12 || d.Data[1] == 0 {
		t.Errorf("a silent readout is decoded by %v and %v: %v", d.Data[0], d.Data[z.units], err)
	}
	before := slices.Clone(l.readout.Data)
	l.adapt(d, 0.25)
	for i, v := range l.readout.Data {
		if want := 0.25*d.Data[i] + 0.75*before[i]; math.Abs(v-want) > 1e-15 {
			t.Errorf("adapted to %v, want %v", v, want)
		}
	}
}

func near(a, b []float64, tolerance float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= tolerance })
}

func uncounted(func() string) {}

// Measuring ends as soon as it is interrupted, whatever it does then, and counts what it
// says that it will.
func TestMeasuringHeedsInterrupts(t *testing.T) {
	z := tiny()
	m := measures{seed: 1, batches: 2, repeats: 6, binSize: 3}
	l := both(z, 3)["cursor"]
	rounds := 0
	if _, err := l.compactness(context.Background(), m, func(func() string) { rounds++ }); err != nil || rounds != l.rounds(m) {
		t.Fatalf("%d rounds, %v; want %d", rounds, err, l.rounds(m))
	}
	for at := range rounds {
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		_, err := l.compactness(ctx, m, func(func() string) {
			if n++; n == at+1 {
				cancel()
			}
		})
		if at < rounds-1 && !errors.Is(err, context.Canceled) || n > at+2 {
			t.Errorf("interrupted after round %d: went on until %d, %v", at+1, n, err)
		}
		cancel()
	}
}

// Without intensity a decoder that is fitted again and again is one that never is, to
// the last bit; with it, another is learned from the same draws.
func TestFixedDecoder(t *testing.T) {
	p := &protocol{sizes: tiny(), measures: measures{seed: 1, batches: 2, repeats: 3, binSize: 3},
		bciEpochs: 12, early: 4, bciRate: 1e-3, every: 3, until: 100}
	learn := func(c float64, until int) *Decoder {
		p.until = until
		d, err := p.learnBCI(context.Background(), both(p.sizes, 3)["cursor"], c, uncounted)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	fixed, never, adapted := learn(0, 100), learn(0, 0), learn(0.5, 100)
	a, _ := json.Marshal(fixed)
	b, _ := json.Marshal(never)
	if string(a) != string(b) {
		t.Error("to adapt by nothing changes what is learned")
	}
	if fixed.Changed != 0 || adapted.Changed == 0 || slices.Equal(fixed.losses, adapted.losses) {
		t.Errorf("decoders changed by %v and %v", fixed.Changed, adapted.Changed)
	}
	if fixed.draws != adapted.draws {
		t.Error("the draws depend on the intensity")
	}
}

func TestUnitsNeeded(t *testing.T) {
	for _, x := range []struct {
		curve []float64
		want  float64
	}{
		{[]float64{1, 0.5, 0}, 1.8},              // the last tenth of a straight line
		{[]float64{1, 0, 0, 0}, 0.9},             // one unit does it
		{[]float64{1, 0, 0.5, 0}, 2.8},           // not for good
		{[]float64{1, 2, -1}, 1 + 2.8/3},         // from 2 to −1, until −0.8
		{[]float64{1, 0.05, 0.1, 0}, 0.9 / 0.95}, // 0.1 is within
		{[]float64{0, 1, 0}, math.NaN()},
		{[]float64{0, 1, 2}, math.NaN()},
	} {
		if got := unitsNeeded(x.curve); !(math.Abs(got-x.want) < 1e-12) && !(math.IsNaN(got) && math.IsNaN(x.want)) {
			t.Errorf("%v: %v units, want %v", x.curve, got, x.want)
		}
	}
}

// A unit whose rate does not matter beyond its mean is not missed where it is held there:
// what it adds to the control without variation is what is held.
func TestHeldUnits(t *testing.T) {
	z := tiny()
	z.delay = 20 // rates do not depend on the cursor, so that their means do not either
	l := both(z, 3)["cursor"]
	m := measures{seed: 1, batches: 2, repeats: 3, binSize: 3}
	whole := slices.Clone(l.readout.Data)
	x, err := l.collect(context.Background(), m, uncounted)
	if err != nil {
		t.Fatal(err)
	}
	rates := make([]float64, z.readouts)
	for j := range rates {
		for i := range x.Rows {
			rates[j] += row(x, i)[j] / float64(x.Rows)
		}
	}
	for j := z.readouts; j < z.units; j++ { // the readouts alone move the cursor
		whole[j], whole[z.units+j] = 0, 0
	}
	copy(l.readout.Data, whole)
	_, adding, err := l.unitAdding(context.Background(), m, rates, uncounted)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(l.readout.Data, whole) || l.held != [2]float64{} {
		t.Error("the decoder was left changed")
	}
	// With no unit, the cursor goes straight with the mean velocity.
	want := 0.0
	for b := range m.batches {
		d := newDraws(z)
		d.draw(trialSource(m.seed, trialsTest), uint32(b))
		for i := range z.targets {
			target := l.goal(i)
			for k, goal := range target[:2] {
				v := 0.0
				for j, r := range rates {
					v += whole[k*z.units+j] * r
				}
				at := d.start[i][k] + v*0.02*float64(z.steps)
				want += (math.Pow((at-goal)/0.01, 2) + 0.25*math.Pow(v/0.02, 2)) / float64(6*z.targets*m.batches)
			}
		}
	}
	if got := math.Pow(10, adding[0]); math.Abs(got-want) > 1e-9*want {
		t.Errorf("all held: loss %v, want %v", got, want)
	}
	_, zero, err := l.unitAdding(context.Background(), m, make([]float64, z.readouts), uncounted)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(adding[z.readouts]-zero[z.readouts]) > 1e-12 || math.Abs(adding[0]-zero[0]) < 1e-6 {
		t.Errorf("with all units the loss is %v and %v, with none %v and %v", adding[z.readouts], zero[z.readouts], adding[0], zero[0])
	}
}

func TestGini(t *testing.T) {
	for _, x := range []struct {
		values []float64
		want   float64
	}{{[]float64{2, 2, 2}, 0}, {[]float64{0, 0, 0, 5}, 0.75}, {[]float64{3, 1}, 0.25}} {
		if got := gini(x.values); math.Abs(got-x.want) > 1e-15 {
			t.Errorf("%v: %v, want %v", x.values, got, x.want)
		}
	}
}

// Squared trace over squared norm is what the eigenvalues of the covariance give.
func TestParticipationRatio(t *testing.T) {
	x := matrix(40, 5)
	for i := range x.Data {
		x.Data[i] = math.Sin(float64(i*i)) * float64(1+i%5)
	}
	var c mat.SymDense
	stat.CovarianceMatrix(&c, mat.NewDense(40, 5, x.Data), nil)
	var eigen mat.EigenSym
	eigen.Factorize(&c, false)
	sum, squares := 0.0, 0.0
	for _, v := range eigen.Values(nil) {
		sum += v
		squares += v * v
	}
	if got, want := *participationRatio(x, 5), sum*sum/squares; math.Abs(got-want) > 1e-12*want {
		t.Errorf("%v, want %v", got, want)
	}
	if participationRatio(matrix(10, 3), 3) != nil {
		t.Error("dimensions of what does not vary")
	}
}

// The weights are at the minimum of the function that is written at softmax, whatever
// direction one leaves in, and what was held out is told by them.
func TestLearnClasses(t *testing.T) {
	const samples, count = 60, 3
	x, classes := matrix(samples, 2), make([]int, samples)
	for i := range samples {
		classes[i] = i % count
		sin, cos := math.Sincos(2 * math.Pi * float64(classes[i]) / count)
		x.Data[2*i], x.Data[2*i+1] = 3*cos+math.Sin(float64(i)), 3*sin+math.Cos(float64(3*i))
	}
	const from, until = 20, 40
	s, err := learnClasses(context.Background(), x, classes, count, from, until)
	if err != nil {
		t.Fatal(err)
	}
	loss := func() float64 {
		sum := 0.0
		for k := range count {
			for _, w := range row(s.w, k)[1:] {
				sum += w * w / 2
			}
		}
		for i, class := range classes {
			if i >= from && i < until {
				continue
			}
			all := 0.0
			score := func(k int) float64 {
				return s.w.Data[3*k] + s.w.Data[3*k+1]*x.Data[2*i] + s.w.Data[3*k+2]*x.Data[2*i+1]
			}
			for k := range count {
				all += math.Exp(score(k))
			}
			sum -= math.Log(math.Exp(score(class)) / all)
		}
		return sum
	}
	least := loss()
	for i := range s.w.Data {
		for _, move := range []float64{-0.01, 0.01} {
			kept := s.w.Data[i]
			s.w.Data[i] += move
			if l := loss(); l < least {
				t.Errorf("weight %d moved by %v: loss %v, and %v at the minimum", i, move, l, least)
			}
			s.w.Data[i] = kept
		}
	}
	for i := from; i < until; i++ {
		if s.tell(row(x, i)) != classes[i] {
			t.Errorf("sample %d, three standard deviations from the others, was told wrong", i)
		}
	}
}

// small is the whole protocol in little.
var small = []string{"units=12", "encoder_units=8", "readouts=4", "arm_epochs=120", "bci_epochs=30", "early_epochs=10",
	"adapt_every=10", "repeats=6", "test_trials=2", "duration=400ms", "bin=100ms"}

// The bytes do not depend on workers; the curves have the shapes that they should; the
// figure can be drawn of one seed and of several.
func TestProtocol(t *testing.T) {
	dir := experimenttest.SameBytes(t, Experiment(), experimenttest.Trial{Seed: 2, Sets: small}, []int{3}, "metrics.json")
	m := experimenttest.Metrics[Metrics](t, dir)
	if len(m.Arm) != 3 || len(m.Decoders) != 3 || len(m.AgainstFixed) != 2 || len(m.ArmReaches) != 8 || !(m.GradientError < 1e-6) {
		t.Errorf("%d points, %d decoders, %d comparisons, %d reaches, gradient %v", len(m.Arm), len(m.Decoders), len(m.AgainstFixed), len(m.ArmReaches), m.GradientError)
	}
	for _, d := range m.Decoders {
		c := d.After
		if len(d.Learning) != 3 || len(c.UnitLog10Loss) != 4 || len(c.AddingLog10Loss) != 5 || len(c.TargetAccuracy) != 4 ||
			c.AddingLog10Loss[1] != c.UnitLog10Loss[0] || !slices.IsSorted(c.UnitLog10Loss) || c.AddingLog10Loss[4] != c.Log10Loss ||
			len(c.HeldAddingLog10Loss) != 5 || math.Abs(c.HeldAddingLog10Loss[4]-c.Log10Loss) > 1e-12 {
			t.Errorf("adapting by %g: %+v", d.Intensity, c)
		}
	}
	for _, c := range m.AgainstFixed {
		if !c.SameDraws {
			t.Errorf("adapting by %g has draws of its own", c.Intensity)
		}
	}
	metrics := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	for _, runs := range [][]json.RawMessage{{metrics}, {metrics, metrics}} {
		experimenttest.Figure(t, Experiment(), runs, "log10 loss", "number of units", "fixed decoder", "c = 0.5", "x (mm)")
	}
}

// Where no velocity is other than 0, nothing says how well it is explained.
func TestFitWithoutVelocities(t *testing.T) {
	l := both(tiny(), 3)["cursor"]
	clear(l.readout.Data)
	l.run(trialSource(1, trialsFit), 0)
	if _, r2, err := l.fit(false); err != nil || r2 != nil {
		t.Errorf("R² %v, %v", r2, err)
	}
}

// Of a loss that is lower by a constant factor from the first epoch on, the start is lower and
// the fall the same; of one that starts as high and falls faster, the fall is more.
func TestStartAndFall(t *testing.T) {
	line := func(from, slope float64) *Decoder {
		d := &Decoder{After: &Compactness{}, losses: make([]float64, fallEpochs)}
		for e := range d.losses {
			d.losses[e] = from - slope*float64(e)
		}
		d.StartLog10Loss, d.FallLog10 = start(d.losses)
		d.After.AddingLog10Loss = []float64{0}
		return d
	}
	m := Metrics{Decoders: []*Decoder{line(0, 0.01), line(-0.5, 0.01), line(0, 0.02), line(-0.5, 0.005)}}
	m.compare()
	for i, want := range [][2]float64{{0.5, 0}, {4.5 * 0.01, 0.9}, {0.5 - 4.5*0.005, -0.45}} { // 90 epochs apart
		c := m.AgainstFixed[i]
		if math.Abs(c.StartLog10Difference-want[0]) > 1e-12 || math.Abs(*c.FallLog10Difference-want[1]) > 1e-12 || *c.FallsFaster != (i == 1) {
			t.Errorf("%d: starts lower by %v and falls more by %v, want %v", i, c.StartLog10Difference, *c.FallLog10Difference, want)
		}
	}
	if _, fall := start(make([]float64, fallEpochs-1)); fall != nil {
		t.Errorf("a fall of %v within too few epochs", *fall)
	}
}

// What came of seed 2 of ten in the default size holds with fewer epochs too: the
// network learns, and its loss is lower early with a decoder that adapts.
func TestAdaptingIsLowerEarly(t *testing.T) {
	if testing.Short() {
		t.Skip("5 s of learning")
	}
	dir := experimenttest.Trial{Seed: 2, Preset: "quick", Workers: 2, Sets: []string{"repeats=3", "test_trials=1"}}.Run(t, Experiment())
	m := experimenttest.Metrics[Metrics](t, dir)
	if first, last := m.Arm[0].Log10Loss, m.Arm[len(m.Arm)-1].Log10Loss; !(last < first-1) {
		t.Errorf("arm: log10 loss from %v to %v, want it a tenth at most", first, last)
	}
	for i, c := range m.AgainstFixed {
		if d := m.Decoders[i+1]; !c.LowerEarly || !(d.LateLog10Loss < d.EarlyLog10Loss) {
			t.Errorf("adapting by %g: log10 loss early %v lower than fixed, late %v", c.Intensity, c.EarlyLog10Difference, d.LateLog10Loss)
		}
	}
}
