package population

import "strings"

// The registry's state, whose ZIP codes begin with 0, and where people move to.
const homeState = "NJ"

var otherStates = [...]string{"NY", "PA", "DE", "MD", "CT", "MA", "VA", "FL", "NC", "CA", "TX", "OH"}

// The size of the made-up geography.
const (
	numZIPs      = 1000
	zipsByCounty = 25
	numCounties  = numZIPs / zipsByCounty
)

// A zip is a made-up delivery area; its number is its place in places.zips.
type zip struct {
	code string // five digits
	city string
}

// places is the geography: a function of nothing.
type places struct {
	zips     [numZIPs]zip
	byZIP    alias
	byCounty [numCounties]alias
	other    [len(otherStates)][8]zip
}

// cityFirst and citySecond make the names of cities.
var (
	cityFirst  = strings.Fields("Ash Brook Cedar Clay Clear Cold Deer East Elm Fair Falcon Glen Gold Grand Green Hazel High Iron Lake Long Maple Marsh Mill New North Oak Pine Red River Rock Rose Silver South Spring Stone Summer Sun West White Willow Wind Wood Amber Birch Bright Copper Eagle Fern")
	citySecond = strings.Fields("bridge brook bury dale field ford gate grove ham haven hill hurst land lea ley mere mont mouth port ridge shire side stead ton vale view ville wick wood worth")
)

// streetFirst are the names of streets; the types follow.
var (
	streetFirst = strings.Fields(`Oak Maple Cedar Pine Elm Walnut Chestnut Birch Spruce Willow Cherry Dogwood Hickory Magnolia Poplar Sycamore
 Laurel Juniper Hawthorn Aspen Beech Alder Linden Locust Mulberry Hazel Holly Ivy Fern Clover Meadow Prairie Orchard Garden Forest
 Grove Woodland Glen Dale Valley Ridge Hill Summit Cliff Canyon Mesa Bluff Stone Rock Granite Marble Slate Flint Quarry River Lake
 Brook Creek Spring Pond Harbor Bay Shore Beach Island Mill Bridge Ferry Dock Canal Market Church School College Library Station
 Railroad Depot Factory Foundry Forge Tannery Mason Cooper Miller Potter Weaver Fletcher Turner Sawyer Taylor Carter Porter Wheeler
 Chandler Sunset Sunrise Highland Lowland Northern Southern Eastern Western Central Main Front Water Broad High Park Court Union
 Liberty Franklin Monroe Jackson Lincoln Grant Sherman Hamilton Marshall Warren Putnam Greene Morris Essex Sussex Bergen Hudson
 Camden Burlington Salem Trenton Newton Dover Clifton Fairview Lakeview Riverview Hillside Woodside Lakeside Brookside Parkside
 Cardinal Robin Falcon Eagle Heron Sparrow Swan Quail Pheasant Partridge Deer Elk Fox Beaver Otter Badger Rabbit Bear Wolf Colonial
 Heritage Pioneer Frontier Mission Abbey Chapel Castle Manor Tower Windmill Lantern Harvest Autumn Winter Summer Amber Crystal
 Silver Golden Copper Iron Velvet Crimson Indigo Emerald Ruby Pearl Opal Jasper Topaz Garnet`)
	streetTypes  = [...][3]string{{"Street", "St", "STREET"}, {"Avenue", "Ave", "AVENUE"}, {"Road", "Rd", "ROAD"}, {"Drive", "Dr", "DRIVE"}, {"Lane", "Ln", "LANE"}, {"Court", "Ct", "COURT"}, {"Place", "Pl", "PLACE"}, {"Boulevard", "Blvd", "BOULEVARD"}, {"Terrace", "Ter", "TERRACE"}, {"Way", "Way", "WAY"}}
	streetShares = []uint16{30, 22, 14, 12, 7, 5, 4, 3, 2, 1}
	streetTotal  = sum16(streetShares)
	directions   = [...]string{"N", "S", "E", "W"}
	longWays     = [...]string{"North", "South", "East", "West"}
)

// areaCodes are the state's.
var areaCodes = [...]string{"201", "609", "732", "856", "908", "973", "848", "862"}

