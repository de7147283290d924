package bleveindex

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/bits"

	"github.com/idem-health/idem/match/patient"
)

// A Digest identifies a set of records: the sum of the [Entry] of each, whatever
// the order. It tells an index that is of other records from one that is not; it
// is no defense against records made up to sum alike.
type Digest struct{ hi, lo uint64 }

// Entry returns the digest of one record under its id.
func Entry(id string, n *patient.Normalized) Digest {
	b := binary.AppendUvarint(make([]byte, 0, 512), uint64(len(id)))
	sum := sha256.Sum256(n.AppendDigest(append(b, id...)))
	return Digest{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])}
}

// Add returns the digest of the set with e's records as well.
func (d Digest) Add(e Digest) Digest {
	lo, carry := bits.Add64(d.lo, e.lo, 0)
	hi, _ := bits.Add64(d.hi, e.hi, carry)
	return Digest{hi, lo}
}

// Sub returns the digest of the set without e's records.
func (d Digest) Sub(e Digest) Digest {
	lo, borrow := bits.Sub64(d.lo, e.lo, 0)
	hi, _ := bits.Sub64(d.hi, e.hi, borrow)
	return Digest{hi, lo}
}

// String returns 32 hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d.bytes()) }

func (d Digest) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, d.hi), d.lo)
}

// MarshalText writes [Digest.String].
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [Digest.MarshalText] wrote.
func (d *Digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != 16 {
		return errors.New("bleveindex: a digest has 32 hexadecimal digits")
	}
	*d = digestOf(b)
	return nil
}

func digestOf(b []byte) Digest {
	return Digest{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}
