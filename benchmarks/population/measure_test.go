package population

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// A census is what the acceptance tests count of a world.
type census struct {
	people                                      int
	young, school, adult                        int
	surnamePairs, birthPairs, surnameBirthPairs int64
	nameSexPairs, nameSexBirthPairs             int64
	largestSurname                              int
	slope                                       float64
	babies, twinBabies                          int
	hispanicTop                                 float64
	zipShare, zipSlope                          float64
	distinctSurnames                            int
	expectedSurnameBirthPairs                   float64 // were surname and birth date independent
}

// one is a person, by numbers.
type one struct {
	surname, given, sex, birth, household int32
}

// takeCensus makes the world of n people and counts it.
func takeCensus(t *testing.T, o Options) census {
	t.Helper()
	o.Workers = 1
	g, err := New(o)
	require.NoError(t, err)
	w := &world{Generator: g}
	h := &household{}
	var c census
	var people []one
	names, givens := map[string]int32{}, map[string]int32{}
	number := func(m map[string]int32, name string) int32 {
		n, ok := m[name]
		if !ok {
			n = int32(len(m))
			m[strings.Clone(name)] = n
		}
		return n
	}
	hispanic, hispanicTotal := map[string]int{}, 0
	zips := make([]int, numZIPs)
	for id := uint64(0); c.people < g.people; id++ {
		w.build(h, id, false)
		for i := range h.n {
			p := &h.people[i]
			if !p.recorded {
				continue
			}
			c.people++
			switch age := asOf - p.born; {
			case p.role != roleChild:
				c.adult++
			case age < 6*year:
				c.young++
			default:
				c.school++
			}
			if p.role == roleChild {
				c.babies++
				if p.multiple == 2 {
					c.twinBabies++
				}
			}
			f := p.current().family.first.plain
			if born := p.names[0].family; p.group == groupHispanic && p.mother < 0 { // not married into the group
				hispanic[strings.Clone(born.first.plain)]++
				hispanicTotal++
			}
			if a := h.home.at(asOf); a.state < 0 {
				zips[a.zip]++
			}
			if h.trap != "" && i == h.n-1 {
				continue // made to collide
			}
			people = append(people, one{number(names, f), number(givens, p.given.plain), int32(p.sex), p.born, int32(id)})
		}
	}
	c.count(people, len(names))
	top := make([]int, 0, len(hispanic))
	for _, n := range hispanic {
		top = append(top, n)
	}
	slices.SortFunc(top, func(a, b int) int { return b - a })
	for _, n := range top[:min(30, len(top))] {
		c.hispanicTop += float64(n) / float64(hispanicTotal)
	}
	slices.SortFunc(zips, func(a, b int) int { return b - a })
	total := 0
	for _, n := range zips {
		total += n
	}
	c.zipShare = float64(zips[0]) / float64(total)
	c.zipSlope = slopeOf(zips[40:600], 40+1)
	return c
}

// count counts pairs of strangers: people of two households.
func (c *census) count(people []one, distinct int) {
	c.distinctSurnames = distinct
	pairs := func(key func(one) [4]int32) int64 {
		slices.SortFunc(people, func(a, b one) int {
			x, y := key(a), key(b)
			for i := range x {
				if x[i] != y[i] {
					return int(x[i]) - int(y[i])
				}
			}
			return int(a.household) - int(b.household)
		})
		n := int64(0)
		for i := 0; i < len(people); {
			j, same := i, int64(0)
			for j < len(people) && key(people[j]) == key(people[i]) {
				k := j
				for k < len(people) && key(people[k]) == key(people[i]) && people[k].household == people[j].household {
					k++
				}
				same += int64(k-j) * int64(k-j-1) / 2
				j = k
			}
			n += int64(j-i)*int64(j-i-1)/2 - same
			i = j
		}
		return n
	}
	c.surnamePairs = pairs(func(p one) [4]int32 { return [4]int32{p.surname} })
	sizes := make([]int, distinct)
	for _, p := range people {
		sizes[p.surname]++
	}
	slices.SortFunc(sizes, func(a, b int) int { return b - a })
	c.largestSurname = sizes[0]
	if len(sizes) > 10000 {
		c.slope = slopeOf(sizes[9:10000], 10)
	}
	c.birthPairs = pairs(func(p one) [4]int32 { return [4]int32{p.birth} })
	c.surnameBirthPairs = pairs(func(p one) [4]int32 { return [4]int32{p.surname, p.birth} })
	c.nameSexPairs = pairs(func(p one) [4]int32 { return [4]int32{p.surname, p.given, p.sex} })
	c.nameSexBirthPairs = pairs(func(p one) [4]int32 { return [4]int32{p.surname, p.given, p.sex, p.birth} })
	all := float64(len(people)) * float64(len(people)) / 2
	c.expectedSurnameBirthPairs = float64(c.surnamePairs) / all * float64(c.birthPairs)
}

