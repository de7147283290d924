// Package peers runs matchers beside each other on one file and measures what
// each reaches and costs.
//
// A [Matcher] reads a file of records and writes clusters.csv. [Prepare] makes
// the file that all of them get: standard column names, dates in ISO form, one
// row an id, and no truth in it. [Prepared.Judge] compares what a matcher wrote
// with the truth. Splink and recordlinkage are Python programs that come with
// the package ([Venv]); any other program is a [Command].
//
// The package knows nothing of how this library matches: it is a matcher among
// the others. It never runs two at a time, so that none pays for another.
package peers
