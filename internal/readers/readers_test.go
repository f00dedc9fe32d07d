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
	python := pythonWith(t, "duckdb, numpy, pandas, polars, pyarrow")
	root := filepath.Join("..", "..")
	out, err := exec.Command(python, filepath.Join(root, ".ci", "readers.py"), buildApical(t), filepath.Join(root, "README.md")).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// pythonWith is a Python that has some modules; without, the test is skipped.
func pythonWith(t *testing.T, modules string) string {
	t.Helper()
	python := os.Getenv("APICAL_PYTHON")
	if python == "" {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import "+modules).CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("not read by Python: %s lacks one of %s (%v, %s); pip install -r .ci/requirements.txt in a virtual environment, and name its python in APICAL_PYTHON",
			python, modules, err, lines[len(lines)-1])
	}
	return python
}

// buildApical compiles the command.
func buildApical(t *testing.T) string {
	t.Helper()
	command := filepath.Join(t.TempDir(), "apical")
	if runtime.GOOS == "windows" {
		command += ".exe"
	}
	build := exec.Command("go", "build", "-o", command, "./cmd/apical")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return command
}
