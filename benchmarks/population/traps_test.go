package population

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTraps: each label names records that exist, and its verdict agrees with
// who they are.
func TestTraps(t *testing.T) {
	seen := map[Trap]int{}
	for _, o := range []Options{
		{People: 20_000, Theme: "newborn", Rates: map[string]float64{"trap.namesake": .01, "multiples.twins": .1, "change.adoption": 1, "name.false_friend": .01}},
		{People: 5000, Mode: ModeStream, Rates: map[string]float64{"multiples.twins": .1, "trap.placeholder_strangers": .05}},
		{People: 20_000, Mode: ModeQuery, Rates: map[string]float64{"multiples.twins": .2}},
		{People: 5000, Mode: ModeCrosslink},
	} {
		g, err := New(o)
		require.NoError(t, err)
		who := map[string]Truth{}
		var labels []Label
		for b, err := range g.Batches(context.Background()) {
			require.NoError(t, err)
			for i := range b.Rows {
				truth := b.Rows[i].Truth()
				who[truth.Source+"/"+truth.RecordID] = truth
			}
			labels = append(labels, b.Labels...)
		}
		for _, l := range labels {
			seen[l.Trap]++
			a, ok := who[l.A.Source+"/"+l.A.ID.String()]
			require.True(t, ok, "%s: there is no record of that id", l.Trap)
			if l.B.Source == "" {
				assert.Contains(t, []Verdict{VerdictAlone, VerdictName}, l.Verdict)
				continue
			}
			b, ok := who[l.B.Source+"/"+l.B.ID.String()]
			require.True(t, ok, "%s: there is no record of the second id", l.Trap)
			switch l.Verdict {
			case VerdictSame, VerdictBarred:
				assert.Equal(t, a.Person, b.Person, l.Trap)
			case VerdictDifferent:
				assert.NotEqual(t, a.Person, b.Person, l.Trap)
			default:
				assert.Equal(t, VerdictAmbiguous, l.Verdict)
				assert.Equal(t, a.Household, b.Household)
			}
			if strings.HasPrefix(string(l.Trap), "placeholder") {
				assert.True(t, a.Placeholder, l.Trap)
			}
		}
	}
	for _, trap := range []Trap{
		TrapPlaceholder, TrapPlaceholderStrangers, TrapPlaceholderTwin, TrapPlaceholderAmbiguous, TrapPlaceholderSibling, TrapPlaceholderMother,
		TrapPlaceholderAlone, TrapTwins, TrapSiblings, TrapNamesakeParent, TrapNamesake, TrapAdoption, TrapFalseFriend, TrapQuery,
	} {
		assert.Positive(t, seen[trap], trap)
	}
}

// TestPlaceholderStrangers: the two newborns are as alike as they should be.
func TestPlaceholderStrangers(t *testing.T) {
	g, err := New(Options{People: 4000, Noise: "0", Rates: map[string]float64{"trap.placeholder_strangers": .2, "newborn.glued": 0, "newborn.in_family": 0}})
	require.NoError(t, err)
	type newborn struct{ family, birth, facility, sex string }
	rows := map[string]newborn{}
	pairs, alike := 0, 0
	for b, err := range g.Batches(context.Background()) {
		require.NoError(t, err)
		for i := range b.Rows {
			r := &b.Rows[i]
			rows[r.Value(ColumnRecordID)] = newborn{
				fold(r.Value(ColumnFamilyName)), r.Value(ColumnBirthDate), strings.ToUpper(r.Value(ColumnBirthFacility)), r.Value(ColumnSex),
			}
		}
		for _, l := range b.Labels {
			if l.Trap != TrapPlaceholderStrangers {
				continue
			}
			a, o := rows[l.A.ID.String()], rows[l.B.ID.String()]
			pairs++
			if a.birth == o.birth && a.facility == o.facility && a.family == o.family {
				alike++
			}
		}
	}
	require.Greater(t, pairs, 20)
	// Sex, date and the second surname may be missing.
	assert.Greater(t, share(alike, pairs), .9)
}

// TestMergeTruth: what a merge should come to is made of what the records say.
func TestMergeTruth(t *testing.T) {
	g, err := New(Options{People: 3000})
	require.NoError(t, err)
	people, withDoses := 0, 0
	for b, err := range g.Batches(context.Background()) {
		require.NoError(t, err)
		records, numbers := map[uint64]int{}, map[uint64]map[string]bool{}
		for i := range b.Rows {
			truth := b.Rows[i].Truth()
			records[truth.Person]++
			if v := b.Rows[i].Value(ColumnMRN); v != "" {
				if numbers[truth.Person] == nil {
					numbers[truth.Person] = map[string]bool{}
				}
				numbers[truth.Person][b.Rows[i].Value(ColumnMRNAuthority)+"|"+v] = true
			}
		}
		for i := range b.Persons {
			p := &b.Persons[i]
			people++
			assert.Equal(t, records[p.ID], p.Records)
			var mrns []string
			if p.MRNs() != "" {
				mrns = strings.Split(p.MRNs(), ";")
			}
			assert.Len(t, mrns, len(numbers[p.ID]))
			for _, n := range mrns {
				assert.True(t, numbers[p.ID][n])
			}
			if p.Doses() != "" {
				withDoses++
			}
			assert.NotEmpty(t, p.Family())
		}
		assert.LessOrEqual(t, len(b.Persons), b.People)
	}
	assert.GreaterOrEqual(t, people, 3000)
	assert.Greater(t, share(withDoses, people), .5)
}

func TestWrite(t *testing.T) {
	for _, mode := range Modes() {
		g, err := New(Options{Seed: 5, Mode: mode})
		require.NoError(t, err)
		records := map[string]*bytes.Buffer{}
		var truth, relations, traps, merge bytes.Buffer
		told := 0
		m, err := g.Write(context.Background(), Files{
			Records: func(name string) (RowWriter, error) {
				records[name] = &bytes.Buffer{}
				return NewCSV(records[name]), nil
			},
			Truth: &truth, Relations: &relations, Traps: &traps, MergeTruth: &merge,
			Progress: func(people, of int) { told = people },
		})
		require.NoError(t, err)
		total := 0
		for _, name := range m.Files {
			rows, err := csv.NewReader(records[name]).ReadAll()
			require.NoError(t, err)
			total += len(rows) - 1
		}
		assert.Equal(t, m.Records+m.Queries, total)
		assert.Equal(t, map[string]int{ModeRegistry: 1, ModeStream: 1, ModeCrosslink: 2, ModeQuery: 2}[mode], len(m.Files))
		assert.Equal(t, m.People, told)
		assert.GreaterOrEqual(t, m.People, 1000)
		assert.Equal(t, digestOf(t, Options{Seed: 5, Mode: mode}, 1<<30), m.Digest)
		for _, table := range []*bytes.Buffer{&truth, &relations, &traps, &merge} {
			rows, err := csv.NewReader(table).ReadAll()
			require.NoError(t, err)
			assert.Greater(t, len(rows), 1)
		}
	}
}
