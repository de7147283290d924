package population

// A feed is a kind of system that reports to the registry.
type feed uint8

const (
	feedVR feed = iota
	feedHOSP
	feedPED
	feedLHD
	feedPHARM
	feedSCHOOL
	feedPLAN
	feedMASS
	numFeeds
)

// feedSpec is what is known of a feed: shares in percent of values that are
// missing, and how many times the typical errors it makes.
type feedSpec struct {
	name     string
	prefix   string // of its organizations
	orgs     int
	first    float64
	middle   float64
	birth    float64
	sex      float64
	address  float64
	phone    float64
	guardian float64
	ssn      float64 // of adults; children 98 where there is a number at all
	order    float64 // birth order known, percent
	multiple float64 // multiple birth indicator known
	maiden   float64 // mother's maiden name known
	email    float64 // e-mail known
	level    float64 // of noise
	doses    int     // most in a row
}

// The levels of noise.
const (
	levelLow       = .3
	levelTypical   = 1
	levelDirty     = 2.5
	levelVeryDirty = 5
)

var feedTable = [numFeeds]feedSpec{
	feedVR:     {name: "vr", prefix: "VR", orgs: 1, first: .1, middle: 25, address: 2, phone: 30, guardian: 1, ssn: 100, order: 98, multiple: 99, maiden: 97, level: levelLow, doses: 1},
	feedHOSP:   {name: "hosp", prefix: "HOSP", orgs: 60, middle: 95, birth: .1, sex: 1, address: 4, phone: 10, guardian: 15, ssn: 98, order: 70, multiple: 80, maiden: 45, level: levelLow, doses: 1},
	feedPED:    {name: "ped", prefix: "PED", orgs: 400, middle: 50, birth: .1, sex: .5, address: 4, phone: 6, guardian: 20, ssn: 55, order: 10, multiple: 30, maiden: 15, email: 30, level: levelTypical, doses: 6},
	feedLHD:    {name: "lhd", prefix: "LHD", orgs: numCounties, middle: 60, birth: .3, sex: 1, address: 8, phone: 20, guardian: 35, ssn: 70, order: 10, multiple: 15, maiden: 10, email: 5, level: levelDirty, doses: 4},
	feedPHARM:  {name: "pharm", prefix: "PHARM", orgs: 600, middle: 85, birth: .2, sex: 3, address: 10, phone: 8, guardian: 99, ssn: 100, multiple: 0, email: 35, level: levelTypical, doses: 2},
	feedSCHOOL: {name: "school", prefix: "SCHOOL", orgs: 300, first: .2, middle: 70, birth: 1.5, sex: 4, address: 12, phone: 35, guardian: 50, ssn: 100, email: 25, level: levelDirty, doses: 10},
	feedPLAN:   {name: "plan", prefix: "PLAN", orgs: 8, middle: 40, address: 3, phone: 25, guardian: 60, ssn: 40, email: 10, level: levelLow, doses: 4},
	feedMASS:   {name: "mass", prefix: "MASS", orgs: 30, first: .5, middle: 80, birth: 2, sex: 6, address: 25, phone: 20, guardian: 70, ssn: 100, level: levelVeryDirty, doses: 1},
}

// coverage is the percentage of people a feed has, before all factors: of
// children under six, of other children, of adults.
var coverage = [numFeeds][3]float64{
	feedVR:     {54, 13, 0},
	feedHOSP:   {52, 11, 0},
	feedPED:    {76, 54, 26},
	feedLHD:    {11, 13, 13},
	feedPHARM:  {10, 26, 44},
	feedSCHOOL: {4, 60, 0},
	feedPLAN:   {20, 13, 8},
	feedMASS:   {2, 8, 10},
}

// thresholds are the chances of one feed, ready to be drawn against.
type thresholds struct {
	covers                                          [3]chance
	first, middle, birth, sex, address, phone       chance // missing
	guardian, ssn                                   chance // missing
	order, multiple, maiden, email                  chance // known
	noiseGiven, noiseFamily, noiseMiddle, noiseDate chance
	noiseSex, noiseStreet, noiseZIP, noisePhone     chance
	level                                           float64
}

