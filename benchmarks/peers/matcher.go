package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// ErrMissing says that what a matcher needs is not installed: it is skipped, and
// the rest is measured.
var ErrMissing = errors.New("not installed")

// A Matcher finds the people among the records of a prepared file.
//
// Match reads in, a CSV with the columns that [Prepare] wrote, and writes
// clusters.csv to the folder out: a header with record_id and cluster_id, and a
// row for each record. It may write pairs.csv as well, with record_a, record_b,
// weight or probability, and decision (match, possible or no) if it has one; a
// pair that is left out was not found.
type Matcher interface {
	Match(ctx context.Context, in, out string) (Usage, error)
}

// The files that a matcher writes.
const (
	ClustersFile = "clusters.csv"
	PairsFile    = "pairs.csv"
)

// A Usage is what a run took, from the file to clusters.csv. It is the JSON that
// a [Driver] prints.
type Usage struct {
	CPU        float64           `json:"cpu_seconds"` // of all threads
	Wall       float64           `json:"wall_seconds"`
	StartUp    float64           `json:"start_up_cpu_seconds,omitempty"` // of an interpreter and its imports; not part of CPU
	Peak       int64             `json:"peak_bytes"`
	Candidates int64             `json:"candidates,omitempty"`
	Steps      []Step            `json:"steps,omitempty"`
	Versions   map[string]string `json:"versions,omitempty"`
}

// A Step is a part of a run.
type Step struct {
	Name string  `json:"name"`
	CPU  float64 `json:"cpu_seconds"`
	Wall float64 `json:"wall_seconds"`
}

// patience is how long a stopped program's children may hold its output open.
const patience = 5 * time.Second

// A Driver is a program that measures itself: it is called with the file and the
// folder as its last arguments and prints a Usage as JSON.
type Driver struct {
	Args []string
	Dir  string // where it runs; "" is here
}

// Match implements [Matcher].
func (d Driver) Match(ctx context.Context, in, out string) (Usage, error) {
	var u Usage
	err := d.Run(ctx, &u, in, out)
	return u, err
}

// Run runs the program with further arguments and decodes what it prints.
func (d Driver) Run(ctx context.Context, printed any, more ...string) error {
	args := append(append([]string(nil), d.Args...), more...)
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Dir = d.Dir
	command.WaitDelay = patience
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, tail(stderr.String()))
	}
	if err := json.Unmarshal(stdout.Bytes(), printed); err != nil {
		return fmt.Errorf("%s printed no JSON: %w", filepath.Base(args[0]), err)
	}
	return nil
}

// tail is the last lines of what a program said.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// A Command is any program: a line for the shell in which {in} is the prepared
// file and {out} a new, empty folder. Its time and memory are those that the
// system counted for the process and the children it waited for.
type Command string

// Match implements [Matcher].
func (c Command) Match(ctx context.Context, in, out string) (Usage, error) {
	if !strings.Contains(string(c), "{in}") || !strings.Contains(string(c), "{out}") {
		return Usage{}, fmt.Errorf("the command %q needs {in} and {out}", string(c))
	}
	line := strings.NewReplacer("{in}", quote(in), "{out}", quote(out)).Replace(string(c))
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.WaitDelay = patience
	var stderr bytes.Buffer
	command.Stderr = &stderr
	start := time.Now()
	if err := command.Run(); err != nil {
		return Usage{}, fmt.Errorf("%q: %w: %s", string(c), err, tail(stderr.String()))
	}
	state := command.ProcessState
	return Usage{
		CPU:  (state.UserTime() + state.SystemTime()).Seconds(),
		Wall: time.Since(start).Seconds(),
		Peak: maxRSS(state),
	}, nil
}

// quote makes a word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// A Result is one matcher's run, measured and judged.
type Result struct {
	Name    string     `json:"name"`
	Skipped string     `json:"skipped,omitempty"` // why it was not run; nothing else is set then
	Usage   Usage      `json:"usage"`
	Score   *Judgement `json:"score,omitempty"`
}

// Run runs a matcher in a folder of its own, which it removes, and judges what it
// wrote. A matcher that is not installed or fails is a Result that says so; an
// error is of the context or of the disk.
func (p *Prepared) Run(ctx context.Context, name string, m Matcher) (Result, error) {
	out, err := os.MkdirTemp("", "idem-peer-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(out)
	runtime.GC() // nothing of ours should run beside it
	usage, err := m.Match(ctx, p.Path, out)
	if err != nil {
		return Result{Name: name, Skipped: err.Error()}, ctx.Err()
	}
	score, err := p.Judge(out)
	if err != nil {
		return Result{Name: name, Skipped: err.Error()}, nil
	}
	return Result{Name: name, Usage: usage, Score: &score}, nil
}
