package population

// A vaccine is a product. Codes are those of the CDC (CVX, MVX, NDC), which are
// in the public domain.
type vaccine struct {
	cvx, mvx, ndc string
	unspecified   string   // CVX of the kind alone
	parts         []string // CVX of what a combination is split into
	lot           string   // how its lots look: A a letter, 9 a digit
}

// The products, by their place in vaccines.
const (
	vaxHepB uint8 = iota
	vaxHepBRecombivax
	vaxRotaTeq
	vaxRotarix
	vaxInfanrix
	vaxDaptacel
	vaxPediarix
	vaxPentacel
	vaxVaxelis
	vaxActHIB
	vaxPedvaxHIB
	vaxPrevnar13
	vaxPCV15
	vaxPCV20
	vaxIPOL
	vaxMMR
	vaxVaricella
	vaxProQuad
	vaxHavrix
	vaxKinrix
	vaxBoostrix
	vaxAdacel
	vaxGardasil
	vaxMenactra
	vaxMenveo
	vaxBexsero
	vaxTrumenba
	vaxTenivac
	vaxShingrix
	vaxArexvy
	vaxBeyfortus
	vaxFluarix
	vaxFlucelvax
	vaxFluzone
	vaxFluQuad
	vaxPfizer21
	vaxModerna21
	vaxPfizer24
	vaxModerna24
)

var vaccines = [...]vaccine{
	vaxHepB:           {"08", "SKB", "58160-0820-43", "45", nil, "A99A9"},
	vaxHepBRecombivax: {"08", "MSD", "00006-4980-00", "45", nil, "A999999"},
	vaxRotaTeq:        {"116", "MSD", "00006-4047-01", "122", nil, "A999999"},
	vaxRotarix:        {"119", "SKB", "58160-0740-02", "122", nil, "AA99A"},
	vaxInfanrix:       {"20", "SKB", "58160-0810-43", "107", nil, "A99A9"},
	vaxDaptacel:       {"106", "PMC", "49281-0286-58", "107", nil, "A9999AA"},
	vaxPediarix:       {"110", "SKB", "58160-0811-43", "107", []string{"20", "08", "10"}, "A99AA"},
	vaxPentacel:       {"120", "PMC", "49281-0544-58", "107", []string{"20", "10", "48"}, "A9999AA"},
	vaxVaxelis:        {"146", "MSP", "63361-0243-88", "107", []string{"20", "10", "49", "08"}, "A9999A"},
	vaxActHIB:         {"48", "PMC", "49281-0547-58", "17", nil, "AA999AA"},
	vaxPedvaxHIB:      {"49", "MSD", "00006-4897-01", "17", nil, "A999999"},
	vaxPrevnar13:      {"133", "PFR", "00005-1971-01", "152", nil, "AA9999"},
	vaxPCV15:          {"215", "MSD", "00006-4329-01", "152", nil, "A999999"},
	vaxPCV20:          {"216", "PFR", "00005-2000-01", "152", nil, "AA9999"},
	vaxIPOL:           {"10", "PMC", "49281-0860-78", "89", nil, "A9A99"},
	vaxMMR:            {"03", "MSD", "00006-4681-01", "03", nil, "A999999"},
	vaxVaricella:      {"21", "MSD", "00006-4827-01", "21", nil, "A999999"},
	vaxProQuad:        {"94", "MSD", "00006-4171-01", "94", []string{"03", "21"}, "A999999"},
	vaxHavrix:         {"83", "SKB", "50090-3781-01", "85", nil, "A99A9"},
	vaxKinrix:         {"130", "SKB", "58160-0812-43", "107", []string{"20", "10"}, "A99AA"},
	vaxBoostrix:       {"115", "SKB", "58160-0842-43", "115", nil, "A99AA"},
	vaxAdacel:         {"115", "PMC", "49281-0400-88", "115", nil, "A9999AA"},
	vaxGardasil:       {"165", "MSD", "00006-4119-01", "137", nil, "A999999"},
	vaxMenactra:       {"114", "PMC", "49281-0589-58", "108", nil, "A9999AA"},
	vaxMenveo:         {"136", "SKB", "58160-0827-03", "108", nil, "AA99A"},
	vaxBexsero:        {"163", "SKB", "58160-0976-02", "164", nil, "AA99A"},
	vaxTrumenba:       {"162", "PFR", "00005-0100-01", "164", nil, "AA9999"},
	vaxTenivac:        {"113", "PMC", "49281-0215-88", "139", nil, "A9999AA"},
	vaxShingrix:       {"187", "SKB", "58160-0828-03", "188", nil, "A9A99"},
	vaxArexvy:         {"303", "SKB", "58160-0723-03", "304", nil, "AA99A"},
	vaxBeyfortus:      {"306", "PMC", "49281-0575-00", "315", nil, "AA9999"},
	vaxFluarix:        {"140", "SKB", "58160-0884-41", "88", nil, "A99A9"},
	vaxFlucelvax:      {"171", "SEQ", "70461-0323-04", "88", nil, "999999"},
	vaxFluzone:        {"140", "PMC", "49281-0424-88", "88", nil, "A9999AA"},
	vaxFluQuad:        {"150", "SKB", "58160-0887-41", "88", nil, "9A9AA"},
	vaxPfizer21:       {"208", "PFR", "59267-1000-01", "213", nil, "AA9999"},
	vaxModerna21:      {"207", "MOD", "80777-0273-10", "213", nil, "999A99A"},
	vaxPfizer24:       {"309", "PFR", "00069-2432-01", "213", nil, "AA9999"},
	vaxModerna24:      {"312", "MOD", "80777-0110-01", "213", nil, "9999999"},
}

