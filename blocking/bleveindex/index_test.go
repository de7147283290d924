package bleveindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

var ctx = context.Background()

// normal normalises a record written as field=value.
func normal(fields ...string) *patient.Normalized {
	var r patient.Record
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		r.SetField(name, value, "")
	}
	n, _ := patient.Normalize(&r, patient.Neutral())
	return &n
}

func of(records map[string]*patient.Normalized) iter.Seq2[string, *patient.Normalized] {
	return maps.All(records)
}

func rebuilt(t testing.TB, o Options, records iter.Seq2[string, *patient.Normalized]) *Index {
	t.Helper()
	ix, err := Create(t.TempDir(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, ix.Close()) })
	require.NoError(t, ix.Rebuild(ctx, State{Epoch: o.Epoch}, records))
	return ix
}

// drawPatient makes records with few distinct values, so that they meet.
func drawPatient(t *rapid.T) *patient.Normalized {
	one := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(t, name) }
	n := normal(
		"given_name="+one("given", "", "JOHN", "JON", "JOHN PAUL", "ANN", "BABYBOY", "A"),
		"family_name="+one("family", "", "SMITH", "SMIHT", "GARCIA LOPEZ", "GARCIA", "AN", "JOHN"),
		"alias="+one("alias", "", "", "JACK SMITH"),
		"birth_date="+one("birth", "", "2014-03-12", "2014-12-03", "2014-03-13", "2014", "2014-03", "2015-03-12"),
		"phone="+one("phone", "", "2025550123", "2025550124", "2025550123;2025550199"),
		"ssn="+one("ssn", "", "", "212345678", "212345687"),
		"mother_given="+one("mother", "", "", "MARY", "MARIE"),
		"mother_maiden="+one("maiden", "", "", "SMITH"),
		"city="+one("city", "", "FLINT"), "postal_code="+one("zip", "", "48503"),
	)
	if rapid.Bool().Draw(t, "second address") {
		n.Addresses = append(n.Addresses, patient.NormalAddress{City: one("city 2", "", "FLINT", "LANSING"), PostalCode: one("zip 2", "", "48503")})
	}
	return n
}

// TestStateIsTheRecords: whatever the order of puts, deletes and commits, the
// index is that of the records that remain: its state, its answers, and what
// opening it again and a rebuild give.
func TestStateIsTheRecords(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		o := Options{Epoch: "e", Batch: rapid.IntRange(1, 4).Draw(rt, "batch")}
		folder := filepath.Join(dir, fmt.Sprint(run))
		ix, err := Create(folder, o)
		require.NoError(rt, err)
		model := map[string]*patient.Normalized{}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			id := rapid.SampledFrom([]string{"a", "a|b", "b", "c/1", "d"}).Draw(rt, "id")
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				require.NoError(rt, ix.Delete(ctx, id))
				delete(model, id)
			case 1:
				require.NoError(rt, ix.Commit(ctx, uint64(run)))
			default:
				model[id] = drawPatient(rt)
				require.NoError(rt, ix.Put(ctx, id, model[id]))
			}
		}
		require.NoError(rt, ix.Commit(ctx, 77))
		require.NoError(rt, ix.Check(ctx))
		want := State{Epoch: "e", Position: 77, Count: uint64(len(model))}
		for id, n := range model {
			want.Digest = want.Digest.Add(Entry(id, n))
		}
		require.Equal(rt, want, ix.State())
		query := drawPatient(rt)
		before := answers(rt, ix, query)
		require.NoError(rt, ix.Close())

		o.Expect = &want
		ix, err = Open(folder, o)
		require.NoError(rt, err)
		require.Equal(rt, want, ix.State())
		require.Equal(rt, before, answers(rt, ix, query))
		require.NoError(rt, ix.Rebuild(ctx, want, of(model)))
		require.Equal(rt, want, ix.State())
		require.Equal(rt, before, answers(rt, ix, query))
		require.NoError(rt, ix.Close())
	})
}

func answers(t require.TestingT, ix *Index, n *patient.Normalized) [][]Hit {
	a, truncated, err := ix.Candidates(ctx, n, 1000)
	require.NoError(t, err)
	require.Zero(t, truncated)
	b, truncated, err := ix.Search(ctx, n.Given+" "+n.Family+" "+n.Birth.String(), 1000)
	require.NoError(t, err)
	require.Zero(t, truncated)
	return [][]Hit{a, b}
}

// TestByKeyIsTheMemoryIndex: for exact keys the candidates are those of
// blocking.Index.
func TestByKeyIsTheMemoryIndex(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		records := make([]*patient.Normalized, rapid.IntRange(2, 12).Draw(rt, "records"))
		for i := range records {
			records[i] = drawPatient(rt)
		}
		all := blocking.Default(func(patient.Field) bool { return true }, 100)
		sameAsMemory(rt, filepath.Join(dir, fmt.Sprint(run)), records, all)
	})
}

