package hl7

import "fmt"

// Severity is HL7 table 0516.
type Severity byte

// The severities.
const (
	Error       Severity = 'E' // something was not accepted
	Warning     Severity = 'W' // accepted, but it matters
	Information Severity = 'I'
)

// Codes of HL7 table 0357.
const (
	CodeAccepted      = 0
	CodeSequence      = 100
	CodeRequired      = 101
	CodeDataType      = 102
	CodeTable         = 103
	CodeMessageType   = 200
	CodeEvent         = 201
	CodeProcessing    = 202
	CodeVersion       = 203
	CodeInternal      = 207
	applicationErrors = "HL70533"
)

// Application codes of HL7 table 0533.
const (
	IllogicalDate  = 1
	InvalidDate    = 2
	IllogicalValue = 3
	InvalidValue   = 4
	NotInTable     = 5
	Missing        = 7
)

// A Fault is what an ERR segment tells of a message. It holds no value of it.
type Fault struct {
	Segment     string // "" is the message as a whole
	Number      int    // of the segment, from 1
	Field       int
	Component   int
	Code        int // table 0357
	Severity    Severity
	Application int // table 0533; 0 none
	Text        string
	Reject      bool // the message as a whole is refused: AR
}

// location is ERR-2.
func (f Fault) location() string {
	if f.Segment == "" {
		return ""
	}
	s := fmt.Sprintf("%s^%d", f.Segment, max(f.Number, 1))
	if f.Field > 0 {
		s += fmt.Sprintf("^%d", f.Field)
	}
	if f.Component > 0 {
		s += fmt.Sprintf("^1^%d", f.Component)
	}
	return s
}

// Refused reports whether there is an error, and whether the message as a whole is
// refused.
func Refused(faults []Fault) (errors, reject bool) {
	for _, f := range faults {
		errors = errors || f.Severity == Error
		reject = reject || f.Reject
	}
	return errors, reject
}

var codeText = map[int]string{
	CodeAccepted: "Message accepted", CodeSequence: "Segment sequence error", CodeRequired: "Required field missing",
	CodeDataType: "Data type error", CodeTable: "Table value not found", CodeMessageType: "Unsupported message type",
	CodeEvent: "Unsupported event code", CodeProcessing: "Unsupported processing id", CodeVersion: "Unsupported version id",
	CodeInternal: "Application internal error",
}

var applicationText = map[int]string{
	IllogicalDate: "Illogical date error", InvalidDate: "Invalid date", IllogicalValue: "Illogical value error",
	InvalidValue: "Invalid value", NotInTable: "Table value not found", Missing: "Required data missing",
}
