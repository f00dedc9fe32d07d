package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/sourcegraph/conc/panics"
	"github.com/sourcegraph/conc/pool"
)

// Plan is one command: an experiment, its values and the seeds to run.
type Plan struct {
	Experiment *Experiment
	Values     *Values
	// Seeds are ascending and distinct, at least one.
	Seeds []uint64
	// PerSeed gives each seed a directory seed-N below Dir and writes
	// summary.json; without it there is one seed, in Dir itself.
	PerSeed bool
	// Dir is the output directory; "" is DefaultDir.
	Dir   string
	Force bool
	// Resume continues the runs that Dir holds, each from its checkpoint.
	Resume bool
	// Jobs is how many seeds run at once, 0 for one a core. Workers is the
	// goroutines each gets; 0 leaves it to the experiment if seeds run one by
	// one, and means one if they run together.
	Jobs, Workers int
	Record        Selection
	// Codec is "lz4", "zstd" or "none"; "" is "lz4".
	Codec string
	// Out takes results; Display progress, nil for none.
	Out     io.Writer
	Display *Display

	otherSeeds []uint64 // that Dir holds and this command leaves alone
}

// Result is how one seed ended.
type Result struct {
	Seed   uint64
	Dir    string
	Status Status
	// Err is nil unless Status is Failed or Interrupted.
	Err                       error
	WallSeconds, ModelSeconds float64
}

// DefaultDir is runs/NAME-seed1, or runs/NAME-PRESET-seeds1..5.
func (p *Plan) DefaultDir() string {
	name := p.Experiment.Name
	if preset := p.Values.Preset(); preset != "" {
		name += "-" + preset
	}
	if !p.PerSeed {
		return filepath.Join("runs", fmt.Sprintf("%s-seed%d", name, p.Seeds[0]))
	}
	seeds := FormatSeeds(p.Seeds)
	if len(seeds) > 60 { // a file name has its limits
		seeds = fmt.Sprintf("%d..%d-n%d", p.Seeds[0], p.Seeds[len(p.Seeds)-1], len(p.Seeds))
	}
	return filepath.Join("runs", name+"-seeds"+seeds)
}

// settle fills in the defaults.
func (p *Plan) settle() {
	if p.Dir == "" {
		p.Dir = p.DefaultDir()
	}
	if p.Out == nil {
		p.Out = io.Discard
	}
	if p.Codec == "" {
		p.Codec = "lz4"
	}
	if p.Jobs == 0 {
		p.Jobs = runtime.GOMAXPROCS(0)
	}
	p.Jobs = min(p.Jobs, len(p.Seeds))
	if p.Workers == 0 && p.Jobs > 1 {
		p.Workers = 1
	}
}

// Execute prepares the directory and runs the seeds. One that fails lets the
// others go on; when ctx is cancelled those that run are interrupted and the
// rest is not started. The error is an *InputError for a directory that is
// refused, wraps context.Canceled after an interruption, and else names the
// seeds that failed, a line each. Results are in the order of Seeds.
func (p *Plan) Execute(ctx context.Context) ([]Result, error) {
	p.settle()
	if p.Experiment.Ready != nil {
		if err := p.Experiment.Ready(p.Values); err != nil {
			return nil, Inputf("%v", err)
		}
	}
	release, err := p.prepareDir()
	if err != nil {
		return nil, err
	}
	defer release()
	results := make([]Result, len(p.Seeds))
	rows := make([]displayRow, len(p.Seeds))
	for i, seed := range p.Seeds {
		rows[i] = displayRow{seed: seed, meter: &Meter{}}
		results[i] = Result{Seed: seed, Dir: p.seedDir(seed), Status: NotStarted}
	}
	stopDisplay := p.showProgress(rows)
	outs := newSeedOutputs(p.Display.Wrap(p.Out), p.Seeds, p.PerSeed)

	seeds := pool.New().WithMaxGoroutines(p.Jobs)
	for i := range p.Seeds {
		seeds.Go(func() {
			if ctx.Err() == nil {
				p.runSeed(ctx, &results[i], rows[i].meter, outs.writer(i))
			}
			rows[i].meter.finish()
			outs.finish(i)
		})
	}
	seeds.Wait()

	err = p.judge(ctx, results)
	stopDisplay(err == nil)
	if p.PerSeed {
		if sumErr := p.summarise(results); sumErr != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", summaryName, sumErr))
		}
	}
	return results, err
}

func (p *Plan) seedDir(seed uint64) string {
	if p.PerSeed {
		return filepath.Join(p.Dir, seedDirName(seed))
	}
	return p.Dir
}

// label names the run in progress lines: "xor seed 1", "xor seeds 1..5".
func (p *Plan) label() string {
	if len(p.Seeds) == 1 {
		return fmt.Sprintf("%s seed %d", p.Experiment.Name, p.Seeds[0])
	}
	return fmt.Sprintf("%s seeds %s", p.Experiment.Name, cut(FormatSeeds(p.Seeds), 20))
}

// showProgress redraws the display until the function it returns is called.
func (p *Plan) showProgress(rows []displayRow) (stop func(ok bool)) {
	if p.Display == nil {
		return func(bool) {}
	}
	p.Display.begin(p.label(), rows)
	quit := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		ticker := time.NewTicker(redrawEvery)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				p.Display.tick()
			}
		}
	})
	return func(ok bool) {
		close(quit)
		drawing.Wait()
		p.Display.end(ok)
	}
}

