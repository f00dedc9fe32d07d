package dataset

import (
	"archive/zip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/dirhash"
)

// fakePublication is a data set of two images in a module that no proxy has, and the
// directory of one that has it.
func fakePublication(t *testing.T) (p *Publication, proxy string) {
	t.Helper()
	images, labels := packed(t, idxFile("abcdefgh", 2051, 2, 2, 2)), packed(t, idxFile("\x00\x01", 2049, 2))
	files := map[string][]byte{trainImages[0]: images, trainLabels[0]: labels, testImages[0]: images, testLabels[0]: labels}
	m := &goModule{path: "example.com/Tiny", version: "v1.0.0", folder: "data", megabytes: 1}
	p = &Publication{Name: "tiny", Format: IDX, digests: map[string]digest{}, module: m}

	proxy = t.TempDir()
	versions := filepath.Join(proxy, "example.com", "!tiny", "@v")
	if err := os.MkdirAll(versions, 0o777); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(versions, m.version+".zip")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	add := func(name string, content []byte) {
		entry, err := w.Create(m.path + "@" + m.version + "/" + name)
		if err == nil {
			_, err = entry.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	goMod := []byte("module example.com/Tiny\n")
	add("go.mod", goMod)
	for name, content := range files {
		add("data/"+name+".gz", content)
		sum := md5.Sum(content)
		p.digests[name] = digest{packed: hex.EncodeToString(sum[:])}
	}
	if err := errors.Join(w.Close(), f.Close(),
		os.WriteFile(filepath.Join(versions, m.version+".mod"), goMod, 0o666),
		os.WriteFile(filepath.Join(versions, m.version+".info"), []byte(`{"Version":"v1.0.0"}`), 0o666)); err != nil {
		t.Fatal(err)
	}
	if m.sum, err = dirhash.HashZip(archive, dirhash.Hash1); err != nil {
		t.Fatal(err)
	}
	return p, proxy
}

// withoutGo leaves no command on the path.
func withoutGo(t *testing.T) { t.Setenv("PATH", t.TempDir()) }

func TestModuleByProxy(t *testing.T) {
	p, files := fakePublication(t)
	server := httptest.NewServer(http.FileServer(http.Dir(files)))
	defer server.Close()
	withoutGo(t)
	for _, x := range []struct{ proxies, want string }{
		{server.URL, ""},
		{"direct," + server.URL + "/", ""},
		{server.URL + "/none|" + server.URL, ""},
		{server.URL + "/none," + "off", "404"},
		{"off," + server.URL, "no go command"},
		{"direct", "no go command"},
	} {
		t.Setenv("GOPROXY", x.proxies)
		to := filepath.Join(t.TempDir(), "tiny")
		told := 0
		err := assemble(to, func(dir string) error {
			return p.download(t.Context(), dir, func(string) { told++ })
		})
		switch {
		case x.want == "" && (err != nil || told == 0):
			t.Errorf("%s: %v, progress told %d times", x.proxies, err, told)
		case x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want) || !strings.HasSuffix(err.Error(), "apical data fetch tiny --from DIR")):
			t.Errorf("%s: %v, want %s", x.proxies, err, x.want)
		}
		if d, err := Open(to); x.want == "" && (err != nil || d.Train.Count != 2) {
			t.Errorf("%s: %v", x.proxies, err)
		}
	}
}

// Another sum of the module or of a file, and a download that is cancelled, leave nothing.
func TestNothingIsLeft(t *testing.T) {
	p, files := fakePublication(t)
	server := httptest.NewServer(http.FileServer(http.Dir(files)))
	defer server.Close()
	withoutGo(t)
	t.Setenv("GOPROXY", server.URL)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	other, m := *p, *p.module
	other.module, m.sum = &m, "h1:none"
	changed := *p
	changed.digests = map[string]digest{trainImages[0]: p.digests[trainImages[0]]}
	for _, x := range []struct {
		p    *Publication
		ctx  context.Context
		want string
	}{
		{&other, t.Context(), "want h1:none"},
		{&changed, t.Context(), "MD5 sum"},
		{p, cancelled, context.Canceled.Error()},
	} {
		parent := t.TempDir()
		err := assemble(filepath.Join(parent, "tiny"), func(dir string) error { return x.p.download(x.ctx, dir, nil) })
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v, want %s", err, x.want)
		}
		if entries, err := os.ReadDir(parent); err != nil || len(entries) != 0 {
			t.Errorf("%s: %v is left, %v", x.want, entries, err)
		}
	}
}

// What a killed program left goes with the next attempt, if nobody can be working in it,
// and nothing else does.
func TestAbandonedIsRemoved(t *testing.T) {
	p, files := fakePublication(t)
	server := httptest.NewServer(http.FileServer(http.Dir(files)))
	defer server.Close()
	withoutGo(t)
	t.Setenv("GOPROXY", server.URL)
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	parent := t.TempDir()
	old := time.Now().Add(-25 * time.Hour)
	for _, name := range []string{".tiny.new-17", ".tiny.new-18", ".tiny.new-mine", ".tiny.new-", ".other.new-17"} {
		dir := filepath.Join(parent, name)
		if err := os.MkdirAll(filepath.Join(dir, "tiny"), 0o777); err != nil {
			t.Fatal(err)
		}
		if name != ".tiny.new-18" { // of which somebody may be the maker
			if err := os.Chtimes(dir, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := assemble(filepath.Join(parent, "tiny"), func(dir string) error {
		return p.download(t.Context(), dir, func(string) {
			if entries, _ := os.ReadDir(temporary); len(entries) > 0 {
				t.Errorf("%v elsewhere during the download", entries)
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{".other.new-17", ".tiny.new-", ".tiny.new-18", ".tiny.new-mine", "tiny"}; !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}

func TestModuleByGo(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	p, files := fakePublication(t)
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(files))
	t.Setenv("GONOSUMDB", "example.com")
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-modcacherw")
	to := filepath.Join(t.TempDir(), "tiny")
	if err := assemble(to, func(dir string) error { return p.download(t.Context(), dir, nil) }); err != nil {
		t.Fatal(err)
	}
	if d, err := Open(to); err != nil || d.Train.Count != 2 {
		t.Errorf("%v", err)
	}
	missing, m := *p, *p.module
	missing.module, m.version = &m, "v1.0.1"
	err := missing.download(t.Context(), t.TempDir(), nil)
	if want := "tiny cannot be downloaded: example.com/Tiny@v1.0.1"; err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, want %s", err, want)
	}
}
