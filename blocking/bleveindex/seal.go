package bleveindex

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sealFile is written when an index is closed in order and removed when it is
// opened again: while it is there, no byte of the other files has a reason to
// change. Without it bleve and bbolt have to find their own way, as after a crash.
const sealFile = "seal"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal writes the length and the checksum of every file of a generation.
func seal(folder string) error {
	text, err := sealText(folder)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, sealFile), []byte(text), 0o600)
	}
	if err != nil {
		return pathError("close", err)
	}
	return nil
}

func sealText(folder string) (string, error) {
	var b strings.Builder
	entries, err := os.ReadDir(folder) // in the order of their names
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Name() == sealFile {
			continue
		}
		n, sum, err := checksum(filepath.Join(folder, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %d %08x\n", e.Name(), n, sum)
	}
	fmt.Fprintf(&b, "seal %08x\n", crc32.Checksum([]byte(b.String()), castagnoli))
	return b.String(), nil
}

func checksum(name string) (n int64, sum uint32, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = file.Close() }()
	h := crc32.New(castagnoli)
	n, err = io.Copy(h, file)
	return n, h.Sum32(), err
}

// sealed compares the files with their seal; false where there is none that is
// whole.
func sealed(folder string) (bool, error) {
	text, err := os.ReadFile(filepath.Join(folder, sealFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, pathError("open", err)
	}
	at := strings.LastIndex(strings.TrimSuffix(string(text), "\n"), "\n") + 1
	if string(text[at:]) != fmt.Sprintf("seal %08x\n", crc32.Checksum(text[:at], castagnoli)) {
		return false, nil
	}
	now, err := sealText(folder)
	if err != nil {
		return false, pathError("open", err)
	}
	if now != string(text) {
		return false, fmt.Errorf("%w: files are not as they were when it was closed", ErrDamaged)
	}
	return true, nil
}

// unseal removes the seal, before anything is written.
func unseal(folder string) error {
	err := os.Remove(filepath.Join(folder, sealFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return pathError("open", err)
	}
	return nil
}
