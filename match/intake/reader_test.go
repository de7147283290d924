package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func zip(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

func open(t testing.TB, o Options, paths ...string) *Reader {
	t.Helper()
	r, err := Open(paths, o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	return r
}

func records(t testing.TB, r *Reader) []patient.Record {
	t.Helper()
	var all []patient.Record
	for rec, err := range r.Records(context.Background()) {
		require.NoError(t, err)
		all = append(all, rec.Clone())
	}
	require.Equal(t, int64(len(all)), r.Count())
	return all
}

const clinic = "record_id,first,last,dob\n1,Ann,Smith,2001-02-03\n2,Bob,Jones,2002-03-04\n"

func TestRecords(t *testing.T) {
	want := []patient.Record{
		{Source: "clinic", ID: "1", Line: 2, Names: []patient.Name{{Given: "Ann", Family: "Smith"}}, BirthDate: patient.ParseDate("2001-02-03", "")},
		{Source: "clinic", ID: "2", Line: 3, Names: []patient.Name{{Given: "Bob", Family: "Jones"}}, BirthDate: patient.ParseDate("2002-03-04", "")},
	}
	for _, tt := range []struct{ name, file, text string }{
		{"plain", "clinic.csv", clinic},
		{"gzip by content", "clinic.csv", zip(t, clinic)},
		{"two gzip members", "clinic.csv.gz", zip(t, clinic[:40]) + zip(t, clinic[40:])},
		{"semicolons", "clinic.csv", strings.ReplaceAll(clinic, ",", ";")},
		{"tabs", "clinic.tsv", strings.ReplaceAll(clinic, ",", "\t")},
		{"bars", "clinic.txt", strings.ReplaceAll(clinic, ",", "|")},
		{"CRLF", "clinic.csv", strings.ReplaceAll(clinic, "\n", "\r\n")},
		{"no final newline", "clinic.csv", strings.TrimSuffix(clinic, "\n")},
		{"byte order mark", "clinic.csv", "\ufeff" + clinic},
		{"byte order mark in gzip", "clinic.csv", zip(t, "\ufeff"+clinic)},
		{"spaces after commas", "clinic.csv", strings.ReplaceAll(clinic, ",", ", ")},
		{"quoted", "clinic.csv", strings.ReplaceAll(clinic, "Ann", `"Ann"`)},
		{"a separator at each line's end", "clinic.csv", strings.ReplaceAll(strings.ReplaceAll(clinic, "\n", ",\n"), "dob,", "dob")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := open(t, Options{}, write(t, tt.file, tt.text))
			assertRecords(t, want, records(t, r))
			assertRecords(t, want, records(t, r), "a second pass gives the same")
			assert.Empty(t, r.Rejected())
		})
	}
	t.Run("standard input", func(t *testing.T) {
		dir := t.TempDir()
		r, err := Open([]string{"-"}, Options{Stdin: strings.NewReader(clinic), TempDir: dir})
		require.NoError(t, err)
		for range 2 {
			got := records(t, r)
			require.Len(t, got, 2)
			assert.Equal(t, "stdin", got[0].Source)
		}
		require.NoError(t, r.Close())
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left)
	})
	t.Run("a stream", func(t *testing.T) {
		for _, stream := range []io.Reader{strings.NewReader(clinic), io.MultiReader(strings.NewReader(clinic))} {
			r, err := OpenReader("clinic.csv", stream, Options{})
			require.NoError(t, err)
			assertRecords(t, want, records(t, r))
			assertRecords(t, want, records(t, r))
			require.NoError(t, r.Close())
		}
	})
}

// assertRecords compares content: empty and absent lists are the same.
func assertRecords(t testing.TB, want, got []patient.Record, note ...any) {
	t.Helper()
	require.Equal(t, len(want), len(got), note...)
	for i := range want {
		assert.Equal(t, want[i].AppendContent(nil), got[i].AppendContent(nil), note...)
		assert.Equal(t, [3]any{want[i].Source, want[i].ID, want[i].Line}, [3]any{got[i].Source, got[i].ID, got[i].Line}, note...)
	}
}

