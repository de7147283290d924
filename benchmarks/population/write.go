package population

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
)

// A RowWriter writes records to a file of some format.
type RowWriter interface {
	WriteRow(*Row) error
	Close() error // writes what is left; it does not close what is below
}

// Files are where a population is written to. A nil field is left out.
type Files struct {
	// Records opens a file of records: records; school and registry in mode
	// crosslink; records and queries in mode query.
	Records func(name string) (RowWriter, error)

	Truth      io.Writer // source,record_id,person_id,household_id,twin_group,is_placeholder,policy_may_link,noise_tags
	Relations  io.Writer // relation,person_a,person_b
	Traps      io.Writer // trap,verdict,source_a,record_a,source_b,record_b
	MergeTruth io.Writer // person_id,household_id,given_name,...,records,mrns,doses

	Progress func(people, of int) // called now and then
}

// A Manifest says what a population is: everything that it is a function of,
// and a digest of what came out.
type Manifest struct {
	GenVersion int                `json:"gen_version"`
	Seed       uint64             `json:"seed"`
	Preset     string             `json:"preset,omitempty"`
	Ages       string             `json:"ages"`
	Noise      string             `json:"noise"`
	Theme      string             `json:"theme,omitempty"`
	Mode       string             `json:"mode"`
	AsOf       string             `json:"as_of"`
	Asked      int                `json:"people_asked"`
	People     int                `json:"people"`
	Households int                `json:"households"`
	Records    int                `json:"records"`
	Queries    int                `json:"queries,omitempty"`
	Files      []string           `json:"files"`
	Relations  int                `json:"relations"`
	Traps      int                `json:"traps"`
	Rates      map[string]float64 `json:"rates"`
	Digest     string             `json:"digest"` // SHA-256 of the records and their truth: see [Digest]
}

// Manifest returns the manifest without what only a run can tell.
func (g *Generator) Manifest() Manifest {
	o := g.options
	m := Manifest{
		GenVersion: GenVersion, Seed: o.Seed, Preset: o.Preset, Ages: o.Ages, Noise: o.Noise, Theme: o.Theme, Mode: g.mode,
		AsOf: string(appendDay(nil, asOf)), Asked: g.people, Rates: map[string]float64{},
	}
	if m.Ages == "" {
		m.Ages = "lifespan"
	}
	if m.Noise == "" {
		m.Noise = "typical"
	}
	for i, v := range g.values {
		m.Rates[rateTable[i].Name] = v
	}
	return m
}

// fileOf is the file that a row belongs to.
func (g *Generator) fileOf(r *Row) string {
	switch {
	case r.Query():
		return "queries"
	case g.mode != ModeCrosslink:
		return "records"
	case r.Value(ColumnSource) == feedTable[feedSCHOOL].name:
		return "school"
	}
	return "registry"
}

// Write makes the whole population and writes it. It stops at the first error.
func (g *Generator) Write(ctx context.Context, files Files) (Manifest, error) {
	m := g.Manifest()
	w := writer{g: g, files: files, records: map[string]RowWriter{}}
	err := w.all(ctx, &m)
	for _, name := range m.Files {
		err = errors.Join(err, w.records[name].Close())
	}
	return m, err
}

// A writer writes one population.
type writer struct {
	g       *Generator
	files   Files
	records map[string]RowWriter
	buffer  []byte
}

func (w *writer) all(ctx context.Context, m *Manifest) error {
	for _, h := range [...]struct {
		to   io.Writer
		text string
	}{
		{w.files.Truth, truthHeader}, {w.files.Relations, "relation,person_a,person_b\n"},
		{w.files.Traps, "trap,verdict,source_a,record_a,source_b,record_b\n"},
		{w.files.MergeTruth, "person_id,household_id,given_name,middle_name,family_name,suffix,birth_date,records,mrns,doses\n"},
	} {
		if err := write(h.to, []byte(h.text)); err != nil {
			return err
		}
	}
	digest := NewDigest()
	for b, err := range w.g.Batches(ctx) {
		if err != nil {
			return err
		}
		if err := w.batch(b, m, digest); err != nil {
			return err
		}
		m.People += b.People
		m.Households += int(b.Households)
		m.Relations += len(b.Relations)
		m.Traps += len(b.Labels)
		if w.files.Progress != nil {
			w.files.Progress(m.People, m.Asked)
		}
	}
	m.Digest = digest.String()
	return nil
}

func write(w io.Writer, b []byte) error {
	if w == nil || len(b) == 0 {
		return nil
	}
	_, err := w.Write(b)
	return err
}

