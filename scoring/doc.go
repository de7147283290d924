// Package scoring says how much the evidence of two records weighs, and what a
// policy makes of it.
//
// A [Comparison] turns two values into a level: exact, nickname, slip, differs;
// level 0 is always "missing" and never evidence. A [Model] knows what each
// level weighs against each alternative to "one person": another member of the
// household, a namesake, a stranger. It is fitted to a file without labels, or
// its weights are shipped ([ShippedIIS]). A [Policy] turns weight and levels
// into a [Decision], with floors, caps and vetoes, and names the records that
// may never share a person. All three are data: strict JSON and named
// constructors.
//
// [Reference] compares in plain Go and is the meaning of every level; the
// compiled form works on rows and patterns and gives the same result.
//
// The package never knows where pairs come from, which records become a person,
// or how anything is stored.
package scoring
