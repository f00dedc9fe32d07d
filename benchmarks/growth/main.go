// Command growth turns what BenchmarkSize printed into a table, on the standard
// output in Markdown, and a figure, DIR/size.png and DIR/size.svg:
//
//	go test -run '^$' -bench Size -benchtime 3x -count 3 ./benchmarks > size.txt
//	go run ./benchmarks/growth -dir benchmarks size.txt
//
// It reads the standard input where no file is named. Of several runs of a
// benchmark the median counts.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	dir := flag.String("dir", "", "where the figure goes; without it there is none")
	flag.Parse()
	if err := run(flag.Args(), *dir, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

func run(files []string, dir string, in io.Reader, out io.Writer) error {
	text, err := read(files, in)
	if err != nil {
		return err
	}
	m, err := parse(bytes.NewReader(text))
	if err != nil {
		return err
	}
	if len(m.rows) == 0 {
		return errors.New("no line of BenchmarkSize")
	}
	if err := m.table(out); err != nil || dir == "" {
		return err
	}
	var png, svg bytes.Buffer
	if err := m.draw(&png, &svg); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "size.png"), png.Bytes(), 0o644),
		os.WriteFile(filepath.Join(dir, "size.svg"), svg.Bytes(), 0o644),
	)
}

func read(files []string, in io.Reader) ([]byte, error) {
	if len(files) == 0 {
		return io.ReadAll(in)
	}
	var all [][]byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return slices.Concat(all...), nil
}