func sameAsMemory(t require.TestingT, dir string, records []*patient.Normalized, rules []blocking.Rule) {
	b := table.NewBuilder(table.Spec{Text: patient.Fields()})
	byID := map[string]*patient.Normalized{}
	for i, n := range records {
		b.Add(n)
		byID[fmt.Sprint(i)] = n
	}
	rows := b.Freeze(nil, 0, nil)
	memory, err := blocking.Build(ctx, rows, rules, blocking.Options{AllPairs: -1, MaxBlock: 1 << 30, PerRecord: -1})
	require.NoError(t, err)
	keys, err := RuleKeys(rules)
	require.NoError(t, err)
	ix, err := Create(dir, Options{Keys: keys, Limits: Limits{Records: 1 << 30, Term: 1 << 30}})
	require.NoError(t, err)
	require.NoError(t, ix.Rebuild(ctx, State{}, of(byID)))
	var neighbors []uint32
	for row := range rows.Len() {
		neighbors = memory.Neighbors(neighbors[:0], uint32(row))
		var want []string
		for _, other := range neighbors {
			want = append(want, fmt.Sprint(rows.Origin(int(other))))
		}
		slices.Sort(want)
		self := rows.Origin(row)
		hits, truncated, err := ix.ByKey(ctx, records[self], 1<<30)
		require.NoError(t, err)
		require.Zero(t, truncated)
		var got []string
		for _, h := range hits {
			if h.ID != fmt.Sprint(self) {
				got = append(got, h.ID)
			}
		}
		require.Equal(t, want, got, "row %d", row)
	}
	require.NoError(t, ix.Close())
}

// TestDeletedIsGone: after a rebuild no file holds a trace of a deleted record.
func TestDeletedIsGone(t *testing.T) {
	ix := rebuilt(t, Options{}, of(map[string]*patient.Normalized{
		"s/1": normal("given_name=ANNA", "family_name=KOWALSKI", "birth_date=2014-03-12"),
	}))
	gone := normal("given_name=XAVIERA", "family_name=QUIXANO", "birth_date=1987-11-09", "phone=2025550177", "ssn=212349876")
	require.NoError(t, ix.Put(ctx, "s/secret", gone))
	require.NoError(t, ix.Commit(ctx, 1))
	traces := []string{"XAVIERA", "QUIXANO", "19871109", "2025550177", "212349876", "secret"}
	require.Subset(t, traces, traced(t, ix, traces))
	require.Len(t, traced(t, ix, traces), len(traces), "the test sees what is there")
	require.NoError(t, ix.Delete(ctx, "s/secret"))
	require.NoError(t, ix.Commit(ctx, 2))
	hits, _, err := ix.Candidates(ctx, gone, 0)
	require.NoError(t, err)
	assert.Empty(t, hits)
	require.NoError(t, ix.Rebuild(ctx, State{Position: 2}, of(map[string]*patient.Normalized{
		"s/1": normal("given_name=ANNA", "family_name=KOWALSKI", "birth_date=2014-03-12"),
	})))
	assert.Empty(t, traced(t, ix, traces))
	assert.Equal(t, uint64(1), ix.State().Count)
}

