package population

// neighbors are the keys around each letter of a keyboard.
var neighbors = [26]string{
	"qwsz", "vghn", "xdfv", "serfcx", "wsdr", "drtgvc", "ftyhbv", "gyujnb", "ujko", "huikmn", "jiolm", "kop", "njk",
	"bhjm", "iklp", "ol", "wa", "edft", "awedxz", "rfgy", "yhji", "cfgb", "qase", "zsdc", "tghu", "asx",
}

// A rewriting turns one spelling into another that sounds or looks alike.
type rewriting struct{ from, to string }

// phonetics are spellings that sound alike, ocr those that look alike; written
// for this package.
var (
	phonetics = []rewriting{
		{"ph", "f"}, {"f", "ph"}, {"ck", "k"}, {"ie", "y"}, {"y", "ie"}, {"ey", "y"}, {"ee", "ea"}, {"ea", "ee"}, {"c", "k"}, {"k", "c"},
		{"s", "z"}, {"z", "s"}, {"th", "t"}, {"sch", "sh"}, {"sh", "sch"}, {"qu", "kw"}, {"x", "ks"}, {"ks", "x"}, {"ai", "ay"}, {"ay", "ai"},
		{"ou", "oo"}, {"gh", "g"}, {"h", ""}, {"j", "g"}, {"g", "j"}, {"sen", "son"}, {"son", "sen"}, {"mann", "man"}, {"ei", "ie"}, {"ae", "e"},
		{"dt", "t"}, {"v", "b"}, {"b", "v"}, {"w", "v"}, {"tz", "ts"}, {"ll", "l"}, {"nn", "n"}, {"rr", "r"}, {"er", "ar"}, {"lyn", "lin"}, {"i", "y"},
		{"au", "aw"}, {"kn", "n"}, {"wr", "r"}, {"ce", "se"}, {"ia", "ya"}, {"io", "yo"},
	}
	lookalikes = []rewriting{
		{"o", "0"}, {"l", "1"}, {"i", "l"}, {"s", "5"}, {"b", "8"}, {"rn", "m"}, {"m", "rn"}, {"cl", "d"}, {"e", "c"}, {"c", "e"}, {"u", "v"},
		{"h", "b"}, {"g", "q"}, {"z", "2"}, {"vv", "w"}, {"nn", "m"}, {"t", "f"}, {"ii", "u"},
	}
	extras = []string{" Jr", " MD", " (minor)", " DO NOT USE", " ZZ", " dup", " *", " Ms", " III", " -", " twin", " dob?"}
)

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func vowel(c byte) bool {
	switch c | 0x20 {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}

// letterAt is the place of an ASCII letter at or after a random one; -1 where
// there is none. The first letter of a name is seldom the one that is wrong.
func letterAt(d *draws, b []byte, fits func(byte) bool) int {
	if len(b) == 0 {
		return -1
	}
	start := d.below(len(b))
	if start == 0 && len(b) > 2 && !d.is(percent(30)) {
		start = 1 + d.below(len(b)-1)
	}
	for i := range b {
		if at := (start + i) % len(b); fits(b[at]) {
			return at
		}
	}
	return -1
}

// likeCase gives c the case of a letter it stands for.
func likeCase(c, model byte) byte {
	if model >= 'A' && model <= 'Z' && c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func remove(b []byte, at int) []byte { return append(b[:at], b[at+1:]...) }

func insert(b []byte, at int, c byte) []byte {
	b = append(b, 0)
	copy(b[at+1:], b[at:])
	b[at] = c
	return b
}

// misspell makes one error of the given kind, in place. It reports whether it
// found something to spoil.
func misspell(d *draws, b []byte, kind int) ([]byte, bool) {
	if len(b) == 0 {
		return b, false
	}
	switch kind {
	case nameKeyboard:
		at := letterAt(d, b, letter)
		if at < 0 {
			return b, false
		}
		keys := neighbors[b[at]|0x20-'a']
		b[at] = likeCase(keys[d.below(len(keys))], b[at])
	case nameOmission:
		at := letterAt(d, b, letter)
		if at < 0 || len(b) < 3 {
			return b, false
		}
		return remove(b, at), true
	case nameInsertion:
		at := letterAt(d, b, letter)
		if at < 0 {
			return b, false
		}
		keys := neighbors[b[at]|0x20-'a']
		return insert(b, at+1, keys[d.below(len(keys))]), true
	case nameDouble:
		for i := 1; i < len(b); i++ {
			if letter(b[i]) && lower(b[i]) == lower(b[i-1]) {
				return remove(b, i), true
			}
		}
		at := letterAt(d, b, letter)
		if at < 0 {
			return b, false
		}
		return insert(b, at+1, lower(b[at])), true
	case nameTransposition:
		start := d.below(len(b))
		for i := range b {
			at := (start + i) % len(b)
			if at+1 < len(b) && letter(b[at]) && letter(b[at+1]) && lower(b[at]) != lower(b[at+1]) {
				one, two := b[at], b[at+1]
				b[at], b[at+1] = likeCase(lower(two), one), lower(one)
				return b, true
			}
		}
		return b, false
	case namePhonetic:
		return rewrite(d, b, phonetics)
	case nameOCR:
		return rewrite(d, b, lookalikes)
	case nameTruncation:
		limit := []int{10, 12, 15}[d.below(3)]
		if len(b) <= limit {
			limit = len(b) - 1 - d.below(2)
		}
		if limit < 3 {
			return b, false
		}
		return validPrefix(b, limit), true
	case nameVowel:
		at := letterAt(d, b, vowel)
		if at < 0 {
			return b, false
		}
		if c := "aeiou"[d.below(5)]; c != b[at]|0x20 {
			b[at] = likeCase(c, b[at])
			return b, true
		}
		b[at] = likeCase("eioua"[indexOf("aeiou", b[at]|0x20)], b[at])
	case nameExtra:
		return append(b, extras[d.below(len(extras))]...), true
	default:
		return b, false
	}
	return b, true
}

func indexOf(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return 0
}

// validPrefix cuts without splitting a letter of several bytes.
func validPrefix(b []byte, n int) []byte {
	for n > 0 && n < len(b) && b[n]&0xc0 == 0x80 {
		n--
	}
	return b[:n]
}

// rewrite applies the first rewriting that fits, beginning with a random one.
func rewrite(d *draws, b []byte, rules []rewriting) ([]byte, bool) {
	start := d.below(len(rules))
	for i := range rules {
		r := &rules[(start+i)%len(rules)]
		at := find(b, r.from)
		if at < 0 || len(b)-len(r.from)+len(r.to) < 2 {
			continue
		}
		var to [4]byte
		n := copy(to[:], r.to)
		if n > 0 {
			to[0] = likeCase(to[0], b[at])
		}
		switch grow := n - len(r.from); {
		case grow < 0:
			b = append(b[:at], b[at-grow:]...)
		case grow > 0:
			for range grow {
				b = insert(b, at, 0)
			}
		}
		copy(b[at:], to[:n])
		return b, true
	}
	return b, false
}

// find is the first place of a lower-case pattern, whatever the case of b.
func find(b []byte, pattern string) int {
next:
	for i := 0; i+len(pattern) <= len(b); i++ {
		for j := range len(pattern) {
			if lower(b[i+j]) != pattern[j] {
				continue next
			}
		}
		return i
	}
	return -1
}

// misdate makes one error in a date. relative is the day it may be confused
// with. The result is always a day of the calendar, none after the one the
// world is seen.
func misdate(d *draws, day int32, kind int, relative int32) int32 {
	y, m, dd := civil(day)
	was := day
	for range 6 {
		y2, m2, d2 := y, m, dd
		switch kind {
		case dateDigit, dateAdjacent:
			y2, m2, d2 = misdigit(d, y, m, dd, kind == dateAdjacent)
		case dateSwap:
			if dd > 12 || dd == m {
				kind = dateDigit
				continue
			}
			m2, d2 = dd, m
		case dateDay:
			y2, m2, d2 = civil(day + 1 - 2*int32(d.below(2)))
		case dateMonth:
			m2 += 1 - 2*d.below(2)
		case dateYear:
			y2 += 1 - 2*d.below(2)
		case dateDecade:
			y2 += 10 - 20*d.below(2)
		case dateCentury:
			y2 -= 100
		case dateRelative:
			if relative == 0 || relative == day {
				kind = dateDigit
				continue
			}
			y2, m2, d2 = civil(relative)
		default:
			y2, m2, d2 = [3]int{1900, 1911, 2025}[d.below(3)], 1, 1
			if y2 == 1911 {
				m2, d2 = 11, 11
			}
		}
		if m2 < 1 || m2 > 12 || d2 < 1 || d2 > 31 || y2 < 1850 {
			continue
		}
		other := dayOf(y2, m2, d2)
		if _, _, check := civil(other); check == d2 && other != was && other <= asOf {
			return other
		}
		if kind == dateDecade || kind == dateYear {
			kind = dateDigit
		}
	}
	return was
}

// misdigit changes one digit of a date, or exchanges two adjacent ones.
func misdigit(d *draws, y, m, dd int, exchange bool) (int, int, int) {
	digits := [8]int{y / 1000, y / 100 % 10, y / 10 % 10, y % 10, m / 10, m % 10, dd / 10, dd % 10}
	at := 2 + d.below(6)
	if exchange {
		at = 2 + d.below(5)
		digits[at], digits[at+1] = digits[at+1], digits[at]
	} else {
		digits[at] = (digits[at] + 1 + d.below(9)) % 10
	}
	return digits[0]*1000 + digits[1]*100 + digits[2]*10 + digits[3], digits[4]*10 + digits[5], digits[6]*10 + digits[7]
}
