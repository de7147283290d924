package population

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the tables
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed tables/surnames.gz
var surnameData []byte

//go:embed tables/first_names.gz
var firstNameData []byte

//go:embed tables/births.gz
var birthData []byte

//go:embed tables/nicknames.gz
var nicknameData []byte

// The groups of the Census tables, in their order.
const (
	groupWhite = iota
	groupHispanic
	groupBlack
	groupAsian
	groupNative
	groupOther
	numGroups
)

// A culture says how a name is built where its group alone does not.
type culture uint8

const (
	noCulture culture = iota
	chinese
	korean
	vietnamese
	indian
	arabic
)

// A word is a name as it is properly written, and without its diacritics.
type word struct{ proper, plain string }

// A surname is one of the table.
type surname struct {
	word
	culture culture
}

// A given is a given name; nicks are what its bearers are called.
type given struct {
	word
	nicks []word
}

// A givenList draws from the names given to one sex in five years.
type givenList struct {
	ids []int32
	by  [numGroups]alias
}

// The bins of the birth table: five years from 1930 on.
const (
	firstBin = 1930
	numBins  = 18
)

// tables are the embedded tables, ready to draw from. They are never written to
// after they were built.
type tables struct {
	surnames  []surname
	surnameBy [numGroups]alias
	given     []given
	born      [numBins][2]givenList // by sex: 0 male, 1 female
	rest      [2]givenList          // of the Census, without regard to age
	own       [2][6]givenList       // by culture, of our own making
	places    places
}

// loadTables reads the embedded tables, once per process.
var loadTables = sync.OnceValues(func() (*tables, error) {
	t := &tables{}
	ids := map[string]int32{}
	shares := map[string][numGroups]uint64{}
	if err := t.readSurnames(); err != nil {
		return nil, fmt.Errorf("population: surnames: %w", err)
	}
	if err := t.readFirstNames(ids, shares); err != nil {
		return nil, fmt.Errorf("population: first names: %w", err)
	}
	if err := t.readBirths(ids, shares); err != nil {
		return nil, fmt.Errorf("population: births: %w", err)
	}
	t.addOwn(ids)
	if err := t.readNicknames(ids); err != nil {
		return nil, fmt.Errorf("population: nicknames: %w", err)
	}
	t.places = makePlaces()
	return t, nil
})

// eachLine unpacks a table and gives its lines, without the notices at the top.
func eachLine(data []byte, f func(line string) error) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		if line := lines.Text(); line != "" && line[0] != '#' {
			if err := f(line); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

// groupWeights turns a count and the percentages of the groups into weights:
// hundredths of a percent of a person.
func groupWeights(count uint64, percents []string) (w [numGroups]uint64, err error) {
	left := uint64(10000)
	for i, g := range []int{groupWhite, groupBlack, groupAsian, groupNative, groupHispanic} {
		share, err := strconv.ParseFloat(percents[i], 64)
		if err != nil {
			return w, err
		}
		s := min(uint64(share*100+0.5), left)
		left -= s
		w[g] = count * s
	}
	w[groupOther] = count * left
	return w, nil
}

func (t *tables) readSurnames() error {
	accents := accented(accentedSurnames)
	cultures := map[string]culture{}
	for c, names := range cultureSurnames {
		for name := range strings.FieldsSeq(names) {
			cultures[name] = culture(c)
		}
	}
	parts := map[string]string{}
	for name := range strings.SplitSeq(partedSurnames, ",") {
		name = strings.TrimSpace(name)
		parts[upperLetters(name)] = name
	}
	var by [numGroups][]uint64
	err := eachLine(surnameData, func(line string) error {
		f := strings.Split(line, ",")
		if len(f) != 7 {
			return fmt.Errorf("%d columns", len(f))
		}
		count, err := strconv.ParseUint(f[1], 10, 64)
		if err != nil {
			return err
		}
		w, err := groupWeights(count, f[2:])
		if err != nil {
			return err
		}
		for g := range by {
			by[g] = append(by[g], w[g])
		}
		name := f[0]
		proper := title(name)
		if p, ok := parts[name]; ok {
			proper = p
		} else if strings.HasPrefix(name, "MC") && len(name) > 4 {
			proper = "Mc" + title(name[2:])
		}
		s := surname{word: word{proper, proper}, culture: cultures[name]}
		if a, ok := accents[name]; ok {
			s.proper = a
		} else if hispanic := w[groupHispanic] > w[groupWhite]; hispanic {
			s.proper = accentHispanic(s.proper)
		}
		t.surnames = append(t.surnames, s)
		return nil
	})
	for g := range by {
		t.surnameBy[g] = newAlias(by[g])
	}
	return err
}

// id returns the number of a given name, which it adds where it is new.
func (t *tables) id(ids map[string]int32, accents map[string]string, name string) int32 {
	key := strings.ToUpper(name)
	if id, ok := ids[key]; ok {
		return id
	}
	w := word{title(key), title(key)}
	if a, ok := accents[key]; ok {
		w.proper = a
	}
	id := int32(len(t.given))
	ids[key] = id
	t.given = append(t.given, given{word: w})
	return id
}

func (t *tables) readFirstNames(ids map[string]int32, shares map[string][numGroups]uint64) error {
	accents := accented(accentedGiven)
	var by [2][numGroups][]uint64
	err := eachLine(firstNameData, func(line string) error {
		f := strings.Split(line, ",")
		if len(f) != 8 {
			return fmt.Errorf("%d columns", len(f))
		}
		count, err := strconv.ParseUint(f[1], 10, 64)
		if err != nil {
			return err
		}
		male, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			return err
		}
		w, err := groupWeights(1, f[3:])
		if err != nil {
			return err
		}
		shares[f[0]] = w
		id := t.id(ids, accents, f[0])
		for sex, share := range [2]float64{male, 100 - male} {
			if share < 2 {
				continue
			}
			t.rest[sex].ids = append(t.rest[sex].ids, id)
			for g := range w {
				by[sex][g] = append(by[sex][g], count*uint64(share)*w[g]/100)
			}
		}
		return nil
	})
	for sex := range by {
		for g := range by[sex] {
			t.rest[sex].by[g] = newAlias(by[sex][g])
		}
	}
	return err
}

