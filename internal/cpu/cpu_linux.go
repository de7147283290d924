package cpu

import (
	"syscall"
	"time"
	"unsafe"
)

// clockProcess is CLOCK_PROCESS_CPUTIME_ID.
const clockProcess = 2

// Time returns the CPU time of all threads of the process so far, 0 where the
// system does not tell. It reads the process clock; getrusage counts in ticks
// on some systems and reads 0 for short runs.
func Time() time.Duration {
	var ts syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockProcess, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		return 0
	}
	return time.Duration(ts.Nano())
}
