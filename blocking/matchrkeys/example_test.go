package matchrkeys_test

import (
	"fmt"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/blocking/matchrkeys"
	"github.com/idem-health/idem/match/patient"
)

func ExampleRules() {
	rules := blocking.Default(func(patient.Field) bool { return true }, 50_000)
	rules = append(rules, matchrkeys.Rules()...)
	for _, r := range rules[len(rules)-3:] {
		fmt.Println(r.Name)
	}
	// Output:
	// family sounds alike by double_metaphone, birth date
	// family sounds alike by nysiis, birth date
	// family sounds alike by phonex, birth date
}

func ExampleFuncs() {
	rules, err := blocking.ParseRules([]byte(`[{"name": "given sounds alike, phone", "keys": ["phone"], "funcs": ["given:nysiis"]}]`),
		matchrkeys.Funcs(patient.FieldGiven)...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rules[0].Funcs[0].Append(nil, "Stephen"), rules[0].Funcs[0].Append(nil, "Steven"))
	// Output: [STAFAN] [STAFAN]
}
