package dataset_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/dataset/datasettest"
)

// makeSet makes a small data set at a path.
func makeSet(t *testing.T, path ...string) string {
	t.Helper()
	dir := filepath.Join(path...)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := datasettest.WriteIDX(dir, datasettest.Generate(datasettest.Options{Train: 20, Test: 10})); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFind(t *testing.T) {
	root, here := t.TempDir(), t.TempDir()
	t.Chdir(here)
	own, mine := makeSet(t, root, "own"), makeSet(t, root, "mine")
	makeSet(t, here, "mine")
	makeSet(t, here, "local")
	single := makeSet(t, t.TempDir(), "raw")
	named := makeSet(t, t.TempDir(), "Fashion-MNIST")
	for _, x := range []struct{ root, name, want string }{
		{root, "own", own},
		{root, "mine", mine}, // before the one here
		{root, "local", "local"},
		{root, "./mine", "./mine"},
		{root, ".", "."},
		{root, filepath.Join(here, "none"), filepath.Join(here, "none")}, // Open will tell
		{root, "mnist", ""},
		{single, "mnist", single},
		{single, "raw", single},
		{single, "./mine", "./mine"},
		{named, "fashion-mnist", named},
		{named, "mnist", ""},
		{filepath.Join(root, "none"), "kmnist", ""},
	} {
		t.Setenv(dataset.Variable, x.root)
		got, err := dataset.Find(x.name)
		if got != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%s in %s: %q, %v, want %q", x.name, x.root, got, err, x.want)
		}
		var input *dataset.InputError
		if x.want == "" {
			want := "no data set " + x.name + " in " + x.root + "; bring it with: apical data fetch " + x.name
			if !errors.As(err, &input) || !errors.Is(err, fs.ErrNotExist) || err.Error() != want {
				t.Errorf("%s in %s: %v, want %s", x.name, x.root, err, want)
			}
		}
	}
	t.Setenv(dataset.Variable, root)
	if d, err := dataset.Load("own"); err != nil || d.Name != "own" || d.Train.Count != 20 {
		t.Errorf("load: %v", err)
	}
	for _, name := range []string{"strange", ""} {
		if _, err := dataset.Load(name); err == nil || strings.Contains(err.Error(), "fetch") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestDirs(t *testing.T) {
	root := t.TempDir()
	b, a := makeSet(t, root, "b"), makeSet(t, root, "a")
	makeSet(t, root, ".hidden.new-1")
	if err := os.WriteFile(filepath.Join(root, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		root string
		want []string
	}{{root, []string{a, b}}, {a, []string{a}}, {filepath.Join(root, "none"), nil}} {
		t.Setenv(dataset.Variable, x.root)
		if got, err := dataset.Dirs(); err != nil || !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, %v, want %v", x.root, got, err, x.want)
		}
	}
}

// Without the variable, data sets are in the user's cache directory.
func TestRoot(t *testing.T) {
	t.Setenv(dataset.Variable, "")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	if root, err := dataset.Root(); err != nil || root != filepath.Join(cache, "apical", "data") {
		t.Errorf("%s, %v", root, err)
	}
}

// Files of one's own come in whole, or not at all.
func TestFetchFromDirectory(t *testing.T) {
	root := filepath.Join(t.TempDir(), "deep", "data")
	t.Setenv(dataset.Variable, root)
	from := makeSet(t, t.TempDir())
	d, there, err := dataset.Fetch(t.Context(), "kmnist", dataset.FetchOptions{From: from})
	if err != nil || there || d.Path != filepath.Join(root, "kmnist") || d.Train.Count != 20 {
		t.Fatalf("%v, there: %v", err, there)
	}
	if _, there, err := dataset.Fetch(t.Context(), "kmnist", dataset.FetchOptions{}); err != nil || !there {
		t.Errorf("again: %v, there: %v", err, there)
	}
	empty := t.TempDir()
	if _, _, err := dataset.Fetch(t.Context(), "fashion-mnist", dataset.FetchOptions{From: from, To: empty}); err != nil {
		t.Errorf("into an empty directory: %v", err)
	}
	for _, x := range []struct {
		name string
		o    dataset.FetchOptions
		want string
	}{
		{"mnits", dataset.FetchOptions{}, `unknown data set "mnits", want one of mnist, fashion-mnist, kmnist, cifar10`},
		{"cifar10", dataset.FetchOptions{}, "cifar10 is offered at https://www.cs.toronto.edu/~kriz/cifar.html "},
		{"cifar10", dataset.FetchOptions{From: from}, from + ": holds a data set in files of IDX, want those of CIFAR-10 for cifar10"},
		{"mnist", dataset.FetchOptions{From: from}, filepath.Join(from, "train-images-idx3-ubyte.gz") + ": MD5 sum "},
		{"mnist", dataset.FetchOptions{From: filepath.Dir(from)}, filepath.Dir(from) + ": no data set here"},
		{"mnist", dataset.FetchOptions{From: from, To: filepath.Dir(from)}, filepath.Dir(from) + ": is in the way and not a whole data set: no data set here"},
	} {
		_, _, err := dataset.Fetch(t.Context(), x.name, x.o)
		var input *dataset.InputError
		if !errors.As(err, &input) || !strings.HasPrefix(err.Error(), x.want) {
			t.Errorf("%s, %v: %v, want %s", x.name, x.o, err, x.want)
		}
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Errorf("%v is left, %v", entries, err)
	}
	t.Setenv(dataset.Variable, d.Path)
	if _, there, err := dataset.Fetch(t.Context(), "kmnist", dataset.FetchOptions{}); err != nil || !there {
		t.Errorf("a root that is the data set: %v, there: %v", err, there)
	}
	if _, _, err := dataset.Fetch(t.Context(), "mnist", dataset.FetchOptions{}); err == nil || !strings.Contains(err.Error(), "is itself a data set") {
		t.Errorf("a root that is another data set: %v", err)
	}
}

// One label that is damaged makes no eleventh class of a data set that has ten; a set of
// one's own may have as many as it likes.
func TestNoMoreClassesThanPublished(t *testing.T) {
	root := t.TempDir()
	t.Setenv(dataset.Variable, root)
	d := datasettest.Generate(datasettest.Options{})
	d.Train.Labels[7] = 10
	for _, name := range []string{"kmnist", "own"} {
		if err := errors.Join(os.Mkdir(filepath.Join(root, name), 0o777), datasettest.WriteIDX(filepath.Join(root, name), d)); err != nil {
			t.Fatal(err)
		}
	}
	if own, err := dataset.Load("own"); err != nil || own.Train.Classes != 11 {
		t.Errorf("a set of one's own: %v", err)
	}
	refused := func(dir string, err error) {
		t.Helper()
		want := "train-labels-idx1-ubyte.gz: byte 15: label 10, want 0 to 9, those of "
		var input *dataset.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), filepath.Join(dir, want)) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	_, err := dataset.Load("kmnist")
	refused(filepath.Join(root, "kmnist"), err)
	_, _, err = dataset.Fetch(t.Context(), "fashion-mnist", dataset.FetchOptions{From: filepath.Join(root, "own")})
	refused(filepath.Join(root, "own"), err)
	_, _, err = dataset.Fetch(t.Context(), "fashion-mnist", dataset.FetchOptions{To: filepath.Join(root, "own")})
	refused(filepath.Join(root, "own"), err)
}

// The published files come in under their sums, packed or unpacked.
func TestFetchMNIST(t *testing.T) {
	d := mnist(t)
	to := filepath.Join(t.TempDir(), "copy")
	got, _, err := dataset.Fetch(t.Context(), "mnist", dataset.FetchOptions{From: d.Path, To: to})
	if err != nil {
		t.Fatal(err)
	}
	sameSet(t, "train", &got.Train, &d.Train)
	plain := t.TempDir()
	for name, content := range map[string][]byte{
		"train-images-idx3-ubyte": datasettest.IDXImages(&d.Train), "train-labels-idx1-ubyte": datasettest.IDXLabels(&d.Train),
		"t10k-images.idx3-ubyte": datasettest.IDXImages(&d.Test), "t10k-labels.idx1-ubyte": datasettest.IDXLabels(&d.Test),
	} {
		if err := os.WriteFile(filepath.Join(plain, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := dataset.Fetch(t.Context(), "mnist", dataset.FetchOptions{From: plain, To: to + "2"}); err != nil {
		t.Error(err)
	}
}