func TestIdentity(t *testing.T) {
	for _, tt := range []struct{ name, text, source, id string }{
		{"record_id", "record_id,id,last\nA,B,Smith\n", "f", "A"},
		{"rec_id before id", "id,rec_id,last\nA,B,Smith\n", "f", "B"},
		{"id before patient id", "Patient ID,ID,last\nA,B,Smith\n", "f", "B"},
		{"patient id alone", "Patient ID,last\nA,Smith\n", "f", "A"},
		{"simulant_id is a truth, not an id", "simulant_id,last\nA,Smith\n", "f", "2"},
		{"line number", "last\n\n\nSmith\n", "f", "4"},
		{"no id in this row", "id,last\n,Smith\n", "f", "line:2"},
		{"source column", "id,source,last\nA,clinic,Smith\n", "clinic", "A"},
		{"no source in this row", "id,source,last\nA,,Smith\n", "f", "A"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := records(t, open(t, Options{}, write(t, "f.csv.gz", tt.text)))
			require.Len(t, got, 1)
			assert.Equal(t, [2]string{tt.source, tt.id}, [2]string{got[0].Source, got[0].ID})
			assert.Equal(t, "Smith", got[0].Names[0].Family)
		})
	}
}

func TestBaseName(t *testing.T) {
	for path, want := range map[string]string{"a/clinic.csv": "clinic", "clinic.CSV.GZ": "clinic", "x.2024.csv.gz": "x.2024", "clinic": "clinic", "stdin": "stdin", "in/.csv": ".csv", "a.ndjson.ZST": "a"} {
		assert.Equal(t, want, baseName(filepath.FromSlash(path), Options{Decompressors: []Decompressor{{Extension: ".zst"}}}), path)
	}
}

func TestMapping(t *testing.T) {
	header := "id,truth,Vorname,name_last,dob,ssn,ward\n"
	rows := "1,p1,Ann,Smith,01/31/2001,123456789,North\n2,p2,Bob,Jones,12/01/2002,987654321,South\n"
	given, err := ParseAssignment("given_name=vorname")
	require.NoError(t, err)
	r := open(t, Options{Map: []Assignment{given}, Drop: []string{"SSN"}, Truth: "truth"}, write(t, "clinic.csv", header+rows))
	assert.Equal(t, strings.TrimPrefix(`
  id        -> record_id
  truth     -> truth
  Vorname   -> given_name
  name_last -> family_name
  dob       -> birth_date, written MM/DD/YYYY (2 of the first 2 values are)
  kept, but no evidence: ward
  dropped: ssn
`, "\n"), r.Mappings()[0].String())
	assert.Equal(t, []Layout{{Source: "clinic", Field: "birth_date", Layout: "MM/DD/YYYY"}}, r.Layouts())
	got := records(t, r)[0]
	assert.Equal(t, []patient.Attribute{{Name: "truth", Value: "p1"}, {Name: "ward", Value: "North"}}, got.Attributes)
	assert.Empty(t, got.Identifiers)
	assert.Equal(t, "2001-01-31", got.BirthDate.String())
}

func TestTruthIsNeverAField(t *testing.T) {
	path := write(t, "clinic.csv", "record_id,last,ssn\nrec-1-org,Smith,123456789\n")
	got := records(t, open(t, Options{Truth: "ssn"}, path))[0]
	assert.Empty(t, got.Identifiers)
	assert.Equal(t, []patient.Attribute{{Name: "ssn", Value: "123456789"}}, got.Attributes)
	got = records(t, open(t, Options{Truth: "record_id"}, path))[0]
	assert.Equal(t, "rec-1-org", got.ID, "an id may hold the truth and stays the id")
}

