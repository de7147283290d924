package scoring

import "slices"

// A Verdict is all that a policy says of a comparison vector.
type Verdict struct {
	Floor, Cap, Veto bool
	Hard, Soft       bool
	Proven           Weight   // the match weight from which on every cap gives way; 0: none does. See [Verdict.At]
	Fired            []uint16 // see [CompiledPolicy.Reasons]

	proofs []uint16 // that hold and lift a cap that fired
}

// Judge returns what the policy says of a comparison vector.
func (c *CompiledPolicy) Judge(levels Levels) Verdict {
	var v Verdict
	soft := len(c.policy.Rules) + len(c.policy.Conflicts.Hard)
	proofs := soft + len(c.policy.Conflicts.Soft)
	var caps []uint16
	c.when.each(levels, func(i int) {
		if i >= proofs {
			v.proofs = append(v.proofs, uint16(i))
			return
		}
		v.Fired = append(v.Fired, uint16(i))
		switch {
		case i >= soft:
			v.Soft = true
		case i >= len(c.policy.Rules):
			v.Hard = true
		case c.policy.Rules[i].Effect == Floor:
			v.Floor = true
		case c.policy.Rules[i].Effect == Cap:
			v.Cap = true
			caps = append(caps, uint16(i))
		default:
			v.Veto = true
		}
	})
	c.prove(&v, caps, proofs)
	return v
}

// prove finds out from which weight on all caps that fired give way: each to the
// proof that asks for least, and all of them together to the most of these.
func (c *CompiledPolicy) prove(v *Verdict, caps []uint16, first int) {
	held := v.proofs
	v.proofs = nil
	var from Weight
	for _, rule := range caps {
		var least Weight
		by := uint16(0)
		for _, i := range held {
			if w := WeightOf(c.policy.Proofs[int(i)-first].Probability); slices.Contains(c.lifts[int(i)-first], rule) && (least == 0 || w < least) {
				least, by = w, i
			}
		}
		if least == 0 {
			v.proofs = nil
			return
		}
		from = max(from, least)
		if !slices.Contains(v.proofs, by) {
			v.proofs = append(v.proofs, by)
		}
	}
	v.Proven = from
}

// ApplyAt is [Verdict.Apply] for a pair that a fitted model gives a weight: caps
// that give way to it do not count.
func (v Verdict) ApplyAt(d Decision, w Weight) Decision {
	if v.Proven != 0 && w >= v.Proven {
		v.Cap = false
	}
	return v.Apply(d)
}

// At returns the verdict on a pair that a fitted model gives this match weight:
// caps that give way to it do not count, and the proofs are among the reasons.
func (v Verdict) At(w Weight) Verdict {
	if v.Proven == 0 || w < v.Proven {
		return v
	}
	v.Cap = false
	v.Fired = append(slices.Clone(v.Fired), v.proofs...)
	v.Proven, v.proofs = 0, nil
	return v
}

// withoutSoft returns the verdict with the soft conflicts taken out.
func (c *CompiledPolicy) withoutSoft(v Verdict) Verdict {
	v.Soft = false
	soft := len(c.policy.Rules) + len(c.policy.Conflicts.Hard)
	v.Fired = slices.DeleteFunc(v.Fired, func(i uint16) bool { return int(i) >= soft })
	return v
}

// Reasons returns the ids of the rules and conflicts that fired.
func (c *CompiledPolicy) Reasons(v Verdict) []string {
	var ids []string
	for _, i := range v.Fired {
		ids = append(ids, c.ids[i])
	}
	return ids
}

// Apply returns what becomes of the decision a weight alone would give: first
// floors, then caps and soft conflicts, then vetoes and hard conflicts.
func (v Verdict) Apply(d Decision) Decision {
	if v.Floor {
		d = max(d, Possible)
	}
	if v.Cap || v.Soft {
		d = min(d, Possible)
	}
	if v.Veto || v.Hard {
		d = No
	}
	return d
}
