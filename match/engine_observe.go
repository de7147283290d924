package match

import "time"

// An Observer is told what an [Engine] does: counts, durations and levels, never
// anything of a patient. Its methods are called from many goroutines and must be
// quick.
type Observer interface {
	Count(what CountOf, n int64)       // so many more
	Took(what TookOf, d time.Duration) // an operation, disk included
	Level(what LevelOf, n int64)       // how many there are now
}

// A CountOf names something that an [Engine] counts.
type CountOf string

// What an engine counts.
const (
	CountEvents     CountOf = "events"
	CountCandidates CountOf = "candidates" // pairs weighed for submissions
	CountUnchanged  CountOf = "unchanged"  // submissions that said nothing new
	CountRefused    CountOf = "refused"    // submissions that were an error
	CountDeferred   CountOf = "deferred"   // submissions with a block beyond its bound
	CountUnlinks    CountOf = "unlinks"    // records that an arrival took out of a person
	CountTruncated  CountOf = "truncated"  // queries that did not look at all candidates
)

// A TookOf names something whose duration an [Engine] tells.
type TookOf string

// What an engine tells the duration of.
const (
	TookSubmit TookOf = "submit"
	TookQuery  TookOf = "query"
)

// A LevelOf names something of which an [Engine] tells how much there is.
type LevelOf string

// What an engine tells the level of.
const (
	LevelRecords   LevelOf = "records"
	LevelPeople    LevelOf = "people"
	LevelWaiting   LevelOf = "waiting"   // placeholders on the work list
	LevelOutgrown  LevelOf = "outgrown"  // blocks beyond their bound
	LevelComponent LevelOf = "component" // records of the largest component solved
)

type noObserver struct{}

func (noObserver) Count(CountOf, int64)       {}
func (noObserver) Took(TookOf, time.Duration) {}
func (noObserver) Level(LevelOf, int64)       {}