func TestLayouts(t *testing.T) {
	path := write(t, "clinic.csv", "id,last,dob\n1,Smith,05/06/2001\n2,Jones,07/08/2002\n")
	layout := func(o Options) (patient.DateLayout, string) {
		r := open(t, o, path)
		return r.Mappings()[0].Columns[2].Layout, records(t, r)[0].BirthDate.String()
	}
	l, d := layout(Options{})
	assert.Equal(t, [2]string{"MM/DD/YYYY", "2001-05-06"}, [2]string{string(l), d}, "month first where nothing tells")
	day, err := ParseAssignment("birth_date=dob:DD/MM/YYYY")
	require.NoError(t, err)
	_, d = layout(Options{Map: []Assignment{day}})
	assert.Equal(t, "2001-06-05", d)
	known := []Layout{{Field: "birth_date", Layout: "DD/MM/YYYY"}, {Source: "other", Field: "birth_date", Layout: "YYYY.MM.DD"}}
	_, d = layout(Options{Layouts: known})
	assert.Equal(t, "2001-06-05", d, "the layout of an earlier run")
	known = append(known, Layout{Source: "clinic", Field: "birth_date", Layout: "MM/DD/YYYY"})
	_, d = layout(Options{Layouts: known})
	assert.Equal(t, "2001-05-06", d, "one of the same source wins")
}

func TestParseAssignment(t *testing.T) {
	for text, want := range map[string]Assignment{
		"given_name=First Name":           {Field: "given_name", Column: "First Name"},
		"birth_date=dob:MMDDYYYY":         {Field: "birth_date", Column: "dob", Layout: "MMDDYYYY", HasLayout: true},
		"birth_date=dob:ISO":              {Field: "birth_date", Column: "dob", HasLayout: true},
		"birth_date=pt:dob":               {Field: "birth_date", Column: "pt:dob"},
		"city=a:YYYY":                     {Field: "city", Column: "a:YYYY"},
		"address=a=b":                     {Field: "address", Column: "a=b"},
		" death_date = dod : DD.MM.YYYY ": {Field: "death_date", Column: "dod ", Layout: " DD.MM.YYYY", HasLayout: true},
	} {
		got, err := ParseAssignment(text)
		require.NoError(t, err, text)
		want.Column, want.Layout = strings.TrimSpace(want.Column), patient.DateLayout(strings.TrimSpace(string(want.Layout)))
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "given_name", "given_name=", "=x", "birth_date=dob:MMYYYYYY"} {
		_, err := ParseAssignment(text)
		assert.Error(t, err, text)
	}
	_, err := ParseAssignment("givenname=x")
	assert.ErrorIs(t, err, ErrUnknownField)
	assert.ErrorContains(t, err, "given_name", "what there is")
}

func TestRejects(t *testing.T) {
	text := "id,first,last\n" + // 1
		"1,Ann,Smith\n" + // 2
		"2,Ann\n" + // 3 ragged
		"3,Ann,Smith,x\n" + // 4 ragged
		"4,\"Ann,Smith\n" + // 5 quote
		"5,Ann,Smith\n" + // 6
		",,\n" + // 7 empty
		"6,A\x00,Smith\n" + // 8
		"7,Jos\xe9,Smith\n" + // 9
		"8," + strings.Repeat("x", maxRow) + ",Smith\n" + // 10
		"9,Ann,Smith,,\n" + // 11 only empty cells too many
		"\"10\",\"a\nb\",\"c\"\"d\"\n" // 12, 13
	var told []Reject
	path := write(t, "clinic.csv", text)
	r := open(t, Options{Reject: func(r Reject) error { told = append(told, r); return nil }}, path)
	ids := func() (ids []string) {
		for _, rec := range records(t, r) {
			ids = append(ids, rec.ID)
		}
		return ids
	}
	assert.Equal(t, []string{"1", "5", "9", "10"}, ids())
	want := []Reject{
		{path, "clinic", 3, ReasonRagged}, {path, "clinic", 4, ReasonRagged}, {path, "clinic", 5, ReasonQuote},
		{path, "clinic", 7, ReasonEmpty}, {path, "clinic", 8, ReasonNUL}, {path, "clinic", 9, ReasonInvalidUTF8}, {path, "clinic", 10, ReasonLong},
	}
	assert.Equal(t, want, told)
	assert.Equal(t, []string{"1", "5", "9", "10"}, ids())
	assert.Equal(t, want, told, "told once, not once a pass")
	assert.Equal(t, map[Reason]int64{ReasonRagged: 2, ReasonQuote: 1, ReasonEmpty: 1, ReasonNUL: 1, ReasonInvalidUTF8: 1, ReasonLong: 1}, r.Rejected())
	for reason := range r.Rejected() {
		assert.NotEqual(t, string(reason), reason.Meaning())
	}
}

