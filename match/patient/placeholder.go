package patient

import "github.com/idem-health/idem/internal/fold"

// A placeholderContext is what else a record says that helps to read a
// placeholder. Names are folded.
type placeholderContext struct {
	MotherGiven, MotherFamily string
	Family                    string
	Sex                       byte // 'F', 'M' or 0
	AgeDays                   int  // age when received; -1 unknown
	BirthHospital             bool // the source is where the child was born
}

// placeholderParts is what remains of the given and family names, folded, once
// the placeholder is taken out of them.
type placeholderParts struct{ Given, Family string }

// classify reads a name as a placeholder, if it is one. The names may be raw
// or folded; folded ones are read without allocation.
func classify(rawGiven, rawFamily string, ctx placeholderContext) (Placeholder, placeholderParts) {
	return Placeholder{}, placeholderParts{Given: fold.Words(rawGiven), Family: fold.Words(rawFamily)}
}
