package patient

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// present holds [Normalized.Present] and the plain texts of the digest to the
// field after field that they spell out.
func present(t *testing.T, n *Normalized) {
	t.Helper()
	var digest []byte
	set := n.Present()
	for _, f := range Fields() {
		if has := len(n.AppendValues(nil, f)) > 0; set.Has(f) != has {
			t.Fatalf("%s: present %v, want %v", f, set.Has(f), has)
		}
		if p := n.text(f); p != nil {
			digest = append(binary.AppendUvarint(digest, uint64(len(*p))), *p...)
		}
	}
	if !bytes.HasPrefix(n.AppendDigest(nil), digest) {
		t.Fatalf("digest %q, want it to begin with %q", n.AppendDigest(nil), digest)
	}
}

func TestPresentOfOddValues(t *testing.T) {
	for _, n := range []Normalized{
		{},
		{Sex: '1', BirthTime: -1, Birth: Date{Month: 2, Day: 3}}, // what no value comes of
		{Sex: 'F', BirthTime: 24 * 60, BirthOrder: 8, Multiple: No, Placeholder: Placeholder{Class: Generic}},
		{BirthTime: 24*60 + 1, Addresses: []NormalAddress{{City: "X"}, {Street: "Y", Institution: true}}},
		{Addresses: []NormalAddress{{}}, Phones: []string{"1"}, Doses: []string{"A|B|C"}},
	} {
		present(t, &n)
	}
}

// TestPlainNamesAreNoPlaceholders: what is taken as it is would have come out of
// the classifier as it is, whatever else the record says.
func TestPlainNamesAreNoPlaceholders(t *testing.T) {
	plain := 0
	for _, given := range []string{"JUDY", "TOBY", "MARY ANN", "BABYBOY", "BOY", "X", "Ana-María", "A2", "GEORGIAS BOY", "李", "MICKEY", "TEST", ""} {
		for _, family := range []string{"SMITH", "MOUSE", "BOYD", "BABYGIRL SMITH", "Smith, Babyboy", "UNKNOWN", "DE LA CRUZ", "NULL", ""} {
			var z Normalizer
			var n Normalized
			words, last, ok := z.splitName(&n, &Name{Given: given, Family: family})
			if !ok {
				continue
			}
			plain++
			for _, age := range []int{-1, 0, 1, 400, 4000} {
				for _, hospital := range []bool{false, true} {
					ctx := placeholderContext{MotherGiven: "JUDY", MotherFamily: "SMITH", Family: last, Sex: 'F', AgeDays: age, BirthHospital: hospital}
					p, parts := classify(words, last, ctx)
					if p != (Placeholder{}) || parts.Given != words || parts.Family != last {
						t.Errorf("%q, %q: %+v, %+v", given, family, p, parts)
					}
				}
			}
		}
	}
	if plain < 10 {
		t.Errorf("only %d pairs of names are plain", plain)
	}
}
