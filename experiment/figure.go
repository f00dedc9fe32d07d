package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Figure draws the metrics of one or several seeds, as they stand in their
// metrics.json, as PNG and as SVG. The same metrics give the same bytes.
type Figure func(metrics []json.RawMessage, png, svg io.Writer) error

// FigureOf makes a Figure of what draws metrics of a type: those of each seed.
func FigureOf[M any](draw func(runs []M, png, svg io.Writer) error) Figure {
	return func(metrics []json.RawMessage, png, svg io.Writer) error {
		runs := make([]M, len(metrics))
		for i, raw := range metrics {
			if err := json.Unmarshal(raw, &runs[i]); err != nil {
				return err
			}
		}
		return draw(runs, png, svg)
	}
}

// figureNames are the files that draw leaves in a directory.
func (e *Experiment) figureNames() []string {
	if e.Figure == nil {
		return nil
	}
	return []string{e.Name + ".png", e.Name + ".svg"}
}

// draw makes the figure of the runs in the directories given and leaves it in
// dir. It does nothing if the experiment has none.
func (e *Experiment) draw(dir string, runs []string) error {
	if e.Figure == nil || len(runs) == 0 {
		return nil
	}
	var metrics []json.RawMessage
	for _, run := range runs {
		b, err := os.ReadFile(filepath.Join(run, metricsName))
		if err != nil {
			return fmt.Errorf("figure: %w", err)
		}
		metrics = append(metrics, b)
	}
	var pictures [2]bytes.Buffer
	if err := e.Figure(metrics, &pictures[0], &pictures[1]); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	for i, name := range e.figureNames() {
		if err := writeFile(filepath.Join(dir, name), pictures[i].Bytes()); err != nil {
			return err
		}
	}
	return nil
}
