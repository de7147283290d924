package web

import (
	"context"
	"errors"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// What a [Register] answers where it does not do what was asked.
var (
	ErrNotFound = errors.New("web: there is no such record or person")
	ErrBudget   = errors.New("web: too many queries: ask again later")
	ErrRefused  = errors.New("web: what the steward says contradicts what the records say")
	ErrConsent  = errors.New("web: the record may not be stored")
)

// A Register keeps people. It is safe for concurrent use.
type Register interface {
	// Submit files a record, in place of an earlier one of the same source and id.
	Submit(ctx context.Context, r *patient.Record) (person string, err error)
	// Record returns a record as it was filed, or ErrNotFound.
	Record(ctx context.Context, k match.Key) (patient.Record, error)
	// Query says who a record may be, and changes nothing.
	Query(ctx context.Context, caller string, r *patient.Record, limit int) (Answer, error)
	// Person returns a person, or ErrNotFound; protected people are not found.
	Person(ctx context.Context, caller, id string) (Person, error)
	// Link, Never and Unlink are a steward's words.
	Link(ctx context.Context, a, b match.Key, steward string) error
	Never(ctx context.Context, a, b match.Key, steward string) error
	Unlink(ctx context.Context, k match.Key, steward string) error
	// Worklist returns the newborns that wait for their legal names, and pairs to review.
	Worklist(ctx context.Context) ([]Waiting, error)
	// Search finds records by a text; truncated says what was left out.
	Search(ctx context.Context, caller, text string, limit int) (hits []Hit, truncated string, err error)
}

// An Outcome is how a query ended.
type Outcome int

// The outcomes of a query.
const (
	None         Outcome = iota
	One                  // with confidence
	Several              // ranked; one alone may be here, without confidence
	TooMany              // more than the limit
	Insufficient         // the query says too little to be anybody's
)

// An Answer is what a query found, the most likely first.
type Answer struct {
	Outcome Outcome
	Found   []Person
}

// A Person is a person as merged.
type Person struct {
	ID     string
	Record patient.Record
	Score  float64 // of a query: the probability
	Match  bool    // of a query: it is a match, not only possible
}

// A Key is a [match.Key] with its names in JSON.
type Key struct {
	Source string `json:"source"`
	ID     string `json:"id"`
}

// A Waiting is what waits for a steward: a placeholder, or a pair to review.
type Waiting struct {
	Record     Key    `json:"record"`
	Person     string `json:"person"`
	Reason     string `json:"reason,omitempty"` // of a placeholder: why it is not resolved
	Candidates []Hit  `json:"candidates"`
}

// A Hit is a record that a search found.
type Hit struct {
	Record Key    `json:"record"`
	Person string `json:"person"`
}
