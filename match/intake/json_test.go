package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

const clinicJSON = `{"record_id":"1","first":"Ann","last":"Smith","dob":"2001-02-03"}
{"record_id":"2","first":"Bob","last":"Jones","dob":"2002-03-04"}
`

func TestNDJSONIsReadAsCSVIs(t *testing.T) {
	want := records(t, open(t, Options{}, write(t, "clinic.csv", clinic)))
	for i := range want {
		want[i].Line-- // there is no header line
	}
	for _, tt := range []struct{ name, file, text string }{
		{"plain", "clinic.ndjson", clinicJSON},
		{"gzip", "clinic.jsonl.gz", zip(t, clinicJSON)},
		{"by content, whatever it is called", "clinic.csv", clinicJSON},
		{"byte order mark", "clinic.ndjson", "\ufeff" + clinicJSON},
		{"CRLF", "clinic.ndjson", strings.ReplaceAll(clinicJSON, "\n", "\r\n")},
		{"no final newline", "clinic.ndjson", strings.TrimSpace(clinicJSON)},
		{"spaces", "clinic.ndjson", strings.NewReplacer(":", " : ", ",", " ,\t", "{", " { ", "}", " } ").Replace(clinicJSON)},
		{"numbers and escapes", "clinic.ndjson", strings.NewReplacer(`"1"`, "1.0", `"2"`, "2", "Ann", `\u0041nn`, "Jones", `Jone\u0073`).Replace(clinicJSON)},
		{"objects inside", "clinic.ndjson", strings.NewReplacer(`"first"`, `"name":{"first"`, `,"dob"`, `},"dob"`).Replace(clinicJSON)},
		{"another order of keys", "clinic.ndjson", strings.Replace(clinicJSON, `"first":"Ann","last":"Smith"`, `"last":"Smith","first":"Ann"`, 1)},
		{"nulls", "clinic.ndjson", strings.ReplaceAll(clinicJSON, "}", `,"phone":null,"email":[]}`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := open(t, Options{}, write(t, tt.file, tt.text))
			for range 2 {
				assertRecords(t, want, records(t, r))
			}
			assert.Empty(t, r.Rejected())
		})
	}
}

func TestNDJSONValues(t *testing.T) {
	line := `{"last":"Smith","phone":["111",222,null],"email":["a@b.c","d@e.f"],"zip":37061.0,"multiple_birth":true,"protected":false,` +
		`"mrn":["5","6"],"mrn_authority":"H","doses":[{"cvx":"08"},{"cvx":"10","lot":"x"}],"alias":[["Sue"],"Zoe"],"ward":"North"}`
	rec := records(t, open(t, Options{}, write(t, "f.ndjson", line)))[0]
	assert.Equal(t, []string{"111", "222"}, rec.Phones)
	assert.Equal(t, []string{"a@b.c", "d@e.f"}, rec.Emails)
	assert.Equal(t, "37061", rec.Addresses[0].PostalCode)
	assert.Equal(t, "Y", rec.MultipleBirth)
	assert.False(t, rec.Protected)
	assert.Equal(t, []patient.Identifier{{Authority: "H", Type: patient.IDMedicalRecord, Value: "5"}, {Authority: "H", Type: patient.IDMedicalRecord, Value: "6"}}, rec.Identifiers)
	assert.Equal(t, []patient.Attribute{{Name: "doses.cvx", Value: "08;10"}, {Name: "doses.lot", Value: ";x"}, {Name: "ward", Value: "North"}}, rec.Attributes)
	require.Len(t, rec.Names, 3)
	assert.Equal(t, "1", rec.ID, "no id: the line")
}

func TestNDJSONRejects(t *testing.T) {
	deep := strings.Repeat(`{"a":`, maxNesting) + "{}" + strings.Repeat("}", maxNesting)
	text := `{"id":"1","last":"Smith"}` + "\n" + // 1
		`{"id":"2","last":"Smith"` + "\n" + // 2
		`["id"]` + "\n" + // 3
		`{}` + "\n\n" + // 4
		`{"id":"5","last":"Sm` + "\xff" + `ith"}` + "\n" + // 6
		`{"id":"6","last":"Sm\u0000ith"}` + "\n" + // 7
		`{"id":"7","last":"` + strings.Repeat("x", maxRow) + `"}` + "\n" + // 8
		`{"id":"8"} {"id":"9"}` + "\n" + // 9
		`null` + "\n" + // 10
		deep + "\n" + // 11
		`{"id":"11","last":"Smith","` + "late" + `":"x"}` + "\n" // 12
	var told []Reject
	path := write(t, "clinic.ndjson", text)
	r := open(t, Options{Reject: func(r Reject) error { told = append(told, r); return nil }}, path)
	for range 2 {
		got := records(t, r)
		require.Len(t, got, 2)
		assert.Equal(t, [2]string{"1", "11"}, [2]string{got[0].ID, got[1].ID})
	}
	want := []Reject{
		{path, "clinic", 2, ReasonJSON}, {path, "clinic", 3, ReasonJSON}, {path, "clinic", 4, ReasonEmpty}, {path, "clinic", 6, ReasonInvalidUTF8},
		{path, "clinic", 7, ReasonNUL}, {path, "clinic", 8, ReasonLong}, {path, "clinic", 9, ReasonJSON}, {path, "clinic", 10, ReasonJSON}, {path, "clinic", 11, ReasonJSON},
	}
	assert.Equal(t, want, told)
}

