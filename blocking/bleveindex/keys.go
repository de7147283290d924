package bleveindex

import (
	"fmt"
	"slices"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
)

// maxRuleKeys bounds the keys of one record under one rule, as the memory
// index does.
const maxRuleKeys = 256

// RuleKeys returns a function for [Options.Keys] that gives the keys of a record
// under blocking rules: two records share one exactly when they agree on all
// columns of a rule, as in a [blocking.Index] that refines nothing. It fails on
// invalid rules.
func RuleKeys(rules []blocking.Rule) (func(dst []uint64, n *patient.Normalized) []uint64, error) {
	seeds := make([]uint64, len(rules))
	for i, r := range rules {
		if err := r.Validate(); err != nil {
			return nil, fmt.Errorf("bleveindex: %w", err)
		}
		seeds[i] = hash.Mix(hash.String("idem bleveindex rule 1"), hash.String(r.Name))
	}
	rules = slices.Clone(rules)
	return func(dst []uint64, n *patient.Normalized) []uint64 {
		for i := range rules {
			from := len(dst)
			dst = appendRuleKeys(dst, seeds[i], &rules[i], n)
			slices.Sort(dst[from:])
			dst = dst[:from+len(slices.Compact(dst[from:]))]
		}
		return dst
	}, nil
}

// appendRuleKeys appends every combination of the values of the rule's columns;
// the parts of an address are taken from one address.
func appendRuleKeys(dst []uint64, seed uint64, r *blocking.Rule, n *patient.Normalized) []uint64 {
	addresses := 1
	if slices.ContainsFunc(r.KeyFields(), patient.Field.AddressPart) {
		addresses = len(n.Addresses)
	}
	from := len(dst)
	for address := range addresses {
		columns := make([][]uint64, 0, len(r.Keys)+len(r.Funcs))
		for _, c := range r.Keys {
			columns = append(columns, columnKeys(n, c.Field, address, c.AppendKeys))
		}
		for _, f := range r.Funcs {
			columns = append(columns, columnKeys(n, f.Field, address, f.Append))
		}
		keys := combine(seed, columns, r.Crosswise)
		dst = append(dst, keys[:min(len(keys), maxRuleKeys-(len(dst)-from))]...)
	}
	return dst
}

// columnKeys returns the hashed keys of one column.
func columnKeys(n *patient.Normalized, f patient.Field, address int, appendKeys func([]string, string) []string) []uint64 {
	values := n.AppendValues(nil, f)
	if f.AddressPart() {
		if address >= len(values) {
			return nil
		}
		values = values[address : address+1]
	}
	var keys []uint64
	for _, v := range values {
		if v == "" {
			continue
		}
		for _, key := range appendKeys(nil, v) {
			if key != "" {
				keys = append(keys, hash.String(key))
			}
		}
	}
	return keys
}

// combine chains one key of each column, in all ways.
func combine(seed uint64, columns [][]uint64, crosswise bool) []uint64 {
	chains := []uint64{seed}
	if crosswise {
		chains = nil
		for _, a := range columns[0] {
			for _, b := range columns[1] {
				chains = append(chains, hash.Mix(hash.Mix(seed, min(a, b)), max(a, b)))
			}
		}
		columns = columns[2:]
	}
	for _, column := range columns {
		var next []uint64
		for _, chain := range chains[:min(len(chains), maxRuleKeys)] {
			for _, key := range column {
				next = append(next, hash.Mix(chain, key))
			}
		}
		chains = next
	}
	return chains[:min(len(chains), maxRuleKeys)]
}
