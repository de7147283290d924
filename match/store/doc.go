// Package store keeps what was received: the payloads of records, by digest, and
// snapshots that save a start some work. It must never know a decision: what a
// record is good for, and whether it is still needed, its users say.
//
// A [Store] is a directory. [Store.Encode] gives a record its one form and its
// [Digest]; [Store.Put] takes it; [Store.Sync] puts all that was put on disk, with
// one fsync for all who wait; [Store.Get] gives the record back. Beside a ledger
// (its Options.Beside is a Store) a payload put before its event is enqueued costs
// no second wait. Equal records are stored once, whatever line they came on.
//
// # Erasure
//
// [Store.Erase] overwrites the payload's bytes where they are, with zeros, and
// leaves a tombstone. [Store.Compact] reclaims the room. The digest stays, and tells
// nothing without the store's key. [Store.Expired] lists what a source's retention no
// longer covers. Of what a disk keeps of overwritten blocks (a file system that copies
// on write, wear leveling, snapshots of volumes, backups) the store knows nothing:
// encrypt the volume, and let backups expire.
//
// # What is found
//
// Bytes at the end of the newest pack that are no whole entry, and that no later
// entry says to have been on disk, are cut by Open and counted in [Recovered]: they
// were not acknowledged. A payload that was acknowledged just before a crash and then
// damaged looks the same. Any other change of what Open, Get or ReadSnapshot reads is
// a [CorruptError] that says where and what to do; [Store.Verify] reads all packs. A
// pack that was cut is found if it was that long when its index was written (at
// Close, and when it was full). An index is derived: a missing or damaged one is
// made again. Whether a payload is missing altogether only its users can tell: by
// [Store.Status] of the digests that their events name.
//
// # Files
//
// The file key holds the key of the digests: who loses it cannot tell payloads from
// damage. Files lock (held while the store is open), pack-00000001.pack and so on with
// pack-00000001.index, and NAME.00000001.snapshot. Numbers are little-endian,
// checksums CRC-32C (Castagnoli). A file whose name ends in .tmp was never finished
// and is overwritten and removed.
//
//	key                                       pack header
//	 0  magic    "IDEMKEY\0"                   0  magic     "IDEMPACK"
//	 8  version  uint32, 1                     8  version   uint32, 1
//	12  store id 16 bytes, random             12  number    uint32, from 1
//	28  secret   32 bytes, random             16  store id  16 bytes
//	60  CRC      uint32, of 0 to 59           32  CRC       uint32, of 0 to 31
//	                                          36  entries
//	entry
//	 0  magic    "IDP\1"
//	 4  length   uint32, of the body
//	 8  kind     uint8, 1 payload, 2 tombstone (no body)
//	 9  zero     3 bytes
//	12  body CRC uint32
//	16  digest   16 bytes, HMAC-SHA-256 of the body under the secret, cut
//	32  stored   uint64, seconds since 1970
//	40  durable  uint64, bytes of this pack on disk before this write
//	48  head CRC uint32, of the store id and 0 to 47
//	52  body     canonical JSON of the record; all zero if erased
//
// Of several entries of one digest the last counts. The body is JSON as [describe]
// lists its members: in that order, without spaces, what is empty left out; a text
// that is no UTF-8 is {"base64":"..."}. The forms of index and snapshot stand at
// their constants in index.go and snapshot.go.
package store
