package dataset

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// goModule is a Go module that has the files of a data set. Modules are kept for good, by
// proxies of which everybody has one, and are compared with a sum.
type goModule struct {
	path, version string
	sum           string // as in go.sum
	folder        string // with the files
	megabytes     int
}

// defaultProxy is where the go command looks if GOPROXY says nothing.
const defaultProxy = "https://proxy.golang.org"

// patience is how long a download may take.
const patience = 15 * time.Minute

// download puts the published files into a directory. What it needs meanwhile is beside
// that, so that all that a killed program leaves is in one place.
func (p *Publication) download(ctx context.Context, dir string, progress func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	temporary, err := os.MkdirTemp(filepath.Dir(dir), "download-*")
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	defer os.RemoveAll(temporary)
	if progress == nil {
		progress = func(string) {}
	}
	archive, err := p.module.bring(ctx, temporary, progress)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%s cannot be downloaded: %w; with its files in a directory: apical data fetch %s --from DIR", p.Name, err, p.Name)
	}
	return p.unzip(archive, dir)
}

// bring returns the archive of the module, with the right sum: by the go command, which
// knows proxies and checks what they send, or else from a proxy as it would.
func (m *goModule) bring(ctx context.Context, temporary string, progress func(string)) (archive string, err error) {
	if command, err := exec.LookPath("go"); err == nil {
		archive, err = m.byGo(ctx, command, progress)
		if err != nil {
			return "", err
		}
	} else if archive, err = m.byProxy(ctx, os.Getenv("GOPROXY"), temporary, progress); err != nil {
		return "", err
	}
	sum, err := dirhash.HashZip(archive, dirhash.Hash1)
	switch {
	case err != nil:
		return "", fmt.Errorf("what came for %s@%s: %w", m.path, m.version, err)
	case sum != m.sum:
		return "", fmt.Errorf("%s@%s has the sum %s, want %s", m.path, m.version, sum, m.sum)
	}
	return archive, nil
}

// byGo has the go command download the module into its cache.
func (m *goModule) byGo(ctx context.Context, command string, progress func(string)) (archive string, err error) {
	done := make(chan struct{})
	told := make(chan struct{})
	go func() {
		defer close(told)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for seconds := 1; ; seconds++ {
			select {
			case <-done:
				return
			case <-tick.C:
				progress(fmt.Sprintf("go mod download brings %d MB: %d s", m.megabytes, seconds))
			}
		}
	}()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, command, "mod", "download", "-json", m.path+"@"+m.version)
	cmd.Dir = os.TempDir() // outside of any module
	cmd.Env = append(os.Environ(), "GO111MODULE=on", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	close(done)
	<-told
	var said struct{ Zip, Error string }
	decoding := json.Unmarshal(stdout.Bytes(), &said)
	switch {
	case said.Error != "":
		return "", errors.New(oneLine(said.Error))
	case err != nil:
		return "", fmt.Errorf("go mod download: %w: %s", err, oneLine(stderr.String()))
	case decoding != nil || said.Zip == "":
		return "", fmt.Errorf("go mod download names no archive of %s", m.path)
	}
	return said.Zip, nil
}

// byProxy downloads the module from the first of the proxies that has it. They are listed
// as in GOPROXY.
func (m *goModule) byProxy(ctx context.Context, proxies, temporary string, progress func(string)) (archive string, err error) {
	escaped, err := module.EscapePath(m.path)
	if err != nil {
		return "", err
	}
	if proxies == "" {
		proxies = defaultProxy
	}
	archive = filepath.Join(temporary, "module.zip")
	failed := fmt.Errorf("GOPROXY is %q, and there is no go command; want a proxy, such as %s", proxies, defaultProxy)
	for proxy := range strings.FieldsFuncSeq(proxies, func(r rune) bool { return r == ',' || r == '|' }) {
		if proxy == "off" {
			break
		}
		if !strings.HasPrefix(proxy, "https://") && !strings.HasPrefix(proxy, "http://") {
			continue
		}
		url := strings.TrimSuffix(proxy, "/") + "/" + escaped + "/@v/" + m.version + ".zip"
		if failed = m.get(ctx, url, archive, progress); failed == nil {
			return archive, nil
		}
	}
	return "", failed
}

// get downloads a file.
func (m *goModule) get(ctx context.Context, url, to string, progress func(string)) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	body := &metered{r: io.LimitReader(response.Body, MaxBytes), total: m.megabytes, progress: progress}
	_, err = io.Copy(f, body)
	return errors.Join(err, f.Close())
}

// metered tells how much was read.
type metered struct {
	r        io.Reader
	read     int64
	total    int
	progress func(string)
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.read += int64(n)
	m.progress(fmt.Sprintf("downloaded %d of %d MB", m.read/1e6, m.total))
	return n, err
}

// unzip takes the files of the data set out of the archive of its module.
func (p *Publication) unzip(archive, dir string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	defer r.Close()
	for _, names := range layouts()[p.Format] {
		name := names[0] + ".gz"
		inside := path.Join(p.module.path+"@"+p.module.version, p.module.folder, name)
		f, err := r.Open(inside)
		if err != nil {
			return fmt.Errorf("dataset: %s: %w", archive, err)
		}
		err = p.put(f, inside, filepath.Join(dir, name))
		_ = f.Close() // it was only read
		if err != nil {
			return err
		}
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
