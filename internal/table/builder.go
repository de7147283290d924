package table

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/radix"
	"github.com/idem-health/idem/match/patient"
)

// A Spec says which fields become columns. A field named in both is text.
type Spec struct {
	Text []patient.Field // values kept, once each
	Key  []patient.Field // equality only: a 64-bit hash a row
}

// A Builder collects rows. It is not safe for concurrent use.
type Builder struct {
	t      *Table
	chunks [][]uint32 // rows as they are added, all columns: growing one slice would copy it over and over
	column []builderColumn
	repeat bool             // some column may have several values
	all    bool             // columns without values are kept, too
	single func(i int) bool // records that are never echoes; nil: none is

	flags  uint32
	ends   []uint32
	spans  []uint32
	values []string
	digest []byte
	date   [8]byte
}

const chunkRows = 4096

// row returns the words of the i-th row that was added.
func (b *Builder) row(i int) []uint32 {
	at := i % chunkRows * b.t.stride
	return b.chunks[i/chunkRows][at : at+b.t.stride]
}

type builderColumn struct {
	*Col
	address bool
}

// NewBuilder returns a Builder for the columns of spec.
func NewBuilder(spec Spec) *Builder {
	b := &Builder{t: &Table{field: make(map[patient.Field]*Col)}}
	var names *Dict
	for _, f := range spec.Text {
		if b.t.field[f] != nil {
			continue
		}
		var d *Dict
		if personName(f) && names != nil {
			d = names
		} else {
			d = newDict()
			b.t.dicts = append(b.t.dicts, d)
		}
		if personName(f) {
			names = d
		}
		b.add(f, d)
	}
	for _, f := range spec.Key {
		if b.t.field[f] == nil {
			b.add(f, nil)
		}
	}
	if b.repeat {
		for _, c := range b.t.cols {
			c.flagOff = b.t.stride
		}
		b.t.stride += 2 // flags, and the begin of the row's block in the side arena
	}
	for _, c := range b.t.cols {
		c.stride = b.t.stride
	}
	return b
}

func (b *Builder) add(f patient.Field, d *Dict) {
	c := &Col{Field: f, Dict: d, off: b.t.stride}
	b.t.stride++
	if d == nil {
		b.t.stride++
	}
	if f.Set() {
		// Fewer than 32 fields are sets, so that the flags fit one word.
		bit := 0
		for _, other := range b.t.cols {
			if other.flag != 0 {
				bit++
			}
		}
		c.flag = 1 << bit
		b.repeat = true
	}
	b.t.field[f] = c
	b.t.cols = append(b.t.cols, c)
	b.column = append(b.column, builderColumn{Col: c, address: f.AddressPart()})
}

// personName reports whether a field shares the dictionary of person names.
func personName(f patient.Field) bool {
	switch f {
	case patient.FieldGiven, patient.FieldGivenAlias, patient.FieldMiddle, patient.FieldFamily, patient.FieldFamilyAlias,
		patient.FieldMotherGiven, patient.FieldMotherFamily, patient.FieldMotherMaiden,
		patient.FieldGuardianGiven, patient.FieldGuardianFamily:
		return true
	}
	return false
}

// Add appends a record and returns its index: 0, 1, 2 ...
func (b *Builder) Add(n *patient.Normalized) int {
	t := b.t
	if t.n%chunkRows == 0 {
		b.chunks = append(b.chunks, make([]uint32, chunkRows*t.stride))
	}
	b.write(b.row(t.n), n)
	sum := sha256.Sum256(b.digest)
	t.digest = append(t.digest, [16]byte(sum[:16]))
	t.n++
	return t.n - 1
}