// traced returns which of the texts are in any file of an index, as they are, or in
// any of its dictionaries, which are written as automata, a letter here and there.
func traced(t *testing.T, ix *Index, texts []string) (found []string) {
	var all []byte
	err := filepath.WalkDir(ix.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(all, content...)
		return err
	})
	require.NoError(t, err)
	v, err := newView(ix.store)
	require.NoError(t, err)
	defer v.close()
	names, err := v.snapshot.Fields()
	require.NoError(t, err)
	for _, s := range v.segments {
		for _, field := range names {
			dict, err := s.Segment().Dictionary(field)
			require.NoError(t, err)
			for it := dict.AutomatonIterator(nil, nil, nil); ; {
				entry, err := it.Next()
				require.NoError(t, err)
				if entry == nil {
					break
				}
				all = append(append(all, '\n'), strings.ReplaceAll(entry.Term, "\x1f", "")...)
			}
		}
	}
	for _, text := range texts {
		if bytes.Contains(all, []byte(text)) {
			found = append(found, text)
		}
	}
	return found
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	ix, err := Create(dir, Options{Epoch: "one"})
	require.NoError(t, err)
	require.NoError(t, ix.Put(ctx, "a", normal("given_name=ANN", "family_name=LEE")))
	require.NoError(t, ix.Commit(ctx, 5))
	state := ix.State()
	_, err = Open(dir, Options{Epoch: "one"})
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, ix.Put(ctx, "b", normal("given_name=BEN")))
	require.NoError(t, ix.Close(), "what was not committed is given up")
	require.ErrorIs(t, ix.Put(ctx, "c", normal()), nil)
	require.ErrorIs(t, ix.Commit(ctx, 6), ErrClosed)
	_, _, err = ix.Candidates(ctx, normal("given_name=ANN"), 0)
	require.ErrorIs(t, err, ErrClosed)

	for name, o := range map[string]Options{
		"epoch":    {Epoch: "two"},
		"count":    {Epoch: "one", Expect: &State{Position: 5, Count: 2, Digest: state.Digest}},
		"records":  {Epoch: "one", Expect: &State{Position: 5, Count: 1}},
		"position": {Epoch: "one", Expect: &State{Position: 6, Count: 1, Digest: state.Digest}},
	} {
		_, err := Open(dir, o)
		require.ErrorIs(t, err, ErrStale, name)
	}
	ix, err = Open(dir, Options{Epoch: "one", Expect: &state})
	require.NoError(t, err)
	require.NoError(t, ix.Close())

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "letters.txt"), nil, 0o600))
	_, err = Create(other, Options{})
	require.ErrorIs(t, err, ErrFolder)
	for _, id := range []string{"", "a\x1fb", strings.Repeat("x", 513)} {
		require.ErrorIs(t, ix.Put(ctx, id, normal()), ErrID)
	}
}

// TestDamageIsFound flips bits and cuts files: an index that opens answers as
// before, any other says that it is damaged.
func TestDamageIsFound(t *testing.T) {
	records := map[string]*patient.Normalized{}
	for i := range 300 {
		records[fmt.Sprint("r", i)] = normal(fmt.Sprintf("given_name=G%c%c", 'A'+i%26, 'A'+i/26), "family_name=SMITH", "birth_date=2014-03-12")
	}
	whole := t.TempDir()
	ix, err := Create(whole, Options{})
	require.NoError(t, err)
	require.NoError(t, ix.Rebuild(ctx, State{}, of(records)))
	require.NoError(t, ix.Delete(ctx, "r1"))
	require.NoError(t, ix.Commit(ctx, 1))
	state := ix.State()
	want := answers(t, ix, records["r7"])
	require.NoError(t, ix.Close())
	var names []string
	require.NoError(t, filepath.WalkDir(whole, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	}))
	slices.Sort(names)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, clean := range []bool{true, false} {
		caught := 0
		for i := range 40 {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
			name := strings.TrimPrefix(names[i%len(names)], whole)
			spoil(t, rng, filepath.Join(dir, name), i%3 == 0)
			if !clean { // as after a crash
				seal, err := filepath.Glob(filepath.Join(dir, "*", sealFile))
				require.NoError(t, err)
				require.NoError(t, os.Remove(seal[0]))
				if strings.HasSuffix(name, "root.bolt") {
					continue // bbolt has no checksums of its pages
				}
			}
			ix, err := Open(dir, Options{Expect: &state})
			if err != nil {
				require.True(t, errors.Is(err, ErrDamaged) || errors.Is(err, ErrStale), "%v", err)
				caught++
				continue
			}
			if clean {
				assert.True(t, strings.HasSuffix(name, sealFile), "case %d: file %s", i, filepath.Base(name))
			}
			assert.Equal(t, want, answers(t, ix, records["r7"]), "case %d", i)
			require.NoError(t, ix.Close())
		}
		assert.Greater(t, caught, 10)
	}
}

// spoil cuts a file or flips a bit of it.
func spoil(t *testing.T, rng *rand.Rand, name string, short bool) {
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	if at := rng.IntN(len(content)); short {
		content = content[:at]
	} else {
		content[at] ^= 1 << rng.IntN(8)
	}
	require.NoError(t, os.WriteFile(name, content, 0o600))
}

// TestPlaceholderIsNoTerm: no word of a placeholder name is filed (law 1).
func TestPlaceholderIsNoTerm(t *testing.T) {
	for _, given := range []string{"BABYBOY", "BABY BOY", "BG", "1JUDYSGIRL", "BABYBOYSMITH", "TWIN A", "UNKNOWN", "NEWBORN"} {
		n := normal("given_name="+given, "family_name=SMITH", "birth_date=2026-03-14", "received=2026-03-15", "mother_given=JUDY")
		require.NotEqual(t, patient.NotPlaceholder, n.Placeholder.Class, given)
		for _, term := range termsOf("id", n) {
			for _, word := range []string{"BABY", "BOY", "BG", "GIRL", "TWIN", "UNKNOWN", "NEWBORN"} {
				assert.NotContains(t, term.text, word, "%s in field %s", given, term.field)
			}
		}
	}
}