// runSeed runs one seed with its manifest around it.
func (p *Plan) runSeed(ctx context.Context, res *Result, meter *Meter, out io.Writer) {
	r := &Run{Experiment: p.Experiment, Values: p.Values, Seed: res.Seed, Workers: p.Workers,
		Resume: p.Resume, Dir: res.Dir, Record: p.Record, Codec: p.Codec, Out: out, Progress: meter}
	started := time.Now()
	fail := func(err error) { res.Status, res.Err = Failed, err }
	if err := os.MkdirAll(r.Dir, 0o777); err != nil {
		fail(err)
		return
	}
	m, err := newManifest(r, started)
	if err == nil {
		err = m.write(r.Dir)
	}
	if err != nil {
		fail(err)
		return
	}
	res.Err = runRecovered(ctx, r)
	if res.Err == nil {
		res.Err = p.Experiment.draw(r.Dir, []string{r.Dir})
	}
	switch {
	case res.Err == nil:
		res.Status = Done
	case ctx.Err() != nil && onlyCancelled(ctx, res.Err):
		res.Status = Interrupted
	default:
		res.Status = Failed
	}
	ended := time.Now()
	res.WallSeconds, res.ModelSeconds = ended.Sub(started).Seconds(), meter.ModelSeconds()
	err = m.finish(r, res.Status, res.Err, ended)
	if writeErr := m.rewrite(r.Dir); err == nil {
		err = writeErr
	}
	if err != nil && res.Err == nil {
		fail(err)
	}
}

// onlyCancelled reports that err says no more than that ctx was cancelled. A
// run whose files could not be closed after that has failed.
func onlyCancelled(ctx context.Context, err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if !onlyCancelled(ctx, e) {
				return false
			}
		}
		return true
	}
	if inner := errors.Unwrap(err); inner != nil {
		return onlyCancelled(ctx, inner)
	}
	return err == context.Canceled || err == context.Cause(ctx)
}

// runRecovered turns a panic of the experiment into an error of one line; with
// APICAL_DEBUG set the stack follows it.
func runRecovered(ctx context.Context, r *Run) (err error) {
	defer func() {
		x := recover()
		if x == nil {
			return
		}
		stack := debug.Stack()
		if carried, ok := x.(*panics.Recovered); ok {
			x, stack = carried.Value, carried.Stack
		}
		line, _, _ := strings.Cut(fmt.Sprint(x), "\n")
		err = fmt.Errorf("panic: %s (a fault in apical; APICAL_DEBUG=1 shows where)", line)
		if os.Getenv("APICAL_DEBUG") != "" {
			err = fmt.Errorf("panic: %v\n%s", x, stack)
		}
	}()
	return r.Experiment.Run(ctx, r)
}

// interruption is context.Canceled with a line for people.
type interruption struct{ line string }

func (e *interruption) Error() string { return e.line }
func (e *interruption) Unwrap() error { return context.Canceled }

// seedFailure is why a seed failed, in lines that each name it.
type seedFailure struct {
	name string
	seed uint64
	err  error
}

func (e *seedFailure) Error() string {
	lines := distinctLines(e.err)
	for i, line := range lines {
		lines[i] = fmt.Sprintf("%s: seed %d: %s", e.name, e.seed, line)
	}
	return strings.Join(lines, "\n")
}

func (e *seedFailure) Unwrap() error { return e.err }

// judge makes one error of the results.
func (p *Plan) judge(ctx context.Context, results []Result) error {
	var errs []error
	interrupted := false
	for _, res := range results {
		switch res.Status {
		case Failed:
			errs = append(errs, &seedFailure{p.Experiment.Name, res.Seed, res.Err})
		case Interrupted, NotStarted:
			interrupted = true
		}
	}
	if interrupted && ctx.Err() != nil {
		line := fmt.Sprintf("%s: interrupted, files in %s are closed and readable", p.Experiment.Name, p.Dir)
		if p.Experiment.Checkpoint != "" {
			line += ", and --resume goes on from there"
		}
		errs = append(errs, &interruption{line})
	}
	return errors.Join(errs...)
}

// seedOutputs keeps the results of several seeds apart: each is printed whole,
// in the order of seeds, as soon as those before it are over.
type seedOutputs struct {
	w     io.Writer
	seeds []uint64
	named bool

	mu    sync.Mutex
	texts []bytes.Buffer
	over  []bool
	next  int
}

func newSeedOutputs(w io.Writer, seeds []uint64, named bool) *seedOutputs {
	return &seedOutputs{w: w, seeds: seeds, named: named,
		texts: make([]bytes.Buffer, len(seeds)), over: make([]bool, len(seeds))}
}

// writer is where seed i writes; a single seed writes straight through.
func (o *seedOutputs) writer(i int) io.Writer {
	if len(o.seeds) == 1 {
		return o.w
	}
	return &o.texts[i]
}

func (o *seedOutputs) finish(i int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over[i] = true
	for ; o.next < len(o.seeds) && o.over[o.next]; o.next++ {
		text := &o.texts[o.next]
		if text.Len() > 0 {
			fmt.Fprintf(o.w, "== seed %d ==\n", o.seeds[o.next])
			_, _ = text.WriteTo(o.w)
		}
	}
}
