package store

import (
	"errors"
	"io"
	"testing"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
)

// fuzzStore opens the sample with some of its files replaced.
func fuzzStore(t *testing.T, files map[string][]byte, replaced map[string][]byte) *Store {
	t.Helper()
	fs := memfs.New(1)
	_ = fs.MkdirAll("d")
	for name, data := range files {
		if other, ok := replaced[name]; ok {
			data = other
		}
		if data == nil {
			continue
		}
		if err := vfs.WriteFile(fs, name, data); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(vfs.With(ctx, fs), "d", Options{})
	if err != nil && !errors.Is(err, ErrCorrupt) {
		t.Errorf("damage is reported as %v", err)
	}
	return s
}

// FuzzPack opens a store whose newest pack is any bytes, without its index.
func FuzzPack(f *testing.F) {
	files := sampleFiles(f, "v1")
	last, index := newestPack(files)
	f.Add(files[last])
	f.Add(files[last][:len(files[last])-5])
	f.Fuzz(func(t *testing.T, data []byte) {
		if data == nil {
			data = []byte{}
		}
		s := fuzzStore(t, files, map[string][]byte{last: data, index: nil})
		if s == nil {
			return
		}
		if _, err := s.Verify(ctx); err != nil && !errors.Is(err, ErrCorrupt) {
			t.Errorf("damage is reported as %v", err)
		}
		for _, d := range s.Digests() {
			if _, err := s.Get(ctx, d); err != nil && !errors.Is(err, ErrCorrupt) {
				t.Errorf("damage is reported as %v", err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func newestPack(files map[string][]byte) (pack, index string) {
	for n := uint32(1); ; n++ {
		if files["d/"+packName(n)] == nil {
			return "d/" + packName(n-1), "d/" + indexName(n-1)
		}
	}
}

// FuzzIndex reads any bytes as an index: what is accepted is what would be
// written.
func FuzzIndex(f *testing.F) {
	files := sampleFiles(f, "v1")
	k, wrong := parseKey(files["d/"+keyName])
	if wrong != "" {
		f.Fatal(wrong)
	}
	f.Add(files["d/"+indexName(1)])
	f.Fuzz(func(t *testing.T, data []byte) {
		x, ok := parseIndex(data, k.store, 1)
		if !ok {
			return
		}
		again, ok := parseIndex(x.encode(k.store, 1), k.store, 1)
		if !ok || len(again.entries) != len(x.entries) || again.size != x.size || len(again.sources) != len(x.sources) {
			t.Errorf("read %+v, then %+v", x, again)
		}
	})
}

// FuzzSnapshot reads any bytes as a snapshot.
func FuzzSnapshot(f *testing.F) {
	files := sampleFiles(f, "v1")
	name := "d/" + snapshotFile("index", 1)
	f.Add(files[name])
	f.Fuzz(func(t *testing.T, data []byte) {
		if data == nil {
			data = []byte{}
		}
		s := fuzzStore(t, files, map[string][]byte{name: data})
		if s == nil {
			t.Fatal("a snapshot is nothing that a store needs")
		}
		err := s.ReadSnapshot(ctx, "index", func(_ Snapshot, r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		})
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Errorf("damage is reported as %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
