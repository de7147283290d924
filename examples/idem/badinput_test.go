package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/idem-health/idem/benchmarks/meter"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dedupeText runs dedupe over a text and returns its summary. It compares at
// most some hundred pairs a record, whatever the text: else hours would pass.
func dedupeText(t *testing.T, text string, flags ...string) summary {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	args := append([]string{"dedupe", "--quiet", "--json", "--out", dir}, flags...)
	r := idem(t, append(args, write(t, "clinic.csv", text))...)
	require.Equal(t, exitOK, r.code, r.stderr)
	var s summary
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &s))
	assert.LessOrEqual(t, s.Candidates.Pairs, int64(max(1_000_000, 150*s.Records.Kept)))
	t.Logf("%d records, %d pairs, %d people, largest %d, %d MB, notices %q", s.Records.Kept, s.Candidates.Pairs, s.People.People, s.People.Largest, s.PeakMemory>>20, s.Notices)
	return s
}

const header = "record_id,first_name,last_name,dob,sex,zip,phone\n"

// build makes a file of rows.
func build(n int, row func(i int) string) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.String()
}

func TestRowsThatSayTheSame(t *testing.T) {
	for _, n := range []int{2, 100, 10_000, 30_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := dedupeText(t, build(n, func(i int) string { return fmt.Sprintf("%d,Ann,Smith,2001-02-03,F,37061,6162340100", i) }))
			assert.Equal(t, n, s.Records.Kept)
			assert.Equal(t, 1, s.People.People, "one person")
		})
	}
	s := dedupeText(t, build(10_000, func(int) string { return "7,Ann,Smith,2001-02-03,F,37061,6162340100" }))
	assert.Equal(t, [2]int{1, 9999}, [2]int{s.Records.Kept, s.Records.Identical})
}

func TestNothingIsKnown(t *testing.T) {
	for what, row := range map[string]string{"UNKNOWN": "%d,UNKNOWN,UNKNOWN,UNKNOWN,UNKNOWN,UNKNOWN,UNKNOWN", "empty": "%d,,,,,,"} {
		for _, n := range []int{50, 10_000} {
			r := idem(t, "dedupe", "--quiet", write(t, "clinic.csv", build(n, func(i int) string { return fmt.Sprintf(row, i) })))
			assert.Equal(t, exitError, r.code)
			assert.Contains(t, r.stderr, "no record has a value that can be compared", what)
		}
	}
}

// name makes names that are mostly different.
func name(i, salt int) string {
	const letters = "BCDFGKLMNPRSTV"
	var b strings.Builder
	for n := i*7919 + salt; b.Len() < 8; n = n/7 + 31*salt + i {
		b.WriteByte(letters[n%len(letters)])
		b.WriteByte("AEIOU"[n/3%5])
	}
	return b.String()
}

func TestOneBirthDateForAll(t *testing.T) {
	n := 10_000
	s := dedupeText(t, build(n, func(i int) string {
		return fmt.Sprintf("%d,%s,%s,1990-01-02,%c,%05d,616%07d", i, name(i/2, 1), name(i/2, 2), "FM"[i/2%2], 10000+i/2*7%80000, i/2*104729%10_000_000)
	}))
	// A date that all share tells nothing, so it depends on the other fields
	// alone who is who; what must not be is that it ties strangers together.
	assert.LessOrEqual(t, s.People.Largest, 2)
}

func TestHalfTheRowsOneName(t *testing.T) {
	n, r := 20_000, rand.New(rand.NewPCG(5, 1))
	s := dedupeText(t, build(n, func(i int) string {
		given, family := drawName(r), drawName(r)
		if i%2 == 0 {
			given, family = "MARY", "SMITH"
		}
		return fmt.Sprintf("%d,%s,%s,%04d-%02d-%02d,F,%05d,616%07d", i, given, family, 1920+r.IntN(100), 1+r.IntN(12), 1+r.IntN(28), 10000+r.IntN(80000), r.IntN(10_000_000))
	}))
	assert.Greater(t, s.People.People, n*99/100, "a name alone is nobody")
}

// drawName draws four syllables. What counts up instead of being drawn makes
// fields that depend on each other, as those of one person do.
func drawName(r *rand.Rand) string {
	var b strings.Builder
	for range 4 {
		b.WriteByte("BCDFGKLMNPRSTV"[r.IntN(14)])
		b.WriteByte("AEIOU"[r.IntN(5)])
	}
	return b.String()
}

