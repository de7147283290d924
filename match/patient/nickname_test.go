package patient

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNicknames(t *testing.T) {
	assert.Equal(t, []string{"ROBERT"}, NicknameRoots("BOB"))
	assert.Equal(t, []string{"JOSE"}, NicknameRoots("PEPE"))
	assert.Equal(t, []string{"LIAM"}, NicknameRoots("LIAM"))
	assert.True(t, SameNickname("BOB", "ROBERT"))
	assert.True(t, SameNickname("LIZ", "BETTY"))
	assert.True(t, SameNickname("CHUY", Fold("Jesús")))
	assert.False(t, SameNickname("JAYDEN", "KAYDEN"))
	assert.False(t, SameNickname("", ""))
}
