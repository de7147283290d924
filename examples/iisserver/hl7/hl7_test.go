package hl7

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

const birth = `MSH|^~\&|EHR|HOSP^1.2.3^ISO|IIS|STATE|20260315093000-0500||VXU^V04^VXU_V04|M1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS
PID|1||111^^^HOSP^MR~BC99^^^STATE^BR||SMITH^BABYBOY^^^^^L~SMITH^MALE^^^^^A|JONES^Judy^^^^^M|202603141205|M|||12 Oak St^Apt 2^Adrian^MI^49221^USA^H~1 Bad^^^^^^BA||^PRN^PH^^^616^2340100~^NET^Internet^judy@example.org||||||||||HOSP|Y|2
PD1||||||||||||N
NK1|1|SMITH^Judy^^^^^L|MTH^Mother^HL70063|||||||||||||19950102
ORC|RE||D1^HOSP
RXA|0|1|20260314|20260314|08^HepB^CVX^58160-0820-11^x^NDC|0.5|mL||00^New^NIP001||||||LOT1||MSD^Merck^MVX|||CP|A
`

func read(t *testing.T, text string) (Update, []Fault) {
	t.Helper()
	m, err := Parse([]byte(text))
	require.NoError(t, err)
	return ReadUpdate(m)
}

func TestUpdate(t *testing.T) {
	u, faults := read(t, birth)
	assert.Empty(t, faults)
	r := u.Record
	assert.Equal(t, "HOSP", r.Source)
	assert.Equal(t, "MR:HOSP:111", r.ID)
	assert.Equal(t, "BC99", r.BirthCertificate)
	assert.Equal(t, []patient.Name{{Given: "BABYBOY", Family: "SMITH"}, {Use: patient.NameAlias, Given: "MALE", Family: "SMITH"}}, r.Names)
	assert.Equal(t, patient.Parent{Given: "Judy", Family: "SMITH", Maiden: "JONES", BirthDate: patient.ParseDate("1995-01-02", "")}.Given, r.Mother.Given)
	assert.Equal(t, "JONES", r.Mother.Maiden)
	assert.Equal(t, "20260314", r.BirthDate.Compact())
	assert.Equal(t, "202603141205", r.BirthTime)
	assert.Equal(t, []string{"6162340100"}, r.Phones)
	assert.Equal(t, []string{"judy@example.org"}, r.Emails)
	require.Len(t, r.Addresses, 1, "a bad address is none")
	assert.Equal(t, "49221", r.Addresses[0].PostalCode)
	assert.Equal(t, "Y2", r.MultipleBirth+r.BirthOrder)
	assert.Equal(t, []patient.Guardian{{Relationship: "MTH", Given: "Judy", Family: "SMITH"}}, r.Guardians)
	require.Len(t, u.Orders, 1)
	o := u.Orders[0]
	assert.Equal(t, "D1:HOSP", o.ID)
	assert.True(t, o.Given)
	assert.Equal(t, patient.Dose{CVX: "08", MVX: "MSD", NDC: "58160-0820-11", Lot: "LOT1", Date: o.Dose.Date}, o.Dose)
	assert.Equal(t, "20260314", o.Dose.Date.Compact())
}

