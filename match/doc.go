// Package match is the front door of Idem: it decides which patient records
// belong to the same person. [Dedupe] takes a stream of records and gives
// people, [Link] two streams whose records are linked one to one; a [Result]
// holds the people, the pairs that were decided, the model
// that decided them, and can explain any pair. An [Engine] keeps a register that
// records come to one at a time, and answers queries; [Open] opens one.
//
// The package holds the order of the stages (normalise, encode, block, train,
// score, resolve) and the state between them. It never looks at the meaning of
// a field: what a key, a level or a policy is lives in the packages below it.
//
// # The engine and the batch
//
// An engine's people are those that [Dedupe] finds in the records it holds, given
// the engine's [Engine.Model], policy and stewards' decisions: any order of
// arrival, resubmission, update and deletion, any number of callers at once. So
// an arrival may also part what an earlier one joined: the engine then records an
// unlink, with its cause. Both use the same functions: a pair is weighed by one
// judge, and people are made, by one solver, of all rows or of one connected
// component of the pairs that may join, which is what an arrival touches.
//
// With a frozen model the candidates are those of its rules and ladder, however
// few the records. A block that has outgrown the model's bound gives none, in
// both; whoever is in it is deferred (see [Engine.Deferred]) until a new model is
// loaded. Of more than 32 records of equal content only the first by identity is
// compared with others; the rest are its echoes, save those a steward has decided
// about.
//
// Of one identity the engine keeps what was received last; where the dates of
// receipt do not tell, what came last. A batch, to which no order of arrival is
// known, then keeps the larger digest.
//
// # Concurrency
//
// Whoever submits a record holds the locks of all its blocking keys from before
// it looks for candidates until its events have their place in the ledger: of two
// records that may be one person the second always finds the first. Records that
// share no key wait for each other only in the short section in which events are
// put in order. The wait for the disk is outside all locks, and shared.
//
// # On disk
//
// A directory has the received records (package store), the events (package
// ledger) and the model with its policy (epoch.json). Blocks, pairs and people
// are rebuilt from these when it is opened. A call that changes something returns
// when its events and its record are on disk.
package match
