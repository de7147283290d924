package bleveindex

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// run feeds a term to the automaton.
func run(p *pattern, term string) bool {
	s := p.Start()
	for i := range len(term) {
		s = p.Accept(s, term[i])
	}
	return p.IsMatch(s)
}

func unbounded() *int { n := 1 << 30; return &n }

// TestPatternIsPlain holds the automaton to the plain distances of sections, and
// its range of terms to what it accepts.
func TestPatternIsPlain(t *testing.T) {
	text := rapid.StringMatching(`[ABC]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		sections := make([]section, rapid.IntRange(1, 3).Draw(t, "sections"))
		parts := make([]string, len(sections))
		for i := range sections {
			s := text.Draw(t, "text")
			parts[i] = text.Draw(t, "term")
			edits := uint8(rapid.IntRange(0, 3).Draw(t, "edits"))
			sections[i] = [...]section{
				exactly(s), within(s, edits), withinAfter(s, 2, edits), starting(s), shortOf(s), anything,
			}[rapid.IntRange(0, 5).Draw(t, "kind")]
			if rapid.Bool().Draw(t, "near") { // else hardly a term fits
				parts[i] = s
				if at := rapid.IntRange(0, len(s)).Draw(t, "at"); at < len(s) {
					parts[i] = s[:at] + s[at+1:]
				}
			}
		}
		p := newPattern(uint8(rapid.IntRange(0, 4).Draw(t, "total")), unbounded(), sections...)
		term := strings.Join(parts, string(rune(sep)))
		_, fits := p.edits(term)
		require.Equal(t, fits, run(p, term), "%q under %+v", term, sections)
		if begin, end := p.span(); fits {
			require.GreaterOrEqual(t, term, string(begin))
			if end != nil {
				require.Less(t, term, string(end))
			}
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("2014\x1f0312\x1fSMITH", "2014", "0312", "SMITH", uint8(2))
	f.Add("SMIHT\x1fJ\x1f", "SMITH", "JO", "", uint8(1))
	f.Fuzz(func(t *testing.T, term, a, b, c string, edits uint8) {
		p := newPattern(edits%4, unbounded(), withinAfter(a, int(edits%3), edits%4), shortOf(b), within(c, edits%3))
		if _, want := p.edits(term); run(p, term) != want {
			t.Errorf("%q under %q, %q, %q, %d edits: automaton says %v", term, a, b, c, edits, !want)
		}
	})
}

func TestPatternStopsAtItsBudget(t *testing.T) {
	budget := 5
	p := newPattern(0, &budget, anything)
	assert.True(t, run(p, "ABCDE"))
	assert.False(t, p.spent)
	assert.False(t, run(p, "A"))
	assert.True(t, p.spent)
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"SMITH", "SMIHT", 1}, {"MSITH", "SMITH", 1}, {"CA", "ABC", 3}, {"JON", "JOHN", 1}, {"", "ANN", 3}} {
		assert.Equal(t, c.want, osa(c.a, c.b), fmt.Sprint(c.a, " ", c.b))
	}
}
