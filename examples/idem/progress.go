package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/idem-health/idem/match"
)

// A progress says how far a run is: on a terminal one line that is kept up to
// date, elsewhere a line every ten seconds. It shows counts, never a record.
// It is safe for concurrent use; nil shows nothing.
type progress struct {
	now func() time.Time

	mu       sync.Mutex // guards what follows
	w        io.Writer
	terminal bool
	every    time.Duration
	stage    string
	unit     string
	started  time.Time // of the stage and unit
	told     time.Time
	width    int   // of the line on the terminal
	read     int64 // bytes of the input
	size     int64
}

// newProgress returns nil when quiet.
func newProgress(w io.Writer, quiet bool) *progress {
	if quiet {
		return nil
	}
	p := &progress{w: w, now: time.Now, every: 10 * time.Second}
	if f, ok := w.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			p.terminal, p.every = true, 200*time.Millisecond
		}
	}
	p.told = p.now()
	return p
}

// units are what is counted in a stage.
var units = map[match.Stage]string{
	match.StageRead: "records", match.StageBlock: "records", match.StageTrain: "pairs",
	match.StageScore: "pairs", match.StageResolve: "pairs",
}

// tell takes what [match.Dedupe] says.
func (p *progress) tell(s match.Progress) {
	p.step(string(s.Stage), units[s.Stage], s.Done, s.Total)
}

// bytes takes how much of the input was read: the end of reading can be told
// from it where the number of records is not known.
func (p *progress) bytes(done, total int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read, p.size = done, total
}

func (p *progress) step(stage, unit string, done, total int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if stage != p.stage || unit != p.unit {
		p.stage, p.unit, p.started = stage, unit, now
	}
	if now.Sub(p.told) < p.every {
		return
	}
	p.told = now
	line := p.line(unit, done, total, now.Sub(p.started))
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	fmt.Fprintf(p.w, "\r%-*s", p.width, line)
	p.width = len(line)
}

// line is the text of a step.
func (p *progress) line(unit string, done, total int64, took time.Duration) string {
	line := fmt.Sprintf("%-8s %s", p.stage, count(done))
	share := 0.0
	if total > 0 {
		line += " of " + count(total)
		share = float64(done) / float64(total)
	} else if p.stage == string(match.StageRead) && p.size > 0 {
		share = float64(p.read) / float64(p.size)
	}
	line += " " + unit
	if share > 0 {
		line += fmt.Sprintf(" (%.0f %%)", 100*min(share, 1))
	}
	if seconds := took.Seconds(); seconds > 0.5 && done > 0 {
		line += fmt.Sprintf(", %s/s", count(int64(float64(done)/seconds)))
		if share > 0 && share < 1 {
			left := time.Duration(float64(took) * (1 - share) / share)
			line += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	return line
}

// clear wipes the line off a terminal.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal && p.width > 0 {
		fmt.Fprintf(p.w, "\r%*s\r", p.width, "")
		p.width = 0
	}
}

// count writes a number with thousands set apart by commas.
func count(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