// A slot is a dose of a schedule: which product, at which age in days, how many
// days it may come late, and from which age on it is given elsewhere.
type slot struct {
	vaccine uint8
	age     int32
	late    int32
	series  uint8 // who misses a series misses all of it
}

// numRegimens is how many ways of stocking products there are.
const numRegimens = 3

// regimens are the schedules of the first years, by what a practice stocks.
var regimens = [numRegimens][]slot{
	{ // DTaP-HepB-IPV
		{vaxPediarix, 61, 25, 1}, {vaxActHIB, 61, 25, 2}, {vaxPrevnar13, 61, 25, 3}, {vaxRotaTeq, 61, 20, 4},
		{vaxPediarix, 122, 30, 1}, {vaxActHIB, 122, 30, 2}, {vaxPrevnar13, 122, 30, 3}, {vaxRotaTeq, 122, 30, 4},
		{vaxPediarix, 184, 45, 1}, {vaxActHIB, 184, 45, 2}, {vaxPrevnar13, 184, 45, 3}, {vaxRotaTeq, 184, 30, 4},
		{vaxMMR, 367, 60, 5}, {vaxVaricella, 367, 60, 6}, {vaxHavrix, 367, 80, 7}, {vaxActHIB, 400, 80, 2}, {vaxPrevnar13, 400, 80, 3},
		{vaxInfanrix, 470, 90, 1}, {vaxHavrix, 570, 120, 7}, {vaxKinrix, 1480, 300, 1}, {vaxProQuad, 1480, 300, 5},
	},
	{ // DTaP-IPV/Hib
		{vaxHepB, 40, 20, 8}, {vaxPentacel, 61, 25, 1}, {vaxPCV15, 61, 25, 3}, {vaxRotarix, 61, 20, 4},
		{vaxPentacel, 122, 30, 1}, {vaxPCV15, 122, 30, 3}, {vaxRotarix, 122, 30, 4},
		{vaxPentacel, 184, 45, 1}, {vaxPCV15, 184, 45, 3}, {vaxHepB, 190, 60, 8},
		{vaxProQuad, 367, 60, 5}, {vaxHavrix, 367, 80, 7}, {vaxPCV15, 400, 80, 3}, {vaxPentacel, 470, 90, 1}, {vaxHavrix, 570, 120, 7},
		{vaxKinrix, 1480, 300, 1}, {vaxMMR, 1480, 300, 5}, {vaxVaricella, 1480, 300, 6},
	},
	{ // hexavalent
		{vaxVaxelis, 61, 25, 1}, {vaxPCV20, 61, 25, 3}, {vaxRotaTeq, 61, 20, 4},
		{vaxVaxelis, 122, 30, 1}, {vaxPCV20, 122, 30, 3}, {vaxRotaTeq, 122, 30, 4},
		{vaxVaxelis, 184, 45, 1}, {vaxPCV20, 184, 45, 3}, {vaxRotaTeq, 184, 30, 4},
		{vaxMMR, 367, 60, 5}, {vaxVaricella, 367, 60, 6}, {vaxHavrix, 367, 80, 7}, {vaxPCV20, 400, 80, 3}, {vaxPedvaxHIB, 400, 80, 2},
		{vaxDaptacel, 470, 90, 1}, {vaxHavrix, 570, 120, 7}, {vaxDaptacel, 1480, 300, 1}, {vaxIPOL, 1480, 300, 9}, {vaxProQuad, 1480, 300, 5},
	},
}

// teens is the schedule after that.
var teens = []slot{
	{vaxBoostrix, 4030, 200, 10}, {vaxGardasil, 4030, 300, 11}, {vaxMenveo, 4030, 200, 12},
	{vaxGardasil, 4240, 400, 11}, {vaxMenveo, 5850, 300, 12}, {vaxBexsero, 5900, 300, 13}, {vaxBexsero, 6100, 200, 13},
}

var (
	fluProducts   = [...]uint8{vaxFluarix, vaxFlucelvax, vaxFluzone}
	covidProducts = [...]uint8{vaxPfizer21, vaxModerna21}
	covidRecent   = [...]uint8{vaxPfizer24, vaxModerna24}
)
