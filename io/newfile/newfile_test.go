package newfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func refused(err error) bool {
	var r *RefusedError
	return errors.As(err, &r)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, s := range []string{"one", "two"} {
		if err := Write(path, Suffix, text(s)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != s {
			t.Errorf("%q, want %q", got, s)
		}
	}
	broken := errors.New("broken")
	if err := Write(path, Suffix, func(w io.Writer) error { return errors.Join(text("x")(w), broken) }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	// A file of the same purpose that somebody else has made stays as it is.
	if err := os.WriteFile(path+Suffix, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, Suffix, text("three")); !refused(err) {
		t.Errorf("error %v", err)
	}
	if err := Check(path, true); !refused(err) {
		t.Errorf("error %v", err)
	}
	if got := read(t, path+Suffix); got != "theirs" {
		t.Errorf("%q", got)
	}
	if got := read(t, path); got != "two" {
		t.Errorf("%q, want the last complete one", got)
	}
}

func TestOnlyFilesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	target, link, sub := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "sub")
	err := errors.Join(os.WriteFile(target, []byte("t"), 0o600), os.Symlink(target, link), os.Mkdir(sub, 0o700))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, sub, "/dev/null"} {
		if err := Check(path, true); !refused(err) {
			t.Errorf("Check of %s: error %v", path, err)
		}
	}
	for _, path := range []string{link, sub} {
		if err := Write(path, Suffix, text("x")); !refused(err) {
			t.Errorf("Write to %s: error %v", path, err)
		}
		if _, err := os.Lstat(path + Suffix); err == nil {
			t.Errorf("%s is left", path+Suffix)
		}
	}
	if got := read(t, link); got != "t" {
		t.Errorf("%q behind the link", got)
	}
}

func TestInputsAreNotReplaced(t *testing.T) {
	dir := t.TempDir()
	path, link, hard := filepath.Join(dir, "a"), filepath.Join(dir, "link"), filepath.Join(dir, "hard")
	err := errors.Join(os.WriteFile(path, nil, 0o600), os.Symlink(path, link), os.Link(path, hard))
	if err != nil {
		t.Fatal(err)
	}
	for _, input := range []string{path, link, hard, dir + "/./a"} {
		if err := Check(path, true, "", input); !refused(err) {
			t.Errorf("input %s: error %v", input, err)
		}
	}
	if err := Check(path, true, dir, filepath.Join(dir, "none")); err != nil {
		t.Error(err)
	}
	var r *RefusedError
	if err := Check(path, false); !errors.As(err, &r) || !r.Exists {
		t.Errorf("error %v", err)
	}
}
