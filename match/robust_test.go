package match_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

var robustColumns = []string{"record_id", "source", "given_name", "family_name", "birth_date", "sex", "phone", "city", "postal_code", "address",
	"mother_given", "mother_maiden", "birth_order", "shoe_size"}

// rowOf is a record as cells of robustColumns.
func rowOf(r *patient.Record) []string {
	cells := []string{r.ID, r.Source, "", "", r.BirthDate.String(), r.Sex, "", "", "", "", r.Mother.Given, r.Mother.Maiden, r.BirthOrder, "42"}
	if len(r.Names) > 0 {
		cells[2], cells[3] = r.Names[0].Given, r.Names[0].Family
	}
	if len(r.Addresses) > 0 {
		cells[7], cells[8], cells[9] = r.Addresses[0].City, r.Addresses[0].PostalCode, r.Addresses[0].Street
	}
	if len(r.Phones) > 0 {
		cells[6] = r.Phones[0]
	}
	for i := range cells { // the made-up typing errors cut letters in two
		cells[i] = strings.ToValidUTF8(cells[i], "")
	}
	return cells
}

// sheetOf writes records as CSV: columns in an order, left out or not, and cells as
// they are altered.
func sheetOf(t *testing.T, records []patient.Record, columns []int, alter func(column, value string) string) io.Reader {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = robustColumns[c]
	}
	require.NoError(t, w.Write(row))
	for i := range records {
		cells := rowOf(&records[i])
		for k, c := range columns {
			row[k] = alter(robustColumns[c], cells[c])
		}
		require.NoError(t, w.Write(row))
	}
	w.Flush()
	require.NoError(t, w.Error())
	return &out
}

// A whole run, from the file on, is the same to the last bit of the model when
// the file has its columns in another order, and more of them, and its cells
// other white space, case and marks.
func TestRunsAreRobust(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long, and whole runs under the race detector are many already")
	}
	records, _ := population(17, 800)
	run := func(sheet io.Reader) *match.Result {
		reader, err := intake.OpenReader("feed.csv", sheet, intake.Options{})
		require.NoError(t, err)
		defer reader.Close()
		res, err := match.Dedupe(context.Background(), reader.Records(context.Background()), match.Options{})
		require.NoError(t, err)
		return res
	}
	same := func(_, value string) string { return value }
	all := make([]int, len(robustColumns))
	for i := range all {
		all[i] = i
	}
	want := run(sheetOf(t, records, all[:len(all)-1], same))
	require.Greater(t, want.Stats.Matches, int64(300))
	rng := rand.New(rand.NewPCG(9, 9))
	names := map[string]bool{"given_name": true, "family_name": true, "city": true, "mother_given": true, "mother_maiden": true}
	for name, alter := range map[string]func(column, value string) string{
		"column order and a further column": same,
		"white space": func(_, value string) string {
			return strings.Repeat(" ", rng.IntN(3)) + strings.ReplaceAll(value, " ", "  ") + strings.Repeat(" ", rng.IntN(3))
		},
		"case": func(column, value string) string {
			switch {
			case column == "record_id" || column == "source":
				return value
			case rng.IntN(2) == 0:
				return strings.ToLower(value)
			}
			return strings.ToUpper(value)
		},
		"marks": func(column, value string) string {
			if names[column] && rng.IntN(2) == 0 {
				return strings.NewReplacer("a", "á", "e", "e\u0308", "o", "ô", "u", "ū", "n", "ñ").Replace(value)
			}
			return value
		},
	} {
		t.Run(name, func(t *testing.T) {
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			got := run(sheetOf(t, records, all, alter))
			assert.Equal(t, modelJSON(t, want), modelJSON(t, got))
			assert.Equal(t, partition(want), partition(got))
			assert.Equal(t, pairKeys(want), pairKeys(got))
		})
	}
}