// A key may come first when a pass is under way.
func TestNDJSONLateKeys(t *testing.T) {
	var b strings.Builder
	for i := range sampleRows + 1 {
		fmt.Fprintf(&b, `{"id":"%d","last":"Smith"}`+"\n", i)
	}
	b.WriteString(`{"id":"x","last":"Smith","zip":"37061","first":"Ann","surname":"Jones","colour":"red"}` + "\n")
	r := open(t, Options{}, write(t, "clinic.ndjson", b.String()))
	require.Len(t, r.Mappings()[0].Columns, 2)
	for range 2 {
		all := records(t, r)
		rec := all[len(all)-1]
		assert.Equal(t, patient.Name{Given: "Ann", Family: "Smith"}, rec.Names[0])
		assert.Equal(t, "37061", rec.Addresses[0].PostalCode)
		assert.Equal(t, []patient.Attribute{{Name: "colour", Value: "red"}, {Name: "surname", Value: "Jones"}}, rec.Attributes, "the field has a column already")
	}
	assert.Contains(t, r.Mappings()[0].String(), "first met in a later row: zip, first, surname, colour")
}

func TestNDJSONKeysAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range maxColumns + 10 {
		fmt.Fprintf(&b, `{"last":"Smith","canary%d":"x"}`+"\n", i)
	}
	_, err := Open([]string{write(t, "clinic.ndjson", b.String())}, Options{})
	require.ErrorIs(t, err, ErrFormat)
	assert.NotContains(t, err.Error(), "canary")
	late := strings.Repeat(`{"last":"Smith"}`+"\n", sampleRows) + b.String()
	r := open(t, Options{}, write(t, "clinic.ndjson", late))
	var last error
	for _, err := range r.Records(context.Background()) {
		last = err
	}
	require.ErrorIs(t, last, ErrFormat)
}