// TestFaults changes one thing of a good message and names the ERR that results.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, old, now string
		code           string // MSA-1
		err            string // location, 0357, severity, 0533
	}{
		{"good", "", "", "AA", ""},
		{"born tomorrow", "|202603141205|", "|20260316|", "AE", "PID^1^7|101|E|1"},
		{"no birth date", "|202603141205|", "||", "AE", "PID^1^7|101|E|7"},
		{"half a birth date", "|202603141205|", "|202603|", "AE", "PID^1^7|102|E|2"},
		{"no identifier", "111^^^HOSP^MR~BC99^^^STATE^BR", "", "AE", "PID^1^3|101|E|7"},
		{"no name", "SMITH^BABYBOY^^^^^L~SMITH^MALE^^^^^A", `""`, "AE", "PID^1^5|101|E|7"},
		{"indicator and order swapped", "|HOSP|Y|2", "|HOSP|2|Y", "AA", "PID^1^24|0|W|3"},
		{"twin without an order", "|HOSP|Y|2", "|HOSP|Y|", "AA", "PID^1^25|0|W|3"},
		{"protected", "PD1||||||||||||N", "PD1||||||||||||Y", "AA", "PD1^1^12|0|W|"},
		{"dose before the birth", "RXA|0|1|20260314|", "RXA|0|1|20250314|", "AE", "RXA^1^3|0|E|1"},
		{"no vaccine", "|08^HepB^CVX^58160-0820-11^x^NDC|", "||", "AE", "RXA^1^5|101|E|7"},
		{"vaccine that is no CVX", "|08^HepB", "|HEPB^HepB", "AE", "RXA^1^5|103|E|5"},
		{"another message", "VXU^V04^VXU_V04", "ADT^A01", "AR", "MSH^1^9|200|E|"},
		{"another event", "VXU^V04^VXU_V04", "VXU^V99", "AR", "MSH^1^9|201|E|"},
		{"no processing id", "|P|2.5.1|", "||2.5.1|", "AR", "MSH^1^11|202|E|"},
		{"version 3", "|P|2.5.1|", "|P|3|", "AR", "MSH^1^12|203|E|"},
		{"no control id", "|M1|", "||", "AR", "MSH^1^10|101|E|"},
		{"no PID", "PID|1|", "ZID|1|", "AR", "PID^1|100|E|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, birth, c.old)
			u, faults := read(t, strings.Replace(birth, c.old, c.now, 1))
			ack := string(Ack(sender, u.Header, faults))
			m, err := Parse([]byte(ack))
			require.NoError(t, err)
			assert.Equal(t, c.code, m.Segment("MSA").Get(1, 1), ack)
			if e := m.Segment("ERR"); c.err == "" {
				assert.False(t, e.Has(), ack)
			} else {
				assert.Equal(t, c.err, strings.Join([]string{e.Field(2).text, e.Get(3, 1), e.Get(4, 1), e.Get(5, 1)}, "|"))
			}
			for _, secret := range []string{"SMITH", "BABYBOY", "Judy", "JONES", "2340100", "20260316"} {
				assert.NotContains(t, ack, secret)
			}
		})
	}
}

var sender = Sender{Application: "IDEM", Facility: "STATE", ID: "A1", Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)}

const query = `MSH|^~\&|EHR|CLINIC|IIS|STATE|20260401||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z44^CDCPHINVS
QPD|Z44^Request^CDCPHINVS|T1|9^^^CLINIC^MR|SMITH^LIAM^^^^^L|JONES^^^^^^M|20260314|M|12 Oak St^^Adrian^MI^49221|^PRN^PH^^^616^2340100|Y|2
RCP|I|5^RD&records&HL70126
`

func TestQueryAndResponse(t *testing.T) {
	m, err := Parse([]byte(query))
	require.NoError(t, err)
	q, faults := ReadQuery(m)
	require.Empty(t, faults)
	assert.Equal(t, 5, q.Limit)
	assert.Equal(t, "T1", q.Tag)
	assert.Equal(t, "MR:CLINIC:9", q.Record.ID)
	assert.Equal(t, "LIAM", q.Record.Names[0].Given)
	assert.Equal(t, "2", q.Record.BirthOrder)

	u, _ := read(t, birth)
	u.Record.Doses = []patient.Dose{u.Orders[0].Dose}
	found := []Patient{{ID: "E0000001", Record: u.Record}}
	for _, c := range []struct {
		outcome        Outcome
		n              int
		profile, qak   string
		patients, shot int
	}{
		{OneFound, 1, "Z42", "OK", 1, 1}, {SeveralFound, 2, "Z31", "OK", 2, 0}, {TooMany, 2, "Z33", "TM", 0, 0}, {NoneFound, 1, "Z33", "NF", 0, 0},
	} {
		patients := append([]Patient{}, found...)
		if c.n == 2 {
			patients = append(patients, found...)
		}
		answer := Response(sender, q, c.outcome, patients, nil)
		m, err := Parse(answer)
		require.NoError(t, err)
		assert.Equal(t, c.profile, m.Segment("MSH").Get(21, 1))
		assert.Equal(t, "AA", m.Segment("MSA").Get(1, 1))
		assert.Equal(t, "Q1", m.Segment("MSA").Get(2, 1))
		assert.Equal(t, c.qak, m.Segment("QAK").Get(2, 1))
		assert.Equal(t, "T1", m.Segment("QPD").Get(2, 1))
		assert.Equal(t, c.patients, strings.Count(string(answer), "\rPID|"))
		assert.Equal(t, c.shot, strings.Count(string(answer), "\rRXA|"))
	}

	// What is written reads back.
	q.Header.Profile = "Z34"
	m, err = Parse(Response(sender, q, OneFound, found, nil))
	require.NoError(t, err)
	assert.Equal(t, "Z32", m.Segment("MSH").Get(21, 1))
	back := reader{header: Header{Facility: "STATE", Time: patient.ParseDate("20260401", "")}, record: new(patient.Record)}
	back.patient(m.Segment("PID"))
	assert.Equal(t, u.Record.Names[0], back.record.Names[0])
	assert.Equal(t, u.Record.Phones, back.record.Phones)
	assert.Equal(t, "20260314", back.record.BirthDate.Compact())
	orders := back.orders(m)
	require.Len(t, orders, 1)
	assert.Equal(t, u.Record.Doses[0].Lot, orders[0].Dose.Lot)
}

