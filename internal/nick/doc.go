// Package nick knows which given names are nicknames of which: BILL of
// WILLIAM, PEPE of JOSE. Names are folded (see package fold).
//
// A table is built in; [Roots] gives the full names a name may stand for,
// [Same] tells whether two names may be one person's. It knows no weight.
package nick
