package patient

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGivenNameKnown(t *testing.T) {
	for _, name := range []string{"ROBERT", "BOB", "MARIE", "JESSICA", "MUHAMMAD"} {
		assert.True(t, GivenNameKnown(name), name)
	}
	for _, name := range []string{"", "ROBRET", "NTON", "MARIE ANN"} {
		assert.False(t, GivenNameKnown(name), name)
	}
}

func TestNicknames(t *testing.T) {
	assert.Equal(t, []string{"ROBERT"}, NicknameRoots("BOB"))
	assert.Equal(t, []string{"JOSE"}, NicknameRoots("PEPE"))
	assert.Equal(t, []string{"LIAM"}, NicknameRoots("LIAM"))
	assert.True(t, SameNickname("BOB", "ROBERT"))
	assert.True(t, SameNickname("LIZ", "BETTY"))
	assert.True(t, SameNickname("CHUY", Fold("Jesús")))
	assert.True(t, SameNickname("MOHAMED", "MUHAMMAD"))
	assert.True(t, SameNickname("ABDUL RAHMAN", "ABDIRAHMAN"))
	assert.True(t, SameNickname("ABU BAKR", "BOUBACAR"))
	assert.Equal(t, NicknameRoots("MOHAMED"), NicknameRoots("MUHAMMAD"))
	assert.False(t, SameNickname("JAYDEN", "KAYDEN"))
	assert.False(t, SameNickname("", ""))
}

func TestFamilyNames(t *testing.T) {
	assert.True(t, SameFamilyName("CHANG", "ZHANG"))
	assert.True(t, SameFamilyName("MASRI", "ALMASRI"))
	assert.True(t, SameFamilyName("KOWALSKI", "KOWALSKA"))
	assert.False(t, SameFamilyName("SMITH", "SMYTHE"))
	assert.False(t, SameFamilyName("", ""))
	assert.True(t, FamilyNameVaries("HSU"))
	assert.False(t, FamilyNameVaries("SMITH"))
}

// Names of the world as two clinics write them come to the same folded words and
// parts, where writing is all that parts them.
func TestNamesOfTheWorldFold(t *testing.T) {
	for _, c := range []struct{ what, a, b, want string }{
		{"Vietnamese marks, composed and not", "Nguyễn", "Nguyễn", "NGUYEN"},
		{"Vietnamese Đ", "Đặng", "Dang", "DANG"},
		{"an apostrophe of any kind", "O’Brien", "O'Brien", "OBRIEN"},
		{"the Hawaiian one", "Kaʻahumanu", "Ka'ahumanu", "KAAHUMANU"},
		{"hyphens of any kind", "Jean‐Luc", "Jean-Luc", "JEAN LUC"},
		{"a dash for a hyphen", "García–López", "Garcia Lopez", "GARCIA LOPEZ"},
		{"Polish", "Wałęsa", "WALESA", "WALESA"},
		{"Czech", "Dvořák", "dvorak", "DVORAK"},
		{"Turkish i", "İbrahim Işık", "IBRAHIM ISIK", "IBRAHIM ISIK"},
		{"Arabic romanised with marks", "ʿAbd al-Raḥmān", "Abd al Rahman", "ABD AL RAHMAN"},
		{"full-width letters", "ＷＡＮＧ", "Wang", "WANG"},
		{"no-break space", "De\u00a0La Cruz", "de la cruz", "DE LA CRUZ"},
	} {
		assert.Equal(t, c.want, Fold(c.a), c.what)
		assert.Equal(t, c.want, Fold(c.b), c.what)
	}
}
