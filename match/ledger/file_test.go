package ledger

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ctx = context.Background()

func events(texts ...string) []Event {
	list := make([]Event, len(texts))
	for i, text := range texts {
		list[i].Payload = []byte(text)
	}
	return list
}

func reopen(t testing.TB, ctx context.Context, dir string, options Options) *File {
	t.Helper()
	f, err := Open(ctx, dir, options)
	require.NoError(t, err)
	return f
}

// contents reads the events after a position: "1:a 2:b".
func contents(t testing.TB, f *File, after Position) string {
	t.Helper()
	text := ""
	for e, err := range f.Read(ctx, after) {
		require.NoError(t, err)
		text += fmt.Sprintf(" %d:%s", e.Position, e.Payload)
	}
	return text
}

func TestAppendAndRead(t *testing.T) {
	dir := t.TempDir()
	f := reopen(t, ctx, dir, Options{})
	empty := f.Head()
	assert.NotEqual(t, Head{}, empty)

	first, err := f.Append(ctx, empty, events("a", "b"))
	require.NoError(t, err)
	assert.Equal(t, Position(2), first.Position)
	_, err = f.Append(ctx, empty, events("late"))
	require.ErrorIs(t, err, ErrConflict)
	second, err := f.Append(ctx, first, events(""))
	require.NoError(t, err)
	_, err = f.Append(ctx, Head{}, events("d"))
	require.NoError(t, err)
	assert.Equal(t, " 1:a 2:b 3: 4:d", contents(t, f, 0))
	assert.Equal(t, " 2:b 3: 4:d", contents(t, f, 1))
	require.NoError(t, f.Close())
	require.ErrorIs(t, f.Close(), ErrClosed)

	f = reopen(t, ctx, dir, Options{})
	assert.Equal(t, Recovered{Proven: 4}, f.Recovered())
	assert.Equal(t, " 4:d", contents(t, f, second.Position))
	report, err := f.Verify(ctx, second, first, empty, f.Head())
	require.NoError(t, err)
	assert.Equal(t, Report{1, 3, 4, f.Head()}, report)
	_, err = f.Verify(ctx, Head{second.Position, first.Hash})
	require.ErrorIs(t, err, ErrCorrupt)
	_, err = f.Verify(ctx, Head{9, first.Hash})
	require.ErrorIs(t, err, ErrCorrupt)
	require.NoError(t, f.Close())
}

func TestTicketsAreInOrder(t *testing.T) {
	f := reopen(t, ctx, t.TempDir(), Options{SegmentSize: 1 << 10})
	want := ""
	var last Ticket
	for i := range 100 {
		ticket, err := f.Enqueue(events(fmt.Sprint("event", i)))
		require.NoError(t, err)
		assert.Equal(t, Position(i+1), ticket.Head().Position)
		want += fmt.Sprintf(" %d:event%d", i+1, i)
		last = ticket
	}
	all, err := f.Enqueue(nil)
	require.NoError(t, err)
	assert.Equal(t, last.Head(), all.Head())
	require.NoError(t, all.Wait(ctx))
	assert.Equal(t, want, contents(t, f, 0))
	require.NoError(t, last.Wait(ctx))
	assert.Equal(t, last.Head(), f.Head())
	require.NoError(t, f.Close())
	_, err = f.Enqueue(events("x"))
	require.ErrorIs(t, err, ErrClosed)
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	f := reopen(t, ctx, dir, Options{})
	_, err := Open(ctx, dir, Options{})
	require.ErrorIs(t, err, ErrLocked)
	assert.ErrorContains(t, err, dir)
	require.NoError(t, f.Close())
	require.NoError(t, reopen(t, ctx, dir, Options{}).Close())
}
