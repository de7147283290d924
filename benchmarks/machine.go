package main

import (
	"bufio"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// A machine is where and with what something was measured: the header of every
// output.
type machine struct {
	Go         string            `json:"go"`
	System     string            `json:"system"`
	Processors int               `json:"processors"`
	Model      string            `json:"model,omitempty"` // of processor
	Idem       string            `json:"idem"`
	Versions   map[string]string `json:"versions,omitempty"` // of the peers
}

func thisMachine() machine {
	m := machine{Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Processors: runtime.NumCPU(), Model: processorModel(), Idem: "built from the working tree"}
	if info, ok := debug.ReadBuildInfo(); ok {
		modified := ""
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				m.Idem = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = " and changes"
			}
		}
		m.Idem += modified
	}
	return m
}

func processorModel() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer file.Close()
	for rows := bufio.NewScanner(file); rows.Scan(); {
		if name, value, found := strings.Cut(rows.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// String is a line: versions and machine.
func (m machine) String() string {
	parts := []string{"idem " + m.Idem, m.Go + " " + m.System}
	for _, name := range slices.Sorted(maps.Keys(m.Versions)) {
		parts = append(parts, name+" "+m.Versions[name])
	}
	word := " processors"
	if m.Processors == 1 {
		word = " processor"
	}
	model := ""
	if m.Model != "" {
		model = " (" + m.Model + ")"
	}
	return strings.Join(append(parts, strconv.Itoa(m.Processors)+word+model), "; ")
}