// write encodes a record into a row of zeros, and its canonical bytes into
// b.digest.
func (b *Builder) write(row []uint32, n *patient.Normalized) {
	t := b.t
	b.flags, b.ends, b.spans = 0, b.ends[:0], b.spans[:0]
	for i, present := 0, n.Present(); i < len(b.column); i++ {
		if c := &b.column[i]; present.Has(c.Field) { // most records have few of the fields
			b.encode(c, row, n)
		}
	}
	if b.flags != 0 {
		flagOff := t.cols[0].flagOff
		row[flagOff], row[flagOff+1] = b.flags, uint32(len(t.side))
		for _, end := range b.ends {
			t.side = append(t.side, end+uint32(len(b.ends)))
		}
		t.side = append(t.side, b.spans...)
	}
	b.digest = n.AppendDigest(b.digest[:0])
}

// encode writes one column of a row that has a value of it. Columns come in order, and so do the bits
// of the flags and the spans.
func (b *Builder) encode(c *builderColumn, row []uint32, n *patient.Normalized) {
	if d, ok := date(n, c.Field); ok {
		b.putDate(c, row[c.off:], d)
		return
	}
	if c.flag == 0 {
		b.put(c, row[c.off:], n.Value(c.Field))
		return
	}
	values := n.AppendValues(b.values[:0], c.Field)
	b.values = values
	b.put(c, row[c.off:], values[0])
	if len(values) == 1 {
		return
	}
	before, news := len(b.spans), c.address
	for _, v := range values {
		news = news || v != values[0]
		b.spans = append(b.spans, 0)
		if c.Dict == nil {
			b.spans = append(b.spans, 0)
			b.put(c, b.spans[len(b.spans)-2:], v)
		} else {
			b.put(c, b.spans[len(b.spans)-1:], v)
		}
	}
	if !news {
		b.spans = b.spans[:before] // nothing but repetitions
		return
	}
	b.flags |= c.flag
	b.ends = append(b.ends, uint32(len(b.spans)))
}

// date returns the value of a date column. As a text it would have to be
// allocated for every record.
func date(n *patient.Normalized, f patient.Field) (patient.Date, bool) {
	switch f {
	case patient.FieldBirthDate:
		return n.Birth, true
	case patient.FieldDeathDate:
		return n.Death, true
	case patient.FieldReceived:
		return n.Received, true
	case patient.FieldActivity:
		return n.Activity, true
	}
	return patient.Date{}, false
}

func (b *Builder) putDate(c *builderColumn, words []uint32, d patient.Date) {
	if c.Dict != nil {
		words[0] = c.Dict.internDate(d, b.date[:])
		return
	}
	if v := d.AppendCompact(b.date[:0]); len(v) > 0 {
		h := hash.Bytes(v)
		words[0], words[1] = uint32(h), uint32(h>>32)
	}
}

func (b *Builder) put(c *builderColumn, words []uint32, v string) {
	switch {
	case c.Dict != nil:
		words[0] = c.Dict.intern(v)
	case v != "":
		h := hash.String(v)
		words[0], words[1] = uint32(h), uint32(h>>32)
	}
}

// KeepColumns makes Freeze keep columns that no record has a value for.
func (b *Builder) KeepColumns() { b.all = true }

// NoEcho names records that are never echoes, however many are equal to them.
func (b *Builder) NoEcho(single func(i int) bool) { b.single = single }

// Freeze leaves out the records that drop names (nil names none) and the
// columns that no record has, puts the rows into canonical order and returns
// the table. Of more than maxEqual rows of equal content all but the first are
// echoes, which come after all other rows; 0 makes none. Rows of equal content
// are in the order of tie, or of arrival where it is nil. The Builder must not be
// used again.
func (b *Builder) Freeze(drop func(i int) bool, maxEqual int, tie func(i, j int) int) *Table {
	t := b.t
	added, digests := make([]uint32, 0, t.n), make([][16]byte, 0, t.n)
	for i := range t.n {
		if drop == nil || !drop(i) {
			added, digests = append(added, uint32(i)), append(digests, t.digest[i])
		}
	}
	words := b.keepUsed(added)
	t.n = len(added)
	t.rows = make([]uint32, 0, t.n*len(words))
	t.digest, t.origin = make([][16]byte, 0, t.n), make([]uint32, 0, t.n)
	order := canonical(digests, func(x, y uint32) int {
		if tie == nil {
			return 0
		}
		return tie(int(added[x]), int(added[y]))
	})
	order, distinct := setAside(order, digests, maxEqual, func(x uint32) bool {
		return b.single != nil && b.single(int(added[x]))
	})
	t.distinct = distinct
	for _, k := range order {
		t.origin = append(t.origin, added[k])
		t.digest = append(t.digest, digests[k])
		row := b.row(int(added[k]))
		for _, w := range words {
			t.rows = append(t.rows, row[w])
		}
	}
	b.t, b.chunks = nil, nil
	t.side, t.stride = clip(t.side), len(words)
	for _, d := range t.dicts {
		d.freeze()
	}
	for _, c := range t.cols {
		c.rows, c.side, c.stride, c.n = t.rows, t.side, t.stride, t.n
	}
	return t
}

