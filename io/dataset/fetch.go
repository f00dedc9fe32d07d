package dataset

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/apical-sim/apical/io/newfile"
)

// FetchOptions say from where to where.
type FetchOptions struct {
	// From is a directory with the files; empty for where they are published.
	From string
	// To is the directory that is made; empty for that of the name in Root.
	To string
	// Progress, if not nil, is told now and then how far a download is. It is called by
	// one goroutine at a time.
	Progress func(text string)
}

// Fetch brings the data set of a name, one of Published, and returns it, opened. If it
// is there already, it is left alone and there is true.
//
// The files are gathered in a directory of their own, compared with the sums of the
// published ones where these are known, and opened; then the directory gets its name.
// Only a program that is killed leaves the other, .NAME.new-NUMBER beside it, which a
// later Fetch removes once it is a day old.
// What is wrong with the names or with files is an *InputError; a download that fails
// is another error.
func Fetch(ctx context.Context, name string, o FetchOptions) (d *Data, there bool, err error) {
	p, ok := publication(name)
	if !ok {
		return nil, false, wrong("", "unknown data set %q, want one of %s", name, strings.Join(names(), ", "))
	}
	to, err := p.destination(o.To)
	if err != nil {
		return nil, false, err
	}
	if d, err := p.occupied(to); d != nil || err != nil {
		return d, d != nil, err
	}
	if o.From == "" && !p.Automatic() {
		return nil, false, wrong("", "%s is offered at %s (%s); once you have it: apical data fetch %s --from DIR",
			p.Name, p.Home, p.Offered, p.Name)
	}
	if o.From != "" {
		if err := p.check(o.From); err != nil {
			return nil, false, err
		}
	}
	err = assemble(to, func(dir string) error {
		if o.From != "" {
			return p.copyFrom(o.From, dir)
		}
		return p.download(ctx, dir, o.Progress)
	})
	if err != nil {
		return nil, false, err
	}
	d, err = Open(to)
	return d, false, err
}

func names() (all []string) {
	for _, p := range Published() {
		all = append(all, p.Name)
	}
	return all
}

// destination is the directory that the data set is to have.
func (p *Publication) destination(to string) (string, error) {
	if to != "" {
		return to, nil
	}
	root, err := Root()
	switch {
	case err != nil:
		return "", err
	case answers(root, p.Name):
		return root, nil
	case isSet(root):
		return "", wrong(root, "is itself a data set, to which %s points; want --to DIR", Variable)
	}
	return filepath.Join(root, p.Name), nil
}

// occupied returns the data set that is in a directory already, nil if there is nothing.
func (p *Publication) occupied(dir string) (*Data, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(dir, err)
	}
	d, err := openAs(dir, p)
	if err == nil {
		return d, nil
	}
	reason := err.Error()
	var input *InputError
	if errors.As(err, &input) && input.Path == dir {
		reason = input.Reason // the path is named already
	}
	return nil, wrong(dir, "is in the way and not a whole data set: %s; want it removed, or --to another directory", reason)
}

// assemble makes a directory with what fill puts into it, which has to be a data set.
// Unless it is complete, nothing is left. A program that is killed has no time for that:
// what it left is removed by the next that makes the same directory, a day later.
func assemble(to string, fill func(dir string) error) error {
	to = filepath.Clean(to)
	parent := filepath.Dir(to)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return unreadable(parent, err)
	}
	prefix := "." + filepath.Base(to) + newfile.Suffix + "-"
	removeAbandoned(parent, prefix, time.Now().Add(-abandoned))
	fresh, err := os.MkdirTemp(parent, prefix+"*")
	if err != nil {
		return unreadable(parent, err)
	}
	defer os.RemoveAll(fresh)
	// One further in, for the permissions that the umask leaves.
	dir := filepath.Join(fresh, filepath.Base(to))
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	if err := fill(dir); err != nil {
		return err
	}
	if _, err := Open(dir); err != nil {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
		return unreadable(to, err)
	}
	if err := os.Rename(dir, to); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	return nil
}

// abandoned is the age from which nobody works in a directory any more: many times the
// patience of a download.
const abandoned = 24 * time.Hour

// removeAbandoned removes directories that os.MkdirTemp made with a prefix, and that have
// not changed since. One that cannot be removed harms nobody, so errors are not reported.
func removeAbandoned(parent, prefix string, since time.Time) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		number, ours := strings.CutPrefix(e.Name(), prefix)
		if !ours || number == "" || strings.Trim(number, "0123456789") != "" || !e.IsDir() {
			continue
		}
		if info, err := e.Info(); err == nil && info.ModTime().Before(since) {
			_ = os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}

// check refuses a directory with files of another kind, or files that are not sound.
func (p *Publication) check(from string) error {
	d, err := openAs(from, p)
	if err != nil {
		return err
	}
	if d.Format != p.Format {
		return wrong(from, "holds a data set in files of %s, want those of %s for %s", d.Format, p.Format, p.Name)
	}
	return nil
}

// copyFrom copies the files of a data set.
func (p *Publication) copyFrom(from, dir string) error {
	_, files, err := recognise(from)
	if err != nil {
		return err
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return unreadable(file, err)
		}
		err = p.put(f, file, filepath.Join(dir, filepath.Base(file)))
		_ = f.Close() // it was only read
		if err != nil {
			return err
		}
	}
	return nil
}

// put copies a file, called source in errors, and compares it with the published one.
func (p *Publication) put(r io.Reader, source, to string) error {
	sum := md5.New()
	err := newfile.Write(to, newfile.Suffix, func(w io.Writer) error {
		_, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(r, MaxBytes+1))
		return err
	})
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	if p.digests == nil {
		return nil
	}
	name := strings.TrimSuffix(strings.Replace(filepath.Base(to), ".idx", "-idx", 1), ".gz")
	want := p.digests[name]
	if got := hex.EncodeToString(sum.Sum(nil)); got != want.packed && got != want.unpacked {
		return wrong(source, "MD5 sum %s, want that of the published file, packed %s or unpacked %s", got, want.packed, want.unpacked)
	}
	return nil
}
