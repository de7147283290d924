// Package fhir reads and writes what an immunization registry needs of FHIR R4 in
// JSON: Patient, Immunization, the operation Patient/$match with its extension
// match-grade, Bundle and OperationOutcome.
//
// [ReadPatient] and [ReadMatch] make patient records, [MatchBundle] and [Failure]
// write answers. Reading is strict where a wrong value could change who is meant,
// bounded, and never panics. No error holds a value of the input.
//
// The package knows no person and decides nothing.
package fhir
