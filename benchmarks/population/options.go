package population

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// GenVersion is the version of the generator. The same version, seed and
// options give the same bytes; whatever changes a distribution raises it.
const GenVersion = 1

// Options choose a population. The zero value is a thousand people of all ages
// with typical errors, one row for each feed that knows a person, of seed 0.
type Options struct {
	Seed   uint64
	Preset string             // size: see [Presets]; "" is tiny
	People int                // how many people at least, by whole households; 0 is the preset's
	Ages   string             // lifespan (the default) or child: children and their mothers
	Noise  string             // clean, typical (the default), dirty, or a factor on all errors: 0.5
	Theme  string             // see [Themes]; "" is none
	Mode   string             // see [Modes]; "" is registry
	Rates  map[string]float64 // overrides, the strongest: see [Rates]

	Workers int // goroutines; 0 is GOMAXPROCS. The output does not depend on it
}

// ErrOption is the sentinel of options that do not exist.
var ErrOption = errors.New("bad option")

// A Preset is a size with a name.
type Preset struct {
	Name   string
	People int
}

// Presets lists the sizes.
func Presets() []Preset {
	return []Preset{{"tiny", 1000}, {"small", 10_000}, {"medium", 100_000}, {"large", 1_000_000}, {"xl", 10_000_000}, {"xxl", 20_000_000}}
}

// The modes: what of the world is written down.
const (
	ModeRegistry  = "registry"  // one row for a person and a feed, at last seen
	ModeStream    = "stream"    // every message, in the order of time within a household
	ModeCrosslink = "crosslink" // a school's roster and a registry, to be linked
	ModeQuery     = "query"     // a registry, and queries to it
)

// Modes lists the modes.
func Modes() []string { return []string{ModeRegistry, ModeStream, ModeCrosslink, ModeQuery} }

// Noises lists the names for amounts of errors.
func Noises() []string { return []string{"clean", "typical", "dirty"} }

// Ages lists the mixes of ages.
func Ages() []string { return []string{"lifespan", "child"} }

// noiseFactors are the factors on all errors, by name.
var noiseFactors = map[string]float64{"": 1, "clean": .3, "typical": 1, "dirty": 4}

// dirtyRates are what comes to dirty beside the errors: gaps, habits of writing,
// and more records of the worse kind.
var dirtyRates = map[string]float64{
	"missing": 1.6, "name.nickname_adult": .12, "name.nickname_child": .05, "name.nickname_school": .16, "name.asian_swapped": .15,
	"format.mixed": .15, "noise.blank": .01, "name.encoding_damage": .06, "feed.mass": 2, "feed.lhd": 1.3, "newborn.placeholder": .5,
}

// childRates are the mix of ages child.
var childRates = map[string]float64{
	"household.adults_only": 0, "registered.mother": 1, "registered.father": 0, "registered.grandmother": 0,
}

// themes are sets of rates, each of which makes one difficulty common.
var themes = map[string]map[string]float64{
	"newborn": {
		"household.young": .85, "household.adults_only": .1, "newborn.placeholder": .8, "newborn.distinct": .3, "feed.hosp": 2.2, "feed.vr": 2,
		"trap.placeholder_strangers": .01,
	},
	"twins": {
		"multiples.twins": .25, "multiples.triplets": .01, "multiples.near_names": .12, "multiples.same_initial": .4, "multiples.rhyme": .15,
		"household.adults_only": .1,
	},
	"hispanic": {"group.child.hispanic": 2.5, "group.adult.hispanic": 2.5, "name.two_given": .45},
	"asian":    {"group.child.asian": 3, "group.adult.asian": 3, "immigrant.adult": .4, "immigrant.child": .1},
	"movers": {
		"move.young": .5, "move.mixed": .4, "move.school": .3, "move.none": .35, "phone.churn": .3, "household.custody": .25, "household.foster": .03,
	},
	"pharmacy": {"feed.pharm": 2, "household.adults_only": .65, "duplicate.same_day": .03, "name.nickname_adult": .12},
	"school":   {"feed.school": 2.3, "household.young": .08, "household.adults_only": .05, "name.nickname_school": .14},
	"junk": {
		"address.junk": .06, "address.institution": .05, "ssn.junk": .12, "phone.organization": .06, "missing": 2, "noise.blank": .02,
		"noise.control": .004, "mix.date.default": 20, "mix.name.extra": 10, "name.false_friend": .003,
	},
	"urban": {
		"address.institution": .04, "address.junk": .02, "household.foster": .02, "household.custody": .18, "household.nonmarital": .55,
		"group.child.hispanic": .5, "group.child.black": .35, "group.adult.hispanic": .4, "group.adult.black": .3, "move.none": .2,
	},
}

// Themes lists the themes.
func Themes() []string { return slices.Sorted(maps.Keys(themes)) }

// settings are what the options come to.
type settings struct {
	people int
	mode   string
	noise  float64
	values rateValues
}

// compile checks all options and reports every fault.
func (o Options) compile() (settings, error) {
	s := settings{people: o.People, mode: o.Mode, values: defaultRates()}
	var faults []error
	fault := func(what, name string, known []string) {
		faults = append(faults, fmt.Errorf("%w: there is no %s %q; there are %s", ErrOption, what, name, strings.Join(known, ", ")))
	}
	var sizes []string
	found := o.Preset == ""
	for _, p := range Presets() {
		sizes = append(sizes, p.Name)
		if p.Name == o.Preset || o.Preset == "" && p.Name == "tiny" {
			found = true
			if s.people == 0 {
				s.people = p.People
			}
		}
	}
	if !found {
		fault("preset", o.Preset, sizes)
	}
	if o.People < 0 {
		faults = append(faults, fmt.Errorf("%w: people are at least 1", ErrOption))
	}
	switch o.Ages {
	case "", "lifespan":
	case "child":
		faults = append(faults, s.values.set(childRates))
	default:
		fault("mix of ages", o.Ages, Ages())
	}
	factor, named := noiseFactors[o.Noise]
	if !named {
		var err error
		if factor, err = strconv.ParseFloat(o.Noise, 64); err != nil || !(factor >= 0 && factor <= 20) {
			fault("noise", o.Noise, append(Noises(), "a factor from 0 to 20"))
		}
	}
	if s.noise = factor; o.Noise == "dirty" {
		faults = append(faults, s.values.set(dirtyRates))
	}
	if o.Theme != "" {
		rates, known := themes[o.Theme]
		if !known {
			fault("theme", o.Theme, Themes())
		}
		faults = append(faults, s.values.set(rates))
	}
	if s.mode == "" {
		s.mode = ModeRegistry
	}
	if !slices.Contains(Modes(), s.mode) {
		fault("mode", o.Mode, Modes())
	}
	faults = append(faults, s.values.set(o.Rates))
	if err := errors.Join(faults...); err != nil {
		return s, fmt.Errorf("population: %w", err)
	}
	return s, nil
}
