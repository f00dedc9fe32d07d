package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
)

// resumable reports why the runs that Dir holds cannot be continued with the values
// of p, as an *InputError. A seed without a run begins at the beginning, but there
// must be one that has.
func (p *Plan) resumable() error {
	e := p.Experiment
	if e.Checkpoint == "" {
		return Inputf("resume: %s keeps no checkpoint; run it again", e.Name)
	}
	var wrong problems
	runs := 0
	for _, seed := range p.Seeds {
		dir := p.seedDir(seed)
		b, err := os.ReadFile(filepath.Join(dir, manifestName))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = p.continues(b, seed)
		}
		if err != nil {
			wrong.addf("resume: %s: %v", filepath.Join(dir, manifestName), cause(err))
		}
		runs++
	}
	if runs == 0 {
		wrong.addf("resume: %s holds no run to continue, want the --out of one, or none of --resume", p.Dir)
	}
	return wrong.err()
}

// continues compares what is to run with the manifest of what ran.
func (p *Plan) continues(manifest []byte, seed uint64) error {
	var m Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		return err
	}
	if m.Experiment != p.Experiment.Name || m.Seed != seed {
		return fmt.Errorf("is of %s seed %d, want %s seed %d", m.Experiment, m.Seed, p.Experiment.Name, seed)
	}
	before, now := map[string]jsonValue{}, map[string]jsonValue{}
	if err := json.Unmarshal(m.Values, &before); err != nil {
		return err
	}
	b, err := p.Values.MarshalJSON()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &now); err != nil {
		return err
	}
	for i := range p.Experiment.Params {
		q := &p.Experiment.Params[i]
		was, is := before[q.Key].Value, now[q.Key].Value
		text := p.Values.Text(q.Key)
		if was == nil {
			was = q.Empty
		}
		switch {
		case reflect.DeepEqual(before[q.Key].Value, is):
		case !q.Grows:
			return fmt.Errorf("%s was %v and is %s, want the values of the run that is continued", q.Key, was, text)
		default:
			if least, ok := was.(float64); !ok || float64(p.Values.Int(q.Key)) < least {
				return fmt.Errorf("%s was %v and is %s, want as many or more", q.Key, was, text)
			}
		}
	}
	return nil
}
