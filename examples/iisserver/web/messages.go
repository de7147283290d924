package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/idem-health/idem/examples/iisserver/fhir"
	"github.com/idem-health/idem/examples/iisserver/hl7"
	"github.com/idem-health/idem/match/patient"
)

const hl7Type = "application/hl7-v2; charset=utf-8"

// hl7 answers a message of version 2. The answer is always a message, even to what
// is none, with status 200: senders look into it.
func (s *Server) hl7(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	m, err := hl7.Parse(data)
	if err != nil {
		fault := hl7.Fault{Code: hl7.CodeSequence, Severity: hl7.Error, Text: err.Error(), Reject: true}
		send(w, http.StatusOK, hl7Type, hl7.Ack(s.sender(), hl7.Header{}, []hl7.Fault{fault}))
		return nil
	}
	var body []byte
	if m.Header().Type == "QBP" {
		body, err = s.hl7Query(r, m)
	} else {
		body, err = s.hl7Update(r, m)
	}
	if err == nil {
		send(w, http.StatusOK, hl7Type, body)
	}
	return err
}

func (s *Server) hl7Update(r *http.Request, m *hl7.Message) ([]byte, error) {
	u, faults := hl7.ReadUpdate(m)
	if filed(faults) {
		if err := s.file(r.Context(), &u.Record, ordersOf(u.Orders)); err != nil {
			fault, ok := faultOf(err)
			if !ok {
				return nil, err
			}
			faults = append(faults, fault)
		}
	}
	return hl7.Ack(s.sender(), u.Header, faults), nil
}

// filed reports whether the patient can be filed: only orders have errors.
func filed(faults []hl7.Fault) bool {
	for _, f := range faults {
		if f.Severity == hl7.Error && f.Segment != "RXA" {
			return false
		}
	}
	return true
}

// faultOf is what a sender is told of an error that concerns its message.
func faultOf(err error) (hl7.Fault, bool) {
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return hl7.Fault{Code: hl7.CodeInternal, Severity: hl7.Error, Text: s.text, Reject: s.status == http.StatusServiceUnavailable}, true
		}
	}
	return hl7.Fault{}, false
}

func (s *Server) hl7Query(r *http.Request, m *hl7.Message) ([]byte, error) {
	q, faults := hl7.ReadQuery(m)
	if errs, _ := hl7.Refused(faults); errs {
		return hl7.Response(s.sender(), q, hl7.NoneFound, nil, faults), nil
	}
	limit := s.o.Limit
	if q.Limit > 0 {
		limit = min(limit, q.Limit)
	}
	answer, err := s.register.Query(r.Context(), s.o.Caller(r), &q.Record, limit)
	if err != nil {
		fault, ok := faultOf(err)
		if !ok {
			return nil, err
		}
		return hl7.Response(s.sender(), q, hl7.NoneFound, nil, append(faults, fault)), nil
	}
	outcome := hl7.NoneFound
	switch answer.Outcome {
	case One:
		outcome = hl7.OneFound
	case Several:
		outcome = hl7.SeveralFound
	case TooMany:
		outcome = hl7.TooMany
	}
	var found []hl7.Patient
	for _, p := range answer.Found {
		found = append(found, hl7.Patient{ID: p.ID, Record: p.Record})
	}
	return hl7.Response(s.sender(), q, outcome, found, faults), nil
}

func (s *Server) fhirSubmit(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	record, err := fhir.ReadPatient(data, s.o.Caller(r))
	if err != nil {
		return err
	}
	if record.Received.IsZero() {
		record.Received = patient.DateOf(s.o.Now())
	}
	orders := make([]order, len(record.Doses))
	for i, d := range record.Doses {
		orders[i] = order{action: 'A', dose: d}
	}
	record.Doses = nil
	if err := s.file(r.Context(), &record, orders); err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

// fhirMatch answers Patient/$match. Only certain matches are sent where that is
// asked for, and then only if there is one person alone.
func (s *Server) fhirMatch(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	m, err := fhir.ReadMatch(data, s.o.Caller(r))
	if err != nil {
		return err
	}
	limit := s.o.Limit
	if m.Count > 0 {
		limit = min(limit, m.Count)
	}
	answer, err := s.register.Query(r.Context(), s.o.Caller(r), &m.Record, limit)
	if err != nil {
		return err
	}
	var found []fhir.Found
	if answer.Outcome == One || answer.Outcome == Several && !m.OnlyCertain {
		for _, p := range answer.Found {
			found = append(found, fhir.Found{ID: p.ID, Record: p.Record, Score: p.Score, Grade: gradeOf(answer.Outcome, p)})
		}
	}
	body, err := fhir.MatchBundle(found)
	if err == nil {
		send(w, http.StatusOK, "application/fhir+json", body)
	}
	return err
}

// gradeOf is the match-grade: several matches are none of them certain.
func gradeOf(o Outcome, p Person) fhir.Grade {
	switch {
	case o == One:
		return fhir.Certain
	case p.Match:
		return fhir.Probable
	}
	return fhir.Possible
}
