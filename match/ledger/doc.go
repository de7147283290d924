// Package ledger keeps events, in one order and for ever: a log that is only
// ever added to, whose events hang together by a chain of hashes, and that says
// an event is recorded only when it is on disk.
//
// [Log] is what a user needs of it, two methods, so that another store can take
// its place. [File] is the implementation: [Open] a directory, [File.Append] or
// [File.Enqueue] events, [File.Read] them back, [File.Verify] that nothing was
// changed. An [Event] is bytes that mean nothing here: this package must never
// know a patient's values, and who writes events must never put any into them.
//
// # What a return means
//
// Append, and Wait of a [Ticket], return nil when the events are on disk: whatever
// happens to the process or the machine then, they are read again, all those of one
// call or none. Those of several callers go to disk with one fsync (group commit:
// DeWitt et al. 1984). After a write or an fsync that failed nothing is
// acknowledged any more ([ErrFailed]) until the log is opened again: which of the
// last bytes are on disk is then not known. Open reads them, writes them anew and
// goes on from there.
//
// A user with something to be stored beside the events (payloads) gives it as
// [Options.Beside]. At the next start events at the end may lack theirs; they were
// not acknowledged, and [File.Cut] removes them.
//
// # What is found
//
// Every frame, which is what one call appends, has checksums of its head and its
// body, the hash of the frame before it within its own hash, and a note of how far
// the log was on disk when it was written. So:
//
//   - Bytes at the end that are no whole frame, and that no later frame says to
//     have been on disk, are cut by Open and counted in [Recovered]. A frame that
//     was acknowledged just before a crash and then damaged looks the same; it is
//     counted, too.
//   - Any other change of a byte, and frames or files that are missing, repeated,
//     swapped or put in: Open finds what it reads (headers, and the last file from
//     the last checkpoint), Read what it passes, [File.Verify] everything. The
//     error is a [CorruptError] that says where and what to do.
//   - Whole frames that are cut off at the end: found by Open if they were there
//     at the last checkpoint, which is made by Close, at each new file and by
//     [File.Checkpoint]. What was added after it, up to a crash, is found missing
//     only by Verify with a [Head] that was kept elsewhere.
//   - A log that was written anew from some event on by somebody who knows this
//     format, its checkpoint with it, and a whole directory put back from an old
//     copy: only by Verify with a Head kept elsewhere. So keep one: on paper, in
//     another system, with the auditor.
//
// # Files
//
// A directory holds the file lock (held while the log is open), the file head (the
// checkpoint), and ledger-00000001.log and so on, the segments. A segment is a header
// and frames. Numbers are little-endian, checksums CRC-32C (Castagnoli), hashes
// SHA-256.
//
//	segment header                            frame
//	 0  magic    "IDEMLOG\0"                   0  magic      "IDF\1"
//	 8  version  uint32, 1                     4  length     uint32, of the body
//	12  number   uint32, from 1                8  count      uint32, of events
//	16  log id   16 bytes, random             12  body CRC   uint32
//	32  before   uint64, events before it     16  first      uint64, position of the first event
//	40  hash     32 bytes, before it          24  durable    uint64, events on disk before this write
//	72  CRC      uint32, of 0 to 71           32  hash       32 bytes
//	76  frames                                64  head CRC   uint32, of the log id and 0 to 63
//	                                          68  body       count times: uvarint length, payload
//	head
//	 0  magic    "IDEMHEAD"
//	 8  version  uint32, 1
//	12  number   uint32, of a segment
//	16  log id   16 bytes
//	32  position uint64
//	40  hash     32 bytes
//	72  offset   uint64, in the segment, behind the frame of that position
//	80  CRC      uint32, of 0 to 79
//
// The hash of a frame is over the hash before it, its length, count and first, and
// its body; before the first frame it is over the log id alone (see genesis). A
// head CRC begins with the CRC of the log id. A segment is followed by another only
// when all of it is on disk. A file whose name ends in .tmp was never finished and
// is removed.
package ledger
