package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "usage: benchmarks accuracy | speed")
	os.Exit(2)
}
