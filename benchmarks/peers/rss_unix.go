//go:build unix

package peers

import (
	"os"
	"runtime"
	"syscall"
)

// maxRSS is the most memory that the process, or one of its children, has held.
func maxRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
