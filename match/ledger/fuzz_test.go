package ledger

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
)

// FuzzFrame reads any bytes as a frame: what is accepted is what would be
// written for the same events.
func FuzzFrame(f *testing.F) {
	for _, size := range []int{1, 3} {
		data, _ := appendFrame(nil, Hash{1}, 9, batch(12, size))
		seal(data, 5, 8)
		f.Add(data, true)
	}
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if sealed && len(data) >= frameHead { // else hardly any head has its checksum
			data = slices.Clone(data)
			copy(data, frameMagic)
			seal(data[:frameHead], 5, 0)
		}
		fr, wrong := parseHead(data, 5)
		if wrong != "" {
			return
		}
		body := data[frameHead:]
		if int64(fr.length) != int64(len(body)) {
			return
		}
		events, wrong := fr.events(body)
		if wrong != "" {
			return
		}
		again, _ := appendFrame(nil, Hash{1}, fr.first, events)
		if len(again) == len(data) && !bytes.Equal(again[frameHead:], body) || len(again) > len(data) {
			t.Errorf("%q was read and %q written", data, again)
		}
		if events[0].Position != fr.first || events[len(events)-1].Position != fr.last() {
			t.Errorf("positions %d to %d in a frame of %d to %d", events[0].Position, events[len(events)-1].Position, fr.first, fr.last())
		}
	})
}

// FuzzLog opens a log whose last segment and checkpoint are any bytes.
func FuzzLog(f *testing.F) {
	files := sampleFiles(f, "v1") // the same in every process that fuzzes
	last := "d/" + segmentName(uint32(len(files)-1))
	f.Add(files[last], files["d/"+checkpointName])
	f.Add(files[last][:len(files[last])-3], files["d/"+checkpointName])
	f.Add([]byte{}, []byte("IDEMHEAD"))
	f.Fuzz(func(t *testing.T, segment, head []byte) {
		fs := memfs.New(1)
		_ = fs.MkdirAll("d")
		for name, data := range files {
			switch name {
			case last:
				data = segment
			case "d/" + checkpointName:
				data = head
			}
			if err := vfs.WriteFile(fs, name, data); err != nil {
				t.Fatal(err)
			}
		}
		log, err := Open(vfs.With(ctx, fs), "d", Options{})
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("damage is reported as %v", err)
			}
			return
		}
		if _, err := log.Verify(ctx); err != nil && !errors.Is(err, ErrCorrupt) {
			t.Errorf("damage is reported as %v", err)
		}
		for range log.Read(ctx, 0) {
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
}
