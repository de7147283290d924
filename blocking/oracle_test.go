package blocking

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// The oracle is blocking as one would write it without a thought of speed: keys
// are strings, blocks are sets of rows, candidate pairs are a set of pairs.

// plainColumn returns the keys of a record for one column; of one address for
// an address column, when position is not negative.
func plainColumn(n *patient.Normalized, c patient.Column, position int) []string {
	values := n.AppendValues(nil, c.Field)
	if position >= 0 && c.Field.AddressPart() {
		values = values[min(position, len(values)):min(position+1, len(values))]
	}
	var keys []string
	for _, v := range values {
		keys = c.AppendKeys(keys, v)
	}
	return slices.DeleteFunc(keys, func(s string) bool { return s == "" })
}

func plainKeys(n *patient.Normalized, r *Rule) map[string]bool {
	keys := map[string]bool{}
	for position := range max(1, len(n.Addresses)) {
		partial := []string{""}
		for i, c := range r.Keys {
			var next []string
			for _, p := range partial {
				for _, v := range plainColumn(n, c, position) {
					next = append(next, p+"/"+v)
				}
			}
			partial = next
			if r.Crosswise && i == 1 {
				for k, p := range partial {
					two := strings.Split(p[1:], "/")
					slices.Sort(two)
					partial[k] = strings.Join(two, "/")
				}
			}
		}
		for _, f := range r.Funcs {
			var next []string
			for _, p := range partial {
				for _, value := range n.AppendValues(nil, f.Field) {
					for _, v := range f.Append(nil, value) {
						next = append(next, p+"/"+v)
					}
				}
			}
			partial = next
		}
		for _, p := range partial {
			keys[p] = true
		}
	}
	return keys
}

type plainPair struct{ i, j uint32 }

// plainBlocks adds the pairs of a rule, refining blocks above the bound.
func plainPairs(rows []*patient.Normalized, r *Rule, bound int, emit func(plainPair)) {
	now := map[string][]uint32{}
	for row, n := range rows {
		for k := range plainKeys(n, r) {
			now[k] = append(now[k], uint32(row))
		}
	}
	for depth := 0; len(now) > 0; depth++ {
		next := map[string][]uint32{}
		for key, block := range now {
			if len(block) <= bound {
				for x, i := range block {
					for _, j := range block[x+1:] {
						emit(plainPair{i, j})
					}
				}
				continue
			}
			if depth == len(r.Refine) {
				continue
			}
			for _, row := range block {
				values := plainColumn(rows[row], r.Refine[depth], -1)
				slices.Sort(values)
				for _, v := range slices.Compact(values) {
					next[key+"/"+v] = append(next[key+"/"+v], row)
				}
			}
		}
		now = next
	}
}

func plainMasks(rows []*patient.Normalized, rules []Rule, bound int) map[plainPair]uint64 {
	masks := map[plainPair]uint64{}
	for r := range rules {
		plainPairs(rows, &rules[r], bound, func(p plainPair) { masks[p] |= 1 << r })
	}
	return masks
}

func drawPatient(t *rapid.T) *patient.Normalized {
	word := rapid.SampledFrom([]string{"", "ANN", "ANNA", "BEA", "BOB", "MARY ANN", "OLU"})
	set := func(label string) []string {
		return rapid.SliceOfNDistinct(word.Filter(func(s string) bool { return s != "" }), 0, 3, rapid.ID[string]).Draw(t, label)
	}
	n := &patient.Normalized{
		Given: word.Draw(t, "given"), Family: word.Draw(t, "family"), FullName: word.Draw(t, "full"),
		GivenAliases: set("aliases"), Phones: set("phones"), MRN: set("mrn"), Sex: rapid.SampledFrom([]byte{0, 'F', 'M'}).Draw(t, "sex"),
	}
	if rapid.Bool().Draw(t, "born") {
		n.Birth = patient.Date{Year: uint16(rapid.IntRange(2019, 2020).Draw(t, "year")), Month: uint8(rapid.IntRange(0, 3).Draw(t, "month")), Day: 4}
	}
	for range rapid.IntRange(0, 2).Draw(t, "addresses") {
		n.Addresses = append(n.Addresses, patient.NormalAddress{
			Number: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "number"),
			Street: word.Draw(t, "street"), PostalCode: rapid.SampledFrom([]string{"", "12345", "12346", "60601"}).Draw(t, "zip")})
	}
	return n
}

var drawnColumns = []string{
	"given", "given:soundex", "given:prefix2", "given:root", "given_alias", "family", "family:initial", "full_name:token", "phone", "phone:last4", "mrn",
	"birth_date", "birth_date:year", "birth_date:digits", "street", "street_number", "postal_code", "postal_code:outward", "sex",
}

