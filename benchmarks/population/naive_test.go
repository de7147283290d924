package population

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/scoring/strsim"
)

// The naive scorer is what anybody writes in an afternoon: the mean of the
// Jaro-Winkler similarity of the names, the similarity of the birth dates by
// edits, and 1 or 0 for identifiers that both have; one threshold, the best one
// there is, chosen by the truth. It is the yardstick of how hard a population
// is: where it does well, a good matcher cannot show that it is one.

type plainRecord struct {
	person                        uint64
	given, family, birth          string
	ssn, medicaid, mrn, authority string
	phone                         string
}

func plainRecords(t *testing.T, o Options) []plainRecord {
	t.Helper()
	g, err := New(o)
	require.NoError(t, err)
	var all []plainRecord
	for row, err := range g.Rows(context.Background()) {
		require.NoError(t, err)
		all = append(all, plainRecord{
			person: row.Truth().Person, given: fold(row.Value(ColumnGivenName)), family: fold(row.Value(ColumnFamilyName)),
			birth: strings.ReplaceAll(row.Value(ColumnBirthDate), "-", ""), ssn: strings.Clone(row.Value(ColumnSSN)),
			medicaid: strings.Clone(row.Value(ColumnMedicaidID)), mrn: strings.Clone(row.Value(ColumnMRN)),
			authority: strings.Clone(row.Value(ColumnMRNAuthority)), phone: digitsOf(row.Value(ColumnPhone)),
		})
	}
	return all
}

func naiveScore(a, b *plainRecord) float64 {
	sum, n := 0.0, 0.0
	if a.given != "" && b.given != "" {
		sum, n = sum+strsim.JaroWinkler(a.given, b.given), n+1
	}
	if a.family != "" && b.family != "" {
		sum, n = sum+strsim.JaroWinkler(a.family, b.family), n+1
	}
	if a.birth != "" && b.birth != "" {
		sum, n = sum+1-float64(strsim.OSA(a.birth, b.birth))/8, n+1
	}
	same := func(x, y string) {
		if x != "" && y != "" {
			n++
			if x == y {
				sum++
			}
		}
	}
	same(a.ssn, b.ssn)
	same(a.medicaid, b.medicaid)
	if a.authority == b.authority {
		same(a.mrn, b.mrn)
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// naiveF1 is the best F1 over pairs that the naive scorer reaches on candidates
// by birth date, by phone, by surname and year, and by both names' beginnings.
func naiveF1(all []plainRecord) (f1 float64, candidates int) {
	truePairs := 0
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].person == all[i].person {
			j++
		}
		truePairs += (j - i) * (j - i - 1) / 2
		i = j
	}
	head := func(s string, n int) string { return s[:min(n, len(s))] }
	keys := []func(r *plainRecord) string{
		func(r *plainRecord) string { return r.birth },
		func(r *plainRecord) string { return r.phone },
		func(r *plainRecord) string { return r.family + head(r.birth, 4) },
		func(r *plainRecord) string { return head(r.family, 4) + "," + head(r.given, 3) },
	}
	var right, wrong [1001]int
	order := make([]int32, len(all))
	for k, key := range keys {
		for i := range order {
			order[i] = int32(i)
		}
		text := make([]string, len(all))
		for i := range all {
			text[i] = key(&all[i])
		}
		slices.SortFunc(order, func(a, b int32) int { return strings.Compare(text[a], text[b]) })
		for i := 0; i < len(order); {
			j := i
			for j < len(order) && text[order[j]] == text[order[i]] {
				j++
			}
			if text[order[i]] != "" && j-i <= 400 {
				for x := i; x < j; x++ {
					for y := x + 1; y < j; y++ {
						a, b := &all[order[x]], &all[order[y]]
						seen := false
						for _, earlier := range keys[:k] {
							seen = seen || earlier(a) != "" && earlier(a) == earlier(b)
						}
						if seen {
							continue
						}
						candidates++
						s := int(naiveScore(a, b) * 1000)
						if a.person == b.person {
							right[s]++
						} else {
							wrong[s]++
						}
					}
				}
			}
			i = j
		}
	}
	found, spurious := 0, 0
	for s := 1000; s >= 0; s-- {
		found += right[s]
		spurious += wrong[s]
		f1 = max(f1, 2*float64(found)/float64(found+spurious+truePairs))
	}
	return f1, candidates
}