func (t *tables) readBirths(ids map[string]int32, shares map[string][numGroups]uint64) error {
	accents := accented(accentedGiven)
	var list *givenList
	var by [numGroups][]uint64
	finish := func() {
		if list == nil {
			return
		}
		for g := range by {
			list.by[g] = newAlias(by[g])
			by[g] = by[g][:0]
		}
	}
	err := eachLine(birthData, func(line string) error {
		if line[0] == '>' {
			finish()
			var year int
			var sex string
			if _, err := fmt.Sscanf(line, "> %d %s", &year, &sex); err != nil {
				return err
			}
			bin := (year - firstBin) / 5
			if bin < 0 || bin >= numBins {
				return fmt.Errorf("no bin for a year")
			}
			list = &t.born[bin][0]
			if sex == "FEMALE" {
				list = &t.born[bin][1]
			}
			return nil
		}
		name, number, _ := strings.Cut(line, ",")
		count, err := strconv.ParseUint(number, 10, 64)
		if err != nil || list == nil {
			return fmt.Errorf("a line that is none: %w", err)
		}
		list.ids = append(list.ids, t.id(ids, accents, name))
		w, known := shares[strings.ToUpper(name)]
		for g := range by {
			if !known {
				w[g] = nationalShare[g]
			}
			by[g] = append(by[g], count*w[g])
		}
		return nil
	})
	finish()
	return err
}

// nationalShare is the groups' share of the nation, in hundredths of a percent.
var nationalShare = [numGroups]uint64{6020, 1850, 1250, 610, 70, 200}

// addOwn adds the given names that the tables of the United States do not have.
func (t *tables) addOwn(ids map[string]int32) {
	accents := accented(accentedGiven)
	for sex := range ownGiven {
		for c, names := range ownGiven[sex] {
			list := &t.own[sex][c]
			var weights []uint64
			for name := range strings.FieldsSeq(names) {
				list.ids = append(list.ids, t.id(ids, accents, name))
				weights = append(weights, uint64(200/(4+len(weights))+1))
			}
			for g := range list.by {
				list.by[g] = newAlias(weights)
			}
		}
	}
}

func (t *tables) readNicknames(ids map[string]int32) error {
	return eachLine(nicknameData, func(line string) error {
		name, nicks, _ := strings.Cut(line, ",")
		id, known := ids[strings.ToUpper(name)]
		if !known {
			return nil
		}
		for nick := range strings.SplitSeq(nicks, ",") {
			n := title(strings.ToUpper(nick))
			t.given[id].nicks = append(t.given[id].nicks, word{n, n})
		}
		return nil
	})
}

// title writes an upper-case name with a capital.
func title(upper string) string {
	if upper == "" {
		return ""
	}
	return upper[:1] + strings.ToLower(upper[1:])
}

// upperLetters keeps the letters of a name, in capitals and without diacritics.
func upperLetters(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToUpper(base(r)))
		}
	}
	return b.String()
}

// accented maps names in plain capitals to how they are properly written.
func accented(names string) map[string]string {
	m := map[string]string{}
	for name := range strings.FieldsSeq(names) {
		name = strings.ReplaceAll(name, "_", " ")
		m[upperLetters(name)] = name
	}
	return m
}

// base is a letter without its diacritics.
func base(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	if i := strings.IndexRune(letterPairs, r); i >= 0 {
		_, size := utf8.DecodeRuneInString(letterPairs[i:])
		return rune(letterPairs[i+size])
	}
	return r
}

// letterPairs holds each letter with diacritics followed by its plain one.
const letterPairs = "áaéeíióoúuñnüuàaèeùuâaêeîiôoûuçcëeïiöoäaăaơoưuđdễeầaạaồoốoộoảaấaặaệeịi" +
	"čcšsžzćcńnłlřrąaęeøoÁAÉEÍIÓOÚUÑNÜUÀAÈEÂAÊEÎIÔOÛUÇCËEÏIÖOÄAĂAƠOƯUĐDČCŠSŽZĆCŃNŁLŘRĄAĘE"
