// Package merge says who is one person, and what is known of that person:
// it turns accepted pairs into people, and people into golden records.
//
// [Resolve] is constrained clustering. It gets [Edge] values (accepted pairs)
// and a function that gives the [Evidence] of any two rows, and joins groups of
// rows, strongest edge first, where no conflict stands between any two of them
// and the evidence of all their cross pairs adds up to more than nothing. Each
// connected component of the edges is a problem of its own: [ResolveComponent]
// solves one, with the result the whole run gives it. The [Report] tells how
// every group came to be, and what was refused and why.
//
// [Golden] makes one [GoldenRecord] of the records of a person. Which value
// survives is said by a [Survivorship], rules as data; the record holds for
// every value where it came from and which rule chose it.
//
// [Assign] is for the linkage of two files whose records are of one person each:
// it pairs each record with at most one of the other file.
//
// All are pure functions: no result depends on the order of the edges or of
// the members, on the number of workers or on map order. The package knows no
// index, no clock, no I/O and not where a weight came from. It never alters a
// record.
package merge