// flat is encoding/json, for the lines it takes.
func FuzzNDJSON(f *testing.F) {
	for _, s := range []string{
		clinicJSON, `{"a":[ "x" , "y"],"b":-1.50e+3,"c":null,"d":true,"e":0.0}`, `{"a":"\u0041","a":"b"}`, `{"a":01}`, `{"a":{"b":[{"c":1},2,[3]]}} `, `{} `, `{"a":"x",}`, `{"":""}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := &jsonRows{}
		pairs, ok := r.flat(s)
		if !ok || textFault(s) != "" {
			return
		}
		got := map[string]string{}
		for _, p := range pairs {
			got[p.key] = p.value
		}
		plain, ok := flatten(s)
		require.True(t, ok, s)
		want := map[string]string{}
		for _, p := range plain {
			want[p.key] = p.value
		}
		require.Equal(t, want, got)
	})
}

// The rows do not depend on how the bytes arrive, nor do the cells of one row on
// those of the row before it.
func TestNDJSONRowsStandAlone(t *testing.T) {
	lines := []string{`{"a":"1","b":"2"}`, `{"b":"3"}`, `{"a":"4","c":{"d":"5"}}`, `{"b":"6","a":"7","a":"8"}`, `{"x":1`, `{"c.d":"9"}`}
	all := newJSONRows(&text{Reader: strings.NewReader(strings.Join(lines, "\n")), file: io.NopCloser(nil)}, newKeys(func(string) error { return nil }))
	all.buf = make([]byte, 4)
	for _, line := range lines {
		reason, err := all.next()
		require.NoError(t, err)
		one := newJSONRows(&text{Reader: strings.NewReader(line), file: io.NopCloser(nil)}, newKeys(func(string) error { return nil }))
		oneReason, err := one.next()
		require.NoError(t, err)
		require.Equal(t, oneReason, reason)
		if reason == "" {
			assert.Equal(t, cellsByName(one), cellsByName(all), line)
		}
	}
}

func cellsByName(r *jsonRows) map[string]string {
	m := map[string]string{}
	for i, c := range r.cells {
		if c != "" {
			m[r.keys.names[i]] = c
		}
	}
	return m
}

// stubTable is a Format for tests: rows of cells behind a magic.
type stubTable struct {
	rows [][]string
	err  error
	at   int
}

func (s *stubTable) Columns() []string { return s.rows[0] }
func (s *stubTable) Close() error      { return nil }
func (s *stubTable) Next() ([]string, error) {
	if s.at++; s.at < len(s.rows) {
		return s.rows[s.at], nil
	}
	if s.err != nil {
		return nil, s.err
	}
	return nil, io.EOF
}

func TestFormat(t *testing.T) {
	rows := [][]string{{"record_id", "first", "last", "dob"}, {"1", "Ann", "Smith", "02/13/2001"}, {"2", "B\x00b", "Jones", ""}, {"3", "\xff", "Jones", ""},
		{"4", strings.Repeat("x", maxRow), "", ""}, {"", "", "", ""}, {"6", "Eve", "Hill", "12/31/1999"}}
	broken := error(nil)
	o := Options{Formats: []Format{{Magic: "STUB", Open: func(file io.ReaderAt, size int64) (Table, error) {
		got := make([]byte, size)
		_, err := file.ReadAt(got, 0)
		return &stubTable{rows: rows, err: broken}, err
	}}}}
	path := write(t, "clinic.stub", "STUB of a table")
	for _, r := range []*Reader{open(t, o, path), must(OpenReader("clinic.stub", strings.NewReader("STUB"), o)), must(OpenReader("clinic.stub", io.MultiReader(strings.NewReader("STUB")), o))} {
		for range 2 {
			got := records(t, r)
			require.Len(t, got, 2)
			assert.Equal(t, [3]any{"clinic", "1", int64(1)}, [3]any{got[0].Source, got[0].ID, got[0].Line})
			assert.Equal(t, "1999-12-31", got[1].BirthDate.String())
		}
		assert.Equal(t, map[Reason]int64{ReasonNUL: 1, ReasonInvalidUTF8: 1, ReasonLong: 1, ReasonEmpty: 1}, r.Rejected())
		assert.Contains(t, r.Mappings()[0].String(), "dob       -> birth_date, written MM/DD/YYYY (2 of the first 2 values are)")
	}
	broken = errors.New("page 7 is damaged")
	_, err := Open([]string{path}, o)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "copy it or write it again")
}

func must(r *Reader, err error) *Reader {
	if err != nil {
		panic(err)
	}
	return r
}

func TestDecompressor(t *testing.T) {
	broken := errors.New("block 3 is damaged")
	o := Options{Decompressors: []Decompressor{{Magic: "ROT", Extension: ".rot", Open: func(r io.Reader) (io.ReadCloser, error) {
		_, err := io.ReadFull(r, make([]byte, 3))
		return io.NopCloser(io.MultiReader(r, iotestErr{broken})), err
	}}}}
	_, err := Open([]string{write(t, "clinic.csv.rot", "ROT"+clinic)}, o)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "damaged or cut short")
	broken = io.EOF
	r := open(t, o, write(t, "clinic.csv.rot", "ROT"+clinic))
	assert.Len(t, records(t, r), 2)
	assert.Equal(t, "clinic", r.Mappings()[0].Source)
}

type iotestErr struct{ err error }

func (e iotestErr) Read([]byte) (int, error) { return 0, e.err }

func benchJSON() string {
	var text bytes.Buffer
	for i := range benchRows {
		fmt.Fprintf(&text, `{"record_id":"r%08d","cluster_id":"21283","first_name":"nugela","surname":"zaidaiton","dob":"1996-02-22","sex":"F","postcode":"37061","city":"chiecheleyville","phone":"2739159868"}`+"\n", i)
	}
	return text.String()
}

// BenchmarkNDJSON reads objects of nine keys, beside encoding/json.
func BenchmarkNDJSON(b *testing.B) {
	all := benchJSON()
	perRow := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchRows), "ns/row")
	}
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := newJSONRows(&text{Reader: strings.NewReader(all), file: io.NopCloser(nil)}, newKeys(func(string) error { return nil }))
			for {
				if _, err := r.next(); err != nil {
					break
				}
			}
		}
		perRow(b)
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dec := json.NewDecoder(strings.NewReader(all))
			for {
				var row struct {
					RecordID  string `json:"record_id"`
					ClusterID string `json:"cluster_id"`
					First     string `json:"first_name"`
					Surname   string `json:"surname"`
					DOB       string `json:"dob"`
					Sex       string `json:"sex"`
					Postcode  string `json:"postcode"`
					City      string `json:"city"`
					Phone     string `json:"phone"`
				}
				if dec.Decode(&row) != nil {
					break
				}
			}
		}
		perRow(b)
	})
}
