package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/examples/iisserver/hl7"
)

// modelFile is the model that all tests use.
var modelFile = sync.OnceValues(func() ([]byte, error) {
	model, err := madeUpModel(context.Background())
	if err != nil {
		return nil, err
	}
	return model.JSON()
})

// running is a server in this process.
type running struct {
	t    *testing.T
	base string
	log  *bytes.Buffer
	stop context.CancelFunc
	done chan error
}

// start runs the server on a folder until end.
func start(t *testing.T, dir string) *running {
	t.Helper()
	name := filepath.Join(dir, "model.json")
	data, err := modelFile()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, data, 0o600))
	ctx, stop := context.WithCancel(context.Background())
	r := &running{t: t, log: new(bytes.Buffer), stop: stop, done: make(chan error, 1)}
	address := make(chan net.Addr, 1)
	go func() {
		r.done <- run(ctx, []string{"--dir", filepath.Join(dir, "register"), "--listen", "127.0.0.1:0", "--model", name, "--facility", "STATE"}, r.log,
			func(a net.Addr) { address <- a })
	}()
	select {
	case a := <-address:
		r.base = "http://" + a.String()
	case err := <-r.done:
		t.Fatalf("it ended: %v", err)
	}
	return r
}

// end stops it as Ctrl-C does.
func (r *running) end() {
	r.t.Helper()
	r.stop()
	require.NoError(r.t, <-r.done)
	assert.Contains(r.t, r.log.String(), "finishing")
}

