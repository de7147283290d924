package intake

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

// within runs do and fails where it holds more memory above what was held
// before than it may. What takes hours is stopped by the limit of go test.
func within(t *testing.T, memory uint64, do func()) {
	t.Helper()
	sample := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	runtime.GC()
	before, peak := sample(), uint64(0)
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				peak = max(peak, sample())
			}
		}
	})
	do()
	close(stop)
	watch.Wait()
	if peak > before {
		assert.Less(t, (peak-before)>>20, memory>>20, "MB of memory")
	}
}

// bigFile writes a file piece by piece.
func bigFile(t testing.TB, name string, fill func(w io.Writer)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	require.NoError(t, err)
	buf := bufio.NewWriterSize(file, 1<<20)
	fill(buf)
	require.NoError(t, buf.Flush())
	require.NoError(t, file.Close())
	return path
}

// passOver reads all records and keeps none.
func passOver(t testing.TB, o Options, path string) (n int, rejected map[Reason]int64, err error) {
	t.Helper()
	r, err := Open([]string{path}, o)
	if err != nil {
		return 0, nil, err
	}
	defer r.Close()
	for _, err := range r.Records(context.Background()) {
		if err != nil {
			return n, r.Rejected(), err
		}
		n++
	}
	return n, r.Rejected(), nil
}

const small = 64 << 20

func TestUnbalancedQuoteInALargeFile(t *testing.T) {
	const rows = 1_000_000
	row := "Ann,Smith,2001-02-03,Some City or other,1234567\n"
	for name, bad := range map[string]string{"once": "Ann,\"Smith,2001-02-03,x,1\n", "at the end of a line": "Ann,Smith,2001-02-03,x,\"\n"} {
		t.Run(name, func(t *testing.T) {
			path := bigFile(t, "clinic.csv", func(w io.Writer) {
				io.WriteString(w, "first,last,dob,city,phone\n")
				for i := range rows {
					if i == 1000 {
						io.WriteString(w, bad)
					}
					io.WriteString(w, row)
				}
			})
			within(t, small, func() {
				n, rejected, err := passOver(t, Options{}, path)
				require.NoError(t, err)
				assert.Equal(t, rows, n, "the rest is read")
				assert.Equal(t, map[Reason]int64{ReasonQuote: 1}, rejected)
			})
		})
	}
	t.Run("in each line", func(t *testing.T) {
		path := bigFile(t, "clinic.csv", func(w io.Writer) {
			io.WriteString(w, "first,last,dob,city,phone\nAnn,Smith,,,\n")
			for range 200_000 {
				io.WriteString(w, "Ann,\"Smith,2001-02-03,Some City or other,1234567\nx,\" y,,,\n")
			}
		})
		within(t, small, func() {
			_, _, err := passOver(t, Options{}, path)
			require.NoError(t, err)
		})
	})
}

func TestBytesThatAreNoText(t *testing.T) {
	path := bigFile(t, "clinic.csv", func(w io.Writer) {
		io.WriteString(w, "first,last\n")
		for range 10_000 {
			io.WriteString(w, "A\x00nn,Smith\nJos\xe9,Smith\nAnn,Smith\n")
		}
		w.Write(make([]byte, 5<<20)) // a hole in the file
		io.WriteString(w, "\nEve,Hill\n")
	})
	within(t, small, func() {
		n, rejected, err := passOver(t, Options{}, path)
		require.NoError(t, err)
		assert.Equal(t, 10_001, n)
		assert.Equal(t, map[Reason]int64{ReasonNUL: 10_000, ReasonInvalidUTF8: 10_000, ReasonLong: 1}, rejected)
	})
	noise := bigFile(t, "noise.csv", func(w io.Writer) {
		io.WriteString(w, "first,last\n")
		for i := range 1 << 20 {
			w.Write([]byte{byte(i * 7919 >> 3), byte(i * 104729 >> 5)})
		}
	})
	within(t, small, func() { passOver(t, Options{}, noise) })
}

// bomb is gzip of a text that repeats.
func bomb(t testing.TB, head, text string, times int) string {
	return bigFile(t, "clinic.csv.gz", func(w io.Writer) {
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		require.NoError(t, err)
		io.WriteString(z, head)
		piece := strings.Repeat(text, 1+(1<<20)/len(text))
		for n := 0; n < times; n += len(piece) {
			io.WriteString(z, piece)
		}
		require.NoError(t, z.Close())
	})
}

func TestGzipBomb(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		size       int
		want       error
	}{
		{"zeros", "\x00", 1 << 29, ErrBomb}, {"one endless line", "x", 1 << 29, ErrBomb}, {"empty lines", "\n", 1 << 26, nil}, {"separators", ",,,,,,\n", 1 << 26, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := bomb(t, "first,last\nAnn,Smith\n", tt.text, tt.size)
			within(t, small, func() {
				n, _, err := passOver(t, Options{}, path)
				assert.Equal(t, 1, n)
				assert.ErrorIs(t, err, tt.want)
			})
		})
	}
}

