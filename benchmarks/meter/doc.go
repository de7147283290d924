// Package meter tells what this process has cost so far: the time of all
// processors and the most memory it has held. The benchmarks and the command
// report both beside wall time, which other work on the machine lengthens. It
// knows nothing of records.
package meter
