package main

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// report writes report.html, the page for whoever answers for the result.
func (w *writer) report(s *summary) (err error) {
	const name = "report.html"
	w.progress.step("write", name, 0, 0)
	in := report.Input{Result: w.result, Records: w.input.Records(w.ctx), Read: s.Records.Read}
	for _, m := range w.input.Mappings() {
		in.Files = append(in.Files, reportFile(m))
	}
	for _, reason := range sortedKeys(s.Records.Reasons) {
		in.Aside = append(in.Aside, report.Count{What: intake.Reason(reason).Meaning(), N: s.Records.Reasons[reason]})
	}
	in.Remarks = []report.Count{}
	for _, code := range sortedKeys(s.Issues) {
		in.Remarks = append(in.Remarks, report.Count{What: issueText(patient.IssueCode(code)), N: s.Issues[code]})
	}
	if w.truth.known() {
		in.Truth = w.truth.of(w.result)
	}
	file, err := w.folder.create(name)
	if err != nil {
		return err
	}
	buf := bufio.NewWriter(file)
	if err := errors.Join(report.Write(w.ctx, buf, in), buf.Flush(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, pathless(err))
	}
	return nil
}

// reportFile says how a file was read.
func reportFile(m intake.Mapping) report.File {
	f := report.File{Name: filepath.Base(m.File), Source: m.Source}
	for _, c := range m.Columns {
		column := report.Column{Name: c.Name, Field: c.Field}
		if c.Role != intake.RoleField {
			column.Note = string(c.Role)
		}
		if patient.IsDate(c.Field) {
			column.Note = "YYYY-MM-DD or YYYYMMDD"
			if c.Layout != "" {
				column.Note = string(c.Layout)
			}
		}
		f.Columns = append(f.Columns, column)
	}
	return f
}
