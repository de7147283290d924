// Package hl7 reads and writes the HL7 v2.5.1 messages of immunization
// registries: VXU^V04 in and ACK^V04 out, QBP^Q11 in and RSP^K11 out, in the
// profiles Z22, Z23, Z31 to Z34, Z42 and Z44.
//
// [Parse] takes a message apart; [ReadUpdate] and [ReadQuery] make patient records
// of it, with a [Fault] for everything that is missing, wrong or repaired; [Ack]
// and [Response] write the answers. Reading is strict and bounded and never
// panics. No fault and no error holds a value of the message.
//
// The package knows no person and decides nothing.
package hl7
