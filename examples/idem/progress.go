package main

import (
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/idem-health/idem/match"
)

// A progress says how far a run is: on a terminal one line that is kept up to
// date, elsewhere a line every ten seconds. It shows counts, never a record.
// It is safe for concurrent use; nil shows nothing.
type progress struct {
	now    func() time.Time
	memory func() int64  // in use; nil shows none
	stop   chan struct{} // closed by end, which sets it to nil
	ended  sync.WaitGroup

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
	done     int64 // of the stage, as last told
	total    int64
}

// newProgress returns nil when quiet. It tells the time until it is ended.
func newProgress(w io.Writer, quiet bool) *progress {
	if quiet {
		return nil
	}
	p := &progress{w: w, now: time.Now, memory: memoryInUse, every: 10 * time.Second, stop: make(chan struct{})}
	if f, ok := w.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			p.terminal, p.every = true, 200*time.Millisecond
		}
	}
	p.told = p.now()
	stop := p.stop
	p.ended.Go(func() { p.beat(stop) })
	return p
}

// beat shows that the work goes on where a stage has nothing to count.
func (p *progress) beat(stop <-chan struct{}) {
	ticks := time.NewTicker(max(p.every/4, 100*time.Millisecond))
	defer ticks.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticks.C:
			p.mu.Lock()
			p.show()
			p.mu.Unlock()
		}
	}
}

// end stops the beat and wipes the line off a terminal. It may be called again.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.mu.Lock()
	if p.stop != nil {
		close(p.stop)
		p.stop = nil
	}
	p.mu.Unlock()
	p.ended.Wait()
	p.clear()
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
	if stage != p.stage || unit != p.unit {
		p.stage, p.unit, p.started = stage, unit, p.now()
	}
	p.done, p.total = done, total
	p.show()
}

// show prints the line where it is time to. The caller holds the mutex.
func (p *progress) show() {
	now := p.now()
	if p.stage == "" || now.Sub(p.told) < p.every {
		return
	}
	p.told = now
	line := p.line(now.Sub(p.started))
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	fmt.Fprintf(p.w, "\r%-*s", p.width, line)
	p.width = len(line)
}

// line is the text of a step.
func (p *progress) line(took time.Duration) string {
	line := fmt.Sprintf("%-8s", p.stage)
	share := 0.0
	switch {
	case p.done == 0 && p.total == 0:
		line += " " + took.Round(time.Second).String()
	case p.total > 0:
		line += fmt.Sprintf(" %s of %s %s", count(p.done), count(p.total), p.unit)
		share = float64(p.done) / float64(p.total)
	default:
		line += fmt.Sprintf(" %s %s", count(p.done), p.unit)
		if p.stage == string(match.StageRead) && p.size > 0 {
			share = float64(p.read) / float64(p.size)
		}
	}
	if share > 0 {
		line += fmt.Sprintf(" (%.0f %%)", 100*min(share, 1))
	}
	if seconds := took.Seconds(); seconds > 0.5 && p.done > 0 {
		line += fmt.Sprintf(", %s/s", count(int64(float64(p.done)/seconds)))
		if share > 0 && share < 1 {
			left := time.Duration(float64(took) * (1 - share) / share)
			line += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	if p.memory != nil {
		line += fmt.Sprintf(", %d MB", p.memory()>>20)
	}
	return line
}

// memoryInUse is what the process holds of the system's memory.
func memoryInUse() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
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