func (w *writer) batch(b *Batch, m *Manifest, digest *Digest) error {
	w.buffer = w.buffer[:0]
	for i := range b.Rows {
		r := &b.Rows[i]
		digest.Add(r)
		if r.Query() {
			m.Queries++
		} else {
			m.Records++
		}
		w.buffer = r.AppendTruth(w.buffer)
		if w.files.Records == nil {
			continue
		}
		name := w.g.fileOf(r)
		to, open := w.records[name]
		if !open {
			var err error
			if to, err = w.files.Records(name); err != nil {
				return err
			}
			w.records[name] = to
			m.Files = append(m.Files, name)
		}
		if err := to.WriteRow(r); err != nil {
			return err
		}
	}
	if err := write(w.files.Truth, w.buffer); err != nil {
		return err
	}
	w.buffer = w.buffer[:0]
	for _, r := range b.Relations {
		w.buffer = append(append(w.buffer, r.Kind...), ',')
		w.buffer = append(strconv.AppendUint(w.buffer, r.A, 10), ',')
		w.buffer = append(strconv.AppendUint(w.buffer, r.B, 10), '\n')
	}
	if err := write(w.files.Relations, w.buffer); err != nil {
		return err
	}
	w.buffer = w.buffer[:0]
	for i := range b.Labels {
		w.buffer = b.Labels[i].append(w.buffer)
	}
	if err := write(w.files.Traps, w.buffer); err != nil {
		return err
	}
	w.buffer = w.buffer[:0]
	for i := range b.Persons {
		w.buffer = b.Persons[i].append(w.buffer)
	}
	return write(w.files.MergeTruth, w.buffer)
}

const truthHeader = "source,record_id,person_id,household_id,twin_group,is_placeholder,policy_may_link,noise_tags\n"

// AppendTruth appends the line of truth.csv.
func (r *Row) AppendTruth(dst []byte) []byte {
	t := &r.truth
	dst = append(append(dst, r.Value(ColumnSource)...), ',')
	dst = append(append(dst, r.Value(ColumnRecordID)...), ',')
	dst = append(strconv.AppendUint(dst, t.person, 10), ',')
	dst = append(strconv.AppendUint(dst, t.household, 10), ',')
	if t.twins != 0 {
		dst = append(strconv.AppendUint(dst, t.household, 10), '-')
		dst = strconv.AppendUint(dst, uint64(t.twins), 10)
	}
	dst = append(dst, ',')
	dst = append(strconv.AppendBool(dst, t.placeholder), ',')
	dst = append(strconv.AppendBool(dst, !t.separated), ',')
	for i, tag := range r.batch.tags[t.tags:t.lastTag] {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, tag.String()...)
	}
	return append(dst, '\n')
}

func (l *Label) append(dst []byte) []byte {
	dst = append(append(dst, l.Trap...), ',')
	dst = append(append(dst, l.Verdict...), ',')
	dst = append(append(dst, l.A.Source...), ',')
	dst = append(append(dst, l.A.ID[:]...), ',')
	if l.B.Source != "" {
		dst = append(append(dst, l.B.Source...), ',')
		return append(append(dst, l.B.ID[:]...), '\n')
	}
	return append(dst, ",\n"...)
}

func (p *Person) append(dst []byte) []byte {
	dst = append(strconv.AppendUint(dst, p.ID, 10), ',')
	dst = append(strconv.AppendUint(dst, p.Household, 10), ',')
	for i := range 4 {
		dst = append(appendCell(dst, p.part(i)), ',')
	}
	dst = append(appendDay(dst, p.Born), ',')
	dst = append(strconv.AppendInt(dst, int64(p.Records), 10), ',')
	dst = append(appendCell(dst, p.MRNs()), ',')
	return append(appendCell(dst, p.Doses()), '\n')
}

// A Digest is the SHA-256 of records and their truth: of each record its line
// of CSV without a header, then its line of truth.csv.
type Digest struct {
	hash interface {
		io.Writer
		Sum(b []byte) []byte
	}
	line []byte
}

// NewDigest makes an empty digest.
func NewDigest() *Digest { return &Digest{hash: sha256.New()} }

// Add adds a record.
func (d *Digest) Add(r *Row) {
	d.line = r.AppendTruth(r.AppendCSV(d.line[:0]))
	d.hash.Write(d.line)
}

// String returns the digest of what was added, in hexadecimal.
func (d *Digest) String() string { return hex.EncodeToString(d.hash.Sum(nil)) }
