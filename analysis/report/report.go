package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

// Report is what a page shows. Empty parts are left out.
type Report struct {
	Title string
	// Lead is the sentence below the title.
	Lead string
	// Warnings are reasons to doubt what follows, one sentence each.
	Warnings []string
	// Sections follow each other.
	Sections []Section
}

// Section is a part of a page.
type Section struct {
	// ID is its anchor: letters, digits and hyphens.
	ID, Title string
	// Text are paragraphs above what it shows.
	Text    []string
	Tables  []Table
	Figures []Figure
}

// Table is a table with a head.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]Cell
	// Note stands below it.
	Note string
}

// Column is the head of a column.
type Column struct {
	Name   string
	Number bool // numbers are set flush right
}

// Cell is a value in a table.
type Cell struct {
	Text string
	// Detail stands after it, smaller.
	Detail string
	Mark   Mark
	Code   bool // a hash or another text without words
}

// Mark says how a cell is to be taken.
type Mark string

// The marks of cells.
const (
	Plain Mark = ""
	Good  Mark = "good"
	Bad   Mark = "bad"
)

// Figure is a picture with what it shows in words.
type Figure struct {
	Caption string
	// Alt says in a sentence what there is to see, for those who do not see it.
	Alt string
	SVG []byte
}

// source makes a figure a part of the page.
func (f Figure) source() template.URL {
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(f.SVG))
}

// Write writes the page.
func (r *Report) Write(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{"source": Figure.source}).Parse(page)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}
