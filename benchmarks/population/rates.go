package population

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A rate is a number that shapes the population, by its place in [Rates].
type rate int

// A Rate describes one number that shapes the population: its name, its value
// unless overridden, its largest value, and what it means. A probability has
// the maximum 1; other rates are factors and weights.
type Rate struct {
	Name    string  `json:"name"`
	Default float64 `json:"default"`
	Max     float64 `json:"max"`
	Meaning string  `json:"meaning"`
}

// Rates lists all rates there are, in a fixed order, with their defaults.
func Rates() []Rate { return slices.Clone(rateTable[:]) }

// ErrRate is the sentinel of everything that is wrong with a rate.
var ErrRate = errors.New("bad rate")

// rateIndex is the place of each name.
var rateIndex = func() map[string]rate {
	m := make(map[string]rate, len(rateTable))
	for i, r := range rateTable {
		m[r.Name] = rate(i)
	}
	return m
}()

// rateValues is a value for every rate.
type rateValues [numRates]float64

func defaultRates() (v rateValues) {
	for i := range v {
		v[i] = rateTable[i].Default
	}
	return v
}

// set overrides rates by name; every fault is reported, in the order of names.
func (v *rateValues) set(overrides map[string]float64) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		value := overrides[name]
		i, known := rateIndex[name]
		switch {
		case !known:
			faults = append(faults, fmt.Errorf("%w: there is no %q; did you mean %s?", ErrRate, name, nearestRate(name)))
		case !(value >= 0 && value <= rateTable[i].Max):
			faults = append(faults, fmt.Errorf("%w: %s is between 0 and %v", ErrRate, name, rateTable[i].Max))
		default:
			v[i] = value
		}
	}
	return errors.Join(faults...)
}

// nearestRate is the name with the fewest letters to change; the first of
// several.
func nearestRate(name string) string {
	best, least := "", 1<<30
	for _, r := range rateTable {
		distance := editDistance(strings.ToLower(name), r.Name)
		// A part of a name, such as "twin", is nearer than its length says.
		if name != "" && strings.Contains(r.Name, strings.ToLower(name)) {
			distance = 1
		}
		if distance < least {
			best, least = r.Name, distance
		}
	}
	return best
}

// editDistance is the plain Levenshtein distance of two short strings.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}

// ParseRate reads an override as a person types it: NAME=VALUE.
func ParseRate(text string) (name string, value float64, err error) {
	name, number, found := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !found {
		return "", 0, fmt.Errorf("%w: %q is not NAME=VALUE", ErrRate, text)
	}
	if value, err = strconv.ParseFloat(strings.TrimSpace(number), 64); err != nil {
		return "", 0, fmt.Errorf("%w: the value of %s is not a number", ErrRate, name)
	}
	if _, known := rateIndex[name]; !known {
		return "", 0, fmt.Errorf("%w: there is no %q; did you mean %s?", ErrRate, name, nearestRate(name))
	}
	return name, value, nil
}

// ReadRates reads overrides from JSON: one object of names and numbers.
func ReadRates(r io.Reader) (map[string]float64, error) {
	overrides := map[string]float64{}
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&overrides); err != nil {
		return nil, fmt.Errorf("%w: a file of rates is one JSON object of names and numbers: %w", ErrRate, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: a file of rates is one JSON object", ErrRate)
	}
	values := defaultRates()
	if err := values.set(overrides); err != nil {
		return nil, err
	}
	return overrides, nil
}
