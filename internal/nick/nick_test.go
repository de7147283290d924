package nick

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestSame(t *testing.T) {
	for _, pair := range []string{
		"BILL WILLIAM", "BILL WILL", "WILLIE BILLY", "BOB ROBERT", "BOB ROB", "BOBBY ROBERT", "LIZ ELIZABETH", "BETTY ELIZABETH",
		"LIZ BETH", "PEGGY MARGARET", "MAGGIE MEG", "KATE KATHERINE", "KATHY CATHERINE", "KATIE KATHRYN", "JACK JOHN", "JON JONATHAN",
		"JON JOHN", "ANN ANNA", "ANNE ANN", "ANNIE ANNA", "ED EDWARD", "EDDIE ED", "TED EDWARD", "TED THEODORE", "CHRIS CHRISTOPHER",
		"CHRIS CHRISTINA", "TRISH PATRICIA", "PAT PATRICK", "MIKE MICHAEL", "DICK RICHARD", "RICK RICHARD", "HANK HENRY", "CHUCK CHARLES",
		"PEPE JOSE", "PACO FRANCISCO", "PANCHO PACO", "LUPE GUADALUPE", "LUPITA LUPE", "CHUY JESUS", "NACHO IGNACIO", "BETO ROBERTO",
		"BETO ALBERTO", "MEMO GUILLERMO", "LALO EDUARDO", "LOLA DOLORES", "CONCHITA CONCEPCION", "KIKE ENRIQUE", "CHENTE VICENTE",
		"CHAVA SALVADOR", "TOÑO ANTONIO", "ALEX ALEJANDRO",
	} {
		a, b, _ := strings.Cut(strings.ReplaceAll(pair, "Ñ", "N"), " ")
		assert.True(t, Same(a, b), pair)
		assert.True(t, Same(b, a), pair)
	}
	for _, pair := range []string{
		"AARON ERIN", "BILL ROBERT", "BILL BOB", "FRED BILL", "MARY MARIE", "MARY MARIA", "ELAINE HELEN", "ANDREW ANDREA", "EMILY AMELIA",
		"JOSE JESUS", "PEPE PACO", "ROBERTO ALBERTO", "JAYDEN KAYDEN", "MARIA MARIE", "JOHN JONATHAN", "LIAM NOAH", "EMMA EMILY", " ", "BILL ",
	} {
		a, b, _ := strings.Cut(pair, " ")
		assert.False(t, Same(a, b), pair)
		assert.False(t, Same(b, a), pair)
	}
	assert.True(t, Same("JAYDEN", "JAYDEN"))
}

func TestRoots(t *testing.T) {
	assert.Equal(t, []string{"ROBERT"}, Roots("BOB"))
	assert.Equal(t, []string{"ROBERT"}, Roots("ROBERT"))
	assert.Equal(t, []string{"EDMUND", "EDWARD", "THEODORE"}, slices.DeleteFunc(slices.Clone(Roots("TED")), func(s string) bool {
		return s != "EDMUND" && s != "EDWARD" && s != "THEODORE"
	}))
	assert.Equal(t, []string{"ALBERTO", "GILBERTO", "HERIBERTO", "HUMBERTO", "ROBERTO"}, Roots("BETO"))
	assert.Equal(t, []string{"JAYDEN"}, Roots("JAYDEN"))
	assert.Empty(t, Roots(""))
	assert.Equal(t, []string{"X", "ROBERT"}, AppendRoots([]string{"X"}, "BOB"))
	assert.Equal(t, []string{"X", "JAYDEN"}, AppendRoots([]string{"X"}, "JAYDEN"))
}

// TestSameIsSharedRoot checks Same against its definition, symmetry and the
// table's edges, over all names.
func TestSameIsSharedRoot(t *testing.T) {
	all := []string{"", "JAYDEN", "LIAM"}
	for name := range table() {
		all = append(all, name)
	}
	slices.Sort(all)
	assert.Greater(t, len(all), 2400)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(all).Draw(t, "a")
		b := rapid.SampledFrom(all).Draw(t, "b")
		want := slices.ContainsFunc(Roots(a), func(r string) bool { return slices.Contains(Roots(b), r) })
		if Same(a, b) != want || Same(b, a) != want {
			t.Errorf("Same(%q, %q) is not %v", a, b, want)
		}
	})
	for line := range strings.Lines(names) {
		if words := strings.Fields(line); words[0] != "#" {
			for _, nick := range words[1:] {
				assert.True(t, Same(words[0], nick), "%s, %s", words[0], nick)
			}
		}
	}
	for _, name := range all {
		roots := Roots(name)
		assert.True(t, slices.IsSorted(roots))
		assert.LessOrEqual(t, len(roots), 16, "%s stands for too many names", name)
	}
}

func TestNoAllocation(t *testing.T) {
	var dst [16]string
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		Same("BOB", "ROBERT")
		Same("JAYDEN", "KAYDEN")
		AppendRoots(dst[:0], "JAYDEN")
		Roots("BOB")
	}))
}

func BenchmarkSame(b *testing.B) {
	b.Run("nickname", func(b *testing.B) {
		for b.Loop() {
			Same("BOB", "ROBERT")
		}
	})
	b.Run("not", func(b *testing.B) {
		for b.Loop() {
			Same("JAYDEN", "ROBERT")
		}
	})
}
