package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Verification is a full-length run whose expectations are judged.
type Verification struct {
	// Name tells several of one experiment apart; it is empty for one. It follows
	// the rule of Experiment.Name.
	Name string
	// Preset and Set are as on the command line; Seeds too, such as "1..5".
	Preset string
	Set    []string
	Seeds  string
	// Takes is about how long, for people: "4 min on two cores".
	Takes string
}

// label names a verification of an experiment.
func (e *Experiment) label(v Verification) string {
	if v.Name == "" {
		return e.Name
	}
	return e.Name + "-" + v.Name
}

// Verified is what came of a verification.
type Verified struct {
	Label    string
	Outcomes []Outcome
	Err      error // the run failed
}

// Missed counts the outcomes that were judged and missed.
func (v Verified) Missed() int { return missed(v.Outcomes) }

// Judged counts the outcomes that were judged.
func (v Verified) Judged() (n int) {
	for _, o := range v.Outcomes {
		if o.Met != nil {
			n++
		}
	}
	return n
}

// VerifyOptions is how verifications run.
type VerifyOptions struct {
	Dir     string // each verification gets a directory below it
	Seeds   string // instead of the verification's own; "" keeps these
	Force   bool
	Jobs    int
	Out     io.Writer
	Display *Display
}

// VerifyAll runs the verifications of an experiment, one after the other. It ends
// early only when ctx is cancelled, with its error, or where a directory is
// refused.
func (e *Experiment) VerifyAll(ctx context.Context, o VerifyOptions) ([]Verified, error) {
	var all []Verified
	for _, v := range e.Verify {
		values, err := e.Resolve(v.Preset, v.Set)
		if err != nil {
			return all, err
		}
		seeds := v.Seeds
		if o.Seeds != "" {
			seeds = o.Seeds
		}
		list, err := ParseSeeds(seeds)
		if err != nil {
			return all, err
		}
		none, err := e.Record.Parse("none")
		if err != nil {
			return all, err
		}
		p := Plan{Experiment: e, Values: values, Seeds: list, PerSeed: true, Record: none,
			Dir: filepath.Join(o.Dir, e.label(v)), Force: o.Force, Jobs: o.Jobs, Out: io.Discard, Display: o.Display}
		fmt.Fprintf(o.Out, "== %s, seeds %s (%s)\n", e.label(v), FormatSeeds(list), v.Takes)
		if e.Ready != nil {
			if err := e.Ready(values); err != nil { // others may have what they need
				all = append(all, Verified{Label: e.label(v), Err: err})
				fmt.Fprintln(o.Out, err)
				continue
			}
		}
		_, err = p.Execute(ctx)
		var input *InputError
		if ctx.Err() != nil || errors.As(err, &input) {
			return all, err
		}
		done := Verified{Label: e.label(v), Err: err}
		if err == nil {
			done.Outcomes, done.Err = readOutcomes(p.Dir)
		}
		all = append(all, done)
		if done.Err != nil {
			fmt.Fprintln(o.Out, done.Err)
		} else if err := WriteOutcomes(o.Out, done.Outcomes); err != nil {
			return all, err
		}
	}
	return all, nil
}

// readOutcomes takes them from a summary.
func readOutcomes(dir string) ([]Outcome, error) {
	b, err := os.ReadFile(filepath.Join(dir, summaryName))
	if err != nil {
		return nil, err
	}
	var s struct {
		Expected []Outcome `json:"expected"`
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", summaryName, err)
	}
	return s.Expected, nil
}

// validVerifications notes verifications that could not run.
func (e *Experiment) validVerifications(p *problems) {
	seen := map[string]bool{}
	for _, v := range e.Verify {
		if seen[v.Name] || v.Name != "" && !nameRule.MatchString(v.Name) {
			p.addf("verify: malformed or repeated name %q", v.Name)
		}
		seen[v.Name] = true
		if _, err := e.Resolve(v.Preset, v.Set); err != nil {
			p.addf("verify: %v", err)
		}
		if _, err := ParseSeeds(v.Seeds); err != nil {
			p.addf("verify: %v", err)
		}
	}
}
