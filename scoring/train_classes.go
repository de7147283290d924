package scoring

// The classes of the mixture, in the order of the parameter arrays.
const (
	classSame = iota
	classHousehold
	classHeir
	classNamesake
	classStranger
	numClasses
)

var classNames = [numClasses]string{"same", AlternativeHousehold, AlternativeHeir, AlternativeNamesake, AlternativeStranger}

// Which parameters a class uses for a role: its own, those of the same-person
// class (tied), or u.
type source uint8

const (
	useU source = iota
	useM
	useH
	useHeir // a generation apart
)

// roleSources says, for each role, where each class takes its level
// probabilities from. The household class has its own given-name and
// birth-date distributions, so that twins and siblings live there; a namesake
// shares the names and, mostly, the sex; an heir is both, but for the mother.
var roleSources = map[Role][numClasses]source{
	RoleGiven:      {useM, useH, useM, useM, useU},
	RoleFamily:     {useM, useH, useH, useM, useU},
	RoleBirthDate:  {useM, useH, useHeir, useU, useU},
	RolePerson:     {useM, useU, useU, useU, useU},
	RoleIdentifier: {useM, useU, useU, useU, useU},
	RoleContact:    {useM, useH, useH, useU, useU},
	RoleMother:     {useM, useH, useU, useU, useU},
	RoleHousehold:  {useM, useH, useH, useU, useU},
	RolePolicy:     {useU, useU, useU, useU, useU},
}

func (f *fit) params(k, c int) []float64 {
	switch f.src[c][k] {
	case useM:
		return f.m[c]
	case useH:
		return f.h[c]
	case useHeir:
		return f.heir[c]
	}
	return f.u[c]
}
