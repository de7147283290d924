package report_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// ward is the clinic with births of known fate: children that get their names,
// twins that are told apart, and placeholders that wait.
func ward() []patient.Record {
	out := clinic(300)
	add := func(id string, fields ...string) {
		r := patient.Record{Source: "ward", ID: id}
		for _, f := range fields {
			name, value, _ := strings.Cut(f, "=")
			r.SetField(name, value, "")
		}
		out = append(out, r)
	}
	given := strings.Fields("Judith Carolina Wendolyn Beatrix Philomena Rosamund Isadora Marguerite Ottilie Henrietta Winifred Leocadia")
	family := strings.Fields("Abernathy Blackwood Carmichael Dunsworth Ellington Fairbanks Goldsmith Hathaway Inglewood Jefferson Kensington Lancaster")
	for m := range 12 {
		mother := func(more ...string) []string {
			return append([]string{
				"birth_date=2026-03-01", "mother_given=" + given[m], "mother_maiden=" + family[(m+5)%12], "family_name=" + family[m],
				fmt.Sprintf("phone=6%d72340%03d", 10+m, 17*m), fmt.Sprintf("address=%d %s St", 10+7*m, given[(m+3)%12]), "city=Lansing", "postal_code=48911",
			}, more...)
		}
		id := func(record string) string { return fmt.Sprintf("p%d-%s", 5000+10*m, record) }
		switch m % 4 {
		case 0: // named
			add(id("0"), mother("given_name=BABYBOY", "sex=M", "multiple_birth=N", "received=2026-03-02")...)
			add(id("1"), mother("given_name=Ferdinand", "sex=M", "multiple_birth=N", "received=2026-04-15")...)
		case 1: // twins, marked
			for i, name := range []string{"Rosalind", "Beatrice"} {
				twin := fmt.Sprintf("p%d", 5001+10*m+i)
				order := fmt.Sprintf("birth_order=%d", i+1)
				add(twin+"-0", mother("given_name=BABY GIRL "+string(rune('A'+i)), "sex=F", "multiple_birth=Y", "received=2026-03-02")...)
				add(twin+"-1", mother("given_name="+name, "sex=F", "multiple_birth=Y", order, "received=2026-04-15")...)
			}
		case 2: // nobody yet
			add(id("0"), mother("given_name=BABY", "received=2026-03-02")...)
		case 3: // two that fit
			add(id("0"), mother("given_name=BABYBOY", "sex=M", "received=2026-03-02")...)
			add(id("1"), mother("given_name=Leopold", "sex=M", "received=2026-04-15")...)
			add(fmt.Sprintf("p%d-0", 5003+10*m), mother("given_name=Augustin", "sex=M", "received=2026-04-15")...)
		}
	}
	return out
}

// newbornText is the section about newborns as text, a line a row.
func newbornText(html string) string {
	from := strings.Index(html, `<section id="newborns"`)
	section := html[from : from+strings.Index(html[from:], "</section>")]
	section = strings.NewReplacer("</tr>", "\n", "</caption>", "\n", "</h3>", "\n", "</p>", "\n", "</th>", "  ", "</td>", "  ", "&#43;", "+").Replace(section)
	section = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(section, "")
	var lines []string
	for line := range strings.Lines(section) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestNewbornSection(t *testing.T) {
	const golden = "testdata/newborns.txt"
	// What follows is of the policy's rules, and not a newborn's.
	got, _, _ := strings.Cut(newbornText(write(t, inputOf(t, ward(), scoring.IISPolicy()))), "Twins\n")
	if *rewrite {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test ./examples/idem/report -rewrite accepts it")
}

// What must stand there, whatever the weights are.
func TestNewbornsAreCounted(t *testing.T) {
	text := newbornText(write(t, inputOf(t, ward(), scoring.IISPolicy())))
	for _, line := range []string{
		"the mother, with phone, address, birth dose or hospital  9  ",
		"several children fit: probably twins  3  3  3",
		"no legal name fits yet  ",
		"2  6",
		"What there is to review, by the policy's reasons",
	} {
		assert.Contains(t, strings.ReplaceAll(text, "&#39;", "'"), line)
	}
}
