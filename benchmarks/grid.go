package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// A grid is a table that is printed as text and as Markdown.
type grid struct {
	Title string
	Head  []string
	Rows  [][]string
	Notes []string
}

func (g *grid) add(cells ...string) { g.Rows = append(g.Rows, cells) }

// text prints it in columns, the first one to the left.
func (g *grid) text(w io.Writer) {
	if g.Title != "" {
		fmt.Fprintf(w, "== %s\n", g.Title)
	}
	width := make([]int, len(g.Head))
	for _, row := range append([][]string{g.Head}, g.Rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range append([][]string{g.Head}, g.Rows...) {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line.WriteString(cell + pad)
			} else {
				line.WriteString("  " + pad + cell)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
	for _, note := range g.Notes {
		fmt.Fprintln(w, note)
	}
}

// markdown prints it as a table of Markdown.
func (g *grid) markdown(w io.Writer) {
	if g.Title != "" {
		fmt.Fprintf(w, "### %s\n\n", g.Title)
	}
	rule := make([]string, len(g.Head))
	for i := range rule {
		rule[i] = "---:"
	}
	rule[0] = "---"
	for _, row := range append([][]string{g.Head, rule}, g.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
	for _, note := range g.Notes {
		fmt.Fprintf(w, "\n%s\n", note)
	}
}

// A report is the tables of a run with what they were measured on.
type report struct {
	name    string // of the files
	machine machine
	grids   []*grid
	facts   any // the figures, for JSON
}

// publish prints the report and, if there is a folder, writes it as Markdown and
// JSON as well.
func (r *report) publish(w io.Writer, dir string) error {
	fmt.Fprintln(w, r.machine)
	for _, g := range r.grids {
		fmt.Fprintln(w)
		g.text(w)
	}
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# %s\n\n%s\n", r.name, r.machine)
	for _, g := range r.grids {
		fmt.Fprintln(&text)
		g.markdown(&text)
	}
	facts, err := json.MarshalIndent(struct {
		Machine machine `json:"machine"`
		Results any     `json:"results"`
	}{r.machine, r.facts}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, r.name+".md"), []byte(text.String()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, r.name+".json"), append(facts, '\n'), 0o644)
}