func (r *running) do(method, path, body string) (int, string) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.base+path, strings.NewReader(body))
	require.NoError(r.t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(r.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(r.t, err)
	return answer.StatusCode, string(text)
}

func (r *running) hl7(message string) *hl7.Message {
	r.t.Helper()
	status, text := r.do("POST", "/hl7", message)
	require.Equal(r.t, http.StatusOK, status, text)
	m, err := hl7.Parse([]byte(text))
	require.NoError(r.t, err, text)
	return m
}

func vxu(facility, sent, mrn, names, multiple, dose string) string {
	return fmt.Sprintf("MSH|^~\\&|EHR|%s|IIS|STATE|%s||VXU^V04^VXU_V04|M%s|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r"+
		"PID|1||%s^^^%s^MR||%s|JONES^Judy^^^^^M|20260314|M|||12 Oak St^^Adrian^MI^49221^USA^H||^PRN^PH^^^616^2340100||||||||||%s\r"+
		"NK1|1|SMITH^Judy^^^^^L|MTH^Mother^HL70063\r%s", facility, sent, mrn, mrn, facility, names, multiple, dose)
}

func qbp(names, multiple string) string {
	return fmt.Sprintf("MSH|^~\\&|EHR|SCHOOL|IIS|STATE|20260430||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r"+
		"QPD|Z34^Request^CDCPHINVS|T1||%s|JONES^^^^^^M|20260314|M|12 Oak St^^Adrian^MI^49221|^PRN^PH^^^616^2340100|%s\rRCP|I|5^RD&records&HL70126\r", names, multiple)
}

const dose = "ORC|RE||D1^HOSP\rRXA|0|1|20260314|20260314|08^HepB^CVX|0.5|mL||00^New^NIP001||||||LOT1||MSD^Merck^MVX|||CP|A\r"
const told = "ORC|RE||9999^CLINIC\rRXA|0|1|20260314|20260314|08^HepB^CVX|999|||01^Historical^NIP001|||||||||||CP|A\r"

func count(m *hl7.Message, segment string) (n int) {
	for _, s := range m.Segments {
		if s.Name == segment {
			n++
		}
	}
	return n
}

// TestNewbornThroughTheServer: a newborn by its placeholder, later by its name,
// is one person by the name with one birth dose, also after a restart.
func TestNewbornThroughTheServer(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	assert.Equal(t, "AA", r.hl7(vxu("HOSP", "20260315", "111", "SMITH^BABYBOY^^^^^L", "|N|", dose)).Segment("MSA").Get(1, 1))
	m := r.hl7(qbp("SMITH^BABYBOY^^^^^L", "|"))
	assert.NotEqual(t, "Z32", m.Segment("MSH").Get(21, 1), "a placeholder never gets a history")
	assert.Equal(t, "AA", r.hl7(vxu("CLINIC", "20260420", "77", "SMITH^LIAM^JAMES^^^^L", "|N|", told)).Segment("MSA").Get(1, 1))
	check := func() (person string) {
		m := r.hl7(qbp("SMITH^LIAM^^^^^L", "|"))
		require.Equal(t, "Z32", m.Segment("MSH").Get(21, 1))
		assert.Equal(t, "LIAM", m.Segment("PID").Get(5, 2))
		assert.Equal(t, 1, count(m, "RXA"), "one birth dose")
		return m.Segment("PID").Get(3, 1)
	}
	person := check()
	r.end()

	r = start(t, dir)
	assert.Equal(t, person, check())
	status, text := r.do("GET", "/search?q=liam+smith+3/14/2026", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, person)
	_, text = r.do("GET", "/search?q=babyboy", "")
	assert.NotContains(t, text, person, "a placeholder finds nobody")
	status, text = r.do("GET", "/person/"+person, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, "LIAM")
	status, _ = r.do("GET", "/person/E999", "")
	assert.Equal(t, http.StatusNotFound, status)
	_, text = r.do("GET", "/debug/vars", "")
	assert.Contains(t, text, "engine query count")
	assert.NotContains(t, text, "LIAM")
	r.end()
	assert.NotContains(t, r.log.String(), "LIAM")
}

func TestTwinsThroughTheServer(t *testing.T) {
	r := start(t, t.TempDir())
	defer r.end()
	for i, name := range []string{"LIAM", "NOAH"} {
		order := fmt.Sprint(i + 1)
		r.hl7(vxu("HOSP", "20260315", "11"+order, "SMITH^BABYBOY^^^^^L", "|Y|"+order, dose))
		r.hl7(vxu("CLINIC", "20260420", "7"+order, "SMITH^"+name+"^^^^^L", "|Y|"+order, ""))
	}
	people := map[string]bool{}
	for i, name := range []string{"LIAM", "NOAH"} {
		m := r.hl7(qbp("SMITH^"+name+"^^^^^L", "Y|"+fmt.Sprint(i+1)))
		require.Equal(t, "Z32", m.Segment("MSH").Get(21, 1), name)
		assert.Equal(t, name, m.Segment("PID").Get(5, 2))
		people[m.Segment("PID").Get(3, 1)] = true
	}
	assert.Len(t, people, 2)
	// A steward cannot make one of them.
	status, _ := r.do("POST", "/link", `{"a": {"source": "CLINIC", "id": "MR:CLINIC:71"}, "b": {"source": "CLINIC", "id": "MR:CLINIC:72"}, "steward": "s1"}`)
	assert.Equal(t, http.StatusConflict, status)
	status, _ = r.do("POST", "/link", `{"a": {"source": "CLINIC", "id": "MR:CLINIC:71"}, "b": {"source": "NOBODY", "id": "1"}, "steward": "s1"}`)
	assert.Equal(t, http.StatusNotFound, status)
}

// TestProtectedThroughTheServer: nobody but the sender is told of a protected
// record, by whatever way.
func TestProtectedThroughTheServer(t *testing.T) {
	r := start(t, t.TempDir())
	defer r.end()
	r.hl7(strings.Replace(vxu("CLINIC", "20260420", "77", "SMITH^LIAM^^^^^L", "|N|", told), "NK1|", "PD1||||||||||||Y\rNK1|", 1))
	m := r.hl7(qbp("SMITH^LIAM^^^^^L", "|"))
	assert.Equal(t, "NF", m.Segment("QAK").Get(2, 1))
	assert.Eventually(t, func() bool { // once the index is written
		_, vars := r.do("GET", "/debug/vars", "")
		_, text := r.do("GET", "/search?q=liam+smith", "")
		return strings.Contains(text, `"hits":[]`) && strings.Contains(vars, "requests")
	}, 10*time.Second, 100*time.Millisecond)
	status, _ := r.do("GET", "/person/E0000001", "")
	assert.Equal(t, http.StatusNotFound, status)
}

func TestUsage(t *testing.T) {
	for _, arguments := range [][]string{{}, {"--dir"}, {"--dir", "x", "extra"}, {"--dir", filepath.Join(t.TempDir(), "r"), "--model", "no such file"}} {
		assert.Error(t, run(context.Background(), arguments, io.Discard, nil), "%q", arguments)
	}
}

// TestReadme sends the messages of README.md.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	r := start(t, t.TempDir())
	defer r.end()
	var last *hl7.Message
	for _, part := range strings.Split(string(text), "printf '")[1:] {
		message, _, _ := strings.Cut(part, "'")
		last = r.hl7(strings.NewReplacer(`\\`, `\`, `\r`, "\r").Replace(message))
		assert.Equal(t, "AA", last.Segment("MSA").Get(1, 1))
	}
	require.NotNil(t, last)
	assert.Equal(t, "Z32", last.Segment("MSH").Get(21, 1))
	assert.Equal(t, "LIAM", last.Segment("PID").Get(5, 2))
	assert.Equal(t, 1, count(last, "RXA"))
}

// TestNearlyFound: the family name's first letter and a digit of the birth date are
// wrong, so that no key finds the child; the search index does, and the engine
// weighs it.
func TestNearlyFound(t *testing.T) {
	r := start(t, t.TempDir())
	defer r.end()
	r.hl7("MSH|^~\\&|EHR|CLINIC|IIS|STATE|20260420||VXU^V04^VXU_V04|M1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||77^^^CLINIC^MR||KOWALSKI^JONATHAN^^^^^L||20140312|M|||12 Oak St^^Adrian^MI^49221^USA^H\r")
	asked := "MSH|^~\\&|EHR|SCHOOL|IIS|STATE|20260430||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
		"QPD|Z34^Request^CDCPHINVS|T1||GOWALSKI^JONATHAN^^^^^L||20140313|M\rRCP|I|5^RD&records&HL70126\r"
	assert.Eventually(t, func() bool { // once the index is written
		m := r.hl7(asked)
		return m.Segment("QAK").Get(2, 1) == "OK" && m.Segment("PID").Get(5, 1) == "KOWALSKI"
	}, 10*time.Second, 200*time.Millisecond)
}
