package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/examples/iisserver/hl7"
	"github.com/idem-health/idem/match/patient"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

type client struct {
	t *testing.T
	s *Server
}

func (c client) do(method, path, body string) (status int, answer string) {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

// hl7 posts a message and returns the answer and its MSA-1.
func (c client) hl7(message string) (*hl7.Message, string) {
	c.t.Helper()
	status, answer := c.do("POST", "/hl7", message)
	require.Equal(c.t, http.StatusOK, status, answer)
	m, err := hl7.Parse([]byte(answer))
	require.NoError(c.t, err, answer)
	return m, m.Segment("MSA").Get(1, 1)
}

// vxu is what a facility sends of a child and a dose.
func vxu(facility, sent, mrn, names, extra, dose string) string {
	return fmt.Sprintf("MSH|^~\\&|EHR|%s|IIS|STATE|%s||VXU^V04^VXU_V04|M%s|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r"+
		"PID|1||%s^^^%s^MR||%s|JONES^Judy^^^^^M|20260314|M|||12 Oak St^^Adrian^MI^49221^USA^H||^PRN^PH^^^616^2340100||||||||||%s\r"+
		"NK1|1|SMITH^Judy^^^^^L|MTH^Mother^HL70063\r%s", facility, sent, mrn, mrn, facility, names, extra, dose)
}

const birthDose = "ORC|RE||D1^HOSP\rRXA|0|1|20260314|20260314|08^HepB^CVX|0.5|mL||00^New^NIP001||||||LOT1||MSD^Merck^MVX|||CP|A\r"
const toldDose = "ORC|RE||9999^CLINIC\rRXA|0|1|20260314|20260314|08^HepB^CVX|999|||01^Historical^NIP001|||||||||||CP|A\r"

const question = "MSH|^~\\&|EHR|SCHOOL|IIS|STATE|20260430||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
	"QPD|Z34^Request^CDCPHINVS|T1||%s|JONES^^^^^^M|20260314|M|12 Oak St^^Adrian^MI^49221|^PRN^PH^^^616^2340100|%s\rRCP|I|5^RD&records&HL70126\r"

// TestNewbornGetsItsName: a hospital reports a newborn by a placeholder, and a
// clinic later the child by its name; a query finds one person, by the name, with
// one birth dose.
func TestNewbornGetsItsName(t *testing.T) {
	c := client{t, New(newBatch(t), Options{Now: func() time.Time { return now }})}
	_, code := c.hl7(vxu("HOSP", "20260315", "111", "SMITH^BABYBOY^^^^^L", "|N|", birthDose))
	assert.Equal(t, "AA", code)

	m, _ := c.hl7(fmt.Sprintf(question, "SMITH^BABYBOY^^^^^L", "|"))
	assert.NotEqual(t, "Z32", m.Segment("MSH").Get(21, 1), "a placeholder never gets a history")

	_, code = c.hl7(vxu("CLINIC", "20260420", "77", "SMITH^LIAM^JAMES^^^^L", "|N|", toldDose))
	assert.Equal(t, "AA", code)
	m, code = c.hl7(fmt.Sprintf(question, "SMITH^LIAM^^^^^L", "|"))
	assert.Equal(t, "AA", code)
	require.Equal(t, "Z32", m.Segment("MSH").Get(21, 1))
	assert.Equal(t, "OK", m.Segment("QAK").Get(2, 1))
	pid := m.Segment("PID")
	assert.Equal(t, "LIAM", pid.Get(5, 2))
	doses := 0
	for _, s := range m.Segments {
		if s.Name == "RXA" {
			doses++
			assert.Equal(t, "08", s.Get(5, 1))
			assert.Equal(t, "00", s.Get(9, 1), "as the hospital gave it")
			assert.Equal(t, "LOT1", s.Get(15, 1))
		}
	}
	assert.Equal(t, 1, doses, "one birth dose")

	status, body := c.do("GET", "/person/"+pid.Get(3, 1), "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"LIAM"`)
	status, body = c.do("POST", "/fhir/Patient/$match", `{"resourceType": "Patient", "name": [{"family": "Smith", "given": ["Liam"]}],
		"birthDate": "2026-03-14", "gender": "male", "telecom": [{"system": "phone", "value": "616-234-0100"}], "address": [{"line": ["12 Oak St"], "city": "Adrian", "postalCode": "49221"}]}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"valueCode":"certain"`)
	_, body = c.do("GET", "/worklist", "")
	assert.Equal(t, "null", body, "the placeholder is resolved")
}

// TestSameRecordGetsItsName: the hospital itself sends the name later, under the
// same number; the dose of the first message is kept.
func TestSameRecordGetsItsName(t *testing.T) {
	b := newBatch(t)
	c := client{t, New(b, Options{})}
	c.hl7(vxu("HOSP", "20260315", "111", "SMITH^BABYBOY^^^^^L", "|N|", birthDose))
	c.hl7(vxu("HOSP", "20260420", "111", "SMITH^LIAM^^^^^L", "|N|", ""))
	require.Len(t, b.records, 1)
	for _, r := range b.records {
		assert.Equal(t, []patient.Name{{Family: "SMITH", Given: "LIAM"}, {Use: patient.NameAlias, Family: "SMITH", Given: "BABYBOY"}}, r.Names)
		require.Len(t, r.Doses, 1)
	}
	// The first message again, late: the name stays. A dose deleted is gone.
	c.hl7(vxu("HOSP", "20260315", "111", "SMITH^BABYBOY^^^^^L", "|N|", birthDose))
	for _, r := range b.records {
		assert.Equal(t, "LIAM", r.Names[0].Given)
		require.Len(t, r.Doses, 1, "told twice")
	}
	c.hl7(vxu("HOSP", "20260421", "111", "SMITH^LIAM^^^^^L", "|N|", strings.Replace(birthDose, "|CP|A", "|CP|D", 1)))
	for _, r := range b.records {
		assert.Empty(t, r.Doses)
	}
}

func TestTwinsStayTwo(t *testing.T) {
	b := newBatch(t)
	c := client{t, New(b, Options{})}
	for i, name := range []string{"LIAM", "NOAH"} {
		order := fmt.Sprint(i + 1)
		c.hl7(vxu("HOSP", "20260315", "11"+order, "SMITH^BABYBOY^^^^^L", "|Y|"+order, birthDose))
		c.hl7(vxu("CLINIC", "20260420", "7"+order, "SMITH^"+name+"^^^^^L", "|Y|"+order, ""))
	}
	for i, name := range []string{"LIAM", "NOAH"} {
		m, _ := c.hl7(fmt.Sprintf(question, "SMITH^"+name+"^^^^^L", "Y|"+fmt.Sprint(i+1)))
		require.Equal(t, "Z32", m.Segment("MSH").Get(21, 1), name)
		assert.Equal(t, name, m.Segment("PID").Get(5, 2))
		assert.Equal(t, fmt.Sprint(i+1), m.Segment("PID").Get(25, 1))
	}
}

func TestProtectedIsAbsent(t *testing.T) {
	c := client{t, New(newBatch(t), Options{})}
	c.hl7(strings.Replace(vxu("CLINIC", "20260420", "77", "SMITH^LIAM^^^^^L", "|N|", ""), "NK1|", "PD1||||||||||||Y\rNK1|", 1))
	m, code := c.hl7(fmt.Sprintf(question, "SMITH^LIAM^^^^^L", "|"))
	assert.Equal(t, "AA Z33 NF", code+" "+m.Segment("MSH").Get(21, 1)+" "+m.Segment("QAK").Get(2, 1))
}

func TestBadInput(t *testing.T) {
	c := client{t, New(newBatch(t), Options{})}
	m, code := c.hl7("hello")
	assert.Equal(t, "AR", code)
	assert.True(t, m.Segment("ERR").Has())
	_, code = c.hl7(vxu("HOSP", "20260315", "111", "SMITH^LIAM^^^^^L", "|N|", strings.Replace(birthDose, "08^", "XX^", 1)))
	assert.Equal(t, "AE", code, "a bad dose; the child is filed")
	m, _ = c.hl7(fmt.Sprintf(question, "SMITH^LIAM^^^^^L", "|"))
	assert.Equal(t, "Z32", m.Segment("MSH").Get(21, 1))

	for _, r := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/hl7", "", 405}, {"GET", "/nothing", "", 404}, {"GET", "/person/E9", "", 404},
		{"POST", "/hl7", strings.Repeat("x", 2<<20), 413},
		{"POST", "/fhir/Patient", `{"resourceType": "Patient", "name": [{"family": "SECRETNAME"}]}`, 422},
		{"POST", "/fhir/Patient", `{"SECRETNAME`, 422}, {"POST", "/fhir/Patient/$match", `[]`, 422},
		{"GET", "/search?q=x&limit=9999", "", 422}, {"GET", "/search?q=x", "", 200}, {"GET", "/worklist", "", 200},
		{"POST", "/link", `{"a": {"source": "A", "id": "1"}}`, 422}, {"POST", "/unlink", `{"steward": "s1"}`, 422}, {"POST", "/never", `x`, 422},
		{"POST", "/link", `{"a": {"source": "A", "id": "1"}, "b": {"source": "A", "id": "2"}, "steward": "s1"}`, 404},
		{"POST", "/link", `{"a": {"source": "HOSP", "id": "MR:HOSP:111"}, "b": {"source": "HOSP", "id": "MR:HOSP:111"}, "steward": "s1"}`, 200},
		{"POST", "/fhir/Patient", `{"resourceType": "Patient", "identifier": [{"value": "5"}], "name": [{"family": "Lee", "given": ["Ann"]}], "birthDate": "2020-01-02"}`, 201},
	} {
		status, body := c.do(r.method, r.path, r.body)
		assert.Equal(t, r.status, status, "%s %s: %s", r.method, r.path, body)
		assert.NotContains(t, body, "SECRETNAME")
	}
	_, vars := c.do("GET", "/debug/vars", "")
	assert.Contains(t, vars, `"status 422"`)
	assert.Contains(t, vars, `"status 201"`)
	assert.NotContains(t, vars, "LIAM")
}

// TestErrorsOfTheRegister: what a register refuses reaches the caller in its own
// terms, and nothing else of an error does.
func TestErrorsOfTheRegister(t *testing.T) {
	b := newBatch(t)
	c := client{t, New(b, Options{})}
	for err, status := range map[error]int{
		ErrBudget: 429, ErrRefused: 409, ErrConsent: 403, context.DeadlineExceeded: 503, errors.New("SECRETNAME"): 500,
	} {
		b.fail = fmt.Errorf("SECRETNAME: %w", err)
		got, body := c.do("GET", "/worklist", "")
		assert.Equal(t, status, got)
		assert.NotContains(t, body, "SECRETNAME")
		if status == 500 {
			continue
		}
		m, code := c.hl7(fmt.Sprintf(question, "SMITH^LIAM^^^^^L", "|"))
		assert.Contains(t, "AE AR", code, "%v", err)
		assert.True(t, m.Segment("ERR").Has())
	}
}

func TestSlowRequestEnds(t *testing.T) {
	s := New(newBatch(t), Options{Timeout: time.Nanosecond})
	c := client{t, s}
	_, code := c.hl7(vxu("HOSP", "20260315", "111", "SMITH^LIAM^^^^^L", "|N|", ""))
	assert.Equal(t, "AR", code, "send it again")
}
