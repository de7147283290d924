package report

import (
	"bufio"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"iter"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// An Input is what a page is made of. Only Result is needed.
type Input struct {
	Result *match.Result
	Title  string // of the page; "" means "Who is who"
	Date   string // shown as the day of the run; "" shows none, so that equal results give equal pages

	// Records is a second pass over the input the result was made from; it is
	// used once. Without it the page shows records by their ids alone.
	Records iter.Seq2[*patient.Record, error]

	Files   []File  // how the input was read
	Read    int64   // rows read; 0 means as many as were kept or told of in Result.Stats
	Aside   []Count // rows set aside by the reader, by reason
	Remarks []Count // what normalisation remarked, in words; nil means Result.Stats.Issues by their codes

	// Truth is the person of each record of the result, negative where it is
	// not known. Nil leaves the section out.
	Truth []int32
}

// A File is one file of the input.
type File struct {
	Name, Source string
	Columns      []Column
}

// A Column says what a column of a file was read as; an empty field, that it
// is no evidence.
type Column struct {
	Name, Field, Note string
}

// A Count is a number of something.
type Count struct {
	What string
	N    int64
}

//go:embed templates/*.html templates/style.css
var files embed.FS

var templates = template.Must(template.ParseFS(files, "templates/*.html"))

// Write writes the page. It reads the records once more and scores the
// candidate pairs once more (of very many only a part, and says so).
func Write(ctx context.Context, w io.Writer, in Input) error {
	d, err := Begin(ctx, in)
	if err != nil {
		return err
	}
	if in.Records != nil {
		for r, err := range in.Result.Reread(ctx, in.Records) {
			if err != nil {
				return fmt.Errorf("report: %w", err)
			}
			d.See(r)
		}
	}
	return d.Write(w)
}

// A Draft is a page that waits for the records it shows.
type Draft struct {
	in     Input
	facts  *facts
	truth  *truthFacts
	people *gathering
	groups []sampleGroup
	shown  *shown
}

// Begin scores the candidate pairs and chooses what the page shows. It leaves
// Input.Records, where there are any, to its caller, who passes over the input
// for a purpose of its own and shows the records to [Draft.See].
func Begin(ctx context.Context, in Input) (*Draft, error) {
	if in.Result == nil {
		return nil, fmt.Errorf("report: there is no result")
	}
	if in.Truth != nil && len(in.Truth) != in.Result.Records() {
		return nil, fmt.Errorf("report: the truth of %d records, and %d records", len(in.Truth), in.Result.Records())
	}
	d := &Draft{in: in}
	if err := d.gather(ctx); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return d, nil
}

// See takes a record of the second pass; what the page shows of it is copied.
func (d *Draft) See(r match.Reread) { d.shown.see(d.in.Result, r) }

// Write writes the page.
func (d *Draft) Write(w io.Writer) error {
	p, err := d.page()
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if err := templates.ExecuteTemplate(out, "page.html", p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return out.Flush()
}
