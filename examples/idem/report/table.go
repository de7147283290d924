package report

import "html/template"

// A table is a table of the page: a caption, a row of headings, and rows whose
// first cell is their heading.
type table struct {
	Caption string
	Hidden  bool // the caption is for screen readers alone: the text around says it
	Wide    bool // may be wider than a small screen, and is then scrolled
	Short   bool // has few columns, and does not look good over the whole width
	Head    []cell
	Rows    [][]cell
}

// A cell holds a text or a strip.
type cell struct {
	Text  string
	Strip template.HTML
	Class string
	Note  string // in small letters behind the text
}

func text(s string) cell         { return cell{Text: s} }
func number(s string) cell       { return cell{Text: s, Class: "n"} }
func strip(h template.HTML) cell { return cell{Strip: h, Class: "bar"} }

// heads makes headings. A leading # is a column of numbers, a leading | one of
// bars.
func heads(names ...string) []cell {
	var cells []cell
	for _, n := range names {
		switch {
		case n != "" && n[0] == '#':
			cells = append(cells, number(n[1:]))
		case n != "" && n[0] == '|':
			cells = append(cells, cell{Text: n[1:], Class: "bar"})
		default:
			cells = append(cells, text(n))
		}
	}
	return cells
}

func (t *table) row(cells ...cell) { t.Rows = append(t.Rows, cells) }
