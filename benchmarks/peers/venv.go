package peers

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

//go:embed requirements.txt *.py
var python embed.FS

// A Venv is a Python environment with the packages of requirements.txt.
type Venv struct {
	Dir     string
	drivers string
}

// interpreter is the environment's Python.
func (v *Venv) interpreter() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(v.Dir, "Scripts", "python.exe")
	}
	return filepath.Join(v.Dir, "bin", "python")
}

// Install makes the environment with the python3 of the path and installs the
// pinned packages.
func (v *Venv) Install(ctx context.Context, progress io.Writer) error {
	base, err := exec.LookPath("python3")
	if err != nil {
		return fmt.Errorf("python3: %w", ErrMissing)
	}
	requirements, err := v.write()
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{base, "-m", "venv", v.Dir},
		{v.interpreter(), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r", filepath.Join(requirements, "requirements.txt")},
	} {
		command := exec.CommandContext(ctx, args[0], args[1:]...)
		command.Stdout, command.Stderr = progress, progress
		if err := command.Run(); err != nil {
			return fmt.Errorf("install the peers: %w", err)
		}
	}
	return nil
}

// Check reports whether the environment is there and has the pinned packages;
// what is not, wraps [ErrMissing].
func (v *Venv) Check(ctx context.Context) error {
	if _, err := os.Stat(v.interpreter()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no Python in %s: %w (--install makes it)", v.Dir, ErrMissing)
	}
	pinned, err := pins()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, v.interpreter(), "-c",
		"import importlib.metadata as m, json; print(json.dumps({d.metadata['Name'].lower(): d.version for d in m.distributions()}))")
	printed, err := command.Output()
	if err != nil {
		return fmt.Errorf("the Python in %s does not run: %w (%w)", v.Dir, ErrMissing, err)
	}
	var installed map[string]string
	if err := json.Unmarshal(printed, &installed); err != nil {
		return fmt.Errorf("the Python in %s: %w", v.Dir, err)
	}
	for _, p := range pinned {
		if installed[p[0]] != p[1] {
			return fmt.Errorf("%s %s in %s: %w (--install brings it)", p[0], p[1], v.Dir, ErrMissing)
		}
	}
	return nil
}

// pins are the packages and versions of requirements.txt.
func pins() ([][2]string, error) {
	text, err := python.ReadFile("requirements.txt")
	if err != nil {
		return nil, err
	}
	var pinned [][2]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, version, ok := strings.Cut(line, "==")
		if !ok {
			return nil, fmt.Errorf("requirements.txt: %q is not pinned", line)
		}
		pinned = append(pinned, [2]string{strings.ToLower(name), version})
	}
	return pinned, nil
}

// Driver is the named Python program of this package, such as splink_dedupe.
func (v *Venv) Driver(name string) (Driver, error) {
	dir, err := v.write()
	if err != nil {
		return Driver{}, err
	}
	return Driver{Args: []string{v.interpreter(), "-B", filepath.Join(dir, name+".py")}}, nil
}

// write puts the programs where Python can read them, once.
func (v *Venv) write() (string, error) {
	if v.drivers != "" {
		return v.drivers, nil
	}
	dir, err := os.MkdirTemp("", "idem-peers-")
	if err != nil {
		return "", err
	}
	entries, err := python.ReadDir(".")
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		text, err := python.ReadFile(e.Name())
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o600); err != nil {
			return "", err
		}
	}
	v.drivers = dir
	return dir, nil
}

// Close removes what was written for Python; the environment stays.
func (v *Venv) Close() error {
	if v.drivers == "" {
		return nil
	}
	return os.RemoveAll(v.drivers)
}
