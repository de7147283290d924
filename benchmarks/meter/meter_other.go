//go:build !linux

package meter

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// CPU is what this process has used of all processors, as the runtime
// accounts for it: coarser than a clock, and right only just after a
// collection.
func CPU() time.Duration {
	runtime.GC()
	samples := []metrics.Sample{{Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/cpu/classes/idle:cpu-seconds"}}
	metrics.Read(samples)
	return time.Duration((samples[0].Value.Float64() - samples[1].Value.Float64()) * float64(time.Second))
}

// Peak is what the runtime has taken from the system, in bytes: it gives
// little of that back, so it stands for the peak.
func Peak() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
