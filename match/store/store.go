package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/match/patient"
)

// A Digest names a payload without telling it: the first 16 bytes of the
// HMAC-SHA-256 of its canonical JSON under the store's own random key. Without
// the key nobody can try contents until one fits.
type Digest [16]byte

// String gives hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText implements encoding.TextMarshaler: hexadecimal.
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) {
		return fmt.Errorf("store: a digest has %d hexadecimal digits", 2*len(d))
	}
	if _, err := hex.Decode(d[:], text); err != nil {
		return errors.New("store: a digest is hexadecimal")
	}
	return nil
}

// A Status says what a store has under a digest.
type Status uint8

// What there may be under a digest.
const (
	Absent  Status = iota // never put, or not on disk when the machine stopped
	Present               // the payload
	Erased                // a tombstone
)

func (s Status) String() string { return [...]string{"absent", "present", "erased"}[s] }

// What the errors of this package wrap.
var (
	ErrAbsent   = errors.New("store: no such payload")
	ErrErased   = errors.New("store: the payload was erased")
	ErrFailed   = errors.New("store: a write failed and nothing more is accepted: see to the disk, then open the store again")
	ErrClosed   = errors.New("store: closed")
	ErrTooLarge = errors.New("store: too large")
	ErrCorrupt  = errors.New("store: damaged")
	ErrLocked   = errors.New("store: in use by another process: end that one first")
)

// A CorruptError says where a store is not what was written. It wraps
// [ErrCorrupt].
type CorruptError struct {
	File   string // its name
	Offset int64
	Reason string // what is wrong there
	Advice string // what to do
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%v: %s at offset %d: %s; %s", ErrCorrupt, e.File, e.Offset, e.Reason, e.Advice)
}

// Unwrap gives ErrCorrupt.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }

const advice = "stop writing, keep a copy of the directory, and restore this file from a backup"

// Options configures a [Store]. The zero value is ready to use.
type Options struct {
	PackSize int64 // bytes after which a new pack is begun; 0 means 64 MiB, at most 2 GiB
}

func (o *Options) validate() error {
	if o.PackSize < 0 || o.PackSize > 2<<30 {
		return errors.New("store: PackSize must be between 0 and 2 GiB")
	}
	if o.PackSize == 0 {
		o.PackSize = 64 << 20
	}
	return nil
}

// A Store holds payloads and snapshots in a directory of its own. It is safe
// for concurrent use.
type Store struct {
	fs      vfs.FS
	dir     string
	options Options
	key     key
	lock    io.Closer
	found   Recovered

	care sync.Mutex // one of Erase, Compact and Verify at a time; it comes before writing

	shelf sync.Mutex // one reader or writer of snapshots at a time

	// writing is held by whoever writes files, until it is on disk; it comes
	// before mu. So one fsync serves all who wait for it meanwhile.
	writing sync.Mutex
	end     int64 // of the active pack, on disk

	mu      sync.RWMutex
	sealed  []*pack // ascending; replaced, never altered
	active  *pack
	recent  map[Digest]int32 // places in active.entries of what is newest
	queue   buffer           // what the next write holds
	flying  buffer           // what the running write holds
	sources sources
	failed  error
	closed  bool
	stats   Stats
}

// Stats counts since the store was opened.
type Stats struct {
	Payloads, Syncs uint64
	Bytes           uint64 // written
}

// key is what the store's digests and checksums hang on.
type key struct {
	store  [16]byte
	secret [32]byte
	salt   uint32 // what the checksums of heads begin with
}

