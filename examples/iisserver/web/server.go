package web

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/idem-health/idem/examples/iisserver/fhir"
	"github.com/idem-health/idem/examples/iisserver/hl7"
	"github.com/idem-health/idem/match"
)

// Options configures a [Server]. The zero value is ready to use.
type Options struct {
	Facility string        // of the registry, in its answers; "" means IDEM
	Limit    int           // most people of one answer; 0 means 10
	Timeout  time.Duration // of one request; 0 means 10 seconds
	Now      func() time.Time
	// Caller names who asks, so that a register can budget it. nil means the remote
	// address: put authentication before the server and name the account instead.
	Caller func(*http.Request) string
	Vars   *expvar.Map // counted into and shown by /debug/vars; nil makes one
}

// A Server answers requests. It is safe for concurrent use.
type Server struct {
	o        Options
	register Register
	sequence atomic.Int64
	records  keyed // one update of a record at a time
	mux      *http.ServeMux
}

// New returns a server of a register.
func New(r Register, o Options) *Server {
	if o.Facility == "" {
		o.Facility = "IDEM"
	}
	if o.Limit <= 0 {
		o.Limit = 10
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Caller == nil {
		o.Caller = remote
	}
	if o.Vars == nil {
		o.Vars = new(expvar.Map)
	}
	s := &Server{o: o, register: r, mux: http.NewServeMux()}
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /hl7":                 s.hl7,
		"POST /fhir/Patient":        s.fhirSubmit,
		"POST /fhir/Patient/$match": s.fhirMatch,
		"GET /person/{id}":          s.person,
		"GET /search":               s.search,
		"GET /worklist":             s.worklist,
		"POST /link":                s.twoRecords(r.Link),
		"POST /never":               s.twoRecords(r.Never),
		"POST /unlink":              s.unlink,
		"GET /debug/vars":           s.vars,
	} {
		s.mux.HandleFunc(pattern, s.handler(pattern, handle))
	}
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// maxBody bounds a request; each format has its own bound within it.
const maxBody = 1<<20 + 1

// handler bounds a request in size and time, counts it, and turns an error into an
// answer.
func (s *Server) handler(pattern string, handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := s.o.Now()
		ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		answer := &watched{ResponseWriter: w, status: http.StatusOK}
		if err := handle(answer, r); err != nil {
			send(answer, statusOf(err), "application/fhir+json", fhir.Failure(explain(err)))
		}
		s.o.Vars.Add("requests "+pattern, 1)
		s.o.Vars.Add("status "+strconv.Itoa(answer.status), 1)
		s.o.Vars.AddFloat("seconds "+pattern, s.o.Now().Sub(began).Seconds())
	}
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

var statuses = []struct {
	err    error
	status int
	code   string
	text   string
}{
	{ErrNotFound, http.StatusNotFound, "not-found", "there is no such record or person"},
	{ErrBudget, http.StatusTooManyRequests, "throttled", "too many queries: ask again later"},
	{ErrRefused, http.StatusConflict, "conflict", "it contradicts what the records say: correct them first"},
	{ErrConsent, http.StatusForbidden, "forbidden", "the source's consent does not allow to store the record"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "timeout", "it took too long: ask again"},
	{context.Canceled, http.StatusServiceUnavailable, "timeout", "the request was given up"},
	{errStaleMessage, http.StatusConflict, "conflict", "a later state of the record is on file"},
}

func statusOf(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, fhir.ErrIssue) {
		return http.StatusUnprocessableEntity
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// explain turns an error into one that may be shown.
func explain(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &fhir.IssueError{Code: "too-costly", Path: "$this", Text: "the request is too large"}
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return &fhir.IssueError{Code: s.code, Path: "$this", Text: s.text}
		}
	}
	return err
}

// send writes an answer whole. Who reads it may be gone; that is no fault of ours.
func send(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func sendJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		send(w, http.StatusOK, "application/json", body)
	}
	return err
}

func (s *Server) sender() hl7.Sender {
	now := s.o.Now()
	return hl7.Sender{
		Application: "IDEM", Facility: s.o.Facility, Now: now,
		ID: strconv.FormatInt(now.UnixMilli(), 36) + "-" + strconv.FormatInt(s.sequence.Add(1), 36),
	}
}

func (s *Server) person(w http.ResponseWriter, r *http.Request) error {
	p, err := s.register.Person(r.Context(), s.o.Caller(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	body, err := fhir.WritePatient(p.ID, &p.Record)
	if err == nil {
		send(w, http.StatusOK, "application/fhir+json", body)
	}
	return err
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	limit := 20
	if text := r.FormValue("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 200 {
			return &fhir.IssueError{Code: "value", Path: "limit", Text: "it is a number from 1 to 200"}
		}
		limit = n
	}
	hits, truncated, err := s.register.Search(r.Context(), s.o.Caller(r), r.FormValue("q"), limit)
	if err != nil {
		return err
	}
	return sendJSON(w, struct {
		Hits      []Hit  `json:"hits"`
		Truncated string `json:"truncated,omitempty"`
	}{hits, truncated})
}

func (s *Server) worklist(w http.ResponseWriter, r *http.Request) error {
	list, err := s.register.Worklist(r.Context())
	if err != nil {
		return err
	}
	return sendJSON(w, list)
}

// A said is the body of what a steward says.
type said struct {
	A       *Key   `json:"a"`
	B       *Key   `json:"b"`
	Record  *Key   `json:"record"`
	Steward string `json:"steward"`
}

func readSaid(r *http.Request) (said, error) {
	var v said
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return v, err
	}
	if json.Unmarshal(data, &v) != nil || v.Steward == "" {
		return v, &fhir.IssueError{Code: "structure", Path: "$this", Text: `send {"a": {"source": ..., "id": ...}, "b": {...}, "steward": ...}, or record in place of a and b to unlink`}
	}
	return v, nil
}

func (s *Server) twoRecords(say func(ctx context.Context, a, b match.Key, steward string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := readSaid(r)
		if err != nil {
			return err
		}
		if v.A == nil || v.B == nil {
			return &fhir.IssueError{Code: "required", Path: "a, b", Text: "two records are needed"}
		}
		if err := say(r.Context(), match.Key(*v.A), match.Key(*v.B), v.Steward); err != nil {
			return err
		}
		return sendJSON(w, map[string]bool{"done": true})
	}
}

func (s *Server) unlink(w http.ResponseWriter, r *http.Request) error {
	v, err := readSaid(r)
	if err != nil {
		return err
	}
	if v.Record == nil {
		return &fhir.IssueError{Code: "required", Path: "record", Text: "a record is needed"}
	}
	if err := s.register.Unlink(r.Context(), match.Key(*v.Record), v.Steward); err != nil {
		return err
	}
	return sendJSON(w, map[string]bool{"done": true})
}

func (s *Server) vars(w http.ResponseWriter, _ *http.Request) error {
	send(w, http.StatusOK, "application/json", []byte(s.o.Vars.String()))
	return nil
}
