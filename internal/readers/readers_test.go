// Package readers has the files of a run read by other programs. It consists
// of a test.
package readers

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPython runs .ci/readers.py, if there is a Python that has what it needs.
// APICAL_PYTHON names another one than python3. A cached result does not see
// changes of other packages: use -count 1 while working on the files.
func TestPython(t *testing.T) {
	if testing.Short() {
		t.Skip("not read by Python: -short")
	}
	python := os.Getenv("APICAL_PYTHON")
	if python == "" {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import duckdb, numpy, pandas, polars, pyarrow").CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("not read by Python: %s lacks pyarrow, pandas, polars or duckdb (%v, %s); pip install -r .ci/requirements.txt in a virtual environment, and name its python in APICAL_PYTHON",
			python, err, lines[len(lines)-1])
	}
	root := filepath.Join("..", "..")
	command := filepath.Join(t.TempDir(), "apical")
	if runtime.GOOS == "windows" {
		command += ".exe"
	}
	build := exec.Command("go", "build", "-o", command, "./cmd/apical")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	out, err := exec.Command(python, filepath.Join(root, ".ci", "readers.py"), command, filepath.Join(root, "README.md")).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
