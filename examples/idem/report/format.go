package report

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minus is the sign that has the width of a plus.
const minus = "−"

// count writes a number with commas between its thousands.
func count[N int | int32 | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, s = minus, s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// about writes a number that was scaled up from a sample.
func about(n int64, share float64) string {
	if share >= 1 {
		return count(n)
	}
	v := float64(n) / share
	if v < 1 {
		return "0"
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-2)
	return "≈ " + count(int64(math.Round(v/unit)*unit))
}

// signed writes bits with a sign, to one decimal.
func signed(bits float64) string {
	s := strconv.FormatFloat(math.Abs(bits), 'f', 1, 64)
	switch {
	case s == "0.0":
		return "0.0"
	case bits < 0:
		return minus + s
	}
	return "+" + s
}

// plain writes a number to some decimals, with a true minus sign.
func plain(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.HasPrefix(s, "-") {
		if strings.Trim(s, "-0.") == "" {
			return s[1:]
		}
		return minus + s[1:]
	}
	return s
}

// percent writes a share. What is not all is never written 100 %, nor what is
// something 0 %.
func percent(p float64) string {
	switch {
	case p <= 0:
		return "0 %"
	case p >= 1:
		return "100 %"
	case p < .0001:
		return "< 0.01 %"
	case p > .9999:
		return "> 99.99 %"
	case p < .01 || p > .99:
		return plain(100*p, 2) + " %"
	}
	return plain(100*p, 1) + " %"
}

// share is percent of a part of a whole; a dash where there is no whole.
func share(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return percent(float64(part) / float64(whole))
}

// probability writes a probability to four decimals, and never one that is not
// 1 as 1.
func probability(p float64) string {
	switch {
	case p > .9999 && p < 1:
		return "> 0.9999"
	case p < .0001 && p > 0:
		return "< 0.0001"
	}
	return plain(p, 4)
}

// score writes precision, recall or F1.
func score(v float64) string { return plain(v, 4) }

// title is words with a capital, for headings and for what heads a row.
func title(name string) string {
	switch name {
	case "ssn", "mrn":
		return strings.ToUpper(name)
	}
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + words(name[size:])
}

// words turns a name of the code into words: birth_date, birth date.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// plural chooses the word for a number.
func plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
