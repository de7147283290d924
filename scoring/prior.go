package scoring

// shippedM are the m probabilities a fit starts from, by kind and level, level
// 1 first: how pairs of one person's records look across registries, from
// published error rates (Just et al. 2016; Miller 2000; DuVall 2010) and common
// sense, to one digit. They are a prior, not fitted to any file: a file with
// thousands of pairs of one person overrules them, one with a handful cannot.
var shippedM = map[Kind][]float64{
	KindGiven:            {.84, .03, .005, .01, .01, .02, .035, .01, .005, .005, .005, .005, .01, .02},
	KindFamily:           {.86, .03, .035, .005, .02, .005, .005, .005, .005, .030},
	KindMiddle:           {.60, .22, .05, .03, .10},
	KindBirthDate:        {.93, .005, .008, .022, .006, .006, .004, .007, .002, .002, .008},
	KindSex:              {.985, .015},
	KindSuffix:           {.95, .05},
	KindMultiple:         {.80, .12, 0, .04, .04},
	KindSSN:              {.88, .05, .02, .05},
	KindMedicaid:         {.88, .04, .08},
	KindMRN:              {.85, .15},
	KindStudentID:        {.95, .05},
	KindBirthCertificate: {.98, .02},
	KindPhone:            {.65, .05, .30},
	KindPostalCode:       {.70, .05, .08, .17},
	KindAddress:          {.50, .15, .12, .03, .20},
	KindMotherGiven:      {.86, .08, .06},
	KindMotherMaiden:     {.86, .08, .06},
	KindGuardian:         {.70, .15, .05, .10},
	KindGuardianGiven:    {.75, .10, .15},
	KindDoses:            {.10, .12, .18, .22, .28, .10},
}

// shippedText are those of the kinds that compare any field, by role.
var shippedText = map[Role]map[Kind][]float64{
	RoleHousehold: {
		KindText:   {.68, .06, .04, .22},
		KindNumber: {.68, .06, .26},
		KindExact:  {.75, .25},
	},
	RoleContact: {
		KindText:   {.75, .08, .05, .12},
		KindNumber: {.85, .05, .10},
		KindExact:  {.85, .15},
	},
	RoleIdentifier: {
		KindText:   {.75, .08, .05, .12},
		KindNumber: {.85, .05, .10},
		KindExact:  {.85, .15},
	},
	RolePerson: {
		KindText:   {.65, .07, .06, .22},
		KindNumber: {.85, .05, .10},
		KindExact:  {.80, .20},
	},
}

// shippedU are the u probabilities that the counts of random pairs are added
// to: how two strangers of a large population compare. They count as no more
// than uPrior pairs, so that they decide only in files of a few records, where
// random pairs tell next to nothing.
var shippedU = map[Kind][]float64{
	KindGiven:            {.004, .002, .0001, .001, .001, .001, .003, .002, .0005, .001, .0005, .01, .07, .90},
	KindFamily:           {.002, .0015, .002, .0005, .001, .0005, .01, .05, .03, .90},
	KindMiddle:           {.02, .10, .005, .005, .87},
	KindBirthDate:        {.0001, .0001, .0002, .0006, .003, .003, .003, .01, .02, .36, .60},
	KindSex:              {.5, .5},
	KindSuffix:           {.4, .6},
	KindMultiple:         {.45, .05, 0, .05, .45},
	KindSSN:              {.0001, .0001, .0002, .9996},
	KindMedicaid:         {.0001, .0002, .9997},
	KindMRN:              {.0001, .9999},
	KindStudentID:        {.0001, .9999},
	KindBirthCertificate: {.0001, .9999},
	KindPhone:            {.0002, .0005, .9993},
	KindPostalCode:       {.01, .005, .05, .935},
	KindAddress:          {.0002, .001, .01, .005, .984},
	KindMotherGiven:      {.006, .01, .984},
	KindMotherMaiden:     {.002, .005, .993},
	KindGuardian:         {.0005, .01, .002, .987},
	KindGuardianGiven:    {.008, .01, .982},
	KindDoses:            {.0001, .0001, .0003, .001, .01, .9885},
}

// shippedTextU are those of the kinds that compare any field.
var shippedTextU = map[Kind][]float64{
	KindText:   {.02, .005, .01, .965},
	KindNumber: {.01, .03, .96},
	KindExact:  {.1, .9},
}

// uPrior is how many random pairs the shipped u count as.
const uPrior = 100

// shippedStrangers returns the shipped u probabilities of a comparison, level 0
// first, summing to 1; nil where there are none.
func shippedStrangers(c Comparison) []float64 {
	u, ok := shippedU[c.Kind]
	if !ok {
		u, ok = shippedTextU[c.Kind]
	}
	if !ok {
		return nil
	}
	p := append([]float64{0}, u...)
	normalize(p)
	return p
}

// shipped returns the shipped m probabilities of a comparison, level 0 first,
// summing to 1; nil where there are none.
func shipped(c Comparison) []float64 {
	m, ok := shippedM[c.Kind]
	if !ok {
		m, ok = shippedText[c.Role][c.Kind]
	}
	if !ok {
		return nil
	}
	p := append([]float64{0}, m...)
	normalize(p)
	return p
}