func TestWorkIsBounded(t *testing.T) {
	records := map[string]*patient.Normalized{}
	for i := range 400 {
		records[fmt.Sprint("same", i)] = normal("given_name=JOHN", "family_name=SMITH", "birth_date=2014-03-12")
		records[fmt.Sprint("other", i)] = normal(fmt.Sprintf("given_name=JOHN%c%c", 'A'+i%20, 'A'+i/20), "family_name=SMITH", "birth_date=2014-03-12")
	}
	query := normal("given_name=JOHN", "family_name=SMITH", "birth_date=2014-03-12")
	for want, limits := range map[Truncated]Limits{Generic: {Term: 300}, Steps: {Steps: 200}, Records: {Records: 500}} {
		ix := rebuilt(t, Options{Limits: limits}, of(records))
		hits, truncated, err := ix.Candidates(ctx, query, 10)
		require.NoError(t, err)
		assert.NotZero(t, truncated&want, "%v: %v", want, truncated)
		assert.LessOrEqual(t, len(hits), 10)
		_, truncated, err = ix.Search(ctx, "john smith 2014-03-12 "+strings.Repeat("a b c ", 100), 10)
		require.NoError(t, err)
		assert.NotZero(t, truncated&Terms, "a text of many words")
	}
	ix := rebuilt(t, Options{}, of(records))
	hits, truncated, err := ix.Candidates(ctx, query, 10)
	require.NoError(t, err)
	assert.Len(t, hits, 10)
	assert.Equal(t, "hits", truncated.String())
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, _, err = ix.Candidates(canceled, query, 10)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, ix.Rebuild(canceled, State{}, of(records)), context.Canceled)
	require.NoError(t, ix.Check(ctx), "a rebuild that failed left the index as it was")
}

func TestIDThatComesTwice(t *testing.T) {
	ix := rebuilt(t, Options{}, of(nil))
	twice := func(yield func(string, *patient.Normalized) bool) {
		_ = yield("a", normal("given_name=ANN")) && yield("a", normal("given_name=BEN"))
	}
	require.ErrorContains(t, ix.Rebuild(ctx, State{}, twice), "twice")
	require.NoError(t, ix.Check(ctx))
	assert.Zero(t, ix.State().Count)
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		ix, err := Create(t.TempDir(), Options{})
		require.NoError(t, err)
		require.NoError(t, ix.Put(ctx, "a", normal("given_name=ANN", "family_name=LEE")))
		require.NoError(t, ix.Commit(ctx, 1))
		require.NoError(t, ix.Close())
	}
	for range 1000 { // they end in their own time
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("goroutines are left:\n%s", stacks[:runtime.Stack(stacks, true)])
}

// TestConcurrentUse changes, asks and rebuilds at once: no answer fails, and what
// remains is what was put.
func TestConcurrentUse(t *testing.T) {
	ix := rebuilt(t, Options{Batch: 20}, of(nil))
	record := func(i int) *patient.Normalized {
		return normal(fmt.Sprintf("given_name=G%c%c", 'A'+i%26, 'A'+i/26), "family_name=SMITH", "birth_date=2014-03-12")
	}
	const n = 120
	var changes, questions sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		questions.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				_, _, err := ix.Candidates(ctx, record(i%n), 10)
				assert.NoError(t, err)
				_, _, err = ix.Search(ctx, "smith 2014", 10)
				assert.NoError(t, err)
			}
		})
	}
	for from := range 3 {
		changes.Go(func() {
			for i := from; i < n; i += 3 {
				assert.NoError(t, ix.Put(ctx, fmt.Sprint(i), record(i)))
				if i%2 == 1 {
					assert.NoError(t, ix.Delete(ctx, fmt.Sprint(i)))
				}
				if i%20 == 0 {
					assert.NoError(t, ix.Commit(ctx, uint64(i)))
					assert.NoError(t, ix.Check(ctx))
				}
			}
		})
	}
	changes.Wait()
	require.NoError(t, ix.Commit(ctx, n))
	want := map[string]*patient.Normalized{}
	digest := Digest{}
	for i := 0; i < n; i += 2 {
		want[fmt.Sprint(i)] = record(i)
		digest = digest.Add(Entry(fmt.Sprint(i), record(i)))
	}
	assert.Equal(t, digest, ix.State().Digest)
	require.NoError(t, ix.Rebuild(ctx, State{}, of(want)))
	close(stop)
	questions.Wait()
	assert.Equal(t, State{Count: n / 2, Digest: digest}, ix.State())
	require.NoError(t, ix.Check(ctx))
}