func TestQueryFaults(t *testing.T) {
	for name, c := range map[string][3]string{
		"no tag":                {"|T1|", "||", "AE"},
		"another profile":       {"|Z44^CDCPHINVS\nQPD", "|Z99^CDCPHINVS\nQPD", "AE"},
		"no name and no number": {"9^^^CLINIC^MR|SMITH^LIAM^^^^^L", "|", "AE"},
		"no QPD":                {"QPD|", "ZPD|", "AR"},
	} {
		require.Contains(t, query, c[0])
		m, err := Parse([]byte(strings.Replace(query, c[0], c[1], 1)))
		require.NoError(t, err)
		q, faults := ReadQuery(m)
		answer, err := Parse(Response(sender, q, OneFound, []Patient{{ID: "E1"}}, faults))
		require.NoError(t, err)
		assert.Equal(t, c[2], answer.Segment("MSA").Get(1, 1), name)
		assert.Equal(t, c[2], answer.Segment("QAK").Get(2, 1), name)
		assert.False(t, answer.Segment("PID").Has(), name)
	}
}

func TestParse(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no MSH": "PID|1", "short": "MSH|^~", "one separator twice": `MSH|^^\&|`, "batch": "BHS|^~\\&|\rMSH|^~\\&|",
		"two messages": birth + birth, "no segment name": birth + "P|1", "letters as separators": `MSHA^~\&A`,
		"too large": birth + strings.Repeat("x", MaxBytes), "too many segments": birth + strings.Repeat("ZZZ|1\r", MaxSegments),
		"too many fields": birth + "ZZZ" + strings.Repeat("|", 200),
	} {
		_, err := Parse([]byte(text))
		assert.ErrorIs(t, err, ErrMessage, name)
	}
	// Other separators, escapes, Latin-1, the frame of the lower layer.
	m, err := Parse([]byte("\x0bMSH$%*!@$A$B\rPID$1$$$$Pe\xf1a%Jos\xe9!X20!!T!x%!.br!y*B%C\r\x1c\r"))
	require.NoError(t, err)
	pid := m.Segment("PID")
	assert.Equal(t, "Peña", pid.Get(5, 1))
	assert.Equal(t, "José @x", pid.Get(5, 2))
	assert.Len(t, pid.Repeats(5), 2)
	assert.Equal(t, "A", m.Segment("MSH").Get(3, 1))
	assert.Equal(t, `Peña^José \T\x^y~B^C`, strings.ReplaceAll(m.d.translate(pid.fields[5]), "@", `\T\`))
	assert.Equal(t, `a\F\b\S\c\R\d\E\e\T\f g`, escape("a|b^c~d\\e&f\rg"))
	assert.Equal(t, "a|b^c~d\\e&f", standard.unescape(escape("a|b^c~d\\e&f")))
}

// FuzzParse: no input panics; every answer is a message and holds no segment that
// the input smuggled in.
func FuzzParse(f *testing.F) {
	f.Add([]byte(birth))
	f.Add([]byte(query))
	f.Add([]byte("MSH$%*!@$A$B\rPID$1$$$$x!X0D!ERR|1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			return
		}
		u, faults := ReadUpdate(m)
		q, more := ReadQuery(m)
		patients := []Patient{{ID: "E1", Record: u.Record}}
		for _, answer := range [][]byte{
			Ack(sender, u.Header, faults), Response(sender, q, OneFound, patients, nil), Response(sender, q, OneFound, patients, more),
		} {
			back, err := Parse(answer)
			if err != nil {
				t.Fatalf("%q: the answer is no message: %v", data, err)
			}
			for _, s := range back.Segments {
				if !strings.Contains(" MSH MSA ERR QAK QPD PID NK1 ORC RXA ", s.Name) {
					t.Fatalf("%q: the answer has a segment %s", data, s.Name)
				}
			}
		}
	})
}