var letterPairs = KeyFunc{Name: "letter pairs", Field: patient.FieldFamily, Append: func(dst []string, v string) []string {
	for i := range len(v) - 1 {
		dst = append(dst, v[i:i+2])
	}
	return dst
}}

func drawRules(t *rapid.T) []Rule {
	column := rapid.SampledFrom(drawnColumns)
	var rules []Rule
	for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
		r := Rule{Name: fmt.Sprint("rule ", i)}
		r.Keys = columns(rapid.SliceOfNDistinct(column, 1, 3, rapid.ID[string]).Draw(t, "keys"))
		r.Refine = columns(rapid.SliceOfN(column, 0, 2).Draw(t, "refine"))
		if rapid.IntRange(0, 4).Draw(t, "crosswise") == 0 {
			r.Crosswise, r.Keys = true, append(columns([]string{"given", "family"}), r.Keys...)
		}
		if rapid.IntRange(0, 4).Draw(t, "func") == 0 {
			r.Funcs = []KeyFunc{letterPairs}
		}
		rules = append(rules, r)
	}
	return rules
}

// freeze makes a table of every field, and the records in the order of its rows.
func freeze(records []*patient.Normalized) (*table.Table, []*patient.Normalized) {
	spec := table.Spec{
		Text: []patient.Field{patient.FieldGiven, patient.FieldGivenAlias, patient.FieldFamily, patient.FieldFullName, patient.FieldBirthDate,
			patient.FieldPhone, patient.FieldPostalCode, patient.FieldStreet, patient.FieldCity},
		Key: []patient.Field{patient.FieldMRN, patient.FieldSex, patient.FieldStreetNumber},
	}
	b := table.NewBuilder(spec)
	for _, n := range records {
		b.Add(n)
	}
	tab := b.Freeze(nil, 0, nil)
	rows := make([]*patient.Normalized, len(records))
	for row := range rows {
		rows[row] = records[tab.Origin(row)]
	}
	return tab, rows
}

// Each pair once, with exactly the rules a plain set of pairs says, over any
// number of shards, with caps small enough that most blocks are refined.
func TestEachAgainstSetOfPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab, rows := freeze(rapid.SliceOfN(rapid.Custom(drawPatient), 0, 25).Draw(t, "records"))
		rules := drawRules(t)
		bound := rapid.SampledFrom([]int{1, 2, 3, 4, 6, 100}).Draw(t, "bound")
		ix, err := Build(context.Background(), tab, rules, Options{MaxBlock: bound, PerRecord: -1, AllPairs: -1})
		require.NoError(t, err)
		want := plainMasks(rows, rules, bound)
		for _, shards := range []int{1, 3, 8} {
			got := map[plainPair]uint64{}
			for shard := range shards {
				err := ix.Each(context.Background(), shard, shards, func(i, j uint32, rule int, mask uint64) bool {
					p := plainPair{i, j}
					require.NotContains(t, got, p, "visited twice")
					require.Less(t, i, j)
					require.Equal(t, bits.TrailingZeros64(mask), rule)
					got[p] = mask
					return true
				})
				require.NoError(t, err)
			}
			require.Equal(t, want, got, "%d shards", shards)
		}
		for i := range uint32(len(rows)) {
			var near []uint32
			for j := range uint32(len(rows)) {
				require.Equal(t, want[plainPair{min(i, j), max(i, j)}], ix.Mask(i, j))
				if ix.Mask(i, j) != 0 {
					near = append(near, j)
				}
			}
			require.Equal(t, append([]uint32{9}, near...), ix.Neighbors([]uint32{9}, i))
		}
	})
}

// A frozen ladder gives the same pairs again, also through JSON, and also where
// it was decided by the budget per record.
func TestFrozenLadderReproduces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab, _ := freeze(rapid.SliceOfN(rapid.Custom(drawPatient), 20, 60).Draw(t, "records"))
		rules := drawRules(t)
		ix, err := Build(context.Background(), tab, rules, Options{
			MaxBlock: rapid.IntRange(2, 30).Draw(t, "bound"), PerRecord: rapid.Float64Range(.1, 3).Draw(t, "per record"), AllPairs: -1})
		require.NoError(t, err)
		data, err := json.Marshal(ix.Ladder())
		require.NoError(t, err)
		var frozen Ladder
		require.NoError(t, json.Unmarshal(data, &frozen))
		again, err := Build(context.Background(), tab, rules, Options{Frozen: &frozen, AllPairs: -1})
		require.NoError(t, err)
		require.Equal(t, visited(t, ix), visited(t, again))
		data2, err := json.Marshal(again.Ladder())
		require.NoError(t, err)
		require.JSONEq(t, string(data), string(data2))
	})
}

