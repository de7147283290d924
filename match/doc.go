// Package match is the front door of Idem: it decides which patient records
// belong to the same person. [Dedupe] takes a stream of records and gives
// people, [Link] two streams whose records are linked one to one; a [Result]
// holds the people, the pairs that were decided, the model
// that decided them, and can explain any pair.
//
// The package holds the order of the stages (normalise, encode, block, train,
// score, resolve) and the state between them. It never looks at the meaning of
// a field: what a key, a level or a policy is lives in the packages below it.
package match
