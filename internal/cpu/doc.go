// Package cpu reads the CPU time of the process.
package cpu
