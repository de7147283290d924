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

const reportFileName = "report.html"

// draft begins report.html, the page for whoever answers for the result: it
// looks at the records as golden.csv is made, so that the input is read once
// for both.
func (w *writer) draft(s *summary) (err error) {
	w.progress.step("write", reportFileName, 0, 0)
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
	w.page, err = report.Begin(w.ctx, in)
	return w.reportError(err)
}

// report writes report.html, after every record has been seen.
func (w *writer) report() error {
	w.progress.step("write", reportFileName, 0, 0)
	file, err := w.folder.create(reportFileName)
	if err != nil {
		return err
	}
	buf := bufio.NewWriter(file)
	return w.reportError(errors.Join(w.page.Write(buf), buf.Flush(), file.Close()))
}

func (w *writer) reportError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("write %s: %w", reportFileName, pathless(err))
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