func TestNamesOfEveryKind(t *testing.T) {
	marks := strings.Repeat("\u0301\u0323\u200d", 20_000)
	var rows []string
	for i, name := range []string{
		strings.Repeat("É", 100_000), strings.Repeat("x", 100_000), "Zoe" + marks, marks, "\u202eeoZ\u202c", "Z\u200bo\u200de", "\ufeffZoe", "יהושע", "محمد", "王小明", "🙂🙃",
		strings.Repeat("Ann ", 25_000), "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "Robert'); DROP TABLE patients;--",
	} {
		for j := range 20 {
			rows = append(rows, fmt.Sprintf("%d-%d,\"%s\",\"%s\",20%02d-%02d-03,F,37061,61623401%02d", i, j, name, name, i, 1+j%12, j))
		}
	}
	s := dedupeText(t, build(len(rows), func(i int) string { return rows[i] }))
	assert.Equal(t, len(rows), s.Records.Kept)
	assert.Less(t, s.PeakMemory, int64(2<<30))
}

func TestLongNamesOverOneBirthDate(t *testing.T) {
	s := dedupeText(t, build(300, func(i int) string {
		return fmt.Sprintf("%d,%s%d,%s%d,2001-02-03,F,37061,", i, strings.Repeat("Ann Mary ", 5000), i, strings.Repeat("von", 20_000), i)
	}))
	assert.Equal(t, 300, s.Records.Kept)
}

// failing is an output file on a disk that fills up.
type failing struct {
	outputFile
	left *int
}

func (f failing) Write(p []byte) (int, error) {
	if *f.left -= len(p); *f.left < 0 {
		return 0, &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return f.outputFile.Write(p)
}

// Wherever the disk is full, the run says so and leaves nothing behind.
func TestDiskFull(t *testing.T) {
	path := write(t, "clinic.csv", clinic()+"900,p1,too,few\n")
	dir := t.TempDir()
	whole := openFile
	t.Cleanup(func() { openFile = whole })
	run := func(room int) (int, result) {
		left := room
		openFile = func(path string) (outputFile, error) {
			if left <= 0 {
				return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
			}
			f, err := whole(path)
			return failing{f, &left}, err
		}
		r := idem(t, "dedupe", "--quiet", "--out", filepath.Join(dir, "out"), path)
		return room - left, r
	}
	total, r := run(1 << 30)
	require.Equal(t, exitOK, r.code, r.stderr)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "out")))
	for room := 0; room < total; room += 1 + total/60 {
		_, r := run(room)
		require.Equal(t, exitError, r.code, "room for %d of %d bytes", room, total)
		assert.Regexp(t, `^idem: write [a-z.]+: .*no space left on device\n$`, r.stderr)
		assert.NotContains(t, r.stderr, dir, "the name of the file is enough")
		require.Empty(t, names(t, dir))
	}
}

func TestOutputFolderWithoutPermission(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, os.Mkdir(dir, 0o500))
	if file, err := os.Create(filepath.Join(dir, "x")); err == nil {
		file.Close()
		t.Skip("this user may write anywhere: run the tests as another one to have this checked")
	}
	path := write(t, "clinic.csv", clinic())
	for _, out := range []string{dir, filepath.Join(dir, "out")} {
		r := idem(t, "dedupe", "--out", out, path)
		assert.Equal(t, exitError, r.code)
		assert.Contains(t, r.stderr, "permission denied")
		assert.Empty(t, names(t, dir))
	}
}

func TestInputWithoutPermission(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	require.NoError(t, os.Chmod(path, 0))
	if file, err := os.Open(path); err == nil {
		file.Close()
		t.Skip("this user may read anything: run the tests as another one to have this checked")
	}
	r := idem(t, "dedupe", path)
	assert.Equal(t, exitError, r.code)
	assert.Contains(t, r.stderr, "this user may not read it")
}

// zstd unpacks a few bytes to any number: the command stops.
func TestZstdBomb(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clinic.csv.zst")
	file, err := os.Create(path)
	require.NoError(t, err)
	z, err := zstd.NewWriter(file)
	require.NoError(t, err)
	_, err = io.WriteString(z, header+"1,Ann,Smith,2001-02-03,F,37061,6162340100\n")
	require.NoError(t, err)
	zeros := make([]byte, 1<<20)
	for range 400 {
		_, err = z.Write(zeros)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, file.Close())
	r := idem(t, "dedupe", path)
	assert.Equal(t, exitError, r.code)
	assert.Contains(t, r.stderr, "unpacks to hundreds of times its size")
	assert.Less(t, meter.Peak(), int64(3<<30))
}
