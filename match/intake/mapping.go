package intake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A Role says what a column is read as.
type Role string

// The roles.
const (
	RoleField     Role = "field"
	RoleRecordID  Role = "record_id"
	RoleSource    Role = "source"
	RoleTruth     Role = "truth"     // never a field; an attribute of the record
	RoleAttribute Role = "attribute" // means nothing; kept, never evidence
	RoleDropped   Role = "dropped"
)

// A Mapping says how a file is read.
type Mapping struct {
	File      string // as the caller named it
	Source    string // of records without a source column
	Delimiter string // of CSV
	Columns   []Column
}

// A Column is one column of a file. A date's layout stands for what the first
// values showed: Fits of Sampled could be read by it.
type Column struct {
	Name          string
	Role          Role
	Field         string             // with RoleField
	Layout        patient.DateLayout // of a date
	LayoutGiven   bool               // by the caller, not inferred
	Fits, Sampled int
	Late          bool // a key of NDJSON that was met in a pass, not in the first rows
}

// RecordID returns the column of the record id, or "" when records are known
// by their line.
func (m Mapping) RecordID() string {
	for _, c := range m.Columns {
		if c.Role == RoleRecordID {
			return c.Name
		}
	}
	return ""
}

// String describes the mapping for a person, a line for each column that is
// used.
func (m Mapping) String() string {
	width := 0
	for _, c := range m.Columns {
		width = max(width, len([]rune(c.Name)))
	}
	var b strings.Builder
	var attributes, dropped, late []string
	for _, c := range m.Columns {
		if c.Late {
			late = append(late, c.Name)
		}
		switch c.Role {
		case RoleAttribute:
			attributes = append(attributes, c.Name)
		case RoleDropped:
			dropped = append(dropped, c.Name)
		default:
			fmt.Fprintf(&b, "  %s%s -> %s\n", c.Name, strings.Repeat(" ", width-len([]rune(c.Name))), c.describe())
		}
	}
	if m.RecordID() == "" {
		b.WriteString("  the line number -> record_id\n")
	}
	if len(attributes) > 0 {
		fmt.Fprintf(&b, "  kept, but no evidence: %s\n", listed(attributes))
	}
	if len(dropped) > 0 {
		fmt.Fprintf(&b, "  dropped: %s\n", listed(dropped))
	}
	if len(late) > 0 {
		fmt.Fprintf(&b, "  first met in a later row: %s\n", listed(late))
	}
	return b.String()
}

