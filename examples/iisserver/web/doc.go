// Package web is the HTTP face of an immunization registry: HL7 v2 and FHIR
// messages in and out, and what a steward does by hand.
//
//	POST /hl7                  VXU^V04 answered by ACK^V04, QBP^Q11 by RSP^K11
//	POST /fhir/Patient         a Patient is filed
//	POST /fhir/Patient/$match  who this is: a searchset Bundle
//	GET  /person/{id}          a person as FHIR, doses included
//	GET  /search?q=TEXT        records by what a steward types
//	GET  /worklist             newborns whose legal name has not come
//	POST /link, /never         {"a": {"source": ..., "id": ...}, "b": {...}, "steward": ...}
//	POST /unlink               {"record": {"source": ..., "id": ...}, "steward": ...}
//	GET  /debug/vars           counts, no patient data
//
// A [Register] does the work; the package translates, bounds sizes and times, and
// sees to it that no answer to a fault and no count holds a patient's data. It does
// not know who may ask: a real registry puts its authentication before it and
// names the caller by [Options.Caller].
package web