func TestUnpackedSizeIsBounded(t *testing.T) {
	endless := Decompressor{Magic: "END", Open: func(io.Reader) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("first,last\nAnn,Smith\n"), repeat("Bob,Jones\n"))), nil
	}}
	within(t, small, func() {
		n, _, err := passOver(t, Options{Decompressors: []Decompressor{endless}}, write(t, "clinic.csv.end", "END"))
		require.ErrorIs(t, err, ErrBomb)
		assert.ErrorContains(t, err, "unpack it yourself")
		assert.Less(t, n*10, bombFree+1<<20)
	})
	table := Format{Magic: "TAB", Open: func(io.ReaderAt, int64) (Table, error) { return endlessTable{}, nil }}
	within(t, small, func() {
		_, _, err := passOver(t, Options{Formats: []Format{table}}, write(t, "clinic.tab", "TAB"))
		require.ErrorIs(t, err, ErrBomb)
	})
}

// repeat gives a text without end.
type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := copy(p, r)
	for n < len(p) && n%len(r) == 0 {
		n += copy(p[n:], r)
	}
	return n, nil
}

type endlessTable struct{}

func (endlessTable) Columns() []string { return []string{"first", "last"} }
func (endlessTable) Next() ([]string, error) {
	return []string{strings.Repeat("Ann", 40), "Smith"}, nil
}
func (endlessTable) Close() error { return nil }

func TestLargeFields(t *testing.T) {
	field := strings.Repeat("x", 1<<20)
	fits := strings.Repeat("y", 1<<20-100)
	path := bigFile(t, "clinic.csv", func(w io.Writer) {
		io.WriteString(w, "first,last\n")
		for range 50 {
			fmt.Fprintf(w, "%s,Smith\n\"%s\",Smith\n%s,Smith\n", field, field, fits)
		}
	})
	within(t, small, func() {
		n, rejected, err := passOver(t, Options{}, path)
		require.NoError(t, err)
		assert.Equal(t, 50, n)
		assert.Equal(t, int64(100), rejected[ReasonLong]+rejected[ReasonQuote])
	})
}

func TestAMillionColumns(t *testing.T) {
	header := strings.Repeat("c,", 1_000_000) + "last"
	for name, text := range map[string]string{
		"header that is too long":    header + "\nx\n",
		"header within a row's size": strings.Repeat("c,", 500_000) + "last\nx\n",
		"object":                     "{\"last\":\"x\"" + manyKeys(70_000) + "}\n",
		"row":                        "first,last\nAnn,Smith\n" + strings.Repeat(",", 1_000_000) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "clinic.csv", text)
			within(t, 2*small, func() {
				n, rejected, err := passOver(t, Options{}, path)
				if name == "row" {
					require.NoError(t, err)
					assert.Equal(t, 1, n)
					assert.Equal(t, map[Reason]int64{ReasonEmpty: 1}, rejected)
					return
				}
				require.ErrorIs(t, err, ErrFormat)
				assert.Less(t, len(err.Error()), 500)
			})
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":1`, i)
	}
	return b.String()
}

func TestTenThousandValuesInACell(t *testing.T) {
	values := strings.Repeat("6162340100;", 10_000)
	path := bigFile(t, "clinic.csv", func(w io.Writer) {
		io.WriteString(w, "last,phone,city,mrn,mrn_authority\n")
		for range 100 {
			fmt.Fprintf(w, "Smith,%s,%s,%s,%s\n", values, strings.Repeat("Albany;", 10_000), strings.Repeat("1;", 10_000), strings.Repeat("H;", 10_000))
		}
	})
	within(t, 2*small, func() {
		r, err := Open([]string{path}, Options{})
		require.NoError(t, err)
		defer r.Close()
		z := patient.NewNormalizer(patient.US())
		var normal patient.Normalized
		for rec, err := range r.Records(context.Background()) {
			require.NoError(t, err)
			assert.Len(t, rec.Phones, 10_000)
			z.Apply(&normal, rec)
		}
		assert.LessOrEqual(t, len(normal.AppendValues(nil, patient.FieldPhone)), 64)
	})
}

func TestFileThatGrowsWhileItIsRead(t *testing.T) {
	path := write(t, "clinic.csv", clinic)
	r := open(t, Options{}, path)
	records(t, r)
	more := func() {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		io.WriteString(file, "3,Eve,Hill,2003-01-01\n")
		require.NoError(t, file.Close())
	}
	more()
	var last error
	for _, err := range r.Records(context.Background()) {
		last = err
	}
	require.ErrorIs(t, last, ErrChanged)
	assert.ErrorContains(t, last, "wait until it is whole, or work on a copy")
	_, err := Open([]string{path}, Options{})
	require.NoError(t, err, "a new look is a new start")
	require.NoError(t, os.Remove(path))
	for _, err := range r.Records(context.Background()) {
		last = err
	}
	require.Error(t, last)
}

// A read that would go on for ever ends with its context.
func TestContextEndsEveryRead(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	within(t, small, func() {
		_, err := OpenContext(ctx, []string{"-"}, Options{Stdin: repeat("no line ends")})
		require.True(t, errors.Is(err, context.DeadlineExceeded), err)
	})
	path := bomb(t, "first,last\nAnn,Smith\n", "x", 200<<20)
	r := open(t, Options{}, path)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var last error
	for _, err := range r.Records(ctx) {
		stop()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
}