// slopeOf fits log size over log rank, the points spread evenly over the log of
// the rank.
func slopeOf(sizes []int, firstRank int) float64 {
	var n, sx, sy, sxx, sxy float64
	last := -1.0
	for i, size := range sizes {
		x, y := math.Log(float64(firstRank+i)), math.Log(float64(max(size, 1)))
		if x-last < .05 {
			continue
		}
		last = x
		n++
		sx += x
		sy += y
		sxx += x * x
		sxy += x * y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// A report is what the acceptance tests count of the records.
type report struct {
	records, persons, repeated   int
	feeds                        map[string]int
	pairs, exactPairs            int64 // of one person; of those, first, last and birth date equal
	largestPhone, largestAddress int
	sharedName, sharedNameBirth  float64 // of one feed, records whose name (and birth date) another record has
	placeholders                 int
	doses                        int
	samePairs, sameShare         int // pairs of one person with doses on both sides; of those, one dose is the same
	twinPairs, twinShare         int
}

func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r = unicode.ToUpper(base(unicode.ToLower(r))); r >= 'A' && r <= 'Z' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// takeReport makes the records and counts them.
func takeReport(t *testing.T, o Options) report {
	t.Helper()
	g, err := New(o)
	require.NoError(t, err)
	r := report{feeds: map[string]int{}}
	phones, addresses := map[string]int{}, map[string]int{}
	type nameKey struct{ given, family, birth string }
	intern := map[string]string{}
	in := func(s string) string {
		if v, ok := intern[s]; ok {
			return v
		}
		s = strings.Clone(s)
		intern[s] = s
		return s
	}
	type rec struct {
		key    nameKey
		person uint64
		feed   string
		twins  uint32
		doses  string
	}
	var house, all []rec // of a household; of one feed
	last, household := uint64(1<<63), uint64(1<<63)
	finish := func() {
		for i, a := range house {
			for _, b := range house[i+1:] {
				switch {
				case a.person == b.person:
					r.pairs++
					if a.key == b.key && a.key.given != "" {
						r.exactPairs++
					}
					if a.doses != "" && b.doses != "" {
						r.samePairs++
						r.sameShare += shareDose(a.doses, b.doses)
					}
				case a.twins != 0 && a.twins == b.twins && a.doses != "" && b.doses != "":
					r.twinPairs++
					r.twinShare += shareDose(a.doses, b.doses)
				}
			}
		}
		house = house[:0]
	}
	for row, err := range g.Rows(context.Background()) {
		require.NoError(t, err)
		truth := row.Truth()
		if truth.Household != household {
			finish()
			household = truth.Household
		}
		if truth.Person != last {
			last = truth.Person
			r.persons++
		}
		r.records++
		r.feeds[in(truth.Source)]++
		if truth.Placeholder {
			r.placeholders++
		}
		if slices.Contains(truth.Tags, tagRepeated) {
			r.repeated++
		}
		r.doses += strings.Count(row.Value(ColumnDoses), ";")
		if row.Value(ColumnDoses) != "" {
			r.doses++
		}
		one := rec{
			nameKey{in(fold(row.Value(ColumnGivenName))), in(fold(row.Value(ColumnFamilyName))), in(row.Value(ColumnBirthDate))},
			truth.Person, in(truth.Source), truth.TwinGroup, row.Value(ColumnDoses),
		}
		if house = append(house, one); truth.Source == "ped" {
			one.doses = ""
			all = append(all, one)
		}
		if v := row.Value(ColumnPhone); v != "" {
			phones[in(digitsOf(v))]++
		}
		if v := row.Value(ColumnAddress); v != "" {
			addresses[in(streetKey(v)+" "+fold(row.Value(ColumnCity)))]++
		}
	}
	finish()
	for _, n := range phones {
		r.largestPhone = max(r.largestPhone, n)
	}
	for _, n := range addresses {
		r.largestAddress = max(r.largestAddress, n)
	}
	r.sharedNameBirth = sharedBy(len(all), func(i int) nameKey { return all[i].key })
	r.sharedName = sharedBy(len(all), func(i int) nameKey { return nameKey{all[i].key.given, all[i].key.family, ""} })
	return r
}

// shareDose is 1 where two records report the same vaccine on one day.
func shareDose(a, b string) int {
	for x := range strings.SplitSeq(a, ";") {
		cvx, rest, _ := strings.Cut(x, "|")
		day, _, _ := strings.Cut(rest, "|")
		if strings.HasPrefix(b, cvx+"|"+day+"|") || strings.Contains(b, ";"+cvx+"|"+day+"|") {
			return 1
		}
	}
	return 0
}

// sharedBy is the share of records that do not have their key alone.
func sharedBy[K comparable](n int, at func(int) K) float64 {
	counts := make(map[K]int, n)
	for i := range n {
		counts[at(i)]++
	}
	several := 0
	for _, c := range counts {
		if c > 1 {
			several += c
		}
	}
	return float64(several) / float64(n)
}

func digitsOf(s string) string {
	var b []byte
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	if len(b) == 11 {
		b = b[1:]
	}
	return string(b)
}

// streetKey is an address without what is written now so, now so: the number
// and the name of the street.
func streetKey(s string) string {
	var key []string
	for _, word := range strings.Fields(strings.ToUpper(s)) {
		if word == "APT" || word[0] == '#' {
			break
		}
		if len(word) > 2 || len(key) == 0 {
			key = append(key, word)
		}
		if len(key) == 2 {
			break
		}
	}
	return strings.Join(key, " ")
}
