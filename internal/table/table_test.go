package table

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
)

var fields = []patient.Field{
	patient.FieldGiven, patient.FieldGivenAlias, patient.FieldFamily, patient.FieldFamilyAlias, patient.FieldGuardianGiven,
	patient.FieldBirthDate, patient.FieldSex, patient.FieldStreet, patient.FieldCity, patient.FieldPostalCode,
	patient.FieldPhone, patient.FieldMRN, patient.FieldSSN, patient.FieldReceived, patient.FieldActivity, patient.FieldDeathDate,
}

func drawRecord(t *rapid.T) *patient.Normalized {
	word := rapid.SampledFrom([]string{"", "ANN", "BEA", "MARY ANN", "O", "ÆSIR", "AVERYLONGNAMETHATNEEDSMORETHANSIXTEEN"})
	set := func(label string) []string {
		list := rapid.SliceOfN(word.Filter(func(s string) bool { return s != "" }), 0, 3).Draw(t, label)
		return list
	}
	n := &patient.Normalized{
		Given: word.Draw(t, "given"), Family: word.Draw(t, "family"), GivenAliases: set("aliases"),
		FamilyAliases: set("family aliases"), GuardianGiven: set("guardians"), Phones: set("phones"), MRN: set("mrn"),
		SSN: word.Draw(t, "ssn"), Sex: rapid.SampledFrom([]byte{0, 'F', 'M'}).Draw(t, "sex"),
	}
	if rapid.Bool().Draw(t, "born") {
		n.Birth = patient.Date{Year: 2020, Month: uint8(rapid.IntRange(0, 12).Draw(t, "month"))}
	}
	if rapid.Bool().Draw(t, "received") {
		n.Received, n.Activity, n.Death = n.Birth, patient.Date{Year: 2024, Month: 2, Day: 3}, patient.Date{Year: 2025}
	}
	for range rapid.IntRange(0, 3).Draw(t, "addresses") {
		n.Addresses = append(n.Addresses, patient.NormalAddress{
			Street: word.Draw(t, "street"), City: word.Draw(t, "city"), PostalCode: word.Draw(t, "zip")})
	}
	return n
}

// plainValues is what a column holds of a record, written without a table.
func plainValues(n *patient.Normalized, f patient.Field) []string {
	values := n.AppendValues(nil, f)
	repeated := len(slices.Compact(slices.Clone(values))) == 1 && !f.AddressPart()
	if len(values) > 0 && (!f.Set() || repeated) {
		return values[:1]
	}
	return values
}

func plainHash(s string) uint64 {
	if s == "" {
		return 0
	}
	return hash.String(s)
}

func TestTableAgainstPlainLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var spec Spec
		for _, f := range fields {
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				spec.Text = append(spec.Text, f)
			case 1:
				spec.Key = append(spec.Key, f)
			}
		}
		b := NewBuilder(spec)
		var records []*patient.Normalized
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			records = append(records, drawRecord(t))
			require.Equal(t, i, b.Add(records[i]))
		}
		table := b.Freeze(nil, 0, nil)
		require.Equal(t, len(records), table.Len())
		for row := range table.Len() {
			checkRow(t, table, row, records[table.Origin(row)])
		}
		checkOrder(t, table)
		for _, c := range table.Columns() {
			checkCounts(t, c, table.Len())
		}
	})
}

func checkRow(t *rapid.T, table *Table, row int, n *patient.Normalized) {
	sum := sha256.Sum256(n.AppendDigest(nil))
	require.Equal(t, [16]byte(sum[:16]), table.Digest(row))
	for _, f := range fields {
		c := table.Column(f)
		if c == nil {
			continue
		}
		want := plainValues(n, f)
		first := ""
		if len(want) > 0 {
			first = want[0]
		}
		require.Equal(t, plainHash(first), c.Key(row), "%v", f)
		var keys []uint64
		for _, v := range want {
			keys = append(keys, plainHash(v))
		}
		require.Equal(t, keys, c.Keys(row), "%v", f)
		if !c.Text() {
			continue
		}
		var got []string
		for _, id := range c.Values(row) {
			got = append(got, c.Dict.Value(id))
		}
		require.Equal(t, want, got, "%v", f)
		require.Equal(t, first, c.Dict.Value(c.ID(row)))
	}
}

