package patient

// A FieldSet is a set of fields.
type FieldSet uint64

// Has reports whether a field is in the set.
func (s FieldSet) Has(f Field) bool { return s>>f&1 != 0 }

// with returns the set with a field added if that is so.
func (s FieldSet) with(f Field, is bool) FieldSet {
	if is {
		s |= 1 << f
	}
	return s
}

// Present returns the fields that have a value: those of which
// [Normalized.AppendValues] appends any. Who walks over all fields asks once for
// what most records lack.
func (n *Normalized) Present() FieldSet {
	return n.personFields() | n.addressFields() | n.otherFields()
}

func (n *Normalized) personFields() (s FieldSet) {
	s = s.with(FieldGiven, n.Given != "").with(FieldGivenAlias, len(n.GivenAliases) > 0)
	s = s.with(FieldMiddle, n.Middle != "")
	s = s.with(FieldFamily, n.Family != "").with(FieldFamilyAlias, len(n.FamilyAliases) > 0)
	s = s.with(FieldSuffix, n.Suffix != "").with(FieldFullName, n.FullName != "")
	s = s.with(FieldBirthDate, n.Birth.Known()).with(FieldBirthTime, n.BirthTime > 0 && n.BirthTime <= 24*60)
	s = s.with(FieldSex, n.Sex >= 'A' && n.Sex <= 'Z')
	s = s.with(FieldMultipleBirth, n.Multiple != NotKnown).with(FieldBirthOrder, n.BirthOrder != 0)
	s = s.with(FieldBirthPlace, n.BirthPlace != "").with(FieldPlaceholderClass, n.Placeholder.Class != NotPlaceholder)
	s = s.with(FieldMotherGiven, n.MotherGiven != "").with(FieldMotherFamily, n.MotherFamily != "")
	s = s.with(FieldMotherMaiden, n.MotherMaiden != "")
	return s.with(FieldGuardianGiven, len(n.GuardianGiven) > 0).with(FieldGuardianFamily, len(n.GuardianFamily) > 0)
}

func (n *Normalized) addressFields() (s FieldSet) {
	for i := range n.Addresses {
		a := &n.Addresses[i]
		s = s.with(FieldStreetNumber, a.Number != "").with(FieldStreet, a.Street != "").with(FieldUnit, a.Unit != "")
		s = s.with(FieldCity, a.City != "").with(FieldState, a.State != "").with(FieldPostalCode, a.PostalCode != "")
		s = s.with(FieldInstitution, a.Institution)
	}
	return s
}

func (n *Normalized) otherFields() (s FieldSet) {
	s = s.with(FieldPhone, len(n.Phones) > 0).with(FieldEmail, len(n.Emails) > 0)
	s = s.with(FieldSSN, n.SSN != "").with(FieldMedicaid, n.Medicaid != "")
	s = s.with(FieldMRN, len(n.MRN) > 0).with(FieldStudentID, len(n.StudentID) > 0)
	s = s.with(FieldBirthCertificate, n.BirthCertificate != "").with(FieldBirthFacility, n.BirthFacility != "")
	s = s.with(FieldSchool, n.School != "").with(FieldGrade, n.Grade != "").with(FieldOccupation, n.Occupation != "")
	s = s.with(FieldDeathDate, n.Death.Known()).with(FieldReceived, n.Received.Known()).with(FieldActivity, n.Activity.Known())
	return s.with(FieldDoseKey, len(n.Doses) > 0)
}