func TestRejectErrorEndsThePass(t *testing.T) {
	full := errors.New("disk full")
	r := open(t, Options{Reject: func(Reject) error { return full }}, write(t, "clinic.csv", clinic+"3,Ann\n4,Eve,Hill,\n"))
	var last error
	for _, err := range r.Records(context.Background()) {
		last = err
	}
	assert.ErrorIs(t, last, full)
}

func TestOpenErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		o          Options
		is         error
		says       string
	}{
		{"empty file", "", Options{}, ErrEmpty, "needs a header line"},
		{"only line ends", "\n\r\n", Options{}, ErrEmpty, "needs a header line"},
		{"empty gzip", zip(t, ""), Options{}, ErrEmpty, "needs a header line"},
		{"header only", "first,last,dob\n", Options{}, ErrHeaderOnly, "below the header"},
		{"no known column", "Abcxyz,Defxyz\n1,2\n", Options{}, ErrNoColumns, "--map field=column"},
		{"an id is no field", "record_id,source,truth\n1,2,3\n", Options{Truth: "truth"}, ErrNoColumns, "--map"},
		{"map of an absent column", clinic, Options{Map: []Assignment{{Field: "city", Column: "town"}}}, ErrAbsentColumn, "its columns are record_id, first, last, dob"},
		{"drop of an absent column", clinic, Options{Drop: []string{"town"}}, ErrAbsentColumn, `"town"`},
		{"truth in an absent column", clinic, Options{Truth: "town"}, ErrAbsentColumn, `"town"`},
		{"two columns for one field", "first,fname,last\nAnn,Ann,Smith\n", Options{}, ErrTwoColumns, "--map given_name=COLUMN"},
		{"map of two columns to one field", clinic, Options{Map: []Assignment{{Field: "city", Column: "first"}, {Field: "city", Column: "last"}}}, ErrTwoColumns, "--drop"},
		{"map to no field", clinic, Options{Map: []Assignment{{Field: "town", Column: "first"}}}, ErrUnknownField, "given_name"},
		{"UTF-16 with a mark", "\xff\xfel\x00a\x00", Options{}, ErrEncoding, "iconv -f UTF-16"},
		{"UTF-16 without", "l\x00a\x00s\x00t\x00,\x00a\x00\n\x00", Options{}, ErrEncoding, "iconv -f UTF-16"},
		{"Latin-1 in the header", "last,pr\xe9nom\nSmith,x\n", Options{}, ErrEncoding, "iconv -f WINDOWS-1252"},
		{"zero bytes in the header", "last,\x00first name\nSmith,x\n", Options{}, ErrFormat, "export it again"},
		{"carriage returns alone", strings.ReplaceAll(clinic, "\n", "\r"), Options{}, ErrFormat, "tr '\\r' '\\n'"},
		{"a JSON array", `[{"first": "Ann"}]`, Options{}, ErrFormat, "jq -c '.[]'"},
		{"JSON over several lines", "{\n\"first\": \"Ann\"\n}\n", Options{}, ErrUnreadable, "jq -c ."},
		{"JSON without a known key", `{"abcxyz": "Ann"}`, Options{}, ErrNoColumns, "--map field=column"},
		{"Parquet", "PAR1....", Options{}, ErrFormat, "Parquet"},
		{"workbook", "PK\x03\x04....", Options{}, ErrFormat, "save the sheet as CSV"},
		{"zstd", "\x28\xb5\x2f\xfd....", Options{}, ErrFormat, "zstd -d"},
		{"unreadable header", "first,\"last\nAnn,Smith\n", Options{}, ErrFormat, "mend the header line"},
		{"too many columns", strings.Repeat("first,", maxColumns) + "last\nAnn,Smith\n", Options{}, ErrFormat, "at most"},
		{"nothing but rejects", clinic[:24] + "\n1,Ann\n2,Bob\n", Options{}, ErrUnreadable, "2 rows were tried"},
		{"gzip cut short", zip(t, clinic)[:40], Options{}, io.ErrUnexpectedEOF, "damaged or cut short"},
		{"gzip that is none", "\x1f\x8bxxxxxxxxxxxxxx", Options{}, gzip.ErrHeader, "damaged or cut short"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "clinic.csv", tt.text)
			_, err := Open([]string{path}, tt.o)
			require.ErrorIs(t, err, tt.is)
			assert.ErrorContains(t, err, tt.says)
			e, ok := errors.AsType[*Error](err)
			require.True(t, ok)
			assert.Equal(t, path, e.File)
			assert.NotContains(t, err.Error(), "Smith")
			assert.NotContains(t, err.Error(), "Ann")
		})
	}
	t.Run("no such file", func(t *testing.T) {
		_, err := Open([]string{filepath.Join(t.TempDir(), "none.csv")}, Options{})
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.ErrorContains(t, err, "check the name")
	})
	t.Run("a directory", func(t *testing.T) {
		_, err := Open([]string{t.TempDir()}, Options{})
		require.ErrorIs(t, err, ErrDirectory)
		assert.ErrorContains(t, err, "name the files in it")
	})
	t.Run("line numbers of two files of one name", func(t *testing.T) {
		a, b := write(t, "clinic.csv", "last\nSmith\n"), write(t, "clinic.csv", "last\nSmith\n")
		_, err := Open([]string{a, b}, Options{})
		require.ErrorIs(t, err, ErrSameSource)
		assert.ErrorContains(t, err, "rename one")
		open(t, Options{}, write(t, "clinic.csv", clinic), write(t, "clinic.csv", clinic))
	})
}

