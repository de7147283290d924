package patient

// A Date is a calendar date of which the month or day may be unknown (0).
// Text is the value as received; a value that could not be read has Text and
// no Year.
type Date struct {
	Text       string
	Year       uint16
	Month, Day uint8
}
