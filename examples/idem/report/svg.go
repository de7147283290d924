package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// A canvas gathers the elements of an SVG. Numbers are written to a tenth;
// texts and class names are escaped.
type canvas struct{ b strings.Builder }

func num(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	if w <= 0 || h <= 0 {
		return
	}
	fmt.Fprintf(&c.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, escaped(class), num(x), num(y), num(w), num(h))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, escaped(class), num(x1), num(y1), num(x2), num(y2))
}

func (c *canvas) circle(class string, x, y, r float64) {
	fmt.Fprintf(&c.b, `<circle class="%s" cx="%s" cy="%s" r="%s"/>`, escaped(class), num(x), num(y), num(r))
}

// text writes a text; the class says where it is anchored (a: middle, e: end).
func (c *canvas) text(class string, x, y float64, text string) {
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s">%s</text>`, escaped(class), num(x), num(y), escaped(text))
}

// path draws straight lines through points.
func (c *canvas) path(class string, points [][2]float64) {
	if len(points) < 2 {
		return
	}
	fmt.Fprintf(&c.b, `<path class="%s" d="`, escaped(class))
	for i, p := range points {
		op := "L"
		if i == 0 {
			op = "M"
		}
		c.b.WriteString(op + num(p[0]) + " " + num(p[1]))
	}
	c.b.WriteString(`"/>`)
}

func escaped(s string) string { return template.HTMLEscapeString(s) }

// figure wraps the canvas as an image with a name and a description. The id is
// unique on the page.
func (c *canvas) figure(id, title, desc string, w, h float64) template.HTML {
	return template.HTML(fmt.Sprintf(
		`<svg viewBox="0 0 %s %s" style="max-width:%spx" role="img" aria-labelledby="%[4]s-t %[4]s-d"><title id="%[4]s-t">%[5]s</title><desc id="%[4]s-d">%[6]s</desc>%[7]s</svg>`,
		num(w), num(h), num(w), escaped(id), escaped(title), escaped(desc), c.b.String()))
}

// strip wraps the canvas as a bar in a table cell: it is stretched to the
// cell's width and holds nothing that the cells beside it do not say in
// numbers, so that readers of the text pass over it.
func (c *canvas) strip(h float64) template.HTML {
	return template.HTML(fmt.Sprintf(
		`<svg class="strip" viewBox="0 0 100 %[1]s" height="%[1]s" preserveAspectRatio="none" aria-hidden="true" focusable="false">%s</svg>`, num(h), c.b.String()))
}

// bar is a strip with one bar, of a part of a whole.
func bar(class string, part, whole float64) template.HTML {
	var c canvas
	c.rect("track", 0, 0, 100, 8)
	if whole > 0 && part > 0 {
		c.rect(class, 0, 0, max(100*part/whole, .6), 8)
	}
	return c.strip(8)
}

// A scale maps values to places.
type scale struct{ lo, hi, from, to float64 }

func (s scale) at(v float64) float64 {
	if s.hi == s.lo {
		return s.from
	}
	return s.from + (v-s.lo)/(s.hi-s.lo)*(s.to-s.from)
}