// A file without a header has a patient in its first line.
func TestErrorsDoNotShowAFirstLineThatIsAPatient(t *testing.T) {
	path := write(t, "clinic.csv", "Canarygiven,Canaryfamily,2001-02-03\n")
	for _, o := range []Options{{}, {Drop: []string{"ssn"}}, {Map: []Assignment{{Field: "city", Column: "town"}}}} {
		_, err := Open([]string{path}, o)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "Canary")
		assert.NotContains(t, err.Error(), "2001")
	}
}

func TestFileThatBreaksOffLater(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,last\n")
	for i := range 200_000 {
		fmt.Fprintf(&text, "%d,x%x\n", i, i*7919)
	}
	whole := zip(t, text.String())
	path := write(t, "clinic.csv.gz", whole[:len(whole)-5000])
	r := open(t, Options{}, path)
	var last error
	n := 0
	for _, err := range r.Records(context.Background()) {
		n++
		last = err
	}
	require.ErrorIs(t, last, io.ErrUnexpectedEOF)
	assert.ErrorContains(t, last, "damaged or cut short")
	assert.Greater(t, n, 1000)
}

func TestColumnsOfSeveralValues(t *testing.T) {
	r := open(t, Options{}, write(t, "clinic.csv", "last,phone1,phone2\nSmith,111,222\n"))
	assert.Equal(t, []string{"111", "222"}, records(t, r)[0].Phones)
}

func TestProgress(t *testing.T) {
	path := write(t, "clinic.csv", "id,last\n"+strings.Repeat("1,Smith\n", 200_000))
	var told []int64
	var total int64
	r := open(t, Options{Progress: func(done, all int64) { told, total = append(told, done), all }}, path)
	records(t, r)
	assert.Equal(t, int64(8+8*200_000), total)
	assert.Equal(t, total, told[len(told)-1])
	assert.True(t, slices.IsSorted(told))
	assert.Greater(t, len(told), 3)
}

