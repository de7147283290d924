package match_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

func Example_engine() {
	defer inFolderOfPatients()()
	ctx := context.Background()
	patients := must(intake.Open([]string{"patients.csv"}, intake.Options{})).Records(ctx) // like those to come
	trained := must(match.Dedupe(ctx, patients, match.Options{Policy: scoring.IISPolicy()}))
	register := must(match.Open(ctx, "register", match.EngineOptions{Model: trained.Model}))
	defer register.Close()
	must(register.Submit(ctx, baby("birth/7", "BabyBoyKowalski"))) // on disk when it returns
	must(register.Submit(ctx, baby("visit/1", "Oliver")))
	answer := must(register.Query(ctx, baby("", "Oliver"), match.QueryOptions{Caller: "school"}))
	person := must(register.Get(ctx, answer.People[0].Person))
	given, _ := person.Golden.Get("given_name")
	fmt.Println(answer.People[0].Grade, person.ID, len(person.Records), given.Value, given.Rule)
	fmt.Println(len(must(register.Worklist(0))), "wait for a steward")
	// Output:
	// certain E000001 2 Oliver legal_over_placeholder
	// 0 wait for a steward
}

func baby(id, given string) *patient.Record {
	r := &patient.Record{Source: "clinic", ID: id, Sex: "M", Phones: []string{"517-234-0199"}}
	r.Names = []patient.Name{{Given: given, Family: "Kowalski"}}
	r.BirthDate, r.Mother.Given = patient.Date{Year: 2026, Month: 3, Day: 14}, "Judy"
	return r
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(err error) { must(0, err) }

// inFolderOfPatients makes a folder with the file patients.csv the working
// directory, until the function returned is called.
func inFolderOfPatients() (leave func()) {
	dir, err := os.MkdirTemp("", "idem")
	check(err)
	f, err := os.Create(filepath.Join(dir, "patients.csv"))
	check(err)
	w := csv.NewWriter(f)
	check(w.Write([]string{"record_id", "given_name", "family_name", "birth_date", "sex", "mother_given", "phone", "postal_code"}))
	records, _ := population(77, 900)
	for i := range records {
		r := &records[i]
		phone, zip := "", ""
		if len(r.Phones) > 0 {
			phone = r.Phones[0]
		}
		if len(r.Addresses) > 0 {
			zip = r.Addresses[0].PostalCode
		}
		check(w.Write([]string{r.ID, r.Names[0].Given, r.Names[0].Family, r.BirthDate.String(), r.Sex, r.Mother.Given, phone, zip}))
	}
	w.Flush()
	check(w.Error())
	check(f.Close())
	old, err := os.Getwd()
	check(err)
	check(os.Chdir(dir))
	return func() {
		check(os.Chdir(old))
		check(os.RemoveAll(dir))
	}
}

// The program of the README is this file's example, line by line, and has at most
// 40 lines.
func TestReadmeProgram(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, program, ok := strings.Cut(string(readme), "<!-- engine -->\n```go\n")
	require.True(t, ok)
	program, _, _ = strings.Cut(program, "```")
	lines := strings.Split(strings.TrimSpace(program), "\n")
	require.LessOrEqual(t, len(lines), 40)
	source, err := os.ReadFile("engine_example_test.go")
	require.NoError(t, err)
	rest := strings.Split(string(source), "\n")
	for _, line := range lines[1:] { // but for the package
		line = strings.Replace(line, "func main()", "func Example_engine()", 1)
		found := false
		for len(rest) > 0 && !found {
			found, rest = strings.TrimSpace(rest[0]) == strings.TrimSpace(line), rest[1:]
		}
		require.True(t, found, "README.md: %s", line)
	}
}
