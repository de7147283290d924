// Package report makes one page of HTML of a result of match.Dedupe, for the
// person who answers for it: where the candidate pairs came from, how they
// weigh, what the model learned, who became one person and by which joins,
// which pairs lie near the thresholds and why and, where the truth is known,
// how good all that is.
//
// The page is self-contained: no script, no font, no request to anywhere. Its
// charts are SVG made here. It holds values of records, names and dates of
// birth among them, and says so at its head; every value goes through
// html/template or the escaping text of an SVG. The same result gives the same
// bytes.
//
// [Write] is all there is. It decides nothing and alters nothing.
package report