func TestCancel(t *testing.T) {
	r := open(t, Options{}, write(t, "clinic.csv", "id,last\n"+strings.Repeat("1,Smith\n", 10_000)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for _, err := range r.Records(ctx) {
		if n++; n == 5 {
			cancel()
		}
		if err != nil {
			assert.ErrorIs(t, err, context.Canceled)
			assert.Less(t, n, 2000)
			return
		}
	}
	t.Fatal("the sequence went on")
}

func TestCallerStops(t *testing.T) {
	a, b := write(t, "a.csv", clinic), write(t, "b.csv", clinic)
	n := 0
	for range open(t, Options{}, a, b).Records(context.Background()) {
		if n++; n == 1 {
			break
		}
	}
	assert.Equal(t, 1, n)
}

// Setters are SetField with the name looked up beforehand.
func TestSettersEqualSetField(t *testing.T) {
	names := slices.DeleteFunc(patient.StandardNames(), func(n string) bool { return n == fieldRecordID || n == fieldSource })
	value := rapid.OneOf(rapid.SampledFrom([]string{" ", "a;b", " x ", "2001-02-03", "01/02/2003", ";", "A"}), rapid.StringN(1, 5, -1))
	rapid.Check(t, func(t *rapid.T) {
		var fast, plain patient.Record
		for range rapid.IntRange(1, 12).Draw(t, "cells") {
			name := rapid.SampledFrom(names).Draw(t, "name")
			v := value.Draw(t, "value")
			layout := rapid.SampledFrom([]patient.DateLayout{"", "MM/DD/YYYY"}).Draw(t, "layout")
			fieldSetter(name, layout)(&fast, v)
			plain.SetField(name, v, layout)
		}
		if !bytes.Equal(fast.AppendContent(nil), plain.AppendContent(nil)) {
			t.Fatalf("fast %+v\nplain %+v", fast, plain)
		}
	})
}

// What encoding/csv writes comes back.
func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	cell := rapid.StringOf(rapid.RuneFrom([]rune("ab \",;\n\t'é|"))).Filter(func(s string) bool { return s == strings.TrimSpace(s) })
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 20).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = rune(rapid.SampledFrom([]byte(separators)).Draw(t, "separator"))
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		w.Write([]string{"record_id", "family_name", "city"})
		w.WriteAll(rows)
		path := filepath.Join(dir, "f.csv")
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open([]string{path}, Options{})
		if errors.Is(err, ErrUnreadable) {
			return // nothing but empty rows
		}
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		i := 0
		for rec, err := range r.Records(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			for blank(rows[i]) {
				i++
			}
			var want patient.Record
			want.ID = rows[i][0]
			if want.ID == "" {
				want.ID = fmt.Sprintf("line:%d", rec.Line)
			}
			want.SetField("family_name", rows[i][1], "")
			want.SetField("city", rows[i][2], "")
			if rec.ID != want.ID || !bytes.Equal(rec.AppendContent(nil), want.AppendContent(nil)) {
				t.Fatalf("got %+v\nwant %+v", rec, want)
			}
			i++
		}
		if n := r.Rejected(); len(n) > 1 || len(n) == 1 && n[ReasonEmpty] == 0 {
			t.Fatalf("rejected %v", n)
		}
	})
}

func TestRealFiles(t *testing.T) {
	for _, tt := range []struct {
		file    string
		records int
		layout  string
	}{
		{"febrl/dataset3.csv", 5000, ""},
		{"febrl/dataset4a.csv", 5000, ""},
		{"splink/fake_1000.csv", 1000, ""},
		{"splink/historical_50k.csv.gz", 50_578, ""},
		{"households/gen_100k.csv.gz", 100_000, ""},
		{"pseudopeople/shared_census_2020_s0.csv.gz", 10_231, "MM/DD/YYYY"},
		{"pseudopeople/shared_ssa_2029_s0.csv.gz", 19_871, ""},
		{"pseudopeople/shared_wic_2019_2028_s0.csv.gz", 1415, "MMDDYYYY"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			r := open(t, Options{}, testdata.Path(t, tt.file))
			n := 0
			for _, err := range r.Records(context.Background()) {
				require.NoError(t, err)
				n++
			}
			assert.Equal(t, tt.records, n)
			assert.Empty(t, r.Rejected())
			for _, l := range r.Layouts() {
				assert.Equal(t, tt.layout, string(l.Layout))
			}
		})
	}
}

func BenchmarkRecords(b *testing.B) {
	path := write(b, "gen.csv", benchText())
	r := open(b, Options{}, path)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range r.Records(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchRows), "ns/row")
}
