package store

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

// usual is a record as a clinic sends it.
func usual(i int) patient.Record {
	date := patient.Date{Text: "20190311", Year: 2019, Month: 3, Day: 11}
	return patient.Record{
		Source: "clinic", ID: fmt.Sprintf("%09d", i), Received: date,
		Names:     []patient.Name{{Given: "Given", Middle: "M", Family: "Family"}},
		BirthDate: date, Sex: "F", BirthOrder: "1",
		Mother:      patient.Parent{Given: "Mother", Family: "Family", Maiden: "Maiden"},
		Addresses:   []patient.Address{{Street: "12 N Oak St", Unit: "2", City: "Springfield", State: "IL", PostalCode: "62701"}},
		Phones:      []string{"2175550100"},
		Identifiers: []patient.Identifier{{Authority: "clinic", Type: "MR", Value: fmt.Sprint(i)}},
		Doses:       []patient.Dose{{CVX: "08", Lot: "A1", Date: date}, {CVX: "10", Date: date}},
	}
}

func BenchmarkEncode(b *testing.B) {
	s := reopen(b, ctx, b.TempDir(), Options{})
	r := usual(1)
	for b.Loop() {
		p := s.Encode(&r)
		b.SetBytes(int64(len(p.body)))
	}
	require.NoError(b, s.Close())
}

// filled is a store of so many records.
func filled(b *testing.B, dir string, records int) []Digest {
	s := reopen(b, ctx, dir, Options{})
	digests := make([]Digest, records)
	for i := range digests {
		r := usual(i)
		p := s.Encode(&r)
		digests[i] = p.digest
		require.NoError(b, s.Put(p, noon))
		if i%10_000 == 0 {
			require.NoError(b, s.Sync(ctx))
		}
	}
	require.NoError(b, s.Close())
	return digests
}

const many = 200_000

func BenchmarkGet(b *testing.B) {
	dir := b.TempDir()
	digests := filled(b, dir, many)
	s := reopen(b, ctx, dir, Options{})
	i := 0
	for b.Loop() {
		i = (i + 7919) % many
		_, err := s.Get(ctx, digests[i])
		require.NoError(b, err)
	}
	require.NoError(b, s.Close())
}

// BenchmarkOpen opens a store that was closed.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	filled(b, dir, many)
	for b.Loop() {
		s := reopen(b, ctx, dir, Options{})
		require.NoError(b, s.lock.Close()) // as a process that ended: nothing is written
		for _, p := range s.packs() {
			require.NoError(b, p.file.Close())
		}
	}
	b.ReportMetric(many, "records")
}

// BenchmarkSnapshot writes and reads 64 MB.
func BenchmarkSnapshot(b *testing.B) {
	s := reopen(b, ctx, b.TempDir(), Options{})
	part := make([]byte, 1<<20)
	for i := range part {
		part[i] = byte(i * 7)
	}
	write := func(w io.Writer) error {
		for range 64 {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
		return nil
	}
	b.Run("write", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			require.NoError(b, s.WriteSnapshot(ctx, Snapshot{Name: "index"}, write))
		}
	})
	require.NoError(b, s.WriteSnapshot(ctx, Snapshot{Name: "index"}, write))
	b.Run("read", func(b *testing.B) {
		b.SetBytes(64 << 20)
		buffer := make([]byte, 1<<20)
		for b.Loop() {
			require.NoError(b, s.ReadSnapshot(ctx, "index", func(_ Snapshot, r io.Reader) error {
				for range 64 {
					if _, err := io.ReadFull(r, buffer); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	})
	require.NoError(b, s.Close())
}
