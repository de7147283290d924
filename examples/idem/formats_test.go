package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

func zst(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	require.NoError(t, err)
	_, err = io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

// ndjson is a CSV text as JSON objects.
func ndjson(t testing.TB, text string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	var b strings.Builder
	for _, row := range rows[1:] {
		for i, cell := range row {
			b.WriteString([]string{"{", ","}[min(i, 1)])
			b.WriteString(`"` + rows[0][i] + `":"` + cell + `"`)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// clinicRow is a row of clinic().
type clinicRow struct {
	RecordID  int64    `parquet:"record_id"`
	Person    string   `parquet:"person,dict"`
	FirstName string   `parquet:"first_name"`
	LastName  *string  `parquet:"last_name,optional,dict"`
	DOB       int32    `parquet:"dob,date"`
	Sex       string   `parquet:"sex,dict"`
	Zip       *float64 `parquet:"zip,optional"`
	City      string   `parquet:"city,dict"`
	Phone     []string `parquet:"phone,list"`
}

func parquetRows(t testing.TB, text string) []clinicRow {
	t.Helper()
	cells, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	var rows []clinicRow
	for _, c := range cells[1:] {
		day, err := time.Parse(time.DateOnly, c[4])
		require.NoError(t, err)
		zip := 0.0
		for _, d := range c[6] {
			zip = zip*10 + float64(d-'0')
		}
		id := int64(0)
		for _, d := range c[0] {
			id = id*10 + int64(d-'0')
		}
		rows = append(rows, clinicRow{id, c[1], c[2], &c[3], int32(day.Unix() / 86400), c[5], &zip, c[7], []string{c[8]}})
	}
	return rows
}

func parquetFile[T any](t testing.TB, rows []T, options ...parquet.WriterOption) string {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// The same people come out of every format.
func TestFormatsAgree(t *testing.T) {
	dir := t.TempDir()
	var want []map[string]string
	rows := parquetRows(t, clinic())
	for _, tt := range []struct{ name, file, text string }{
		{"csv", "clinic.csv", clinic()},
		{"csv.gz", "clinic.csv.gz", zip(t, clinic())},
		{"csv.zst", "clinic.csv.zst", zst(t, clinic())},
		{"ndjson", "clinic.ndjson", ndjson(t, clinic())},
		{"jsonl.gz", "clinic.jsonl.gz", zip(t, ndjson(t, clinic()))},
		{"ndjson.zst", "clinic.ndjson.zst", zst(t, ndjson(t, clinic()))},
		{"parquet", "clinic.parquet", parquetFile(t, rows)},
		{"parquet zstd", "clinic.parquet", parquetFile(t, rows, parquet.Compression(&parquet.Zstd))},
		{"parquet gzip, small pages", "clinic.parquet", parquetFile(t, rows, parquet.Compression(&parquet.Gzip), parquet.PageBufferSize(64), parquet.MaxRowsPerRowGroup(7))},
		{"parquet snappy, old pages", "clinic.parquet", parquetFile(t, rows, parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(dir, strings.ReplaceAll(tt.name, " ", "_"))
			r := idem(t, "dedupe", "--quiet", "--drop", "person", "--out", out, write(t, tt.file, tt.text))
			require.Equal(t, exitOK, r.code, r.stderr)
			got := sheetOf(t, out, "golden.csv")
			if want == nil {
				want = got
			}
			assert.Equal(t, want, got)
			piped := out + "-"
			in := idemWith(t, context.Background(), tt.text, "dedupe", "--drop", "person", "--out", piped, "-")
			require.Equal(t, exitOK, in.code, in.stderr)
			assert.Len(t, sheetOf(t, piped, "golden.csv"), len(want), "from standard input")
		})
	}
}

func readAll(path string) (records []patient.Record, err error) {
	r, err := intake.Open([]string{path}, intake.Options{Decompressors: decompressors, Formats: formats})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for rec, err := range r.Records(context.Background()) {
		if err != nil {
			return records, err
		}
		records = append(records, rec.Clone())
	}
	return records, nil
}

func TestParquetTypes(t *testing.T) {
	type inner struct {
		First string `parquet:"first"`
		Last  string `parquet:"last"`
	}
	type row struct {
		Name     inner     `parquet:"name"`
		DOB      time.Time `parquet:"dob,timestamp(millisecond)"`
		Received int64     `parquet:"received,timestamp(microsecond)"`
		Multiple bool      `parquet:"multiple_birth"`
		SSN      uint64    `parquet:"ssn"`
		Emails   []string  `parquet:"email"`
		Zip      int64     `parquet:"zip,decimal(2:18)"`
		Ward     float32   `parquet:"ward"`
		Empty    *string   `parquet:"mrn,optional"`
	}
	born := time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	noon := time.Date(2020, 1, 2, 12, 0, 1, 5000, time.UTC)
	path := write(t, "types.parquet", parquetFile(t, []row{
		{inner{"Ann", "Smith"}, born, noon.UnixMicro(), true, 123456789, []string{"a@b.c", "d@e.f"}, 3706150, 1.5, nil},
		{inner{"Bob", ""}, born, 0, false, 1 << 63, nil, -5, 0, nil},
	}))
	got, err := readAll(path)
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, patient.Name{Given: "Ann", Family: "Smith"}, got[0].Names[0])
	assert.Equal(t, "1899-12-31", got[0].BirthDate.Text)
	assert.Equal(t, "2020-01-02T12:00:01", got[0].Received.Text)
	assert.Equal(t, [2]string{"Y", "N"}, [2]string{got[0].MultipleBirth, got[1].MultipleBirth})
	assert.Equal(t, "123456789", got[0].Identifiers[0].Value)
	assert.Equal(t, "9223372036854775808", got[1].Identifiers[0].Value)
	assert.Equal(t, []string{"a@b.c", "d@e.f"}, got[0].Emails)
	assert.Empty(t, got[1].Emails)
	assert.Equal(t, [2]string{"37061.5", "-0.05"}, [2]string{got[0].Addresses[0].PostalCode, got[1].Addresses[0].PostalCode})
	assert.Equal(t, []patient.Attribute{{Name: "ward", Value: "1.5"}}, got[0].Attributes)
}

// Whatever is cut off or changed, there is an error or a table, never a panic,
// and never memory without measure.
func TestDamagedParquet(t *testing.T) {
	for name, options := range map[string][]parquet.WriterOption{
		"plain": nil, "snappy": {parquet.Compression(&parquet.Snappy)}, "zstd": {parquet.Compression(&parquet.Zstd), parquet.DataPageVersion(1)}, "gzip": {parquet.Compression(&parquet.Gzip)},
	} {
		t.Run(name, func(t *testing.T) {
			whole := parquetFile(t, parquetRows(t, clinic()), options...)
			for n := 0; n < len(whole); n += 1 + len(whole)/150 {
				_, err := readTable([]byte(whole[:n]))
				require.Error(t, err, "cut to %d of %d", n, len(whole))
			}
			rng := rand.New(rand.NewPCG(7, 7))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range 1500 {
				data := []byte(whole)
				for range 1 + rng.IntN(3) {
					data[rng.IntN(len(data))] = byte(rng.Uint32())
				}
				if _, err := readTable(data); err != nil {
					assert.NotContains(t, err.Error(), "Abernathy")
				}
			}
			runtime.ReadMemStats(&after)
			assert.Less(t, after.Sys-before.Sys, uint64(1<<30))
		})
	}
	path := write(t, "clinic.parquet", parquetFile(t, parquetRows(t, clinic()))[:900])
	r := idem(t, "dedupe", path)
	assert.Equal(t, exitError, r.code)
	assert.Contains(t, r.stderr, "damaged or cut short")
	assert.NotContains(t, r.stderr, "goroutine")
}

func readTable(data []byte) (rows int, err error) {
	table, err := openParquet(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return 0, err
	}
	defer table.Close()
	for rows < 1_000_000 {
		if _, err := table.Next(); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

func TestParquetClaims(t *testing.T) {
	whole := []byte(parquetFile(t, parquetRows(t, clinic())))
	long := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(long[len(long)-8:], 1<<31)
	_, err := readTable(long)
	assert.ErrorContains(t, err, "footer")
	lz4 := parquetFile(t, parquetRows(t, clinic()), parquet.Compression(&parquet.Lz4Raw))
	_, err = readTable([]byte(lz4))
	assert.ErrorContains(t, err, "LZ4_RAW; write it with snappy, zstd or gzip")

	list := append([]byte{0x19, 0xfc}, binary.AppendUvarint(nil, 1<<31)...) // a list of two billion structures
	_, _, err = readThrift(append(list, 0))
	assert.ErrorIs(t, err, errShort)
	text := append([]byte{0x18}, binary.AppendUvarint(nil, 1<<40)...)
	_, _, err = readThrift(append(text, 0))
	assert.ErrorIs(t, err, errShort)
	_, _, err = readThrift(bytes.Repeat([]byte{0x1c}, 1000))
	assert.ErrorIs(t, err, errThrift, "structures in structures")
}

func TestDamagedZstd(t *testing.T) {
	whole := zst(t, strings.Repeat(clinic(), 200))
	for n := 5; n < len(whole); n += 1 + len(whole)/40 {
		_, err := readAll(write(t, "clinic.csv.zst", whole[:n]))
		require.Error(t, err, "cut to %d of %d", n, len(whole))
	}
	r := idem(t, "dedupe", write(t, "clinic.csv.zst", whole[:len(whole)-9]))
	assert.Equal(t, exitError, r.code)
	assert.Contains(t, r.stderr, "damaged or cut short")
}

func BenchmarkParquet(b *testing.B) {
	rows := parquetRows(b, clinic())
	for len(rows) < 10_000 {
		rows = append(rows, rows[:min(len(rows), 10_000-len(rows))]...)
	}
	data := []byte(parquetFile(b, rows, parquet.Compression(&parquet.Snappy)))
	b.ReportAllocs()
	for b.Loop() {
		if n, err := readTable(data); err != nil || n != len(rows) {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}