// keepUsed drops the columns that are empty in all the given rows, a file
// having few of the fields that a record may have, and returns the words of a
// row that are kept.
func (b *Builder) keepUsed(rows []uint32) (words []int) {
	t := b.t
	seen := make([]uint32, t.stride)
	for _, i := range rows {
		for w, v := range b.row(int(i)) {
			seen[w] |= v
		}
	}
	var kept []*Col
	var repeats bool
	for _, c := range t.cols {
		used := seen[c.off] != 0 || c.Dict == nil && seen[c.off+1] != 0
		if c.flag != 0 {
			repeats = repeats || seen[c.flagOff]&c.flag != 0
			used = used || seen[c.flagOff]&c.flag != 0 // the first address may lack a part that the second has
		}
		if !used && !b.all {
			delete(t.field, c.Field)
			continue
		}
		kept = append(kept, c)
		off := len(words)
		words = append(words, c.off)
		if c.Dict == nil {
			words = append(words, c.off+1)
		}
		c.off = off
	}
	t.cols = kept
	t.moveFlags(kept, &words, repeats)
	return words
}

// moveFlags puts the two words of flags at the end of a row, or leaves them out
// when no row of any column has several values.
func (t *Table) moveFlags(cols []*Col, from *[]int, repeats bool) {
	for _, c := range cols {
		if c.flag == 0 {
			continue
		}
		if !repeats {
			c.flag = 0
			continue
		}
		if old := c.flagOff; len(*from) == 0 || (*from)[len(*from)-1] != old+1 {
			*from = append(*from, old, old+1)
		}
		c.flagOff = len(*from) - 2
	}
}

// canonical returns the order of the rows by digest, equal ones by tie, then by
// index.
func canonical(digest [][16]byte, tie func(x, y uint32) int) []uint32 {
	order, keys := make([]uint32, len(digest)), make([]uint64, len(digest))
	for i := range digest {
		order[i], keys[i] = uint32(i), binary.BigEndian.Uint64(digest[i][:])
	}
	radix.SortPairs(keys, order, nil)
	for i := 0; i < len(keys); {
		j := i + 1
		for j < len(keys) && keys[j] == keys[i] {
			j++
		}
		if j > i+1 {
			slices.SortStableFunc(order[i:j], func(x, y uint32) int {
				return cmp.Or(bytes.Compare(digest[x][:], digest[y][:]), tie(x, y))
			})
		}
		i = j
	}
	return order
}

// setAside moves the echoes behind the other rows and returns how many of those
// there are.
func setAside(order []uint32, digest [][16]byte, maxEqual int, single func(x uint32) bool) ([]uint32, int) {
	if maxEqual <= 0 {
		return order, len(order)
	}
	kept, echoes := order[:0], []uint32(nil)
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && digest[order[to]] == digest[order[from]] {
			to++
		}
		run := order[from:to]
		from = to
		if len(run) > maxEqual {
			kept = append(kept, run[0]) // kept is never ahead of what is read
			for _, x := range run[1:] {
				if single(x) {
					kept = append(kept, x)
				} else {
					echoes = append(echoes, x)
				}
			}
			continue
		}
		kept = append(kept, run...)
	}
	return append(kept, echoes...), len(kept)
}
