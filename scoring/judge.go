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

// HardReason returns the id of the first hard conflict of a verdict, "" if there is
// none.
func (s *Scorer) HardReason(v Verdict) string {
	for _, i := range v.Fired {
		if rule := int(i) - len(s.policy.policy.Rules); rule >= 0 && rule < len(s.policy.policy.Conflicts.Hard) {
			return s.policy.ids[i]
		}
	}
	return ""
}

// VerdictReasons returns the ids of the rules, conflicts and proofs of a verdict.
func (s *Scorer) VerdictReasons(v Verdict) []string { return s.policy.Reasons(v) }
