package table

import (
	"bytes"
	"math/bits"
	"slices"
	"sync"

	"github.com/idem-health/idem/match/patient"
)

// A Table is a frozen set of rows in canonical order: by content digest, rows of
// equal content by the tie of [Builder.Freeze] or, without one, by arrival. It is immutable and safe for concurrent use, unless it is
// that of a [Growing].
type Table struct {
	rows   []uint32 // n rows of stride words
	stride int
	n      int
	side   []uint32 // further values, see Col.Values
	cols   []*Col
	field  map[patient.Field]*Col
	dicts  []*Dict
	digest [][16]byte
	origin []uint32

	distinct int // rows before the echoes
}

// Len returns the number of rows.
func (t *Table) Len() int { return t.n }

// Distinct returns the number of rows that are no echo: rows from here on repeat
// the content of an earlier one.
func (t *Table) Distinct() int { return t.distinct }

// Repeats returns the row whose content an echo repeats; a row that is no echo
// is returned itself.
func (t *Table) Repeats(row int) int {
	if row < t.distinct {
		return row
	}
	first, _ := slices.BinarySearchFunc(t.digest[:t.distinct], t.digest[row], func(a, b [16]byte) int {
		return bytes.Compare(a[:], b[:])
	})
	return first
}

// Column returns the column of a field, nil if the table does not have it.
func (t *Table) Column(f patient.Field) *Col { return t.field[f] }

// Columns returns all columns: text before key, in the order of the [Spec].
func (t *Table) Columns() []*Col { return t.cols }

// Words returns all rows, back to back, and the length of one. Callers must not
// change them.
func (t *Table) Words() (rows []uint32, stride int) { return t.rows, t.stride }

// Digest returns the content digest of a row: the first 16 bytes of SHA-256 of
// the canonical bytes of the normalised record.
func (t *Table) Digest(row int) [16]byte { return t.digest[row] }

// Origin returns the index that [Builder.Add] gave the row's record.
func (t *Table) Origin(row int) int { return int(t.origin[row]) }

// Bytes returns the memory held, derived columns included.
func (t *Table) Bytes() int64 {
	n := 4*int64(cap(t.rows)+cap(t.side)+cap(t.origin)) + 16*int64(cap(t.digest))
	for _, d := range t.dicts {
		n += d.Bytes()
	}
	return n
}

// A Col is one column of a [Table]. Its text columns have ids of a dictionary,
// its key columns 64-bit hashes.
type Col struct {
	Field patient.Field
	Dict  *Dict // nil for a key column

	rows    []uint32
	stride  int
	off     int
	flag    uint32 // bit of the row's flag word; 0 for a column of single values
	flagOff int
	side    []uint32
	n       int
	grows   bool // rows may come that have what none has yet

	once   sync.Once
	counts []uint32
}

// Text reports whether the values are kept.
func (c *Col) Text() bool { return c.Dict != nil }

// Offset returns the place of the column within a row: one word for text, two
// (low, high) for a key.
func (c *Col) Offset() int { return c.off }

// ID returns the id of the row's first value of a text column; 0 is missing.
func (c *Col) ID(row int) uint32 { return c.rows[row*c.stride+c.off] }

// Key returns the hash of the row's first value; 0 is missing.
func (c *Col) Key(row int) uint64 {
	at := row*c.stride + c.off
	if c.Dict != nil {
		return c.Dict.hash[c.rows[at]]
	}
	return uint64(c.rows[at]) | uint64(c.rows[at+1])<<32
}

// Several reports whether the row has more than its first value. Only then do
// [Col.Values] and [Col.AppendKeys] say more than [Col.ID] and [Col.Key].
func (c *Col) Several(row int) bool {
	return c.flag != 0 && c.rows[row*c.stride+c.flagOff]&c.flag != 0
}

// MayRepeat reports whether some rows may have several values.
func (c *Col) MayRepeat() bool { return c.flag != 0 && (len(c.side) > 0 || c.grows) }

// Values returns the ids of all values of a text column, the first first; nil
// when it is missing. In the columns of an address the k-th id belongs to the
// k-th address, and is 0 where that address has no such part. Callers must not
// change the result.
func (c *Col) Values(row int) []uint32 {
	if c.Several(row) {
		return c.span(row)
	}
	at := row*c.stride + c.off
	if c.rows[at] == 0 {
		return nil
	}
	return c.rows[at : at+1 : at+1]
}

// AppendKeys appends the hashes of all values, as [Col.Values] does ids.
func (c *Col) AppendKeys(dst []uint64, row int) []uint64 {
	if !c.Several(row) {
		if k := c.Key(row); k != 0 {
			dst = append(dst, k)
		}
		return dst
	}
	span := c.span(row)
	if c.Dict != nil {
		for _, id := range span {
			dst = append(dst, c.Dict.hash[id])
		}
		return dst
	}
	for ; len(span) > 1; span = span[2:] {
		dst = append(dst, uint64(span[0])|uint64(span[1])<<32)
	}
	return dst
}

// Keys returns AppendKeys(nil, row).
func (c *Col) Keys(row int) []uint64 { return c.AppendKeys(nil, row) }

// span returns the words of all values of a row that has several. The row's
// block in the side arena begins with the ends of its spans, one for each flag
// that is set, counted from the block's begin.
func (c *Col) span(row int) []uint32 {
	flags, block := c.rows[row*c.stride+c.flagOff], c.side[c.rows[row*c.stride+c.flagOff+1]:]
	from := uint32(bits.OnesCount32(flags))
	k := bits.OnesCount32(flags & (c.flag - 1))
	if k > 0 {
		from = block[k-1]
	}
	return block[from:block[k]:block[k]]
}

// Count returns how many rows have id as their first value; 0 for a key column.
func (c *Col) Count(id uint32) int {
	c.once.Do(c.count)
	if int(id) >= len(c.counts) {
		return 0
	}
	return int(c.counts[id])
}

func (c *Col) count() {
	if c.Dict == nil {
		return
	}
	c.counts = make([]uint32, c.Dict.Len())
	for row := range c.n {
		c.counts[c.ID(row)]++
	}
}

// NonMissing returns how many rows have a first value.
func (c *Col) NonMissing() int {
	if c.Dict != nil {
		return c.n - c.Count(0)
	}
	n := 0
	for row := range c.n {
		if c.Key(row) != 0 {
			n++
		}
	}
	return n
}