// listed names some columns with commas: a file may have thousands.
func listed(names []string) string {
	const most = 40
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func (c Column) describe() string {
	if c.Role != RoleField {
		return string(c.Role)
	}
	if !patient.IsDate(c.Field) {
		return c.Field
	}
	layout := string(c.Layout)
	if layout == "" {
		layout = "YYYY-MM-DD or YYYYMMDD"
	}
	if c.LayoutGiven {
		return fmt.Sprintf("%s, written %s as told (%d of the first %d values are)", c.Field, layout, c.Fits, c.Sampled)
	}
	return fmt.Sprintf("%s, written %s (%d of the first %d values are)", c.Field, layout, c.Fits, c.Sampled)
}

// recordIDs are spellings of the record id, surest first. Where a file has
// several, the first is the id and the others are attributes: a patient's id
// may stand on several records.
var recordIDs = []string{"record_id", "rec_id", "unique_id", "id", "row_id", "record_number", "external_id"}

// severalColumns are the fields that may have more than one column: each adds
// a value.
var severalColumns = map[string]bool{"phone": true, "email": true, "alias": true}

// resolve decides what each column of a header is.
func resolve(file string, header []string, o Options) ([]Column, error) {
	columns := make([]Column, len(header))
	for i, name := range header {
		name = strings.TrimSpace(name)
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		columns[i] = Column{Name: name}
	}
	r := resolver{file: file, columns: columns}
	for _, name := range o.Drop {
		for _, i := range r.find(name) {
			columns[i].Role = RoleDropped
		}
	}
	if err := r.assign(o.Map); err != nil {
		return nil, err
	}
	r.recordID()
	if o.Truth != "" {
		for _, i := range r.find(o.Truth) {
			if columns[i].Role != RoleRecordID {
				columns[i].Role, columns[i].Field = RoleTruth, ""
			}
		}
	}
	if err := r.recognise(); err != nil {
		return nil, err
	}
	return columns, nil
}

type resolver struct {
	file    string
	columns []Column
}

// find returns the columns of a name: exactly so called, else but for the
// case of letters.
func (r *resolver) find(name string) []int {
	var exact, folded []int
	for i, c := range r.columns {
		if c.Name == name {
			exact = append(exact, i)
		}
		if strings.EqualFold(c.Name, name) {
			folded = append(folded, i)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return folded
}

func (r *resolver) assign(assignments []Assignment) error {
	for _, a := range assignments {
		if !patient.IsStandardName(a.Field) {
			return &Error{File: r.file, Err: fmt.Errorf("%q %w", a.Field, ErrUnknownField), Do: "fields are " + strings.Join(patient.StandardNames(), ", ")}
		}
		for _, i := range r.find(a.Column) {
			c := &r.columns[i]
			c.Layout, c.LayoutGiven = a.Layout, a.HasLayout
			if err := r.set(i, a.Field); err != nil {
				return err
			}
		}
	}
	return nil
}

// set makes a column a field, the record id or the source.
func (r *resolver) set(i int, name string) error {
	role, name := roleOf(name)
	for j, other := range r.columns {
		if j != i && other.Role == role && other.Field == name && !severalColumns[name] {
			what := name
			if what == "" {
				what = string(role)
			}
			return &Error{File: r.file, Err: fmt.Errorf("%w: %q and %q are both %s", ErrTwoColumns, other.Name, r.columns[i].Name, what),
				Do: fmt.Sprintf("say which one with --map %s=COLUMN, or leave one out with --drop COLUMN", what)}
		}
	}
	r.columns[i].Role, r.columns[i].Field = role, name
	return nil
}

func roleOf(name string) (Role, string) {
	switch name {
	case fieldRecordID:
		return RoleRecordID, ""
	case fieldSource:
		return RoleSource, ""
	}
	return RoleField, name
}

// recordID recognises the column of the record id.
func (r *resolver) recordID() {
	best, rank := -1, 0
	for i, c := range r.columns {
		if c.Role == RoleRecordID {
			return
		}
		if name, _ := patient.Spelling(c.Name); c.Role != "" || name != fieldRecordID {
			continue
		}
		at := slices.Index(recordIDs, spaced(c.Name))
		if at < 0 {
			at = len(recordIDs)
		}
		if best < 0 || at < rank {
			best, rank = i, at
		}
	}
	if best >= 0 {
		r.columns[best].Role = RoleRecordID
	}
}

// spaced spells a column's name as recordIDs does, as far as it can be told.
func spaced(name string) string {
	name = strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(strings.ToLower(name))
	switch name {
	case "recordid", "recid", "uniqueid", "rowid", "externalid":
		return strings.TrimSuffix(name, "id") + "_id"
	}
	return name
}

// recognise finds the fields among the columns that nobody named. A column of
// the standard name itself wins over one of another spelling, and what the
// caller assigned wins over both.
func (r *resolver) recognise() error {
	assigned := map[string]bool{}
	for _, c := range r.columns {
		if c.Role == RoleField {
			assigned[c.Field] = true
		}
		if c.Role == RoleSource {
			assigned[fieldSource] = true
		}
	}
	assigned[fieldRecordID] = true
	for i := range r.columns {
		c := &r.columns[i]
		if c.Role != "" {
			continue
		}
		name, ok := patient.Spelling(c.Name)
		if !ok || assigned[name] {
			c.Role = RoleAttribute
			continue
		}
		if err := r.set(i, name); err != nil {
			return err
		}
	}
	return nil
}
