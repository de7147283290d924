package patient

import (
	"encoding/csv"
	"testing"

	"github.com/idem-health/idem/internal/cpu"
	"github.com/idem-health/idem/internal/testdata"
)

// columnsOfGen are those of the household files.
var columnsOfGen = []string{"given_name", "family_name", "birth_date", "sex", "postal_code", "city", "phone"}

// readGen reads at most n records of a household file.
func readGen(tb testing.TB, name string, n int) []Record {
	c := csv.NewReader(testdata.Open(tb, name))
	if _, err := c.Read(); err != nil {
		tb.Fatal(err)
	}
	var records []Record
	for len(records) < n {
		row, err := c.Read()
		if err != nil {
			break
		}
		r := Record{ID: row[0]}
		for i, column := range columnsOfGen {
			r.SetField(column, row[i+2], "")
		}
		records = append(records, r)
	}
	return records
}

// BenchmarkApply normalises records of nine fields as a batch does: many
// records, names by their frequency, caches warm.
func BenchmarkApply(b *testing.B) {
	records := readGen(b, "households/gen_iis_100k.csv.gz", 20000)
	for i := range records {
		r := &records[i]
		r.SetField("middle_name", string('A'+rune(i%26)), "")
		r.SetField("received", "2026-09-01", "")
	}
	for _, profile := range []Profile{US(), Neutral()} {
		b.Run(profile.Name, func(b *testing.B) {
			z := NewNormalizer(profile)
			var n Normalized
			for i := range records {
				z.Apply(&n, &records[i])
			}
			b.ReportAllocs()
			i := 0
			start := cpu.Time()
			for b.Loop() {
				z.Apply(&n, &records[i%len(records)])
				i++
			}
			b.ReportMetric(float64(cpu.Time()-start)/float64(i), "cpu-ns/op")
		})
	}
}

// BenchmarkNormalize is the plain path, for the ratio.
func BenchmarkNormalize(b *testing.B) {
	records := readGen(b, "households/gen_iis_100k.csv.gz", 20000)
	profile := US()
	b.ReportAllocs()
	i := 0
	start := cpu.Time()
	for b.Loop() {
		Normalize(&records[i%len(records)], profile)
		i++
	}
	b.ReportMetric(float64(cpu.Time()-start)/float64(i), "cpu-ns/op")
}
