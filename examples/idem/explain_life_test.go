package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nursery is a file of children, known to two clinics each, and of one who came
// as BabyBoySmith.
func nursery() string {
	rng := rand.New(rand.NewPCG(5, 6))
	given := strings.Fields("Oliver Amelia Theodore Josephine Maximilian Beatrice Sebastian Penelope Frederick Clementine Augustus Wilhelmina")
	family := strings.Fields("Abernathy Blackwood Carmichael Dunsworth Ellington Fairbanks Goldsmith Hathaway Inglewood Jefferson Kensington")
	var b strings.Builder
	b.WriteString("record_id,source,received,given_name,family_name,birth_date,sex,multiple_birth,mother_given,mother_maiden,phone,address,birth_certificate,doses\n")
	for i := range 120 {
		g, f, m := given[rng.IntN(len(given))], family[rng.IntN(len(family))], given[rng.IntN(len(given))]
		rest := fmt.Sprintf("%s,2025-%02d-%02d,%s,N,%s,%s,616%07d,%d %s St,,", f, 1+rng.IntN(12), 1+rng.IntN(28), []string{"F", "M"}[rng.IntN(2)],
			m, family[rng.IntN(len(family))], 2000000+rng.IntN(1e6), 1+rng.IntN(900), family[rng.IntN(len(family))])
		fmt.Fprintf(&b, "%d,ped,2025-12-%02d,%s,%s\n", i, 1+rng.IntN(28), g, rest)
		fmt.Fprintf(&b, "%d,lhd,2026-01-%02d,%s,%s\n", i, 1+rng.IntN(28), g, rest)
	}
	const judy = "2025-03-01,M,N,Judy,Smith,6162340100,12 Oak St"
	b.WriteString("b1,hospital,2025-03-01,BabyBoySmith,Smith," + judy + ",,08|2025-03-01|X12|MSD\n")
	b.WriteString("c1,clinic,2025-04-15,Liam,Garcia," + judy + ",,08|2025-03-01||||Y;20|2025-05-01|D1\n")
	b.WriteString("v1,vital,2025-03-08,Liam,Garcia," + judy + ",2025-4211,\n")
	b.WriteString("n1,childrens,2025-03-04,JUDYSBOY,Smith," + judy + ",,\n")
	return b.String()
}

// A person's life: what came when and what it brought, the names, the doses.
func TestExplainLife(t *testing.T) {
	path := write(t, "nursery.csv", nursery())
	t.Chdir(filepath.Dir(path))
	r := idem(t, "explain", "--quiet", "--json", "--policy", "iis", "nursery.csv", "clinic/c1")
	require.Equal(t, exitOK, r.code, r.stderr)
	var p personAnswer
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &p))

	require.Len(t, p.Life, 4)
	var order []string
	for _, e := range p.Life {
		order = append(order, e.Record)
	}
	assert.Equal(t, []string{"hospital/b1", "childrens/n1", "vital/v1", "clinic/c1"}, order)
	assert.True(t, p.Life[0].Nameless)
	assert.False(t, p.Life[2].Nameless)
	assert.Equal(t, "the first", p.Life[0].Because)
	assert.Contains(t, p.Life[1].Because, "one with hospital/b1, ", "one mother, born alone")
	assert.Contains(t, p.Life[2].Because, "names the newborn of hospital/b1, by the mother")
	assert.Regexp(t, "^(names the newborn of|one with) ", p.Life[3].Because)
	assert.Contains(t, p.Life[2].Brought, "birth_certificate")

	require.Len(t, p.Names, 3)
	assert.Equal(t, nameAnswer{"Liam Garcia", "legal", "2025-03-08", "2025-04-15", []string{"vital/v1", "clinic/c1"}}, p.Names[0])
	assert.Equal(t, "placeholder", p.Names[1].As)
	require.Len(t, p.Doses, 2)
	assert.Equal(t, "08|2025-03-01|X12|MSD", p.Doses[0].Dose, "one birth dose")
	assert.Equal(t, []otherDoseAnswer{{"08|2025-03-01||||Y", "clinic/c1", "same_day"}}, p.Doses[0].Also)

	r = idem(t, "explain", "--quiet", "--policy", "iis", "nursery.csv", "hospital/b1")
	require.Equal(t, exitOK, r.code, r.stderr)
	got := regexp.MustCompile(`[-+]?\d+\.\d+`).ReplaceAllString(r.stdout, "#")
	golden(t, "explain_life.txt", regexp.MustCompile(`(?m) +$`).ReplaceAllString(regexp.MustCompile(`#  +`).ReplaceAllString(got, "#  "), ""))
}