// An orgStyle is how an organization writes.
type orgStyle struct {
	upper      bool
	diacritics bool
	hispanic   uint8 // how it writes two surnames
	asian      uint8 // how it writes given names of two syllables
	articles   uint8 // how it writes Al-Hassan and De La Cruz
	convention convention
	own        uint8 // placeholder it prefers
	regimen    uint8 // products it stocks
	street     uint8 // 0 St, 1 Street, 2 nothing
	phone      uint8 // format
	number     phone
	authority  string
}

// compileFeeds makes the thresholds of all feeds.
func (g *Generator) compileFeeds() {
	v := &g.values
	missing := v[rateMissing]
	lack := func(p float64) chance { return chanceOf(p / 100 * missing) }
	for f := range numFeeds {
		s := &feedTable[f]
		t := &g.feeds[f]
		for class, p := range coverage[f] {
			t.covers[class] = chanceOf(p / 100 * v[rateFeed+rate(f)] * v[rateCoverage])
		}
		t.first, t.middle, t.birth, t.sex = lack(s.first), lack(s.middle), lack(s.birth), lack(s.sex)
		t.address, t.phone, t.guardian, t.ssn = lack(s.address), lack(s.phone), lack(s.guardian), lack(s.ssn)
		if s.ssn == 100 {
			t.ssn = certain
		}
		t.order, t.multiple, t.maiden, t.email = percent(s.order), percent(s.multiple), percent(s.maiden), percent(s.email)
		t.level = s.level * g.noise
		g.compileNoise(t, 1)
		g.repeats[f] = *t
		// Who is in one system twice was not recognized there: something about
		// them was amiss.
		g.compileNoise(&g.repeats[f], 2)
		g.compileOrgs(f)
	}
}

// compileNoise makes the chances of errors, some times those of the feed.
func (g *Generator) compileNoise(t *thresholds, factor float64) {
	v := &g.values
	// More than every second value in error is no longer data.
	err := func(r rate) chance { return chanceOf(min(.5, v[r]*t.level*factor)) }
	t.noiseGiven, t.noiseFamily, t.noiseMiddle = err(rateNoiseGiven), err(rateNoiseFamily), err(rateNoiseMiddle)
	t.noiseDate, t.noiseSex, t.noiseStreet = err(rateNoiseBirthDate), err(rateNoiseSex), err(rateNoiseStreet)
	t.noiseZIP, t.noisePhone = err(rateNoisePostalCode), err(rateNoisePhone)
}

func (g *Generator) compileOrgs(f feed) {
	s := &feedTable[f]
	g.orgs[f] = make([]orgStyle, s.orgs)
	for i := range g.orgs[f] {
		o := &g.orgs[f][i]
		d := g.draw(kindOrganization, uint64(f)<<32|uint64(i), streamOrganization)
		o.upper = d.is(g.p[rateUpperCase])
		o.diacritics = d.is(g.p[rateDiacritics])
		o.hispanic = uint8(choose(&d, hispanicShares, hispanicTotal))
		o.asian = uint8(d.below(4))
		o.articles = uint8(d.below(4))
		o.convention = g.newConvention(&d)
		o.own = uint8(d.below(256))
		o.regimen = uint8(d.below(numRegimens))
		o.street = uint8(choose(&d, []uint16{55, 30, 15}, 100))
		o.phone = uint8(d.below(5))
		o.number = numberFrom(&d)
		o.authority = s.prefix
		if s.orgs > 1 {
			o.authority = s.prefix + "-" + string(appendPadded(nil, i+1, 3))
		}
	}
}

// appendPadded appends n with leading zeros.
func appendPadded(dst []byte, n, width int) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			dst = append(dst, "00000000000000000000"[:width-1]...)
			break
		}
		limit *= 10
	}
	return appendInt(dst, n)
}

// orgAt is the organization of a feed that somebody in a delivery area goes to.
func (w *world) orgAt(f feed, d *draws, zip int) int32 {
	n := feedTable[f].orgs
	switch f {
	case feedVR:
		return 0
	case feedHOSP: // a few large ones, and the one near by
		if d.is(percent(60)) {
			return int32(zip / zipsByCounty * 3 / 2 % n)
		}
		return int32(d.below(n) * d.below(n) / n)
	case feedLHD:
		return int32(zip / zipsByCounty % n)
	case feedSCHOOL:
		return int32((zip*3/10 + d.below(2)) % n)
	case feedPLAN:
		return int32(d.below(n) * d.below(n) / n)
	case feedMASS:
		return int32(d.below(n))
	}
	return int32((zip*n/numZIPs + d.below(4)) % n)
}
