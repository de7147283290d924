package patient

// The kinds of [Issue].
const (
	IssueJunk        IssueCode = "junk"        // a constant, a run or a word for "not known" was dropped
	IssueShape       IssueCode = "shape"       // dropped by a shape rule of the profile
	IssueUnreadable  IssueCode = "unreadable"  // could not be read, such as a date of another layout
	IssueImpossible  IssueCode = "impossible"  // a date that the calendar has not
	IssueFuture      IssueCode = "future"      // a birth date after receipt
	IssueTooOld      IssueCode = "too_old"     // a birth date more than 120 years before receipt
	IssueDefault     IssueCode = "default"     // a value that software fills in, such as 1900-01-01
	IssueConflict    IssueCode = "conflict"    // two parts of the record contradict each other
	IssueSwapped     IssueCode = "swapped"     // two fields were exchanged and put right
	IssueRepaired    IssueCode = "repaired"    // put right within the field
	IssuePlaceholder IssueCode = "placeholder" // a temporary newborn name or a word for no name
	IssueTest        IssueCode = "test"        // a test patient
	IssueBounded     IssueCode = "bounded"     // cut, or values left out, because there was too much
)
