package scoring

// Judge returns what the policy says of a pattern whose pairs are known to weigh
// something else than [Scored.Weight].
func (s *Scorer) Judge(p Pattern, w Weight) Verdict {
	v := s.policy.Judge(s.space.AppendLevels(nil, p))
	if s.softYields && w >= s.softGivesWay {
		v = s.policy.withoutSoft(v)
	}
	return v
}

// VerdictReasons returns the ids of the rules, conflicts and proofs of a verdict.
func (s *Scorer) VerdictReasons(v Verdict) []string { return s.policy.Reasons(v) }