func visited(t require.TestingT, ix *Index) map[plainPair]uint64 {
	got := map[plainPair]uint64{}
	require.NoError(t, ix.Each(context.Background(), 0, 1, func(i, j uint32, _ int, mask uint64) bool {
		got[plainPair{i, j}] = mask
		return true
	}))
	return got
}

// The pairs are those of the records, whatever the order they came in.
func TestOrderOfArrivalDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(drawPatient), 2, 30).Draw(t, "records")
		order := rapid.Permutation(records).Draw(t, "order")
		rules, o := drawRules(t), Options{MaxBlock: 5, PerRecord: .5, AllPairs: -1}
		pairs := func(records []*patient.Normalized) []string {
			tab, rows := freeze(records)
			ix, err := Build(context.Background(), tab, rules, o)
			require.NoError(t, err)
			var list []string
			for p, mask := range visited(t, ix) {
				list = append(list, fmt.Sprintf("%x %x %b", rows[p.i].AppendDigest(nil), rows[p.j].AppendDigest(nil), mask))
			}
			slices.Sort(list)
			return list
		}
		require.Equal(t, pairs(records), pairs(order))
	})
}

// The counts of the report are those of the visited pairs and of the truth.
func TestAnalyzeAgainstPlainCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab, rows := freeze(rapid.SliceOfN(rapid.Custom(drawPatient), 2, 25).Draw(t, "records"))
		rules := drawRules(t)
		truth := rapid.SliceOfN(rapid.Int32Range(-1, 6), len(rows), len(rows)).Draw(t, "truth")
		ix, err := Build(context.Background(), tab, rules, Options{MaxBlock: 6, PerRecord: -1, AllPairs: -1})
		require.NoError(t, err)
		r, err := ix.Analyze(context.Background(), truth)
		require.NoError(t, err)
		want := plainMasks(rows, rules, 6)
		found, newPairs := make([]int64, len(rules)), make([]int64, len(rules))
		var truePairs, missed int64
		for i := range uint32(len(rows)) {
			for j := i + 1; j < uint32(len(rows)); j++ {
				mask := want[plainPair{i, j}]
				a, b := truth[tab.Origin(int(i))], truth[tab.Origin(int(j))]
				for k := range rules {
					if mask>>k&1 == 1 && a == b && a >= 0 {
						found[k]++
					}
				}
				if a == b && a >= 0 {
					truePairs++
					if mask == 0 {
						missed++
					}
				}
			}
		}
		for mask := range maps.Values(want) {
			newPairs[bits.TrailingZeros64(mask)]++
		}
		require.Equal(t, int64(len(want)), r.Pairs)
		require.Equal(t, truePairs, r.TruePairs)
		require.Equal(t, truePairs-missed, r.Found)
		require.Len(t, r.Missed, int(missed))
		for k := range rules {
			require.Equal(t, found[k], r.Rules[k].Found)
			require.Equal(t, newPairs[k], r.Rules[k].NewPairs)
		}
		require.Equal(t, r.Recall(), r.Rules[len(rules)-1].Cumulative)
	})
}

func TestAllPairs(t *testing.T) {
	tab, _ := freeze([]*patient.Normalized{{Given: "ANN"}, {Given: "BEA"}, {}})
	ix, err := Build(context.Background(), tab, nil, Options{})
	require.NoError(t, err)
	assert.True(t, ix.All())
	assert.Equal(t, AllPairsRule, ix.Rules()[0].Name)
	got := map[plainPair]uint64{}
	for shard := range 2 {
		require.NoError(t, ix.Each(context.Background(), shard, 2, func(i, j uint32, rule int, mask uint64) bool {
			assert.Zero(t, rule)
			got[plainPair{i, j}] = mask
			return true
		}))
	}
	assert.Equal(t, map[plainPair]uint64{{0, 1}: ^uint64(0), {0, 2}: ^uint64(0), {1, 2}: ^uint64(0)}, got)
	assert.Equal(t, ^uint64(0), ix.Mask(2, 0))
	assert.Zero(t, ix.Mask(1, 1))
	r, err := ix.Analyze(context.Background(), []int32{4, 4, 5})
	require.NoError(t, err)
	assert.Equal(t, int64(3), r.Pairs)
	assert.Equal(t, 1.0, r.Recall())
	_, err = Build(context.Background(), tab, nil, Options{MaxPairs: 2})
	assert.ErrorIs(t, err, ErrBudget)
}