// makePlaces makes the geography. ZIP codes are sized by Zipf's law with
// exponent .9, its head flattened so that the largest holds about 1.6 % of all.
func makePlaces() places {
	var p places
	weights := make([]uint64, numZIPs)
	for i := range numZIPs {
		d := draws{mix64(uint64(i)*golden + 77)}
		n := 7001 + (i*617)%1000*2 // 617 and 1000 have no common factor: all differ
		p.zips[i] = zip{zipCode(n), cityName(&d)}
		// Counties hold areas of all sizes: their numbers do not follow rank.
		rank := (i*389+211)%numZIPs + 10
		weights[i] = uint64(1e15 / powNine(rank))
	}
	p.byZIP = newAlias(weights)
	for c := range p.byCounty {
		p.byCounty[c] = newAlias(weights[c*zipsByCounty : (c+1)*zipsByCounty])
	}
	for s := range p.other {
		for i := range p.other[s] {
			d := draws{mix64(uint64(s*100+i)*golden + 78)}
			p.other[s][i] = zip{zipCode(10000 + s*5000 + i*617), cityName(&d)}
		}
	}
	return p
}

// powNine is rank^.9 in thousandths, by whole numbers: the tenth root of
// rank^9, found by bisection, so that every machine agrees.
func powNine(rank int) uint64 {
	lo, hi := uint64(1), uint64(rank)*1000+1
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		// mid/1000 <= rank^.9 as long as (mid/1000)^10 <= rank^9.
		x := float64(mid) / 1000
		left := x * x
		left *= left
		left *= left * x * x
		y := float64(rank)
		right := y * y
		right *= right
		right *= right * y
		if left <= right {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

func zipCode(n int) string {
	var b [5]byte
	for i := 4; i >= 0; i-- {
		b[i] = '0' + byte(n%10)
		n /= 10
	}
	return string(b[:])
}

func cityName(d *draws) string {
	name := cityFirst[d.below(len(cityFirst))] + citySecond[d.below(len(citySecond))]
	switch d.below(12) {
	case 0:
		return name + " Township"
	case 1:
		return name + " Heights"
	case 2:
		return "Mount " + name
	case 3:
		return "Port " + name
	}
	return name
}

// anyZIP draws a delivery area by its size.
func (t *tables) anyZIP(d *draws) int { return t.places.byZIP.pick(d) }

// zipNear draws one in the county of another.
func (t *tables) zipNear(d *draws, zip int) int {
	county := zip / zipsByCounty
	return county*zipsByCounty + t.places.byCounty[county].pick(d)
}

// An address is where somebody lives: a function of the draws it was made of.
type address struct {
	number    int16
	street    int16 // of streetFirst; negative: the ordinal street of that number
	kind      uint8 // of streetTypes
	direction int8  // of directions; -1 none
	unit      int16 // 0 none
	floor     byte  // letter of the unit, 0 none
	zip       int16 // of places.zips, or of another state's
	state     int8  // -1 the registry's, else of otherStates
}

// newAddress draws an address in a delivery area.
func newAddress(d *draws, zip int) address {
	a := address{number: int16(1 + d.below(40)*d.below(60)), direction: -1, zip: int16(zip), state: -1}
	if d.is(percent(12)) {
		a.street = -int16(1 + d.below(150))
	} else {
		a.street = int16(d.below(len(streetFirst)))
	}
	if a.number == 0 {
		a.number = 1
	}
	a.kind = uint8(choose(d, streetShares, streetTotal))
	if a.street < 0 || d.is(percent(12)) {
		a.direction = int8(d.below(4))
	}
	if d.is(percent(28)) {
		a.unit = int16(1 + d.below(40))
		if d.is(percent(35)) {
			a.unit += int16(100 * d.below(9))
		} else if d.is(percent(40)) {
			a.floor = 'A' + byte(d.below(6))
		}
	}
	return a
}

// area is the address's delivery area.
func (t *tables) area(a *address) *zip {
	if a.state < 0 {
		return &t.places.zips[a.zip]
	}
	return &t.places.other[a.state][a.zip]
}

// ordinal appends 1st, 22nd, 113th.
func ordinal(dst []byte, n int) []byte {
	dst = appendInt(dst, n)
	switch {
	case n/10%10 == 1:
	case n%10 == 1:
		return append(dst, "st"...)
	case n%10 == 2:
		return append(dst, "nd"...)
	case n%10 == 3:
		return append(dst, "rd"...)
	}
	return append(dst, "th"...)
}

func appendInt(dst []byte, n int) []byte {
	if n >= 10 {
		dst = appendInt(dst, n/10)
	}
	return append(dst, '0'+byte(n%10))
}