const (
	keyName  = "key"
	keyMagic = "IDEMKEY\x00"
	keySize  = 64
	version  = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (k *key) encode() []byte {
	b := make([]byte, 0, keySize)
	b = append(b, keyMagic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = append(b, k.store[:]...)
	b = append(b, k.secret[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// parseKey reads the file of the key; "" or what is wrong with it.
func parseKey(b []byte) (key, string) {
	switch {
	case len(b) != keySize:
		return key{}, "it has another length"
	case string(b[:8]) != keyMagic:
		return key{}, "it is not the key of a store"
	case crc32.Checksum(b[:60], castagnoli) != binary.LittleEndian.Uint32(b[60:]):
		return key{}, "it has another checksum"
	case binary.LittleEndian.Uint32(b[8:]) != version:
		return key{}, "it has a format that this program does not read"
	}
	return key{[16]byte(b[12:28]), [32]byte(b[28:60]), crc32.Checksum(b[12:28], castagnoli)}, ""
}

const adviceKey = "restore this file from a backup, any one of the same store; without it no payload can be told from another"

// readKey reads the store's key, and makes the one of a new store.
func (s *Store) readKey(empty bool) error {
	name := filepath.Join(s.dir, keyName)
	data, err := vfs.ReadFile(s.fs, name, 1<<10)
	switch {
	case errors.Is(err, fs.ErrNotExist) && empty:
		var k key
		if _, err := rand.Read(k.store[:]); err != nil {
			return err
		}
		if _, err := rand.Read(k.secret[:]); err != nil {
			return err
		}
		data = k.encode()
		if err := vfs.WriteFile(s.fs, name, data); err != nil {
			return err
		}
	case errors.Is(err, fs.ErrNotExist):
		return &CorruptError{keyName, 0, "it is missing", adviceKey}
	case errors.Is(err, vfs.ErrTooLong):
		return &CorruptError{keyName, 0, "it has another length", adviceKey}
	case err != nil:
		return err
	}
	k, wrong := parseKey(data)
	if wrong != "" {
		return &CorruptError{keyName, 0, wrong, adviceKey}
	}
	s.key = k
	return nil
}

// A Payload is a record in the form in which it is stored.
type Payload struct {
	digest Digest
	source string
	body   []byte
}

// Digest names the payload.
func (p *Payload) Digest() Digest { return p.digest }

// Encode gives a record the form in which it is stored. Equal records, but for
// their line, have one payload. It writes nothing.
func (s *Store) Encode(r *patient.Record) Payload {
	body := appendRecord(nil, r)
	return Payload{s.key.digest(body), r.Source, body}
}

func (k *key) digest(body []byte) Digest {
	h := hmac.New(sha256.New, k.secret[:])
	h.Write(body)
	var sum [sha256.Size]byte
	return Digest(h.Sum(sum[:0])[:16])
}

const (
	// maxBody bounds what a damaged or hostile length can ask for.
	maxBody = 16 << 20
	// maxQueue keeps offsets within 32 bits, on top of the largest pack.
	maxQueue = 1 << 30
)

// Put takes a payload to be stored, at a moment that [Store.Expired] goes by.
// It is on disk when a Sync that began later has returned nil; what is stored
// already is not stored again. Get finds it at once.
func (s *Store) Put(p Payload, at time.Time) error {
	if len(p.body) > maxBody {
		return fmt.Errorf("%w: a record may have %d bytes", ErrTooLarge, maxBody)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	if e, _, ok := s.find(p.digest); ok && !e.tombstone() {
		return nil
	}
	if len(s.queue.data) > maxQueue {
		return fmt.Errorf("%w: %d bytes wait for the disk: call Sync", ErrTooLarge, len(s.queue.data))
	}
	id, err := s.sources.id(p.source)
	if err != nil {
		return err
	}
	s.push(head{kind: kindPayload, digest: p.digest, stored: unix(at)}, id, p.body)
	s.stats.Payloads++
	return nil
}

// unix is a moment as it is stored: seconds, from 1970 to 2106.
func unix(at time.Time) uint32 { return uint32(min(max(at.Unix(), 0), 1<<32-1)) }

// usable says why nothing can be stored. The caller holds mu.
func (s *Store) usable() error {
	if s.failed != nil {
		return s.failed
	}
	if s.closed {
		return ErrClosed
	}
	return nil
}

// Sync returns nil when everything that was put before the call is on disk. All
// who call it while a write runs share the next one. It cannot be interrupted
// once it writes.
func (s *Store) Sync(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: sync: %w", err)
	}
	return s.flush()
}

// Stats returns what was counted until now.
func (s *Store) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.stats
}

// Close puts on disk what was put, and ends the store's use. It reports what
// made the store fail, if anything did.
func (s *Store) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return ErrClosed
	}
	err := s.flush()
	if err == nil {
		err = s.writeIndex(s.active, s.end)
	}
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for _, p := range append(s.sealed, s.active) {
		err = errors.Join(err, p.file.Close())
	}
	return errors.Join(err, s.lock.Close())
}