func checkOrder(t *rapid.T, table *Table) {
	for row := 1; row < table.Len(); row++ {
		a, b := table.Digest(row-1), table.Digest(row)
		order := slices.Compare(a[:], b[:])
		require.True(t, order < 0 || order == 0 && table.Origin(row-1) < table.Origin(row))
	}
}

func checkCounts(t *rapid.T, c *Col, n int) {
	count, some := map[uint64]int{}, 0
	for row := range n {
		count[c.Key(row)]++
		if c.Key(row) != 0 {
			some++
		}
	}
	require.Equal(t, some, c.NonMissing())
	if c.Text() {
		for id := range uint32(c.Dict.Len()) {
			require.Equal(t, count[c.Dict.Hash(id)], c.Count(id))
		}
	}
}

func TestNamesShareOneDictionary(t *testing.T) {
	b := NewBuilder(Spec{Text: []patient.Field{patient.FieldGiven, patient.FieldCity, patient.FieldFamily}})
	b.Add(&patient.Normalized{Given: "JORDAN", Family: "JORDAN", Addresses: []patient.NormalAddress{{City: "JORDAN"}}})
	table := b.Freeze(nil, 0, nil)
	given, family, city := table.Column(patient.FieldGiven), table.Column(patient.FieldFamily), table.Column(patient.FieldCity)
	assert.Same(t, given.Dict, family.Dict)
	assert.NotSame(t, given.Dict, city.Dict)
	assert.Equal(t, given.ID(0), family.ID(0))
	assert.Nil(t, table.Column(patient.FieldSSN))
}

// The rows of a table are the same in whatever order the records came.
func TestOrderOfArrivalDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(drawRecord), 1, 10).Draw(t, "records")
		order := rapid.Permutation(records).Draw(t, "order")
		spec := Spec{Text: fields[:8], Key: fields[8:]}
		x, y := NewBuilder(spec), NewBuilder(spec)
		for i := range records {
			x.Add(records[i])
			y.Add(order[i])
		}
		a, b := x.Freeze(nil, 0, nil), y.Freeze(nil, 0, nil)
		for row := range a.Len() {
			require.Equal(t, a.Digest(row), b.Digest(row))
			for i, c := range a.Columns() {
				require.Equal(t, c.Keys(row), b.Columns()[i].Keys(row))
			}
		}
	})
}

func TestDerive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDict()
		values := rapid.SliceOfN(rapid.StringMatching(`[A-Z]{1,4}( [A-Z]{1,4}){0,2}`), 0, 20).Draw(t, "values")
		for _, v := range values {
			d.intern(v)
		}
		d.freeze()
		for _, transform := range []patient.Transform{"", "initial", "prefix3", "soundex", "token"} {
			col := patient.Column{Field: patient.FieldFullName, Transform: transform}
			derived := d.Derive(col)
			require.Same(t, derived, d.Derive(col))
			require.Empty(t, derived.Keys(0))
			for id := uint32(1); int(id) < d.Len(); id++ {
				want := []uint64{}
				for _, k := range col.AppendKeys(nil, d.Value(id)) {
					if !slices.Contains(want, hash.String(k)) {
						want = append(want, hash.String(k))
					}
				}
				require.Equal(t, want, append([]uint64{}, derived.Keys(id)...), "%v", col)
				if len(want) > 0 {
					require.Equal(t, want[0], derived.First(id))
				} else {
					require.Zero(t, derived.First(id))
				}
			}
		}
	})
}

func TestDeriveIsSafeForConcurrentUse(t *testing.T) {
	d := newDict()
	for i := range 1000 {
		d.intern(fmt.Sprintf("NAME %d", i))
	}
	d.freeze()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, transform := range []patient.Transform{"soundex", "initial", "token"} {
				assert.Equal(t, 1001, len(d.Derive(patient.Column{Field: patient.FieldGiven, Transform: transform}).first))
			}
		})
	}
	wait.Wait()
}

