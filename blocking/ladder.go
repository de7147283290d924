package blocking

import (
	"errors"
	"fmt"
	"strconv"
)

// A Key is a hashed blocking key: it stands for the values that it was made of
// without telling them. Its text is 16 hexadecimal digits.
type Key uint64

// String returns 16 hexadecimal digits.
func (k Key) String() string { return fmt.Sprintf("%016x", uint64(k)) }

// MarshalText writes [Key.String].
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a key as [Key.String] writes it.
func (k *Key) UnmarshalText(text []byte) error {
	v, err := strconv.ParseUint(string(text), 16, 64)
	if err != nil || len(text) != 16 {
		return errors.New("blocking: a key is 16 hexadecimal digits")
	}
	*k = Key(v)
	return nil
}

// A Ladder is what was decided about keys that too many records share. Frozen in
// a model it makes a later run, or a single submission, decide alike.
type Ladder struct {
	Rules []Rung `json:"rules"`
}

// A Rung is the part of a [Ladder] for one rule.
type Rung struct {
	Rule       string `json:"rule"`
	Definition Key    `json:"definition"` // of the keys and refinements of the rule
	// Bounds is the largest block that was enumerated, by depth: the number of
	// columns added to the key.
	Bounds []int `json:"bounds"`
	// Refined are the keys of each depth that had more records and got a further
	// column; at the last depth they were skipped.
	Refined [][]Key `json:"refined,omitempty"`
}

// ErrLadder is wrapped when a frozen ladder does not fit the rules.
var ErrLadder = errors.New("blocking: the frozen ladder is of other rules")

// A frozenRung is a rung made ready: which keys are refined at each depth.
type frozenRung struct {
	bounds  []int
	refined []map[uint64]bool
}

func (l *Ladder) rung(p *plan) (*frozenRung, error) {
	for _, r := range l.Rules {
		if r.Rule != p.rule.Name {
			continue
		}
		depths := len(p.refine) + 1
		if uint64(r.Definition) != p.id || len(r.Bounds) != depths || len(r.Refined) > depths {
			return nil, fmt.Errorf("%w: rule %q was different", ErrLadder, r.Rule)
		}
		f := &frozenRung{bounds: r.Bounds, refined: make([]map[uint64]bool, depths)}
		for depth, keys := range r.Refined {
			f.refined[depth] = make(map[uint64]bool, len(keys))
			for _, k := range keys {
				f.refined[depth][uint64(k)] = true
			}
		}
		return f, nil
	}
	return nil, fmt.Errorf("%w: it has no rule %q", ErrLadder, p.rule.Name)
}
