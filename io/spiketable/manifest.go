package spiketable

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

// stretch is a time in which the spikes of some populations were recorded.
type stretch struct {
	window      analysis.Window
	populations []string // nil for all
}

// maxManifestBytes is far more than the manifest of any run: it lists values and
// files.
const maxManifestBytes = 16 << 20

// recordedStretches returns what the manifest.json beside a file says of when
// its spikes were recorded; known is false if there is none, or if it does not
// tell. A manifest that cannot be read, or is of another file, is told by note.
func recordedStretches(path string, size int64, whole analysis.Recording, note func(string, ...any)) (stretches []stretch, known bool) {
	name := filepath.Base(path)
	b, err := readSmall(filepath.Join(filepath.Dir(path), "manifest.json"))
	if err != nil {
		return nil, false
	}
	var m struct {
		Format   string `json:"format"`
		Recorded map[string][]struct {
			FromS       float64  `json:"from_s"`
			UntilS      float64  `json:"until_s"`
			Populations []string `json:"populations"`
		} `json:"recorded"`
		Files []struct {
			Name  string `json:"name"`
			Bytes int64  `json:"bytes"`
		} `json:"files"`
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Format != "apical.run" {
		return nil, false // of another program
	}
	for _, f := range m.Files {
		if f.Name == name && f.Bytes != size {
			note("manifest.json beside it is of another file of that name (%d bytes, not %d) and is not used", f.Bytes, size)
			return nil, false
		}
	}
	entries, known := m.Recorded[name]
	last := int64(0)
	for _, e := range entries {
		w := analysis.Window{From: whole.Steps(e.FromS), To: whole.Steps(e.UntilS)}
		if w.From < last || w.To <= w.From {
			note("manifest.json beside it has recorded times that do not ascend and is not used")
			return nil, false
		}
		last = w.To
		stretches = append(stretches, stretch{w, e.Populations})
	}
	return stretches, known
}

// readSmall reads a regular file that is not larger than a manifest can be.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxManifestBytes) {
		err = fmt.Errorf("%s is no manifest", path)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// windowsOf joins the stretches in which a population was recorded.
func windowsOf(population string, stretches []stretch) []analysis.Window {
	var all []analysis.Window
	for _, s := range stretches {
		if s.populations != nil && !slices.Contains(s.populations, population) {
			continue
		}
		if n := len(all); n > 0 && all[n-1].To == s.window.From {
			all[n-1].To = s.window.To
		} else {
			all = append(all, s.window)
		}
	}
	return all
}