// Offsets are relative to blocks of 65,536 values.
func TestDictBeyondOneBlock(t *testing.T) {
	d := newDict()
	const n = 3<<blockBits/2 + 3
	for i := range n {
		require.Equal(t, uint32(i+1), d.intern(fmt.Sprintf("V%d", i)))
	}
	require.Equal(t, uint32(70000), d.intern("V69999"))
	d.freeze()
	require.Equal(t, n+1, d.Len())
	for i := range n {
		require.Equal(t, fmt.Sprintf("V%d", i), d.Value(uint32(i+1)))
	}
	assert.Len(t, d.base, 2)
}

// nine returns records of nine fields with few repetitions in phone and few
// distinct names, as patient files have them.
func nine(n int) []patient.Normalized {
	r := rand.New(rand.NewPCG(1, 2))
	word := func(distinct int) string {
		x := hash.Mix(uint64(r.IntN(distinct)), 7)
		b := make([]byte, 5+x%5)
		for i := range b {
			b[i] = 'A' + byte(x>>(i*5)%26)
		}
		return string(b)
	}
	records := make([]patient.Normalized, n)
	for i := range records {
		records[i] = patient.Normalized{
			Given: word(n / 20), Middle: word(n / 20), Family: word(n / 8), Sex: "FM"[i&1],
			Birth:     patient.Date{Year: uint16(1930 + r.IntN(90)), Month: uint8(1 + r.IntN(12)), Day: uint8(1 + r.IntN(28))},
			Phones:    []string{fmt.Sprint(2000000000 + r.IntN(2*n))},
			Addresses: []patient.NormalAddress{{Street: word(n / 2), City: word(300), PostalCode: fmt.Sprint(10000 + r.IntN(3000))}},
		}
	}
	return records
}

var nineSpec = Spec{
	Text: []patient.Field{patient.FieldGiven, patient.FieldMiddle, patient.FieldFamily, patient.FieldBirthDate,
		patient.FieldPostalCode, patient.FieldPhone, patient.FieldStreet, patient.FieldCity},
	Key: []patient.Field{patient.FieldSex},
}

func TestMemoryOfNineFields(t *testing.T) {
	const n = 100_000
	records := nine(n)
	b := NewBuilder(nineSpec)
	for i := range records {
		b.Add(&records[i])
	}
	table := b.Freeze(nil, 0, nil)
	perRow := float64(table.Bytes()) / n
	t.Logf("%.0f bytes a row", perRow)
	assert.Less(t, perRow, 200.0)
}

func TestReadingAllocatesNothing(t *testing.T) {
	records := nine(1000)
	b := NewBuilder(nineSpec)
	for i := range records {
		b.Add(&records[i])
	}
	table := b.Freeze(nil, 0, nil)
	given, phone := table.Column(patient.FieldGiven), table.Column(patient.FieldPhone)
	keys, sum := make([]uint64, 0, 8), 0
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		for row := range table.Len() {
			keys = phone.AppendKeys(keys[:0], row)
			sum += len(given.Values(row)) + len(given.Dict.Value(given.ID(row))) + len(keys)
		}
	}))
}

// The rows and dictionaries grow, but no record costs an allocation of its own.
func TestAddAllocatesNothing(t *testing.T) {
	records := nine(1000)
	b := NewBuilder(nineSpec)
	add := func() {
		for i := range records {
			b.Add(&records[i])
		}
	}
	add()
	assert.Less(t, testing.AllocsPerRun(5, add), 10.0)
}

func BenchmarkAdd(b *testing.B) {
	const n = 100_000
	records := nine(n)
	rows := 0
	b.ReportAllocs()
	for b.Loop() {
		builder := NewBuilder(nineSpec)
		for i := range records {
			builder.Add(&records[i])
		}
		rows += builder.Freeze(nil, 0, nil).Len()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
}
